// Parts of the visitors, for ideas and not for verdicts: lifts pulled towards the overall one, and said to be so.

import { Term } from "../definitions/term";
import { count, signedPercent } from "../format";
import { DrawnInterval } from "../ui/interval";
import { symmetricEnd } from "../ui/interval-scale";
import type { Interval } from "../ui/interval-scale";
import { Tag } from "../ui/parts";
import { spelled } from "../words";
import { boundsWords, intervalSentence } from "./view";

export interface SegmentRow {
  axis: string;
  name: string;
  visitors: number;
  /** Shrunk; `null` while there is too little of it. */
  lift: Interval | null;
  /** As measured, before it was pulled towards the others. */
  raw: number | null;
  /** Held against all others at once, it still stands out. */
  isFlagged: boolean;
}

export function Segments({ rows, higherIsBetter }: { rows: readonly SegmentRow[]; higherIsBetter: boolean }) {
  const end = symmetricEnd(rows.map((row) => row.lift));
  const axes = [...new Set(rows.map((row) => row.axis))];
  const met = rows.filter((row) => row.visitors > 0);
  if (met.length === 0) return <p class="muted small">Nobody has been counted yet.</p>;
  return (
    <div class="segments">
      {axes.map((axis) => {
        const part = met.filter((row) => row.axis === axis);
        if (part.length === 0) return null;
        return (
          <div key={axis}>
            <h3>{spelled(axis)}</h3>
            <ul>
              {part.map((row) => (
                <li key={row.name} class="segment">
                  <span class="segment-name">
                    {spelled(row.name)} {row.isFlagged && <Tag tone="accent">stands out</Tag>}
                  </span>
                  <span class="muted small segment-n">{count(row.visitors)}</span>
                  <DrawnInterval interval={row.lift} end={end} higherIsBetter={higherIsBetter} words={intervalSentence(row.lift, higherIsBetter)} />
                  <span class="small segment-words" title={row.raw === null ? "" : `measured ${signedPercent(row.raw)}`}>
                    {row.lift ? (
                      <>
                        {signedPercent(row.lift.value)} <span class="muted">{boundsWords(row.lift)}</span>
                      </>
                    ) : (
                      <span class="muted">not enough data yet</span>
                    )}
                  </span>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
      <p class="muted small">
        <Term of="segments">Exploratory</Term>: each lift is pulled towards the overall one, the less certain the more. Scale {signedPercent(-end)} to {signedPercent(end)}.
      </p>
    </div>
  );
}
