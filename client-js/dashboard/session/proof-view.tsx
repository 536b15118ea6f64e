// The proof below a decision: every campaign considered, each condition with the value it read, each limit with its use.

import type { Considered, LimitUse, Proof, Read } from "../contract";
import { count, joined, microseconds } from "../format";
import { paths } from "../router";
import { Icon } from "../ui/icons";
import { outcomeName, plainValue, reasonName, spelled } from "../words";
import { inOrder, nearestMiss, placementNames } from "./proof";

export function ProofView({ proof }: { proof: Proof }) {
  const considered = proof.considered ?? [];
  const miss = proof.outcome === "nothing" ? nearestMiss(proof) : null;
  const first = miss?.failed[0];
  return (
    <>
      {miss && (
        <p class="miss">
          <span class="muted">Nearest miss:</span> {miss.considered.name}.{" "}
          {first ? (
            <>
              Needs <code>{first.clause}</code>, read <strong>{plainValue(first.value)}</strong>
              {miss.failed.length > 1 && ` and ${miss.failed.length - 1} more`}.
            </>
          ) : (
            `${reasonName(miss.considered.reason ?? "refused")}.`
          )}
        </p>
      )}
      <details class="proof">
        <summary>
          Why
          <span class="muted">
            {" "}
            · {count(considered.length)} {considered.length === 1 ? "campaign" : "campaigns"} considered · {joined(microseconds(proof.tookUs))}
          </span>
        </summary>
        <p class="muted small">
          Set off by {spelled(proof.trigger).toLowerCase()} · proof <code>{proof.id}</code>
        </p>
        {considered.length === 0 && <p class="muted small">No campaign listens to this trigger here.</p>}
        {inOrder(considered).map((one) => (
          <Candidate key={one.campaign} one={one} />
        ))}
      </details>
    </>
  );
}

function Candidate({ one }: { one: Considered }) {
  const places = placementNames(one.placements);
  return (
    <div class={`candidate candidate-${one.outcome}`}>
      <p class="candidate-head">
        <span class={`glyph glyph-${one.outcome === "won" ? "pushed" : one.outcome === "baseline" ? "baseline" : "nothing"}`} aria-hidden="true" />
        <a href={paths.campaign(one.campaign)}>{one.name || one.campaign}</a>
        <strong>{outcomeName(one.outcome)}</strong>
        <span class="muted">priority {one.priority}</span>
      </p>
      <p class="candidate-why">
        {one.reason ? `${reasonName(one.reason)}. ` : ""}
        {one.why}
        {one.variant && (
          <>
            {" "}
            Variant <strong>{one.variant}</strong>
            {typeof one.propensity === "number" && <span class="muted">, chosen for {Math.round(one.propensity * 1000) / 10}% of visitors</span>}.
          </>
        )}
        {places.length > 0 && <span class="muted"> Into {places.join(", ")}.</span>}
      </p>
      {one.reads?.length > 0 && <Reads reads={one.reads} />}
      {one.limits?.length > 0 && (
        <ul class="limits">
          {one.limits.map((limit) => (
            <Limit key={limit.name} limit={limit} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Reads({ reads }: { reads: readonly Read[] }) {
  return (
    <table class="reads">
      <thead class="hidden">
        <tr>
          <th>Held</th>
          <th>Condition</th>
          <th>Value read</th>
        </tr>
      </thead>
      <tbody>
        {reads.map((read, i) => (
          <tr key={i} class={read.passed ? "" : "failed"}>
            <td>
              <Icon name={read.passed ? "check" : "cross"} label={read.passed ? "held" : "did not hold"} />
            </td>
            <td>
              <code>{read.clause}</code>
            </td>
            <td>
              <span class="muted">{read.name}</span> {plainValue(read.value)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** More dots than this would have to be counted; a number says it better. */
const PIPS_MAX = 8;

function Limit({ limit }: { limit: LimitUse }) {
  const full = limit.used >= limit.max;
  return (
    <li class={full ? "warn" : ""}>
      <span>{reasonShort(limit.name)}</span>
      {limit.max <= PIPS_MAX && limit.max > 0 && (
        <span class="pips" aria-hidden="true">
          {Array.from({ length: limit.max }, (_, i) => (
            <span key={i} class={i < limit.used ? "pip pip-used" : "pip"} />
          ))}
        </span>
      )}
      <span class="muted">
        {count(limit.used)} of {count(limit.max)} used
      </span>
    </li>
  );
}

function reasonShort(name: string): string {
  return spelled(name);
}
