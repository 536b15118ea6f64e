// Other ways to read the same data: tests that need no approximation, a Bayesian view with its caution, and the one look that waits.

import { Term } from "../definitions/term";
import { count, plain, signedPercent } from "../format";
import type { Interval } from "../ui/interval-scale";
import { boundsWords } from "./view";

/** A p-value, with the arrow for those too small to write. */
export function pWords(p: number | null): string {
  if (p === null || !Number.isFinite(p)) return "–";
  return p < 0.0001 ? "< 0.0001" : plain(Math.round(p * 1e4) / 1e4);
}

export interface Opinions {
  /** By the plan's own rule, at every look. */
  pValue: number | null;
  exactP: number | null;
  exactInterval: Interval | null;
  randomizationP: number | null;
  adjusted: Interval | null;
  /** Share of the variance that was explained. */
  explained: number | null;
  bayes: { lift: Interval; chanceToWin: number; risk: number } | null;
  /** `null` until the planned visitors are reached. */
  oneLook: { p: number; lift: Interval | null } | null;
  /** Visitors still to come before the one look is shown; `null` where it never is. */
  oneLookAfter: number | null;
}

export function OpinionList({ opinions }: { opinions: Opinions }) {
  const { exactInterval, adjusted, bayes, oneLook, oneLookAfter } = opinions;
  return (
    <dl class="opinions">
      <div>
        <dt>
          <Term of="p-value">p-value, at every look</Term>
        </dt>
        <dd>{pWords(opinions.pValue)}</dd>
      </div>
      <div>
        <dt>
          <Term of="exact-test" />
        </dt>
        <dd>
          {pWords(opinions.exactP)} {exactInterval && <span class="muted small">conversion {boundsWords(exactInterval)}</span>}
        </dd>
      </div>
      <div>
        <dt>
          <Term of="randomization-test" />
        </dt>
        <dd>{opinions.randomizationP === null ? <span class="muted small">for even splits only</span> : pWords(opinions.randomizationP)}</dd>
      </div>
      <div>
        <dt>
          <Term of="adjusted" />
        </dt>
        <dd>
          {adjusted ? (
            <>
              {signedPercent(adjusted.value)} <span class="muted small">{boundsWords(adjusted)}</span>
            </>
          ) : (
            <span class="muted small">nothing was known before</span>
          )}
        </dd>
      </div>
      <div>
        <dt>
          <Term of="one-look" />
        </dt>
        <dd>
          {oneLook ? (
            <>
              p = {pWords(oneLook.p)} {oneLook.lift && <span class="muted small">{boundsWords(oneLook.lift)}</span>}
            </>
          ) : (
            <span class="muted small">{oneLookAfter === null ? "there is no planned end" : `hidden for ${count(oneLookAfter)} more visitors`}</span>
          )}
        </dd>
      </div>
      <div class="opinion-bayes">
        <dt>
          <Term of="bayesian" />
        </dt>
        <dd>
          {bayes ? (
            <>
              {signedPercent(bayes.lift.value)} <span class="muted small">{boundsWords(bayes.lift)}</span>
              <p class="small">
                {Math.round(bayes.chanceToWin * 100)}% chance to be better · <Term of="risk">risk</Term> {plain(bayes.risk * 100)}%
              </p>
              <p class="muted small">Not protected against looking often; decisions follow the interval.</p>
            </>
          ) : (
            <span class="muted small">not enough data yet</span>
          )}
        </dd>
      </div>
    </dl>
  );
}
