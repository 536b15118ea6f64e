import type { Event, EventBatch } from "./protocol.generated.js";
export declare const WINDOW = 256;
export declare const QUEUE_EVENTS = 500;
export declare const QUEUE_BYTES: number;
export interface Outbox {
    readonly size: number;
    readonly acked: number;
    /** When `take` should be called next; 0 is never. */
    readonly deadline: number;
    add(event: Event, at: number, now: number): void;
    /** The next batch that may leave now. `force` does not wait for the batching time. */
    take(now: number, force?: boolean): Pick<EventBatch, "first" | "list"> | undefined;
    ack(seq: number): void;
    /** The engine's mark, which wins over ours; everything behind it is sent again. */
    reset(mark: number, now: number): void;
    /** Sends again what is not acknowledged. */
    rewind(now: number): void;
    /** All that is not acknowledged, as far as it fits into `bytes`; nothing is marked as sent. */
    peek(bytes: number): Pick<EventBatch, "first" | "list"> | undefined;
    /** Whether an event of this kind is not acknowledged yet. */
    holds(kind: string): boolean;
    /** Counts of events dropped since the last call, by kind. */
    drops(): Record<string, number> | undefined;
}
export declare const createOutbox: () => Outbox;
