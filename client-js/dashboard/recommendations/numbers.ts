// What strategies amount to: intervals of rates, totals, order. Pure.

import type { StrategyCounts } from "../contract";

export type StrategySort = "lists" | "clicked" | "carted" | "coverage" | "novelty" | "name";

/** A rate with the bounds between which it lies in 95 of 100 cases, each 0..=1. */
export interface Interval {
  rate: number;
  low: number;
  high: number;
}

const Z = 1.96;

/** Wilson's interval of `hits` among `of`; `null` while nothing was counted. More hits than chances count as all. */
export function intervalOf(hits: number, of: number): Interval | null {
  if (!(of > 0)) return null;
  const rate = Math.min(1, Math.max(0, hits / of));
  const spread = Z * Math.sqrt((rate * (1 - rate)) / of + (Z * Z) / (4 * of * of));
  const center = rate + (Z * Z) / (2 * of);
  const scale = 1 + (Z * Z) / of;
  return { rate, low: Math.max(0, (center - spread) / scale), high: Math.min(1, (center + spread) / scale) };
}

/** The right end of a common scale for intervals: the next 1, 2 or 5 above all that is known well. */
export function scaleOf(intervals: readonly (Interval | null)[]): number {
  const most = Math.max(0, ...intervals.map((interval) => (interval ? Math.min(interval.high, interval.rate * 2 + 0.01) : 0)));
  for (const end of [0.01, 0.02, 0.05, 0.1, 0.2, 0.5]) if (most <= end) return end;
  return 1;
}

export interface Totals {
  lists: number;
  clicks: number;
  carts: number;
  /** Of all lists, how many did not come from the strategy that was asked for; `null` where nothing is known. */
  fallback: number | null;
}

/** All strategies together. */
export function totalsOf(strategies: readonly StrategyCounts[]): Totals {
  const sum = (part: (one: StrategyCounts) => number): number => strategies.reduce((total, one) => total + part(one), 0);
  const known = strategies.filter((one) => one.fallback_share !== null);
  const lists = known.reduce((total, one) => total + one.lists, 0);
  return {
    lists: sum((one) => one.lists),
    clicks: sum((one) => one.clicks),
    carts: sum((one) => one.carts),
    fallback: lists > 0 ? known.reduce((total, one) => total + one.lists * (one.fallback_share ?? 0), 0) / lists : null,
  };
}

/** Sorted, most first; what is unknown stands last, and equals by name. */
export function sortStrategies(strategies: readonly StrategyCounts[], sort: StrategySort): StrategyCounts[] {
  const key = (one: StrategyCounts): number => {
    switch (sort) {
      case "lists":
        return one.lists;
      case "clicked":
        return one.click_rate ?? -1;
      case "carted":
        return one.cart_rate ?? -1;
      case "coverage":
        return one.coverage ?? -1;
      case "novelty":
        return one.novelty ?? -1;
      case "name":
        return 0;
    }
  };
  return [...strategies].sort((a, b) => key(b) - key(a) || a.name.localeCompare(b.name));
}
