// An experiment as its pages show it, with every part of it; tests change what they are about.

import type { MetricRow } from "../experiments/metrics";
import type { ExperimentRow, ExperimentView, VariantView } from "../experiments/model";
import type { Interval } from "../ui/interval-scale";

export const around = (value: number, half: number): Interval => ({ value, lower: value - half, upper: value + half });

export function row(special: Partial<ExperimentRow> = {}): ExperimentRow {
  return {
    id: "exit-offer.00000000000000aa",
    campaign: "exit-offer",
    isRunning: true,
    name: "An offer for those who leave",
    isHoldout: false,
    verdict: { tone: "better", sentence: "free-shipping earns more.", next: [] },
    primary: { title: "Profit per visitor", anchor: "metric-profit-per-visitor", unit: "money", higherIsBetter: true },
    lift: around(0.084, 0.065),
    variant: "free-shipping",
    arms: [
      { name: "baseline", visitors: 2_310 },
      { name: "free-shipping", visitors: 6_520 },
    ],
    split: "fine",
    progress: { visitors: 8_830, planned: 30_602, weeksLeft: 3 },
    ...special,
  };
}

export function metric(special: Partial<MetricRow> = {}): MetricRow {
  const cell = (mean: number) => ({ mean, lower: mean * 0.9, upper: mean * 1.1 });
  return {
    name: "profit_per_visitor",
    title: "Profit per visitor",
    anchor: "metric-profit-per-visitor",
    unit: "money",
    isPrimary: true,
    higherIsBetter: true,
    control: cell(212.4),
    treated: cell(230.2),
    lift: around(0.084, 0.065),
    difference: around(17.8, 13.8),
    none: "not enough data yet",
    note: "",
    ...special,
  };
}

export function variant(special: Partial<VariantView> = {}): VariantView {
  const point = (day: number, half: number) => ({ atMs: day * 86_400_000, visitors: 1_000 * (day + 1), ...around(0.08, half) });
  return {
    name: "free-shipping",
    verdict: { tone: "better", sentence: "free-shipping earns more.", next: [] },
    lift: around(0.084, 0.065),
    none: "not enough data yet",
    curves: [
      { name: "Profit per visitor, look by look", points: [point(0, 0.3), point(1, 0.1), point(2, 0.065)] },
      { name: "Conversion, by day", points: [point(0, 0.4), point(1, 0.2)] },
    ],
    exaggeration: "Decided early. What is seen at an early decision is larger than what is true.",
    metrics: [metric(), metric({ name: "bounce", title: "Bounce", anchor: "metric-bounce", unit: "share", isPrimary: false, higherIsBetter: false, lift: around(-0.08, 0.05) })],
    segmentMetric: "Profit per visitor",
    segments: [
      { axis: "device", name: "phone", visitors: 5_200, lift: around(0.07, 0.09), raw: 0.11, isFlagged: false },
      { axis: "device", name: "desktop", visitors: 3_600, lift: around(0.09, 0.06), raw: 0.1, isFlagged: true },
      { axis: "referrer", name: "email", visitors: 9, lift: null, raw: null, isFlagged: false },
    ],
    daysMetric: "Profit per visitor",
    days: [point(0, 0.2), point(1, 0.2)],
    novelty: "",
    guardrails: [{ metric: "Conversion", anchor: "metric-conversion", higherIsBetter: true, tone: "fine", sentence: "not worse", change: around(0.09, 0.08) }],
    opinions: { pValue: 0.0123, exactP: 0.00003, exactInterval: around(0.09, 0.08), randomizationP: null, adjusted: around(0.08, 0.055), explained: 0.2, bayes: { lift: around(0.079, 0.05), chanceToWin: 0.993, risk: 0.0004 }, oneLook: null, oneLookAfter: 21_772 },
    money: { perThousand: around(17_840, 13_800), perMonth: around(412_000, 318_000), discount: 382_000, anyway: 121_000, refunded: 4_100 },
    ...special,
  };
}

export function view(special: Partial<ExperimentView> = {}): ExperimentView {
  return {
    row: row(),
    control: "baseline",
    mode: "horizon",
    currency: "USD",
    startedMs: 0,
    completeMs: 172_800_000,
    variants: [variant()],
    arms: [
      { name: "baseline", visitors: 2_310, expected: 2_294 },
      { name: "free-shipping", visitors: 6_520, expected: 6_536 },
    ],
    splitSentence: "as planned",
    visitors: 8_830,
    closed: 8_100,
    setApart: 812,
    crossovers: 12,
    power: { minimumEffect: 0.061, minimumEffectNow: 0.094, power: 0.8, alpha: 0.05, perDay: 1_020 },
    paused: null,
    shares: { names: [], points: [] },
    reached: { received: 0, shown: 0, missed: 31, late: 4 },
    notes: [],
    ...special,
  };
}
