// What the dashboard remembers of the engine's numbers since it was opened. Pure; bounded.

import type { Overview } from "../contract";

export interface Sample {
  atMs: number;
  eventsTotal: number;
  pushesTotal: number;
  sessions: number;
  p50Us: number;
  p99Us: number;
  residentBytes: number;
}

/** Half an hour at one sample per second. */
export const SAMPLES_MAX = 1800;
const SAMPLE_EVERY_MS = 1000;
/** Rates look back this far: short enough to follow a change, long enough to be steady. */
const RATE_WINDOW_MS = 10_000;

export function sampleOf(overview: Overview): Sample {
  return {
    atMs: overview.nowMs,
    eventsTotal: overview.eventsTotal,
    pushesTotal: overview.pushesTotal,
    sessions: overview.sessions,
    p50Us: overview.reactionUs?.p50 ?? 0,
    p99Us: overview.reactionUs?.p99 ?? 0,
    residentBytes: overview.residentBytes,
  };
}

/** Adds a sample if a second has passed. A server whose totals went back was restarted: the history starts anew. */
export function remember(history: readonly Sample[], next: Sample): readonly Sample[] {
  const last = history.at(-1);
  if (!last) return [next];
  if (next.eventsTotal < last.eventsTotal || next.atMs < last.atMs) return [next];
  if (next.atMs - last.atMs < SAMPLE_EVERY_MS) return history;
  const kept = history.length >= SAMPLES_MAX ? history.slice(history.length - SAMPLES_MAX + 1) : history.slice();
  kept.push(next);
  return kept;
}

type Total = "eventsTotal" | "pushesTotal";

/** The rate per second up to sample `at`, over the last ten seconds; `null` while there is only one sample. */
export function ratePerSecond(history: readonly Sample[], total: Total, at = history.length - 1): number | null {
  const last = history[at];
  if (!last) return null;
  let first = at;
  while (first > 0 && last.atMs - (history[first - 1]?.atMs ?? 0) <= RATE_WINDOW_MS) first -= 1;
  const from = history[first];
  if (!from || last.atMs <= from.atMs) return null;
  return ((last[total] - from[total]) * 1000) / (last.atMs - from.atMs);
}
