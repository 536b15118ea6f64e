// The plan, the crowd on it, and how sparks age.

import { describe, expect, it } from "vitest";
import { Crowd, cartScale, largeCart, ringShare } from "../floor/crowd";
import { StandingPoints, along, chooseAisles, divide, layout, roomOf, walkingPath } from "../floor/plan";
import type { AisleChoice } from "../floor/plan";
import { SPARKS_MAX, SPARK_MS, kindle, phase } from "../floor/sparks";
import { spark, summary } from "./samples";

const plan = layout(1000, 440);
const product = (category: string) => ({ page: { kind: "product", path: "/p", category } });

describe("plan", () => {
  it("covers its area with rooms and corridor, lying and upright", () => {
    for (const each of [plan, layout(358, 460)]) {
      const area = [...each.rooms.map((room) => room.rect), each.corridor].reduce((sum, { w, h }) => sum + w * h, 0);
      expect(Math.abs(area - each.width * each.height)).toBeLessThan(1);
    }
  });

  it("puts unknown page kinds into the corridor", () => {
    expect([roomOf("product"), roomOf("confirmation"), roomOf("blog"), roomOf(undefined)]).toEqual(["product", "checkout", "other", "other"]);
  });

  it("walks through both doors", () => {
    const path = walkingPath(plan, { x: 10, y: 50 }, "home", { x: 900, y: 400 }, "checkout");
    expect(path).toHaveLength(6);
    expect(along(path, 0)).toEqual({ x: 10, y: 50 });
    expect(along(path, 1)).toEqual({ x: 900, y: 400 });
    expect(walkingPath(plan, { x: 10, y: 50 }, "home", { x: 20, y: 60 }, "home")).toHaveLength(2);
  });

  it("spreads people evenly for every number of them, in square and long zones", () => {
    for (const zone of [{ x: 0, y: 0, w: 100, h: 100 }, { x: 50, y: 9, w: 400, h: 40 }]) {
      const standing = new StandingPoints(zone);
      for (const n of [20, 80, 500]) {
        const points = Array.from({ length: n }, (_, i) => standing.at(i));
        let nearest = Number.POSITIVE_INFINITY;
        for (let i = 0; i < n; i += 1) for (let j = 0; j < i; j += 1) nearest = Math.min(nearest, Math.hypot(points[i]!.x - points[j]!.x, points[i]!.y - points[j]!.y));
        expect(nearest).toBeGreaterThan(0.35 * Math.sqrt((zone.w * zone.h) / n));
        expect(points.every((point) => point.x >= zone.x && point.x <= zone.x + zone.w && point.y >= zone.y && point.y <= zone.y + zone.h)).toBe(true);
      }
    }
  });
});

describe("aisles", () => {
  const none: AisleChoice = { weights: [], visitors: 0 };
  const visitors = (counts: Record<string, number>) => new Map(Object.entries(counts));

  it("takes the largest departments and a shared aisle", () => {
    const choice = chooseAisles(none, visitors({ a: 1, b: 9, c: 5, d: 4, e: 3, f: 2 }));
    expect(choice.weights.map(([name]) => name)).toEqual(["b", "c", "d", "e", "f", "more"]);
  });

  it("has fewer aisles where there is little width", () => {
    expect(chooseAisles(none, visitors({ a: 5, b: 4, c: 3, d: 2 }), true).weights).toEqual([["a", 5], ["b", 4], ["c", 3], ["more", 2]]);
  });

  it("stays while visitors come and go", () => {
    const choice = chooseAisles(none, visitors({ a: 9, b: 8, c: 7, d: 6, e: 5, f: 1 }));
    expect(chooseAisles(choice, visitors({ a: 2, b: 8, c: 7, d: 6, e: 5, f: 9 }))).toBe(choice);
    expect(chooseAisles(choice, visitors({}))).toBe(choice);
  });

  it("changes when the shared aisle holds over a third", () => {
    const choice = chooseAisles(none, visitors({ a: 9, b: 8, c: 7, d: 6, e: 5 }));
    expect(chooseAisles(choice, visitors({ a: 9, f: 20 })).weights[0]).toEqual(["f", 20]);
  });

  it("divides the whole room by weight", () => {
    const aisles = divide({ x: 0, y: 0, w: 470, h: 190 }, [["a", 50], ["b", 48], ["c", 16], ["more", 4]]);
    expect(aisles.reduce((sum, { rect }) => sum + rect.w * rect.h, 0)).toBeCloseTo(470 * 190);
    expect(aisles[0]!.rect.w * aisles[0]!.rect.h).toBeGreaterThan(2 * aisles[2]!.rect.w * aisles[2]!.rect.h);
  });
});

