// Beside the timeline: what the shopper sees now, and what the engine believes they like.

import type { PlacementNow, Scored, SessionView } from "../contract";
import { paths } from "../router";
import { Bar } from "../ui/parts";
import { categoryName, spelled } from "../words";

/** More than this is a tail nobody reads. */
const SHOWN = 5;

export function SidePanel({ view }: { view: SessionView }) {
  const { interests, placements } = view;
  return (
    <aside class="side">
      <section aria-labelledby="sees">
        <h2 id="sees">What the shopper sees now</h2>
        {(placements ?? []).length === 0 ? (
          <p class="muted small">The shop's own content in every placement.</p>
        ) : (
          <ul class="placements">
            {placements.map((placement) => (
              <Placement key={`${placement.stream}|${placement.page}|${placement.placement}`} placement={placement} />
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="likes">
        <h2 id="likes">Interests</h2>
        <Scores name="Categories" scores={interests?.categories} label={categoryName} />
        <Scores name="Brands" scores={interests?.brands} label={spelled} />
        {interests?.priceBand !== null && interests?.priceBand !== undefined && interests.priceBand !== "" && (
          <p class="small">
            <span class="muted">Price band</span> {spelled(String(interests.priceBand))}
          </p>
        )}
        {!interests?.categories?.length && !interests?.brands?.length && <p class="muted small">Nothing known yet. Interests grow with what is looked at and for how long.</p>}
      </section>
    </aside>
  );
}

function Placement({ placement }: { placement: PlacementNow }) {
  return (
    <li>
      <p class="placement-name">
        {spelled(placement.placement)} <span class="muted">· {placement.variant}</span>
      </p>
      <p class="placement-text">{placement.text || <span class="muted">arranged, no text of its own</span>}</p>
      <a class="small" href={paths.campaign(placement.campaign)}>
        {spelled(placement.campaign)}
      </a>
    </li>
  );
}

function Scores({ name, scores, label }: { name: string; scores: Scored[] | undefined; label: (code: string) => string }) {
  if (!scores?.length) return null;
  const top = [...scores].sort((a, b) => b[1] - a[1]).slice(0, SHOWN);
  const most = Math.max(...top.map(([, score]) => score), Number.MIN_VALUE);
  return (
    <>
      <h3>{name}</h3>
      <ul class="scores">
        {top.map(([code, score]) => (
          <li key={code} title={`${code}: ${score.toFixed(2)}`}>
            <span>{label(code)}</span>
            <Bar share={score / most} tone="muted" />
          </li>
        ))}
      </ul>
    </>
  );
}
