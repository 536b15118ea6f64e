// Percentiles as numbers over a strip: the band from the median to 99% is drawn on a logarithmic scale.

import type { Percentiles } from "../contract";
import { count, joined, microseconds } from "../format";
import { logShare } from "./log-scale";

/** The strip runs from 10 µs to 100 ms, so that different servers can be compared by eye. */
const FROM_US = 10;
const TO_US = 100_000;
const TICKS = [10, 100, 1000, 10_000, 100_000];

export function PercentileStrip({ percentiles }: { percentiles: Percentiles }) {
  const marks: [string, number | undefined][] = [
    ["median", percentiles.p50],
    ["90%", percentiles.p90],
    ["99%", percentiles.p99],
    ["99.9%", percentiles.p999],
    ["slowest", percentiles.max],
  ];
  const at = (us: number): number => logShare(us, FROM_US, TO_US) * 100;
  const left = at(percentiles.p50);
  const right = at(percentiles.p99);
  return (
    <>
      <dl class="percentiles">
        {marks.map(([name, us]) =>
          us === undefined ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{joined(microseconds(us))}</dd>
            </div>
          ),
        )}
        <div>
          <dt>measured</dt>
          <dd>{count(percentiles.count)}</dd>
        </div>
      </dl>
      <div class="strip" aria-hidden="true">
        {TICKS.map((us) => (
          <span key={us} class={`strip-tick${us === TO_US ? " strip-end" : ""}`} style={{ left: `${at(us)}%` }}>
            {joined(microseconds(us))}
          </span>
        ))}
        <span class="strip-tail" style={{ left: `${right}%`, width: `${Math.max(0, at(percentiles.max) - right)}%` }} />
        <span class="strip-band" style={{ left: `${left}%`, width: `${Math.max(0.6, right - left)}%` }} />
        <span class="strip-mark" style={{ left: `${left}%` }} />
      </div>
    </>
  );
}
