// A visit told again: which turn an entry belongs to, which campaigns competed, what a form asks for. Pure.

import type { Change, Replayed, Step } from "../contract";

/** What the form says; text as typed. */
export interface Wish {
  at: number;
  cart: string;
  pause: string;
  consent: "" | `deny ${string}` | `allow ${string}`;
}

/** The turn an entry of the timeline belongs to: the last one recorded at or before it. */
export function turnAt(steps: readonly Step[], seq: number): number | null {
  let turn: number | null = null;
  for (const step of steps) {
    if (step.seq > seq) break;
    turn = step.turn;
  }
  return turn;
}

/** Campaigns that competed in this visit, by name. */
export function competitors(steps: readonly Step[]): { id: string; name: string }[] {
  const names = new Map<string, string>();
  for (const step of steps) for (const proof of step.decisions) for (const one of proof.considered ?? []) names.set(one.campaign, one.name || one.campaign);
  return [...names].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name));
}

/** Minor units of a currency in one major unit. */
export function scaleOf(currency: string): number {
  try {
    return 10 ** (new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2);
  } catch {
    return 100;
  }
}

/** Turns the form into a request; a sentence where it asks for nothing, or for what cannot be. */
export function changeOf(wish: Wish, currency: string): Change | string {
  const change: Change = { at: wish.at, set: {}, pause: wish.pause ? [wish.pause] : [], deny: [], allow: [] };
  const typed = wish.cart.trim().replace(",", ".");
  if (typed) {
    const value = Number(typed);
    if (!Number.isFinite(value) || value < 0 || value > 1e9) return "The cart's value is an amount like 49.00.";
    change.set.cart = Math.round(value * scaleOf(currency));
  }
  const [verb, purpose] = wish.consent.split(" ");
  if (purpose) (verb === "deny" ? change.deny : change.allow).push(purpose);
  if (change.set.cart === undefined && change.pause.length + change.deny.length + change.allow.length === 0) return "Change the cart, pause a campaign or change an answer about consent.";
  return change;
}

/** What verifying found, in a sentence. */
export function verdict(replayed: Replayed): { good: boolean; words: string } {
  const { turns, same, stopped, cut } = replayed;
  const noun = turns === 1 ? "turn" : "turns";
  if (same < turns) return { good: false, words: `${turns - same} of ${turns} ${noun} gave other effects than were recorded` };
  if (stopped) return { good: false, words: `${same} ${noun} gave the same effects; then it stopped ${stopped}` };
  return { good: true, words: `${same} of ${turns} ${noun} gave the same effects${cut ? ", from the oldest record that is kept on" : ""}` };
}
