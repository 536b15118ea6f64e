// What the shopper has agreed to. Unknown counts as no; Global Privacy Control only ever takes away.

import type { Consent } from "./protocol.generated.js";

export type Purpose = "personalize" | "remember" | "measure" | "share";
export type ConsentChange = { readonly [purpose in Purpose]?: boolean };

const PURPOSES: readonly Purpose[] = ["personalize", "remember", "measure", "share"];

/** All purposes agreed to, for shops that asked before they rendered. */
export const GRANTED: ConsentChange = { personalize: true, remember: true, measure: true, share: true };

/** What all sources together allow: one no is a no, and a purpose that nobody speaks of stays unknown. */
export const combine = (gpc: boolean, sources: readonly ConsentChange[]): Consent => {
  const consent: Consent = { gpc };
  for (const purpose of PURPOSES) {
    const said = sources.map((source) => source[purpose]).filter((given) => typeof given === "boolean");
    if (said.length) consent[purpose] = said.every(Boolean);
  }
  if (gpc) consent.share = false;
  return consent;
};

/** A source's earlier statement with a later one over it. */
export const update = (before: ConsentChange, change: ConsentChange): ConsentChange => {
  const after: { -readonly [purpose in Purpose]?: boolean } = { ...before };
  for (const purpose of PURPOSES) if (typeof change[purpose] === "boolean") after[purpose] = change[purpose];
  return after;
};

/** Whether `one` allows a purpose that `other` does not. */
export const isOnlyIn = (one: Consent, other: Consent, purpose: Purpose): boolean => !!one[purpose] && !other[purpose];
