// From what the server reports of an experiment to what its pages show. Pure.

import type { ArmReport, Bounds, Comparison, Experiment, ExperimentList, ExperimentReport, LookReport, MetricReport, VerdictCode } from "../contract";
import { metricAnchor } from "../definitions/definitions";
import { count, percent } from "../format";
import type { Interval } from "../ui/interval-scale";
import { spelled } from "../words";
import type { MetricRow } from "./metrics";
import type { Curve, ExperimentRow, ExperimentView, Point, Primary, ProgressView, VariantView, VerdictView } from "./model";
import type { Opinions } from "./opinions";
import type { GuardrailRow } from "./trust";
import type { Tone, Unit } from "./view";

/** The campaign that the whole shop's experiment goes by. */
const WHOLE_SHOP = "whole-shop";

const TONES: Record<VerdictCode, Tone> = {
  not_enough_data: "waiting",
  undecided: "unknown",
  inconclusive: "unknown",
  better: "better",
  worse: "worse",
  harmful: "worse",
  split_mismatch: "alarm",
};

/** Which variant stands for its experiment: harm before success, success before doubt. */
const RANKS: VerdictCode[] = ["split_mismatch", "harmful", "better", "worse", "inconclusive", "undecided", "not_enough_data"];

/** A report with what is known beside it, its variants by their ids. */
export type Named = ExperimentReport & Omit<Experiment, "report" | "variants">;

export function named({ report, variants, ...known }: Experiment): Named {
  const name = (slot: number, code: string): string => variants[slot - 2] ?? code;
  return {
    ...report,
    ...known,
    arms: report.arms.map((arm) => ({ ...arm, arm: name(arm.slot, arm.arm) })),
    comparisons: report.comparisons.map((comparison) => ({ ...comparison, arm: name(comparison.slot, comparison.arm) })),
  };
}

export function rowsOf(list: ExperimentList): ExperimentRow[] {
  return list.experiments.map((one) => rowOf(named(one)));
}

export function rowOf(report: Named): ExperimentRow {
  const shown = leading(report);
  const primary = shown?.metrics[0];
  return {
    id: report.id,
    campaign: report.campaign,
    name: report.name,
    isHoldout: report.campaign === WHOLE_SHOP,
    isRunning: report.running,
    verdict: verdictOf(report, shown),
    primary: primaryOf(report, primary),
    lift: primary ? liftOf(primary.lift, primary.liftInterval) : null,
    variant: report.comparisons.length > 1 ? (shown?.arm ?? "") : "",
    arms: report.arms.map((arm) => ({ name: arm.arm, visitors: arm.visitors })),
    split: splitTone(report),
    progress: progressOf(report, shown),
  };
}

/** The variant a list names: by verdict, then by lift. */
export function leading(report: Named): Comparison | undefined {
  const rank = (comparison: Comparison): number => RANKS.indexOf(comparison.verdict);
  const lift = (comparison: Comparison): number => comparison.metrics[0]?.lift ?? Number.NEGATIVE_INFINITY;
  return [...report.comparisons].sort((a, b) => rank(a) - rank(b) || (lift(a) === lift(b) ? 0 : lift(b) - lift(a)))[0];
}

function verdictOf(report: Named, comparison: Comparison | undefined): VerdictView {
  if (!comparison) return { tone: "waiting", sentence: "There is nothing to compare yet.", next: [] };
  const several = report.comparisons.length > 1 && comparison.verdict !== "split_mismatch" && comparison.verdict !== "not_enough_data";
  return { tone: TONES[comparison.verdict] ?? "unknown", sentence: several ? `${comparison.arm}: ${comparison.sentence}` : comparison.sentence, next: nextOf(report, comparison) };
}

/** What follows from a verdict. */
function nextOf(report: Named, comparison: Comparison): string[] {
  const next: string[] = [];
  const planned = report.rule === "horizon" && comparison.visitors < report.plannedVisitors;
  switch (comparison.verdict) {
    case "better":
      next.push(planned ? `It may have all of the traffic now; run on to the planned ${count(report.plannedVisitors)} visitors, the interval becomes narrower.` : "It may have all of the traffic.");
      break;
    case "worse":
      next.push("The shop's own content does better: stop it, or change it and begin anew.");
      break;
    case "harmful":
      next.push(report.paused ? "It was paused by itself. Whoever resumes it has read why." : "Pause it until it is known why.");
      break;
    case "inconclusive":
      next.push("Keep whichever is simpler. A new experiment needs a larger effect, or more visitors.");
      break;
    case "split_mismatch":
      next.push("The usual causes stand below. Numbers are shown, but nothing is concluded from them.");
      break;
    case "undecided":
    case "not_enough_data":
      break;
  }
  if (comparison.power.hint) next.push(comparison.power.hint);
  if (!report.running && !report.paused) next.push("Nobody enters it any more: its campaign is off, or runs as a newer experiment.");
  return next;
}

function primaryOf(report: Named, metric: MetricReport | undefined): Primary {
  return { title: titleOf(metric?.title ?? report.primary), anchor: metric?.anchor ?? metricAnchor(report.primary), unit: unitOf(report.primary), higherIsBetter: metric?.higherIsBetter ?? true };
}

