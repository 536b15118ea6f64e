import type { Decision, Placement, PreferenceChoice, ReceiptState, ServerFrame } from "../protocol.generated.js";
import type { Shopper } from "../capture/shopper.js";
import type { ConsentChange } from "../consent/lattice.js";
import type { Environment } from "../environment.js";
import type { Labels } from "../labels.js";
export interface Hooks {
    receipt(decision: string, state: ReceiptState, reason?: string): void;
    chose(choice: PreferenceChoice, decision: string): void;
    /** Another tab heard that the shopper withdrew this. */
    withdrawn(change: ConsentChange): void;
    emit(name: string, data: Readonly<Record<string, string>>): void;
    /** What stands in a placement; without a decision it is the shop's default. */
    decided(placement: string, decision?: Decision): void;
    /** The shopper's clock minus the engine's, milliseconds. */
    skew(): number;
    readonly shopper: Shopper;
}
export interface Desired {
    readonly rev: number;
    /** Applies a push or a state. `false`: a push does not follow our revision and was left out; the engine must be asked for the state. */
    hear(frame: ServerFrame): boolean;
    /** A page view begins at `now` with these spots and the shop's defaults: the engine forgets what it had put there, and says no `clear`. */
    announce(spots: readonly Placement[], now: number): void;
    /** Puts every default back. */
    reset(): void;
    /** As `reset`, and knows no revision any more: what may come back comes as a whole state. */
    forget(): void;
    /** Tells the other tabs what the shopper withdrew. */
    withdraw(consent: ConsentChange): void;
    why(placement: string): Decision | undefined;
}
export declare const createDesired: (environment: Environment, key: string, labels: () => Labels, hooks: Hooks) => Desired;
