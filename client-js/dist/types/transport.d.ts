import type { ClientFrame, ServerFrame } from "./protocol.generated.js";
import type { Environment } from "./environment.js";
export interface Transport {
    send(frame: ClientFrame): void;
    /** Ends it as far as the page is concerned; `closed` is not called after it. */
    close(): void;
}
export interface TransportEvents {
    opened(): void;
    frame(frame: ServerFrame): void;
    closed(code: number): void;
}
export declare const openSocket: (environment: Environment, endpoint: string, events: TransportEvents) => Transport;
