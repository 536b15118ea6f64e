// The page of strategies: its intervals, its totals, its order, and what it says in words.

import { Window } from "happy-dom";
import { h, render, type ComponentChild } from "preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { IndexHealth, StrategyCounts } from "../contract";
import { intervalOf, scaleOf, sortStrategies, totalsOf } from "../recommendations/numbers";
import { Shown } from "../recommendations/page";

const strategy = (name: string, special: Partial<StrategyCounts> = {}): StrategyCounts => ({
  name, lists: 0, items: 0, distinct_items: 0, coverage: null, novelty: null, clicks: 0, carts: 0, click_rate: null, cart_rate: null, fallback_share: null, ...special,
});
const index = (special: Partial<IndexHealth> = {}): IndexHealth => ({
  enabled: true, sessions: null, interactions: null, bytes: null, segments: null, published_at: null, learned_total: null, learned_per_s: null, questions: null, p50_us: null, p99_us: null, horizon_days: null, ...special,
});

describe("rates", () => {
  it("come with Wilson's interval", () => {
    const interval = intervalOf(10, 100)!;
    expect([interval.rate, interval.low, interval.high].map((share) => Math.round(share * 1e4))).toEqual([1000, 552, 1744]);
    expect(intervalOf(0, 50)).toMatchObject({ rate: 0, low: 0 });
    expect(intervalOf(9, 5)!.high).toBe(1);
    expect(intervalOf(0, 0)).toBeNull();
  });
  it("share a scale that a rate of a few lists does not stretch", () => {
    expect(scaleOf([intervalOf(50, 1_000), intervalOf(0, 3), null])).toBe(0.1);
    expect([scaleOf([]), scaleOf([intervalOf(9, 10)])]).toEqual([0.01, 1]);
  });
});

describe("strategies", () => {
  const list = [
    strategy("similar", { lists: 100, clicks: 10, carts: 2, click_rate: 0.1, fallback_share: 0.5 }),
    strategy("popular", { lists: 300, clicks: 3, carts: 0, click_rate: 0.01, fallback_share: 0 }),
    strategy("nearest", { lists: 100 }),
  ];
  it("add up, each list once, over those that are known", () => {
    expect(totalsOf(list)).toEqual({ lists: 500, clicks: 13, carts: 2, fallback: 0.125 });
    expect(totalsOf([list[2]!]).fallback).toBeNull();
  });
  it("sort, the unknown last", () => {
    expect(sortStrategies(list, "clicked").map(({ name }) => name)).toEqual(["similar", "popular", "nearest"]);
    expect(sortStrategies(list, "lists").map(({ name }) => name)).toEqual(["popular", "nearest", "similar"]);
  });
});

describe("the page", () => {
  afterEach(() => vi.unstubAllGlobals());
  const text = (child: ComponentChild): string => {
    const { document } = new Window();
    vi.stubGlobal("document", document);
    render(child, document.body as unknown as Element);
    return document.body.textContent.replace(/\s+/g, " ").trim();
  };
  it("says what each strategy did, and which were not asked", () => {
    const used = strategy("next_item", { lists: 400, items: 2_400, distinct_items: 700, coverage: 0.25, novelty: 0.8, clicks: 40, carts: 8, click_rate: 0.1, cart_rate: 0.02, fallback_share: 0.05 });
    const words = text(h(Shown, { found: { strategies: [used, strategy("upsell")], index: index({ p50_us: 80, p99_us: 300, bytes: 2_048, interactions: 128 }) } }));
    for (const part of ["by 1 of 2 strategies", "Next item", "clicked, 7.4% to 13%", "Coverage25%", "Novelty80%", "To cart2%", "Not asked for yet: one step up.", "99 of 100 at most 300 µs", "over the goal of 250 µs", "16 B per interaction"]) expect(words).toContain(part);
  });
  it("says what to do where nothing was shown, and what an index that is off means", () => {
    const words = text(h(Shown, { found: { strategies: [strategy("popular")], index: index({ enabled: false }) } }));
    expect(words).toContain("No list has been shown yet");
    expect(words).toContain("The index is switched off");
    expect(words).not.toContain("NaN");
  });
  it("shows a dash for what nobody knows", () => {
    const words = text(h(Shown, { found: { strategies: [strategy("popular", { lists: 1 })], index: index() } }));
    expect(words).toContain("Coverage–");
    expect(words).toContain("No question has been measured yet.");
  });
});
