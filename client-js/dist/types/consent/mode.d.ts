import type { Environment } from "../environment.js";
import type { Answer } from "./lattice.js";
type Fields = Readonly<Record<string, unknown>>;
/** Returns what takes a command: `default` or `update`, and its parameters. */
export declare const watchConsentMode: ({ setTimer }: Environment, report: (answer: Answer) => void) => ((command: unknown, given: Fields) => void);
export {};
