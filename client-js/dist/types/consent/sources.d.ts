import type { Tcf } from "../protocol.generated.js";
import type { Environment } from "../environment.js";
import type { Answer } from "./lattice.js";
export declare const watchSources: (environment: Environment, report: (source: "platform" | "tcf", answer: Answer, tcf?: Tcf) => void) => void;
