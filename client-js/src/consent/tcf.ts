// IAB's framework: what `__tcfapi` reports, for what this page may store. The engine decodes the string itself.

import type { Tcf } from "../protocol.generated.js";
import type { Answer } from "./lattice.js";
import { guarded } from "../environment.js";
import { PENDING } from "./lattice.js";

/** The part of `TCData` that is read. */
export interface TcData {
  readonly tcString?: string;
  readonly tcfPolicyVersion?: number;
  readonly isServiceSpecific?: boolean;
  readonly gdprApplies?: boolean;
  readonly eventStatus?: string;
  readonly purpose?: { readonly consents?: Readonly<Record<string, boolean>> };
}
type Api = (command: string, version: number, hear: (data: TcData | null, success: boolean) => void) => void;

// Policy 4 is that of 2.2.
const POLICY_MIN = 4;
const STRING_BYTES_MAX = 8_192;

/** Purposes of the framework in ours, as the engine reads them out of the string; sharing is its business alone. */
export const fromTcData = ({ purpose, tcfPolicyVersion = 0, isServiceSpecific }: TcData): Answer => {
  const consents = (isServiceSpecific && tcfPolicyVersion >= POLICY_MIN && purpose?.consents) || {};
  const has = (number: number): boolean => consents[1] === true && consents[number] === true;
  const remember = has(5) && has(6);
  return { session: has(1), personalize: has(11) || remember, remember, measure: has(8) };
};

/** Listens to the page's consent platform. False if there is none yet. */
export const watchTcf = (window: Window, report: (answer: Answer, tcf: Tcf) => void): boolean => {
  const api = (window as { __tcfapi?: Api }).__tcfapi;
  if (typeof api !== "function") return false;
  let answered = false;
  const hear = (data: TcData | null, success: boolean): void => {
    const { gdprApplies: applies, eventStatus, tcString = "" } = (success && data) || {};
    if (applies === false) {
      report({}, { applies, answered: true });
    } else if (data && applies && (eventStatus === "tcloaded" || eventStatus === "useractioncomplete")) {
      answered = true;
      const string = tcString.length > STRING_BYTES_MAX ? "" : tcString;
      report(fromTcData(data), { string, applies, answered });
    } else if (!answered) {
      // A dialog that opens again takes back nothing until it is answered.
      report(PENDING, applies === undefined ? {} : { applies });
    }
  };
  guarded(() => api("addEventListener", 2, (data, success) => void guarded(() => hear(data, success))));
  return true;
};
