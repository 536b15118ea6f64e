// The timeline as it is read: entries in order, long silences as their own lines. Pure.

import type { Entry } from "../contract";

export type Line = { kind: "entry"; entry: Entry } | { kind: "silence"; key: string; ms: number };

export type Show = "all" | "decisions";

/** A pause shorter than this is part of ordinary reading. */
const SILENCE_MS = 45_000;
/** The page keeps this many entries; a visit with more has its oldest on the server only. */
export const ENTRIES_MAX = 2000;

/** Adds an entry that arrived live. One already known is replaced, because a receipt may complete it. */
export function addEntry(entries: readonly Entry[], entry: Entry): Entry[] {
  const last = entries.at(-1);
  if (!last || entry.seq > last.seq) return [...entries, entry].slice(-ENTRIES_MAX);
  const known = entries.findIndex((other) => other.seq === entry.seq);
  if (known >= 0) return entries.map((other, i) => (i === known ? entry : other));
  return [...entries, entry].sort((a, b) => a.seq - b.seq).slice(-ENTRIES_MAX);
}

export function linesOf(entries: readonly Entry[], show: Show): Line[] {
  const lines: Line[] = [];
  let previous: Entry | null = null;
  for (const entry of entries) {
    if (show === "decisions" && entry.kind !== "decision" && entry.kind !== "receipt") continue;
    if (show === "all" && previous && entry.atMs - previous.atMs >= SILENCE_MS) {
      lines.push({ kind: "silence", key: `silence-${entry.seq}`, ms: entry.atMs - previous.atMs });
    }
    lines.push({ kind: "entry", entry });
    previous = entry;
  }
  return lines;
}
