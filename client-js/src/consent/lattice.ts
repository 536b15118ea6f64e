// What the shopper has agreed to, by all who speak for them. Unknown counts as no; Global Privacy Control only ever takes away.

import type { Consent, Purposes, Tcf } from "../protocol.generated.js";

export type Purpose = "session" | "personalize" | "remember" | "measure" | "share";
export type ConsentChange = { readonly [purpose in Purpose]?: boolean };
/** A source's answer; `null` where it is there and has not answered: that allows nothing and refuses nothing. */
export type Answer = { readonly [purpose in Purpose]?: boolean | null };
export type Source = "shop" | "platform" | "mode" | "tcf";
export type Said = { [source in Source]?: Answer };

const PURPOSES: readonly Purpose[] = ["session", "personalize", "remember", "measure", "share"];
const all = <A>(answer: A): { [purpose in Purpose]?: A } => Object.fromEntries(PURPOSES.map((purpose) => [purpose, answer]));

/** All purposes agreed to, for shops that asked before they rendered. */
export const GRANTED: ConsentChange = all(true);
export const PENDING: Answer = all(null);

/** What all sources together allow: one no is a no, and what somebody has yet to answer, or nobody speaks of, stays unknown. */
export const combine = (gpc: boolean, said: Said): ConsentChange & { gpc: boolean } => {
  const consent: { -readonly [purpose in Purpose]?: boolean } & { gpc: boolean } = { gpc };
  for (const purpose of PURPOSES) {
    const answers = Object.values(said).map((answer) => answer[purpose]);
    if (answers.includes(false)) consent[purpose] = false;
    else if (answers.includes(true) && !answers.includes(null)) consent[purpose] = true;
  }
  if (gpc) consent.share = false;
  return consent;
};

/** The same for the engine, which joins the sources itself. To it, a source that has not answered says no. */
export const state = (gpc: boolean, { shop, platform, mode }: Said, tcf: Tcf | undefined): Consent => {
  const plain = (answer: Answer | undefined): Purposes | undefined =>
    answer && Object.fromEntries(Object.entries(answer).map(([purpose, said]) => [purpose, said === true]));
  return { ...plain(shop), gpc, platform: plain(platform), mode: plain(mode), tcf };
};

/** A source's earlier statement with a later one over it. */
export const update = (before: Answer | undefined, change: Answer): Answer => ({
  ...before,
  ...Object.fromEntries(Object.entries(change).filter(([, said]) => typeof said === "boolean")),
});

/** Whether `one` allows a purpose that `other` does not. */
export const isOnlyIn = (one: ConsentChange, other: ConsentChange, purpose: Purpose): boolean => !!one[purpose] && !other[purpose];
