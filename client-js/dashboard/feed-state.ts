// The floor as the browser knows it: one full state, then differences. Pure; the socket lives in feed.ts.

import type { LiveDiff, LiveState, Overview, Spark, Summary } from "./contract";

/** Chosen: enough for the ticker and for one burst on the plan, small enough to never matter. */
export const RECENT_SPARKS_MAX = 60;

export interface FloorState {
  overview: Overview | null;
  /** By session id. The map is changed in place, because thousands of entries change a few at a time. */
  sessions: Map<string, Summary>;
  /** Newest first. */
  sparks: Spark[];
  /** Grows with every message, so that readers know when to look again. */
  revision: number;
  /** Server clock minus browser clock, in ms. */
  skewMs: number;
}

export function emptyFloor(): FloorState {
  return { overview: null, sessions: new Map(), sparks: [], revision: 0, skewMs: 0 };
}

/** Replaces everything known; what the page showed before a reconnect may be gone. Recent sparks stay. */
export function applyState(floor: FloorState, message: LiveState, browserMs: number): FloorState {
  const sessions = new Map<string, Summary>();
  for (const summary of message.sessions ?? []) sessions.set(summary.id, summary);
  return { ...withOverview(floor, message.overview, browserMs), sessions, revision: floor.revision + 1 };
}

/** Applies one difference. A session both changed and gone is gone. Returns a new state that shares the session map. */
export function applyDiff(floor: FloorState, diff: LiveDiff, browserMs: number): FloorState {
  for (const summary of diff.changed ?? []) floor.sessions.set(summary.id, summary);
  for (const id of diff.gone ?? []) floor.sessions.delete(id);
  const fresh = diff.sparks ?? [];
  const sparks = fresh.length === 0 ? floor.sparks : newestFirst(fresh).concat(floor.sparks).slice(0, RECENT_SPARKS_MAX);
  return { ...withOverview(floor, diff.overview, browserMs), sparks, revision: floor.revision + 1 };
}

function newestFirst(sparks: readonly Spark[]): Spark[] {
  return [...sparks].sort((a, b) => b.atMs - a.atMs).slice(0, RECENT_SPARKS_MAX);
}

function withOverview(floor: FloorState, overview: Overview | undefined, browserMs: number): FloorState {
  if (!overview) return floor;
  return { ...floor, overview, skewMs: overview.nowMs - browserMs };
}

/** Sums over everybody on the floor. */
export interface FloorTotals {
  visitors: number;
  attentive: number;
  returning: number;
  carts: number;
  cartValue: number;
  checkout: number;
}

export function totals(sessions: Iterable<Summary>): FloorTotals {
  const sum: FloorTotals = { visitors: 0, attentive: 0, returning: 0, carts: 0, cartValue: 0, checkout: 0 };
  for (const summary of sessions) {
    sum.visitors += 1;
    if (summary.attentive) sum.attentive += 1;
    if (summary.returning) sum.returning += 1;
    if (summary.cartItems > 0) {
      sum.carts += 1;
      sum.cartValue += summary.cartValue;
    }
    if (summary.page?.kind === "checkout") sum.checkout += 1;
  }
  return sum;
}
