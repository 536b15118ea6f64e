// What offers amount to: sums over campaigns, budgets by how near their end is, terms in words. Pure.

import type { BudgetLimit, Offer, OfferSums } from "../contract";
import { count, money, span } from "../format";
import type { Locale } from "../format";
import { categoryName, spelled } from "../words";

/** Codes that were made; the forgotten ones included. */
export function grantedOf(sums: OfferSums): number {
  return sums.open + sums.redeemed + sums.expired + sums.revoked;
}

export function sumOf(totals: Record<string, OfferSums>): OfferSums {
  const sum: OfferSums = { open: 0, redeemed: 0, expired: 0, revoked: 0, reservedMinor: 0, spentMinor: 0 };
  for (const one of Object.values(totals)) {
    for (const key of Object.keys(sum) as (keyof OfferSums)[]) sum[key] += one[key];
  }
  return sum;
}

/** A budget warns from here on. */
const NEARLY = 0.9;

export function shareUsed(limit: BudgetLimit): number {
  return limit.most > 0 ? Math.min(1, Math.max(0, limit.used / limit.most)) : 1;
}

export function isNearlyUsed(limit: BudgetLimit): boolean {
  return shareUsed(limit) >= NEARLY;
}

/** The limit that will stop a campaign first, if nothing changes. */
export function tightest(limits: readonly BudgetLimit[]): BudgetLimit | null {
  return limits.reduce<BudgetLimit | null>((most, limit) => (most === null || shareUsed(limit) > shareUsed(most) ? limit : most), null);
}

const isInCodes = (limit: BudgetLimit): boolean => limit.limit === "count" || limit.limit === "open";

function amountOf(n: number, limit: BudgetLimit, currency: string, locale?: Locale): string {
  return isInCodes(limit) ? count(n, locale) : money(n, currency, locale);
}

/** `132 of 300 codes in 24 h`. */
export function limitWords(limit: BudgetLimit, currency: string, locale?: Locale): string {
  const unit = limit.limit === "open" ? " codes open at a time" : limit.limit === "count" ? " codes" : "";
  const window = limit.windowMs !== undefined ? ` in ${span(limit.windowMs)}` : limit.limit === "value_total" ? " in all" : "";
  return `${amountOf(limit.used, limit, currency, locale)} of ${amountOf(limit.most, limit, currency, locale)}${unit}${window}`;
}

export function leftWords(limit: BudgetLimit, currency: string, locale?: Locale): string {
  const left = Math.max(0, limit.most - limit.used);
  return left === 0 ? "used up" : `${amountOf(left, limit, currency, locale)} left`;
}

/** An offer's terms as one would say them. */
export function termsOf(offer: Offer, locale?: Locale): string {
  const what = {
    percent: `${offer.amount}% off`,
    fixed: `${money(offer.amount, offer.currency, locale)} off`,
    free_shipping: "Free shipping",
    message: "A message",
  }[offer.kind];
  const parts = [what ?? spelled(offer.kind)];
  if (offer.minimumMinor > 0) parts.push(`from ${money(offer.minimumMinor, offer.currency, locale)}`);
  if (offer.mostMinor !== undefined) parts.push(`at most ${money(offer.mostMinor, offer.currency, locale)}`);
  if (offer.categories.length > 0) parts.push(`for ${offer.categories.map(categoryName).join(", ")}`);
  if (!offer.singleUse) parts.push("more than once");
  return parts.join(" · ");
}

const STATES: Record<string, string> = {
  reserved: "Being made",
  minted: "Made",
  shown: "Shown",
  redeemed: "Redeemed",
  expired: "Expired",
  revoked: "Withdrawn",
};

export const OFFER_STATES = ["minted", "shown", "redeemed", "expired", "revoked"] as const;

export const stateName = (state: string): string => STATES[state] ?? spelled(state);

/** The code may still be used. */
export function isOpen(offer: Offer): boolean {
  return offer.state === "reserved" || offer.state === "minted" || offer.state === "shown" || (offer.state === "redeemed" && !offer.singleUse);
}

const REFUSALS: Record<string, string> = {
  terms: "Its terms are not valid",
  ceiling: "The shop has too many open codes",
  shop_count: "The shop's codes of the day are used up",
  shop_value: "The shop's money of the day is used up",
  budget: "The campaign's codes are used up",
  open: "The campaign has too many open codes",
  value: "The campaign's money is used up",
  unbounded: "Nothing bounds what it may cost",
  no_pool: "There is no such pool of codes",
  pool_dry: "The pool of codes is empty",
  changed: "Already made on other terms",
  over: "Used, expired or withdrawn before",
  currency: "The cart is in another currency",
  categories: "Nothing in the cart it is good for",
  margin: "It would leave too little margin",
  cost_unknown: "The cost of something in the cart is unknown",
  store: "It could not be stored",
  platform: "The shop's platform did not make the code",
  network: "Too many from one network in an hour",
};

export const refusalName = (code: string): string => REFUSALS[code] ?? spelled(code);

/** Where the highest of a row of bars ends: the next 1, 2 or 5 times a power of ten. */
export function niceTop(values: readonly number[]): number {
  const most = Math.max(0, ...values.filter(Number.isFinite));
  if (most <= 0) return 1;
  const step = 10 ** Math.floor(Math.log10(most));
  for (const times of [1, 2, 5]) if (most <= times * step * (1 + 1e-9)) return times * step;
  return 10 * step;
}
