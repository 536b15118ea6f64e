// A report as the server sends it, for a campaign with two variants; tests change what they are about.

import type { ArmReport, Comparison, Experiment, LookReport, MetricReport } from "../contract";
import type { Named } from "../experiments/report";

const DAY = 86_400_000;

export function metricReport(special: Partial<MetricReport> = {}): MetricReport {
  return {
    metric: "profit_per_visitor", title: "profit per visitor", kind: "mean", anchor: "metric-profit-per-visitor", higherIsBetter: true, isPrimary: true,
    control: 200, treated: 216, difference: 16, interval: { lower: 4, upper: 28 }, lift: 0.08, liftInterval: { lower: 0.02, upper: 0.14 },
    pValue: 0.01, isSignificant: true, isFrozen: false, oneLook: null, adjusted: { lift: 0.075, liftInterval: { lower: 0.03, upper: 0.12 }, varianceRatio: 0.8 },
    posterior: { chanceToWin: 0.98, risk: 0.0004, lift: 0.077, interval: { lower: 0.03, upper: 0.12 } }, exact: null, randomization: { pValue: 0.03, estimate: null, interval: null }, uncapped: null, missing: null,
    ...special,
  };
}

export function look(day: number, special: Partial<LookReport> = {}): LookReport {
  return { at: day * DAY, metric: "profit_per_visitor", visitors: 1_000 * (day + 1), difference: 16, interval: { lower: -8, upper: 40 }, lift: 0.08, liftInterval: { lower: -0.04, upper: 0.2 }, ...special };
}

export function comparison(special: Partial<Comparison> = {}): Comparison {
  const conversion = metricReport({ metric: "conversion", title: "conversion", anchor: "metric-conversion", isPrimary: false, control: 0.03, treated: 0.033, difference: 0.003, exact: { pValue: 0.04, estimate: 0.1, interval: { lower: 0.01, upper: 0.2 } } });
  return {
    arm: "free-shipping", slot: 2, control: "baseline", visitors: 8_000, verdict: "better", sentence: "Profit per visitor is better by +8.0% than the baseline's.",
    metrics: [metricReport(), conversion],
    power: { progress: 0.26, detectableNow: 0.12, detectableAtEnd: 0.06, visitorsMore: 22_602, visitorsPerDay: 1_000, weeks: 5, hint: null },
    guardrails: [{ metric: "conversion", margin: 0.02, state: "safe", interval: { lower: -0.0003, upper: 0.006 } }],
    segments: [{ axis: "device", segment: "phone", metric: "profit_per_visitor", visitors: 5_000, lift: 0.11, shrunkLift: 0.09, interval: { lower: 0.01, upper: 0.17 }, isFlagged: true }],
    novelty: { metric: "profit_per_visitor", days: 8, fades: true, slopePValue: 0.004, lastThird: 4 },
    overTime: [look(0), look(1), look(2, { lift: null, liftInterval: null })],
    byDay: [look(0, { metric: "conversion" }), look(1, { metric: "conversion" }), look(0, { metric: "revenue_per_visitor" })],
    daily: [look(0), look(0, { metric: "conversion" }), look(1)],
    money: { metric: "profit_per_visitor", perThousandVisitors: 16_000, perThousandInterval: { lower: 4_000, upper: 28_000 }, perMonth: null, perMonthInterval: null },
    discountAnyway: 1_200, exaggeration: "Decided early.",
    ...special,
  };
}

export function arm(name: string, slot: number, visitors: number, special: Partial<ArmReport> = {}): ArmReport {
  return { arm: name, slot, share: 0.5, visitors, closed: visitors - 10, received: 5, shown: 4, missed: 2, late: 1, crossovers: 3, quarantined: 7, orders: 100, discount: 5_000, refunded: 90, metrics: [{ metric: "profit_per_visitor", mean: 200, error: 10 }], ...special };
}

/** With its variants named. */
export function report(special: Partial<Named> = {}): Named {
  return {
    id: "exit-offer.00000000000000aa", campaign: "exit-offer", name: "An offer for those who leave", running: true, watermarkMs: 3 * DAY, startedAt: 0, primary: "profit_per_visitor", rule: "horizon",
    plannedVisitors: 30_602, alpha: 0.05, power: 0.8, currency: "USD",
    arms: [arm("baseline", 1, 4_000, { discount: 0 }), arm("free-shipping", 2, 4_000), arm("five-percent", 3, 4_000)],
    comparisons: [comparison({ arm: "five-percent", slot: 3, verdict: "undecided", sentence: "No difference shown yet." }), comparison()],
    triggeredSplit: { counts: [0, 4_000, 4_000, 4_000], expected: [0, 4_010.4, 3_994.8, 3_994.8], pValue: 0.6, isAlarm: false, hasChangedShares: false, segments: [] },
    quality: { quarantined: 21, crossovers: 9, isCrossoverAlarm: false, capped: 4 },
    traffic: [{ at: 0, visitors: [0, 100, 300, 600] }, { at: DAY, visitors: [0, 0, 0, 0] }],
    notes: [],
    ...special,
  };
}

/** As it comes, with variants by their places. */
export function experiment(special: Partial<Named> = {}): Experiment {
  const { id, campaign, name, running, watermarkMs, paused, ...rest } = report(special);
  return { id, campaign, name, running, watermarkMs, variants: ["free-shipping", "five-percent"], ...(paused ? { paused } : {}), report: rest };
}
