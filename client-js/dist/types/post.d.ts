import type { ClientFrame, Hello } from "./protocol.generated.js";
import type { Environment } from "./environment.js";
export interface Parcel {
    /** Opens the stream; needed until there is a token. */
    readonly hello?: Hello;
    /** Names the stream that was opened. */
    readonly resume?: string;
    readonly frames: readonly ClientFrame[];
}
/** All keepalive requests of a page share 64 KiB. */
export declare const PARCEL_BYTES: number;
/** Hands a parcel to the browser for delivery after the page is gone. `false`: not accepted. */
export declare const beacon: ({ window }: Environment, endpoint: string, parcel: Parcel) => boolean;
export interface Answer {
    /** The status of HTTP; 0 where there was no answer. */
    readonly status: number;
    /** The JSON of the answer, if it has one. */
    readonly body?: unknown;
    /** When the engine wants to see us again, milliseconds. */
    readonly retryMs?: number;
}
/** Delivers a parcel and gives the answer. Never throws. */
export declare const post: ({ window }: Environment, endpoint: string, parcel: Parcel) => Promise<Answer>;
