// The order of experiments in their list. Pure.

import { meaningOf } from "../ui/interval-scale";
import type { ExperimentRow } from "./model";

export type ExperimentSort = "certain" | "lift" | "visitors" | "name";

export const SORTS: readonly [ExperimentSort, string][] = [
  ["certain", "What is certain"],
  ["lift", "Lift"],
  ["visitors", "Visitors"],
  ["name", "Name"],
];

/** Trouble first, then what is decided, then by how near the interval is to leaving zero. */
function certainty(row: ExperimentRow): number {
  if (row.verdict.tone === "alarm") return 4;
  if (row.verdict.tone === "better" || row.verdict.tone === "worse") return 3;
  if (!row.lift) return 0;
  if (meaningOf(row.lift, row.primary.higherIsBetter) !== "unknown") return 2;
  const width = row.lift.upper - row.lift.lower;
  return width > 0 ? 1 + Math.min(1, Math.abs(row.lift.value) / width) : 1;
}

export function sorted(rows: readonly ExperimentRow[], sort: ExperimentSort): ExperimentRow[] {
  const key = (row: ExperimentRow): number => {
    switch (sort) {
      case "certain":
        return certainty(row);
      case "lift":
        return row.lift?.value ?? Number.NEGATIVE_INFINITY;
      case "visitors":
        return row.progress.visitors;
      case "name":
        return 0;
    }
  };
  return [...rows].sort((a, b) => compare(key(b), key(a)) || b.progress.visitors - a.progress.visitors || a.name.localeCompare(b.name));
}

/** Infinities are equal to themselves, which a difference would not say. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
