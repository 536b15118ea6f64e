// From the server's report to what the pages show: which variant speaks, in what tone, and what is left out until it may be said.

import { describe, expect, it } from "vitest";
import { leading, named, rowOf, rowsOf, unitOf, viewOf } from "../experiments/report";
import { arm, comparison, experiment, metricReport, report } from "./report-samples";

describe("the variant that speaks for its experiment", () => {
  const named = (...verdicts: [string, Parameters<typeof comparison>[0]][]) => leading(report({ comparisons: verdicts.map(([arm, special]) => comparison({ arm, ...special })) }))?.arm;
  it("is harm before success, success before doubt, and the larger lift among equals", () => {
    expect(named(["a", { verdict: "better" }], ["b", { verdict: "harmful" }])).toBe("b");
    expect(named(["a", { verdict: "not_enough_data" }], ["b", { verdict: "better" }], ["c", { verdict: "worse" }])).toBe("b");
    expect(named(["a", { metrics: [metricReport({ lift: 0.02 })] }], ["b", { metrics: [metricReport({ lift: 0.3 })] }], ["c", { metrics: [metricReport({ lift: null })] }])).toBe("b");
    expect(leading(report({ comparisons: [] }))).toBeUndefined();
  });
  it("is named in the sentence only where there are several", () => {
    expect(rowOf(report()).verdict.sentence).toBe("free-shipping: Profit per visitor is better by +8.0% than the baseline's.");
    expect(rowOf(report({ comparisons: [comparison({ verdict: "not_enough_data", sentence: "Not enough data yet." }), comparison({ verdict: "not_enough_data" })] })).verdict.sentence).toBe("Not enough data yet.");
    const alone = rowOf(report({ comparisons: [comparison()] }));
    expect([alone.verdict.sentence, alone.variant]).toEqual(["Profit per visitor is better by +8.0% than the baseline's.", ""]);
  });
});

describe("names", () => {
  it("are the campaign's where the report counts places", () => {
    const raw = experiment({ arms: [arm("baseline", 1, 1), arm("variant 2", 3, 1), arm("variant 3", 4, 1)], comparisons: [comparison({ arm: "variant 1", slot: 2 })] });
    const found = named(raw);
    expect(found.arms.map((one) => one.arm)).toEqual(["baseline", "five-percent", "variant 3"]);
    expect(found.comparisons[0]?.arm).toBe("free-shipping");
    expect(rowsOf({ watermarkMs: 0, experiments: [raw] })[0]?.campaign).toBe("exit-offer");
  });
});

describe("a row", () => {
  it("has the interval, who was counted, and the weeks that are left at this pace", () => {
    expect(rowOf(report())).toMatchObject({
      lift: { value: 0.08, lower: 0.02, upper: 0.14 }, split: "fine", isHoldout: false, campaign: "exit-offer",
      progress: { visitors: 8_000, planned: 30_602, weeksLeft: expect.closeTo(22_602 / 7_000) },
      arms: [{ name: "baseline", visitors: 4_000 }, { name: "free-shipping", visitors: 4_000 }, { name: "five-percent", visitors: 4_000 }],
      primary: { title: "Profit per visitor", anchor: "metric-profit-per-visitor", unit: "money", higherIsBetter: true },
    });
  });
  it("has no end in open mode, and no lift where the control cannot be divided by", () => {
    const row = rowOf(report({ campaign: "whole-shop", rule: "open", comparisons: [comparison({ control: "holdout", metrics: [metricReport({ lift: null, liftInterval: null })] })] }));
    expect(row).toMatchObject({ isHoldout: true, lift: null, progress: { planned: null, weeksLeft: null } });
  });
  it.each([
    ["not_enough_data", "waiting"], ["undecided", "unknown"], ["inconclusive", "unknown"], ["better", "better"], ["worse", "worse"], ["harmful", "worse"], ["split_mismatch", "alarm"],
  ] as const)("of %s is %s", (verdict, tone) => expect(rowOf(report({ comparisons: [comparison({ verdict })] })).verdict.tone).toBe(tone));
  it("says what follows", () => {
    const next = (special: Parameters<typeof comparison>[0], whole = {}) => rowOf(report({ comparisons: [comparison(special)], ...whole })).verdict.next.join(" ");
    expect(next({})).toContain("run on to the planned 30,602 visitors");
    expect(next({ visitors: 40_000 })).toBe("It may have all of the traffic.");
    expect(next({ verdict: "harmful" }, { paused: { atMs: 1, reason: "r" } })).toContain("paused by itself");
    expect(next({ verdict: "undecided", power: { ...comparison().power, hint: "At this rate it takes 30 weeks." } })).toBe("At this rate it takes 30 weeks.");
    expect(next({ verdict: "undecided" }, { running: false })).toContain("Nobody enters it any more");
  });
});

