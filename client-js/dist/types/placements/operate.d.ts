import type { Op } from "../protocol.generated.js";
import { type Data } from "./template.js";
type Undo = () => void;
type Change = () => Undo;
/** The name of the spot an operation is about; none for those that need no spot. */
export declare const spotOf: (op: Op) => string | undefined;
/** Prepares the change; `undefined` if the page lacks the template it needs. `extra` fields join an offer's own. */
export declare const prepare: (element: HTMLElement, op: Op, extra: Data) => Change | undefined;
export {};
