// Where intervals are drawn: one scale around zero for all of them, and what an interval says. Pure.

/** An estimate with the bounds it lies between. */
export interface Interval {
  value: number;
  lower: number;
  upper: number;
}

/** What an interval lets one conclude: nothing while it holds zero. */
export type Meaning = "unknown" | "better" | "worse";

export function meaningOf(interval: Interval, higherIsBetter = true): Meaning {
  if (!(interval.lower > 0) && !(interval.upper < 0)) return "unknown";
  return interval.lower > 0 === higherIsBetter ? "better" : "worse";
}

const ENDS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];

/**
 * The end of a scale from -end to +end that shows what can be told apart: a few wide intervals may run over its edges, which are drawn open.
 */
export function symmetricEnd(intervals: readonly (Interval | null | undefined)[]): number {
  const known = intervals.filter((one): one is Interval => !!one && Number.isFinite(one.lower) && Number.isFinite(one.upper));
  if (known.length === 0) return 0.2;
  const reach = known.map((one) => Math.max(Math.abs(one.lower), Math.abs(one.upper))).sort((a, b) => a - b);
  // Every estimate is inside, and the narrower half of the intervals is whole.
  const typical = reach[Math.floor((reach.length - 1) / 2)] ?? 0;
  const most = Math.max(typical, ...known.map((one) => Math.abs(one.value)));
  return ENDS.find((end) => most <= end) ?? Math.ceil(most);
}

/** The same for amounts, whose size is not known before: the next 1, 2 or 5 times a power of ten. */
export function amountEnd(intervals: readonly (Interval | null | undefined)[]): number {
  const most = Math.max(0, ...intervals.map((one) => (one ? Math.max(Math.abs(one.lower), Math.abs(one.upper)) : 0)).filter(Number.isFinite));
  if (most <= 0) return 1;
  const step = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 5].find((times) => most <= times * step) ?? 10) * step;
}

/** Left edge, right edge and point in percent of a scale from -end to +end; `open` says which ends run over it. */
export function placed(interval: Interval, end: number): { left: number; right: number; point: number; openLeft: boolean; openRight: boolean } {
  const at = (value: number): number => Math.min(100, Math.max(0, ((value + end) / (2 * end)) * 100));
  return { left: at(interval.lower), right: at(interval.upper), point: at(interval.value), openLeft: interval.lower < -end, openRight: interval.upper > end };
}