describe("crowd", () => {
  it("places the first state at once and lets later arrivals walk in", () => {
    const crowd = new Crowd(plan);
    crowd.sync(new Map([["a", summary("a")]]), 0, false);
    expect(crowd.walkers.size).toBe(0);
    crowd.sync(new Map([["a", summary("a")], ["b", summary("b")]]), 100, false);
    const b = crowd.people.get("b")!;
    expect(crowd.position(b, 100)).toEqual(plan.entrance);
    expect([crowd.isMoving(200), crowd.isMoving(5000)]).toEqual([true, false]);
    expect(crowd.advance(5000)).toBe(true);
    expect(crowd.position(b, 5000)).toEqual(b.place);
  });

  it("moves between rooms, and counts people where they go", () => {
    const crowd = new Crowd(plan);
    crowd.sync(new Map([["a", summary("a")]]), 0, false);
    crowd.sync(new Map([["a", summary("a", product("audio.phones"))]]), 10, false);
    expect(crowd.counts().rooms).toEqual(new Map([["product", 1]]));
    expect(crowd.counts().aisles).toEqual(new Map([["product/audio", 1]]));
  });

  it("gives a free place to the next one and forgets who left", () => {
    const crowd = new Crowd(plan);
    crowd.sync(new Map(["a", "b", "c"].map((id) => [id, summary(id)])), 0, true);
    const place = crowd.people.get("b")!.place;
    crowd.sync(new Map(["a", "c"].map((id) => [id, summary(id)])), 1, true);
    expect(crowd.people.has("b")).toBe(false);
    crowd.sync(new Map(["a", "c", "d"].map((id) => [id, summary(id)])), 2, true);
    expect(crowd.people.get("d")!.place).toEqual(place);
  });

  it("walks out before it is forgotten, and may turn round at the door", () => {
    const crowd = new Crowd(plan);
    crowd.sync(new Map([["a", summary("a")], ["b", summary("b")]]), 0, true);
    crowd.sync(new Map([["a", summary("a")]]), 10, false);
    expect(crowd.counts().rooms.get("home")).toBe(1);
    crowd.sync(new Map([["a", summary("a")], ["b", summary("b")]]), 100, false);
    crowd.advance(9000);
    expect(crowd.people.has("b")).toBe(true);
    expect(crowd.counts().rooms.get("home")).toBe(2);
  });

  it("keeps everybody through a new size", () => {
    const crowd = new Crowd(plan);
    const sessions = new Map(Array.from({ length: 5000 }, (_, i) => [`s${i}`, summary(`s${i}`, product(`d${i % 9}.x`))] as const));
    crowd.sync(sessions, 0, false);
    crowd.resize(layout(358, 460));
    expect(crowd.people.size).toBe(5000);
    expect(Math.max(...[...crowd.people.values()].map((person) => person.place.x))).toBeLessThan(358);
  });

  it("draws carts larger by value, and a ring by attention", () => {
    const carts = Array.from({ length: 10 }, (_, i) => summary(`s${i}`, { cartItems: 1, cartValue: (i + 1) * 1000 }));
    expect(largeCart(carts)).toBe(10_000);
    expect(cartScale(0, 10_000)).toBe(1);
    expect(cartScale(90_000, 10_000)).toBeCloseTo(2.4);
    expect(ringShare(summary("a", { pageAttentionMs: 30_000 }))).toBe(0.5);
    expect(ringShare(summary("a", { pageAttentionMs: 30_000, attentive: false }))).toBe(0);
  });
});

describe("sparks", () => {
  it("spreads those of one message, in order", () => {
    const glows = kindle([], [spark("b", 20), spark("a", 10)], 1000, 400);
    expect(glows).toEqual([
      { session: "a", rays: true, bornMs: 1000 },
      { session: "b", rays: true, bornMs: 1200 },
    ]);
  });

  it("tells a push from a decision to show nothing", () => {
    expect(kindle([], [spark("a", 1, "baseline")], 0, 0)[0]?.rays).toBe(false);
    expect(kindle([], [spark("a", 1, "clicked")], 0, 0)[0]?.rays).toBe(true);
  });

  it("ages and burns out", () => {
    const glow = { session: "a", rays: true, bornMs: 100 };
    expect(phase(glow, 99)).toBeNull();
    expect(phase(glow, 100)).toEqual({ reach: 0, strength: 1 });
    const middle = phase(glow, 100 + SPARK_MS / 2)!;
    expect(middle.reach).toBeGreaterThan(0.5);
    expect(middle.strength).toBeLessThan(1);
    expect(phase(glow, 100 + SPARK_MS)).toBeNull();
    expect(kindle([glow], [], 100 + SPARK_MS, 0)).toEqual([]);
  });

  it("has one glow per session and a bounded number of them", () => {
    expect(kindle([{ session: "a", rays: false, bornMs: 0 }], [spark("a", 5)], 10, 0)).toEqual([{ session: "a", rays: true, bornMs: 10 }]);
    const many = Array.from({ length: 500 }, (_, i) => spark(`s${i}`, i));
    expect(kindle([], many, 0, 100)).toHaveLength(SPARKS_MAX);
  });
});