const titleOf = (title: string): string => spelled(title);

/** Metrics as the server names them. */
export function unitOf(metric: string): Unit {
  if (metric === "conversion" || metric === "bounce") return "share";
  if (metric === "revenue_per_visitor" || metric === "profit_per_visitor" || metric === "average_order_value") return "money";
  if (metric === "attention" || metric === "task_completion_time") return "seconds";
  return "number";
}

function liftOf(value: number | null, bounds: Bounds | null): Interval | null {
  return value === null || bounds === null ? null : { value, ...bounds };
}

function splitTone(report: Named): Tone {
  if (report.triggeredSplit.isAlarm) return "alarm";
  return report.arms.reduce((sum, arm) => sum + arm.visitors, 0) < 100 ? "waiting" : "fine";
}

function progressOf(report: Named, comparison: Comparison | undefined): ProgressView {
  const visitors = comparison?.visitors ?? 0;
  const planned = report.rule === "horizon" ? report.plannedVisitors : null;
  const perDay = comparison?.power.visitorsPerDay ?? null;
  const left = planned === null ? null : Math.max(0, planned - visitors);
  return { visitors, planned, weeksLeft: left === null || !perDay ? null : left / perDay / 7 };
}

export function viewOf(experiment: Experiment): ExperimentView {
  const report = named(experiment);
  const shown = leading(report);
  const sum = (part: (arm: ArmReport) => number): number => report.arms.reduce((all, arm) => all + part(arm), 0);
  const { triggeredSplit: split } = report;
  return {
    row: rowOf(report),
    control: shown?.control ?? "",
    mode: report.rule,
    currency: report.currency,
    startedMs: report.startedAt,
    completeMs: report.watermarkMs > 0 ? report.watermarkMs : null,
    variants: report.comparisons.map((comparison) => variantOf(report, comparison)),
    arms: report.arms.map((arm) => ({ name: arm.arm, visitors: split.counts[arm.slot] ?? arm.visitors, expected: Math.round(split.expected[arm.slot] ?? 0) })),
    splitSentence: splitSentence(report),
    visitors: sum((arm) => arm.visitors),
    closed: sum((arm) => arm.closed),
    setApart: report.quality.quarantined,
    crossovers: report.quality.crossovers,
    power: {
      minimumEffect: shown?.power.detectableAtEnd ?? null,
      minimumEffectNow: shown?.power.detectableNow ?? null,
      power: report.power,
      alpha: report.alpha,
      perDay: shown?.power.visitorsPerDay ?? null,
    },
    paused: report.paused ?? null,
    shares: report.triggeredSplit.hasChangedShares ? sharesOf(report) : { names: [], points: [] },
    reached: { received: sum((arm) => arm.received), shown: sum((arm) => arm.shown), missed: sum((arm) => arm.missed), late: sum((arm) => arm.late) },
    notes: report.notes,
  };
}

function splitSentence(report: Named): string {
  const { pValue, isAlarm, segments } = report.triggeredSplit;
  if (splitTone(report) === "waiting") return "too few visitors to tell";
  if (!isAlarm) return "as planned";
  const odds = pValue > 0 ? `, ${count(Math.round(1 / Math.max(pValue, 1e-9)))} to 1 against chance` : "";
  return `not as planned${odds}${segments.length > 0 ? `; look first at ${segments.join(", ")}` : ""}`;
}

/** What part of each day's visitors went where. */
function sharesOf(report: Named): ExperimentView["shares"] {
  const points = report.traffic.map((day) => {
    const all = day.visitors.reduce((sum, n) => sum + n, 0);
    return { atMs: day.at, shares: report.arms.map((arm) => (all > 0 ? (day.visitors[arm.slot] ?? 0) / all : 0)) };
  });
  return { names: report.arms.map((arm) => arm.arm), points: points.filter((point) => point.shares.some((share) => share > 0)) };
}

function variantOf(report: Named, comparison: Comparison): VariantView {
  const [primary] = comparison.metrics;
  const arm = report.arms.find((one) => one.slot === comparison.slot);
  const { money } = comparison;
  return {
    name: comparison.arm,
    verdict: verdictOf(report, comparison),
    lift: primary ? liftOf(primary.lift, primary.liftInterval) : null,
    none: primary?.missing ?? "not enough data yet",
    curves: curvesOf(report, comparison),
    exaggeration: comparison.exaggeration,
    metrics: comparison.metrics.map((metric) => metricRow(report, comparison, metric)),
    segmentMetric: titleOf(comparison.segments[0]?.metric ?? report.primary),
    segments: comparison.segments.map((part) => ({ axis: part.axis, name: part.segment, visitors: part.visitors, lift: liftOf(part.shrunkLift, part.interval), raw: part.lift, isFlagged: part.isFlagged })),
    days: pointsOf(comparison.daily.filter((day) => day.metric === dailyMetric(comparison))),
    daysMetric: titleOf(dailyMetric(comparison)),
    novelty: comparison.novelty?.fades ? "The effect fades from day to day: the last days say more than the average." : "",
    guardrails: comparison.guardrails.map((guardrail) => guardrailRow(comparison, guardrail)),
    opinions: opinionsOf(report, comparison),
    money: {
      perThousand: money && { value: money.perThousandVisitors, ...money.perThousandInterval },
      perMonth: money && liftOf(money.perMonth, money.perMonthInterval),
      discount: arm?.discount ?? 0,
      anyway: comparison.discountAnyway,
      refunded: arm?.refunded ?? 0,
    },
  };
}

