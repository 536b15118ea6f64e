import type { Tcf } from "../protocol.generated.js";
import type { Answer } from "./lattice.js";
/** The part of `TCData` that is read. */
export interface TcData {
    readonly tcString?: string;
    readonly tcfPolicyVersion?: number;
    readonly isServiceSpecific?: boolean;
    readonly gdprApplies?: boolean;
    readonly eventStatus?: string;
    readonly purpose?: {
        readonly consents?: Readonly<Record<string, boolean>>;
    };
}
/** Purposes of the framework in ours, as the engine reads them out of the string; sharing is its business alone. */
export declare const fromTcData: ({ purpose, tcfPolicyVersion, isServiceSpecific }: TcData) => Answer;
/** Listens to the page's consent platform. False if there is none yet. */
export declare const watchTcf: (window: Window, report: (answer: Answer, tcf: Tcf) => void) => boolean;
