// Sparks on the plan: what the engine just did, and how each fades. Pure.

import type { Spark } from "../contract";

/** Seen for this long: a glance away and back still catches it. */
export const SPARK_MS = 1400;
/** Chosen: more at once would be a glow and not a picture. */
export const SPARKS_MAX = 80;

export interface Glow {
  session: string;
  /** A push has rays; a decision to show nothing, for measuring, is a bare ring. */
  rays: boolean;
  bornMs: number;
}

/** True for outcomes in which something reached the shopper. */
export function isPush(outcome: string): boolean {
  return outcome !== "baseline" && outcome !== "nothing" && outcome !== "refused" && outcome !== "suppressed";
}

/**
 * Adds new sparks and drops burnt-out ones. Those of one message start up to `spreadMs` apart, in order, so that a message
 * twice a second does not flash like a lamp. A session has one glow at a time, its newest.
 */
export function kindle(glows: readonly Glow[], fresh: readonly Spark[], nowMs: number, spreadMs: number): Glow[] {
  const bySession = new Map<string, Glow>();
  for (const glow of glows) if (nowMs - glow.bornMs < SPARK_MS) bySession.set(glow.session, glow);
  const ordered = [...fresh].sort((a, b) => a.atMs - b.atMs);
  ordered.forEach((spark, i) => {
    const bornMs = nowMs + (spreadMs * i) / ordered.length;
    bySession.delete(spark.session);
    bySession.set(spark.session, { session: spark.session, rays: isPush(spark.outcome), bornMs });
  });
  return [...bySession.values()].slice(-SPARKS_MAX);
}

export interface Phase {
  /** 0..=1, grows fast and then slowly. */
  reach: number;
  /** 1..=0. */
  strength: number;
}

/** How a glow looks at a moment; `null` before it is born and after it is gone. */
export function phase(glow: Glow, nowMs: number): Phase | null {
  const age = (nowMs - glow.bornMs) / SPARK_MS;
  if (age < 0 || age >= 1) return null;
  return { reach: 1 - (1 - age) ** 3, strength: 1 - age * age };
}
