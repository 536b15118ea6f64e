// An experiment as its pages show it.

import type { BandPoint } from "../ui/band-range";
import type { Interval } from "../ui/interval-scale";
import type { SharesAt } from "../ui/stack-chart";
import type { Reached } from "./decisions";
import type { MetricRow } from "./metrics";
import type { MoneyFacts } from "./money";
import type { Opinions } from "./opinions";
import type { SegmentRow } from "./segments";
import type { ArmCount, GuardrailRow } from "./trust";
import type { Tone, Unit } from "./view";

export interface VerdictView {
  tone: Tone;
  sentence: string;
  /** What follows from it, one thought each. */
  next: string[];
}

export interface ProgressView {
  /** In the control and the variant with most. */
  visitors: number;
  /** `null` in open mode, which has no end. */
  planned: number | null;
  weeksLeft: number | null;
}

export interface Primary {
  title: string;
  anchor: string;
  unit: Unit;
  higherIsBetter: boolean;
}

/** One experiment in the list. */
export interface ExperimentRow {
  id: string;
  /** The campaign's id. */
  campaign: string;
  name: string;
  /** The whole shop against those who see no campaign. */
  isHoldout: boolean;
  isRunning: boolean;
  verdict: VerdictView;
  primary: Primary;
  /** Of the variant that is named; empty where there is one only. */
  lift: Interval | null;
  variant: string;
  arms: { name: string; visitors: number }[];
  split: Tone;
  progress: ProgressView;
}

export interface Point extends BandPoint {
  visitors: number;
}

/** A line over time that one can choose. */
export interface Curve {
  name: string;
  points: Point[];
}

/** One variant against the control. */
export interface VariantView {
  name: string;
  verdict: VerdictView;
  lift: Interval | null;
  /** Why there is none. */
  none: string;
  /** The primary metric first. */
  curves: Curve[];
  /** Said where it was decided early. */
  exaggeration: string | null;
  metrics: MetricRow[];
  segmentMetric: string;
  segments: SegmentRow[];
  /** Each day by itself. */
  days: Point[];
  daysMetric: string;
  /** Said beside the days when their effect fades. */
  novelty: string;
  guardrails: GuardrailRow[];
  opinions: Opinions;
  money: MoneyFacts;
}

export interface PowerView {
  /** Smallest true lift that is found in 80 of 100 cases, at the planned visitors. */
  minimumEffect: number | null;
  /** The same with the visitors there are now. */
  minimumEffectNow: number | null;
  power: number;
  alpha: number;
  perDay: number | null;
}

export interface ExperimentView {
  row: ExperimentRow;
  control: string;
  mode: "horizon" | "open";
  currency: string;
  startedMs: number | null;
  completeMs: number | null;
  variants: VariantView[];
  arms: ArmCount[];
  splitSentence: string;
  visitors: number;
  closed: number;
  setApart: number;
  crossovers: number;
  power: PowerView;
  /** By a guardrail. */
  paused: { atMs: number; reason: string } | null;
  /** Who got how much of the traffic; empty where shares are fixed. */
  shares: { names: string[]; points: SharesAt[] };
  reached: Reached;
  notes: string[];
}
