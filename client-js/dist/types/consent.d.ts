import type { Consent } from "./protocol.generated.js";
export type Purpose = "personalize" | "remember" | "measure" | "share";
export type ConsentChange = {
    readonly [purpose in Purpose]?: boolean;
};
/** All purposes agreed to, for shops that asked before they rendered. */
export declare const GRANTED: ConsentChange;
/** What all sources together allow: one no is a no, and a purpose that nobody speaks of stays unknown. */
export declare const combine: (gpc: boolean, sources: readonly ConsentChange[]) => Consent;
/** A source's earlier statement with a later one over it. */
export declare const update: (before: ConsentChange, change: ConsentChange) => ConsentChange;
/** Whether `one` allows a purpose that `other` does not. */
export declare const isOnlyIn: (one: Consent, other: Consent, purpose: Purpose) => boolean;