describe("the page", () => {
  it("lists arms with what was expected, and tells a split that is off from one that is young", () => {
    const view = viewOf(experiment());
    expect(view.arms[0]).toEqual({ name: "baseline", visitors: 4_000, expected: 4_010 });
    expect([view.splitSentence, view.visitors, view.closed, view.reached.missed]).toEqual(["as planned", 12_000, 11_970, 6]);
    const split = { ...report().triggeredSplit, isAlarm: true, pValue: 0.0001, segments: ["device phone"] };
    expect(viewOf(experiment({ triggeredSplit: split }))).toMatchObject({ row: { split: "alarm" }, splitSentence: "not as planned, 10,000 to 1 against chance; look first at device phone" });
    expect(viewOf(experiment({ arms: [] })).splitSentence).toBe("too few visitors to tell");
  });
  it("shows shares over time only where they changed, without empty days", () => {
    expect(viewOf(experiment()).shares.points).toEqual([]);
    const moved = viewOf(experiment({ triggeredSplit: { ...report().triggeredSplit, hasChangedShares: true } })).shares;
    expect(moved).toEqual({ names: ["baseline", "free-shipping", "five-percent"], points: [{ atMs: 0, shares: [0.1, 0.3, 0.6] }] });
  });
  it("draws the looks of the primary metric first, then days that make a line, without what has no lift", () => {
    const [variant] = viewOf(experiment({ comparisons: [comparison()] })).variants;
    expect(variant?.curves.map((curve) => [curve.name, curve.points.length])).toEqual([["Profit per visitor, look by look", 2], ["Conversion, by day", 2]]);
    expect([variant?.days.length, variant?.daysMetric, variant?.novelty]).toEqual([2, "Profit per visitor", "The effect fades from day to day: the last days say more than the average."]);
  });
  it("makes a guardrail's bounds relative to the control", () => {
    const [row] = viewOf(experiment({ comparisons: [comparison()] })).variants[0]!.guardrails;
    expect(row).toMatchObject({ metric: "Conversion", anchor: "metric-conversion", tone: "fine", sentence: "not worse by more than 2%" });
    expect([row!.change!.value, row!.change!.lower, row!.change!.upper].map((n) => Math.round(n * 1e4) / 1e4)).toEqual([0.1, -0.01, 0.2]);
    const breached = viewOf(experiment({ comparisons: [comparison({ guardrails: [{ metric: "bounce", margin: 0, state: "breached", interval: null }] })] })).variants[0]!.guardrails[0];
    expect(breached).toMatchObject({ tone: "alarm", sentence: "worse", change: null });
  });
  it("hides the one look until it is due, and makes it a lift then", () => {
    const opinions = (special: Parameters<typeof metricReport>[0], whole = {}) => viewOf(experiment({ comparisons: [comparison({ metrics: [metricReport(special)] })], ...whole })).variants[0]!.opinions;
    expect(opinions({})).toMatchObject({ oneLook: null, oneLookAfter: 22_602, randomizationP: 0.03, bayes: { chanceToWin: 0.98 } });
    expect(opinions({ oneLook: { pValue: 0.02, estimate: 16, interval: { lower: 2, upper: 30 } } }).oneLook).toEqual({ p: 0.02, lift: { value: 0.08, lower: 0.01, upper: 0.15 } });
    expect(opinions({}, { rule: "open" }).oneLookAfter).toBeNull();
  });
  it("says the cost of a variant, and nothing where there is no money to compare", () => {
    const money = viewOf(experiment({ comparisons: [comparison()] })).variants[0]!.money;
    expect(money).toEqual({ perThousand: { value: 16_000, lower: 4_000, upper: 28_000 }, perMonth: null, discount: 5_000, anyway: 1_200, refunded: 90 });
    expect(viewOf(experiment({ comparisons: [comparison({ money: null })] })).variants[0]!.money.perThousand).toBeNull();
  });
});

describe("units", () => {
  it("follow the metric's name", () => expect(["bounce", "average_order_value", "attention", "engagement_depth", "custom_1"].map(unitOf)).toEqual(["share", "money", "seconds", "number", "number"]));
});
