// Decision quality: what became of every moment that could have triggered the campaign, and of everything that was pushed.

import type { CampaignCounts } from "../contract";
import { refusalsOf, refusedTotal } from "../campaigns/numbers";
import { Term } from "../definitions/term";
import { count, percent } from "../format";
import { Bar } from "../ui/parts";
import { reasonName } from "../words";

export interface Reached {
  received: number;
  shown: number;
  missed: number;
  late: number;
}

/** Refusals that are named; the rest is summed up. */
const REASONS_MAX = 8;

export function Decisions({ counts, reached }: { counts: CampaignCounts; reached: Reached }) {
  const refused = refusedTotal(counts);
  const reasons = refusalsOf(counts);
  const rest = reasons.slice(REASONS_MAX).reduce((sum, [, n]) => sum + n, 0);
  const steps: [string, number, string][] = [
    ["Triggered", counts.triggered, "moments that fit"],
    ["Pushed", counts.pushed, `${percent(counts.pushed, counts.triggered) ?? "–"} of them`],
    ["Received", counts.received, `${percent(counts.received, counts.pushed) ?? "–"} of pushed`],
    ["Shown", counts.shown, `${percent(counts.shown, counts.pushed) ?? "–"} of pushed`],
    ["Clicked", counts.clicked, `${percent(counts.clicked, counts.shown) ?? "–"} of shown`],
  ];
  const most = Math.max(1, counts.triggered);
  return (
    <div class="decisions">
      <div>
        <h3>
          <Term of="received">From trigger to click</Term>
        </h3>
        <ul class="scores scores-wide">
          {steps.map(([name, n, note]) => (
            <li key={name}>
              <span>
                {name} <span class="muted">{note}</span>
              </span>
              <Bar share={n / most} />
              <span class="score-n">{count(n)}</span>
            </li>
          ))}
        </ul>
        <p class="muted small">
          {count(reached.missed)} missed their place, {count(reached.late)} came too late. Whoever it was stays in their arm.
        </p>
      </div>
      <div>
        <h3>Refused, by the first reason</h3>
        {refused === 0 ? (
          <p class="muted small">It has never been refused.</p>
        ) : (
          <ul class="scores scores-wide">
            {reasons.slice(0, REASONS_MAX).map(([reason, n]) => (
              <li key={reason} title={reason}>
                <span>{reasonName(reason)}</span>
                <Bar share={n / refused} tone="muted" />
                <span class="score-n">{count(n)}</span>
              </li>
            ))}
            {rest > 0 && (
              <li>
                <span class="muted">Other reasons</span>
                <Bar share={rest / refused} tone="muted" />
                <span class="score-n">{count(rest)}</span>
              </li>
            )}
          </ul>
        )}
      </div>
    </div>
  );
}