function pointsOf(looks: readonly LookReport[]): Point[] {
  return looks.flatMap((look) => {
    const lift = liftOf(look.lift, look.liftInterval);
    return lift ? [{ atMs: look.at, visitors: look.visitors, ...lift }] : [];
  });
}

const dailyMetric = (comparison: Comparison): string => comparison.novelty?.metric ?? comparison.daily[0]?.metric ?? "";

/** The primary metric look by look, and what is kept by day. */
function curvesOf(report: Named, comparison: Comparison): Curve[] {
  const looks: Curve = { name: `${titleOf(comparison.metrics[0]?.title ?? report.primary)}, look by look`, points: pointsOf(comparison.overTime) };
  const names = [...new Set(comparison.byDay.map((look) => look.metric))];
  const byDay = names.map((name) => ({ name: `${titleOf(name)}, by day`, points: pointsOf(comparison.byDay.filter((look) => look.metric === name)) }));
  return [looks, ...byDay.filter((curve) => curve.points.length > 1)];
}

function metricRow(report: Named, comparison: Comparison, metric: MetricReport): MetricRow {
  const cell = (mean: number | null, slot: number | undefined) => {
    const error = report.arms.find((arm) => arm.slot === slot)?.metrics.find((one) => one.metric === metric.metric)?.error ?? null;
    return { mean, lower: mean === null || error === null ? null : mean - 1.96 * error, upper: mean === null || error === null ? null : mean + 1.96 * error };
  };
  const control = report.arms.find((arm) => arm.arm === comparison.control)?.slot;
  const notes: string[] = [];
  if (metric.isFrozen) notes.push("final: the planned visitors are reached");
  if (metric.isSignificant && !metric.isPrimary) notes.push("stands out among all metrics");
  if (metric.uncapped && report.quality.capped > 0) notes.push(`${count(report.quality.capped)} visitors winsorized`);
  return {
    name: metric.metric,
    title: titleOf(metric.title),
    anchor: metric.anchor,
    unit: unitOf(metric.metric),
    isPrimary: metric.isPrimary,
    higherIsBetter: metric.higherIsBetter,
    control: cell(metric.control, control),
    treated: cell(metric.treated, comparison.slot),
    lift: liftOf(metric.lift, metric.liftInterval),
    difference: liftOf(metric.difference, metric.interval),
    none: metric.missing ?? "not enough data yet",
    note: notes.join(" · "),
  };
}

function guardrailRow(comparison: Comparison, { metric, margin, state, interval }: Comparison["guardrails"][number]): GuardrailRow {
  const report = comparison.metrics.find((one) => one.metric === metric);
  const base = Math.abs(report?.control ?? 0);
  const allowed = margin > 0 ? ` by more than ${percent(margin, 1)}` : "";
  const words = { watching: "too early to tell", safe: `not worse${allowed}`, breached: `worse${allowed}` };
  return {
    metric: titleOf(report?.title ?? metric),
    anchor: report?.anchor ?? metricAnchor(metric),
    higherIsBetter: report?.higherIsBetter ?? true,
    tone: state === "breached" ? "alarm" : state === "safe" ? "fine" : "waiting",
    sentence: words[state],
    change: interval && base > 0 && report?.difference != null ? { value: report.difference / base, lower: interval.lower / base, upper: interval.upper / base } : null,
  };
}

function opinionsOf(report: Named, comparison: Comparison): Opinions {
  const [primary] = comparison.metrics;
  const conversion = comparison.metrics.find((metric) => metric.exact !== null)?.exact ?? null;
  const { oneLook = null, adjusted = null, posterior = null } = primary ?? {};
  const base = Math.abs(primary?.control ?? 0);
  return {
    pValue: primary?.pValue ?? null,
    exactP: conversion?.pValue ?? null,
    exactInterval: conversion ? liftOf(conversion.estimate, conversion.interval) : null,
    randomizationP: primary?.randomization?.pValue ?? null,
    adjusted: adjusted && liftOf(adjusted.lift, adjusted.liftInterval),
    explained: adjusted && 1 - adjusted.varianceRatio,
    bayes: posterior && { lift: { value: posterior.lift, ...posterior.interval }, chanceToWin: posterior.chanceToWin, risk: posterior.risk },
    oneLook: oneLook && { p: oneLook.pValue, lift: oneLook.estimate !== null && oneLook.interval && base > 0 ? { value: oneLook.estimate / base, lower: oneLook.interval.lower / base, upper: oneLook.interval.upper / base } : null },
    oneLookAfter: report.rule === "open" ? null : Math.max(0, report.plannedVisitors - comparison.visitors),
  };
}
