// Drawn intervals: what they let one conclude, their scale, their places, and bands over time.

import { describe, expect, it } from "vitest";
import { signedMoney, signedPercent } from "../format";
import { bandRange, stretches } from "../ui/band-range";
import { amountEnd, meaningOf, placed, symmetricEnd } from "../ui/interval-scale";

const interval = (lower: number, value: number, upper: number) => ({ lower, value, upper });

describe("an interval", () => {
  it("says nothing while it holds zero, its ends included", () => {
    expect([interval(-1, 1, 3), interval(0, 1, 2), interval(-2, -1, 0), interval(Number.NaN, 0, Number.NaN)].map((one) => meaningOf(one))).toEqual(Array(4).fill("unknown"));
  });
  it("is better or worse by the metric's direction", () => {
    expect([meaningOf(interval(1, 2, 3)), meaningOf(interval(-3, -2, -1)), meaningOf(interval(1, 2, 3), false), meaningOf(interval(-3, -2, -1), false)]).toEqual(["better", "worse", "worse", "better"]);
  });
  it("is placed around zero and says which ends run over the scale", () => {
    expect(placed(interval(-0.05, 0, 0.1), 0.1)).toEqual({ left: 25, right: 100, point: 50, openLeft: false, openRight: false });
    expect(placed(interval(-9, 0.5, 9), 1)).toEqual({ left: 0, right: 100, point: 75, openLeft: true, openRight: true });
  });
});

describe("a common scale", () => {
  it("is not stretched by a few wide intervals, and holds every estimate", () => {
    expect(symmetricEnd([interval(-0.01, 0.01, 0.04), interval(-0.02, 0, 0.05), interval(-3, 0.02, 4)])).toBe(0.05);
    expect(symmetricEnd([interval(-0.01, 0.01, 0.04), interval(0.2, 0.4, 0.6)])).toBe(0.5);
    expect([symmetricEnd([]), symmetricEnd([null, interval(1, 7.5, 9)])]).toEqual([0.2, 9]);
  });
  it("of amounts is round", () => {
    expect([amountEnd([interval(-120, 10, 340)]), amountEnd([null]), amountEnd([interval(0, 0, 0)]), amountEnd([interval(-0.03, 0, 0.07)])]).toEqual([500, 1, 1, 0.1]);
  });
});

describe("a band over time", () => {
  const point = (atMs: number, lower: number, value: number, upper: number) => ({ atMs, lower, value, upper });
  it("shows zero, every estimate and the later half, and lets the wide beginning run over", () => {
    const [low, high] = bandRange([point(0, -50, 1, 50), point(1, -9, 2, 9), point(2, 1, 3, 5), point(3, 2, 3, 4)]);
    expect(low).toBeCloseTo(-0.4);
    expect(high).toBeCloseTo(5.4);
    expect(bandRange([])).toEqual([-0.1, 0.1]);
  });
  it("is cut where it begins to mean something", () => {
    const points = [point(0, -1, 0, 1), point(1, -1, 1, 3), point(2, 0.5, 1, 2), point(3, 0.5, 1, 2), point(4, -1, 0, 1)];
    expect(stretches(points, true)).toEqual([
      { meaning: "unknown", first: 0, last: 1 },
      { meaning: "better", first: 1, last: 3 },
      { meaning: "unknown", first: 3, last: 4 },
    ]);
    expect(stretches(points, false)[1]?.meaning).toBe("worse");
    expect(stretches(points.slice(0, 1), true)).toEqual([]);
  });
});

describe("signed numbers", () => {
  it("keep their sign and enough digits", () => {
    expect([0.0421, -0.12, 0, 1.5, -0.0004, Number.NaN].map((share) => signedPercent(share, "en-US"))).toEqual(["+4.2%", "−12%", "0%", "+150%", "0%", "–"]);
    expect([1250, -50, 0, -1_234_567].map((minor) => signedMoney(minor, "USD", "en-US"))).toEqual(["+$12.50", "−$0.50", "$0.00", "−$12,346"]);
  });
});
