import type { Decision } from "./protocol.generated.js";
import type { Floorwalker } from "./api.js";
type Recorded = Exclude<keyof Floorwalker, "ready" | "version" | "on" | "why">;
export interface FakeClient extends Floorwalker {
    /** Every call in order. */
    readonly calls: {
        readonly name: Recorded;
        readonly given: readonly unknown[];
    }[];
    /** What was given to each call of that name. */
    given(name: Recorded): (readonly unknown[])[];
    /** Lets listeners hear an event, as if a campaign had emitted it. */
    emit(name: string, detail: unknown): void;
    /** What `why` answers for a placement. */
    decide(placement: string, decision: Decision | undefined): void;
}
/** A client that never connects and is ready at once. */
export declare const createFakeClient: () => FakeClient;
export {};
