// How a band over time is cut to fit its chart, and into stretches of one color. Pure.

import { meaningOf } from "./interval-scale";
import type { Interval, Meaning } from "./interval-scale";

export interface BandPoint extends Interval {
  atMs: number;
}

/** Room above and below what is shown, as a share of it. */
const AIR = 0.08;

/**
 * Values to show: zero, every estimate, and the band as it is in the later half. Early intervals are several times wider and would press
 * everything else flat; they run over the edge.
 */
export function bandRange(points: readonly BandPoint[]): [low: number, high: number] {
  const known = points.filter((point) => Number.isFinite(point.lower) && Number.isFinite(point.upper));
  if (known.length === 0) return [-0.1, 0.1];
  const late = known.slice(Math.floor(known.length / 2));
  const low = Math.min(0, ...known.map((point) => point.value), ...late.map((point) => point.lower));
  const high = Math.max(0, ...known.map((point) => point.value), ...late.map((point) => point.upper));
  const air = (high - low || 0.1) * AIR;
  return [low - air, high + air];
}

export interface Stretch {
  meaning: Meaning;
  /** Places of its first and last point. */
  first: number;
  last: number;
}

/** Neighbors share their border point, so that the band has no gaps. A step counts by the point it leads to. */
export function stretches(points: readonly Interval[], higherIsBetter: boolean): Stretch[] {
  const found: Stretch[] = [];
  for (let i = 1; i < points.length; i += 1) {
    const meaning = meaningOf(points[i] as Interval, higherIsBetter);
    const open = found.at(-1);
    if (open?.meaning === meaning) open.last = i;
    else found.push({ meaning, first: i - 1, last: i });
  }
  return found;
}
