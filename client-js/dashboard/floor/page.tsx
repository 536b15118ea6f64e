// The live floor: numbers, then the plan, then the table.

import { useState } from "preact/hooks";
import type { Overview, Spark } from "../contract";
import { useFeed } from "../feed";
import { totals } from "../feed-state";
import type { FloorTotals } from "../feed-state";
import { count, microseconds, moneyRounded, percent, rate } from "../format";
import { paths, replaceQuery } from "../router";
import { SessionTable } from "../sessions/table";
import { readView, writeView } from "../sessions/table-view";
import type { TableView } from "../sessions/table-view";
import { ratePerSecond } from "../system/history";
import { Empty, Figure, Figures, Loading } from "../ui/parts";
import { Ago } from "../ui/time";
import { outcomeName, pageTitle, shortId, spelled } from "../words";
import { FloorPlan } from "./floor-plan";
import { isPush } from "./sparks";

export function FloorPage() {
  const { floor, history, connection } = useFeed();
  const [view, setView] = useState<TableView>(() => readView(new URLSearchParams(location.search)));
  const change = (next: TableView): void => {
    setView(next);
    replaceQuery(writeView(next));
  };
  const overview = floor.overview;
  if (!overview) return connection.kind === "away" ? <Empty isPage title="The server does not answer yet">The floor opens by itself as soon as it does.</Empty> : <Loading lines={10} />;
  const sum = totals(floor.sessions.values());
  return (
    <>
      <h1 class="hidden">Live floor</h1>
      <Numbers overview={overview} sum={sum} events={ratePerSecond(history, "eventsTotal")} pushes={ratePerSecond(history, "pushesTotal")} />
      <div class="floor">
        <FloorPlan view={view} onView={change} />
        <Ticker sparks={floor.sparks} />
      </div>
      {sum.visitors === 0 ? (
        <Empty title="Nobody is in the shop">
          <p>
            Put the script on a page of the shop and open it; the first visitor appears here within a second. In the demo, open <a href="/">the shop</a>.
          </p>
        </Empty>
      ) : (
        <SessionTable view={view} onView={change} />
      )}
    </>
  );
}

interface NumbersProps {
  overview: Overview;
  sum: FloorTotals;
  events: number | null;
  pushes: number | null;
}

function Numbers({ overview, sum, events, pushes }: NumbersProps) {
  const reaction = overview.reactionUs;
  const middle = microseconds(reaction?.p50 ?? Number.NaN);
  const slow = microseconds(reaction?.p99 ?? Number.NaN);
  const measured = (reaction?.count ?? 0) > 0;
  return (
    <Figures label="Now">
      <Figure large label="Visitors now" value={count(sum.visitors)} note={`${percent(sum.attentive, sum.visitors) ?? "0%"} attentive · ${percent(sum.returning, sum.visitors) ?? "0%"} returning`} />
      <Figure label="In carts" value={moneyRounded(sum.cartValue, overview.currency)} tone="money" note={`${count(sum.carts)} carts · ${count(sum.checkout)} at checkout`} />
      <Figure label="Events" value={rate(events)} unit="/s" note={`${count(overview.eventsTotal)} since start`} />
      <Figure label="Pushes" value={rate(pushes === null ? null : pushes * 60)} unit="/min" note={`${count(overview.pushesTotal)} since start`} />
      <Figure label="Event to push" value={measured ? middle.value : "–"} {...(measured ? { unit: middle.unit } : {})} note={measured ? `99% under ${slow.value} ${slow.unit}` : "nothing pushed yet"} />
    </Figures>
  );
}

function Ticker({ sparks }: { sparks: readonly Spark[] }) {
  const { floor } = useFeed();
  return (
    <section class="ticker" aria-label="What the engine just did">
      <h2>Just now</h2>
      {sparks.length === 0 ? (
        <p class="muted">Pushes appear here as they happen. None since this page was opened.</p>
      ) : (
        <ol>
          {sparks.slice(0, 9).map((spark) => {
            const visitor = floor.sessions.get(spark.session);
            return (
              <li key={`${spark.session}|${spark.campaign}|${spark.placement}|${spark.atMs}`}>
                <a href={paths.session(spark.session)}>
                  <span class={`glyph ${isPush(spark.outcome) ? "glyph-pushed" : "glyph-baseline"}`} aria-hidden="true" />
                  <span class="ticker-what">{spelled(spark.campaign)}</span>
                  <span class="ticker-where">
                    {isPush(spark.outcome) ? spark.placement : outcomeName(spark.outcome)}
                    {visitor ? ` · ${pageTitle(visitor)}` : ` · ${shortId(spark.session)}`}
                  </span>
                  <span class="ticker-when">
                    <Ago at={spark.atMs} />
                  </span>
                </a>
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}
