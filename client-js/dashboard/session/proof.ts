// Reads a decision's proof: who won, who was refused and by what, and who came nearest. Pure.

import type { Considered, Proof, Read } from "../contract";

export interface Miss {
  considered: Considered;
  /** The conditions that did not hold. */
  failed: Read[];
}

/**
 * Finds the refused campaign that came nearest to being shown: conditions that did not hold count most, then the priority.
 * A campaign that nothing but a limit or the guard stopped is nearer than any that failed a condition.
 */
export function nearestMiss(proof: Proof): Miss | null {
  let best: Miss | null = null;
  for (const considered of proof.considered ?? []) {
    if (considered.outcome !== "refused") continue;
    const miss = { considered, failed: (considered.reads ?? []).filter((read) => !read.passed) };
    if (!best || nearer(miss, best)) best = miss;
  }
  return best;
}

function nearer(a: Miss, b: Miss): boolean {
  if (a.failed.length !== b.failed.length) return a.failed.length < b.failed.length;
  return a.considered.priority > b.considered.priority;
}

/** Orders candidates as one asks about them: winner, baseline, then refusals by priority. */
export function inOrder(considered: readonly Considered[]): Considered[] {
  const rank = { won: 0, baseline: 1, refused: 2 };
  return [...considered].sort((a, b) => rank[a.outcome] - rank[b.outcome] || b.priority - a.priority);
}

/** Names where a campaign would have shown, whatever form the server gives them. */
export function placementNames(placements: readonly unknown[]): string[] {
  const names: string[] = [];
  for (const placement of placements ?? []) {
    if (typeof placement === "string") names.push(placement);
    else if (typeof placement === "object" && placement !== null) {
      const name: unknown = Reflect.get(placement, "name") ?? Reflect.get(placement, "placement");
      if (typeof name === "string") names.push(name);
    }
  }
  return names;
}
