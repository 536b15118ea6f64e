import type { Consent, Tcf } from "../protocol.generated.js";
export type Purpose = "session" | "personalize" | "remember" | "measure" | "share";
export type ConsentChange = {
    readonly [purpose in Purpose]?: boolean;
};
/** A source's answer; `null` where it is there and has not answered: that allows nothing and refuses nothing. */
export type Answer = {
    readonly [purpose in Purpose]?: boolean | null;
};
export type Source = "shop" | "platform" | "mode" | "tcf";
export type Said = {
    [source in Source]?: Answer;
};
/** All purposes agreed to, for shops that asked before they rendered. */
export declare const GRANTED: ConsentChange;
export declare const PENDING: Answer;
/** What all sources together allow: one no is a no, and what somebody has yet to answer, or nobody speaks of, stays unknown. */
export declare const combine: (gpc: boolean, said: Said) => ConsentChange & {
    gpc: boolean;
};
/** The same for the engine, which joins the sources itself. To it, a source that has not answered says no. */
export declare const state: (gpc: boolean, { shop, platform, mode }: Said, tcf: Tcf | undefined) => Consent;
/** A source's earlier statement with a later one over it. */
export declare const update: (before: Answer | undefined, change: Answer) => Answer;
/** Whether `one` allows a purpose that `other` does not. */
export declare const isOnlyIn: (one: ConsentChange, other: ConsentChange, purpose: Purpose) => boolean;
