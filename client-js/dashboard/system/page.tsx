// Is the engine well: checks first, then how fast it reacts, then how that went since the page was opened.

import type { Overview, Percentiles } from "../contract";
import { serverNow, useFeed } from "../feed";
import { bytes, count, exactly, joined, rate, span } from "../format";
import { Icon } from "../ui/icons";
import { Empty, Figure, Figures, Loading } from "../ui/parts";
import { useSeconds } from "../ui/time";
import { spelled } from "../words";
import { Chart } from "./chart";
import type { Sample } from "./history";
import { ratePerSecond } from "./history";
import { PercentileStrip } from "./percentiles";

export function SystemPage() {
  const { floor, history, connection } = useFeed();
  const overview = floor.overview;
  if (!overview) return connection.kind === "away" ? <Empty isPage title="The server does not answer yet">This page opens by itself as soon as it does.</Empty> : <Loading lines={10} />;
  return (
    <>
      <h1 class="hidden">System</h1>
      <Numbers overview={overview} events={ratePerSecond(history, "eventsTotal")} />
      <Health overview={overview} />
      <section aria-labelledby="speed">
        <h2 id="speed">How fast</h2>
        <Speed name="Event to push" words="from an event's arrival to the decision's push on its way" percentiles={overview.reactionUs} />
        <Speed name="Event to acknowledgement" words="from an event's arrival until it is durable" percentiles={overview.ackUs} />
      </section>
      <History history={history} />
      <section aria-labelledby="facts">
        <h2 id="facts">Facts</h2>
        <Facts overview={overview} />
      </section>
    </>
  );
}

function Numbers({ overview, events }: { overview: Overview; events: number | null }) {
  useSeconds();
  const memory = bytes(overview.residentBytes);
  const per = overview.sessions > 0 ? `${joined(bytes(overview.residentBytes / overview.sessions))} per session` : "resident";
  return (
    <Figures label="Now">
      <Figure label="Events" value={rate(events)} unit="/s" note={`${count(overview.eventsTotal)} since start`} />
      <Figure label="Sessions" value={count(overview.sessions)} note={`${count(overview.connections)} connections`} />
      <Figure label="Memory" value={memory.value} unit={memory.unit} note={per} />
      <Figure label="Dropped" value={count(overview.droppedTotal)} {...(overview.droppedTotal > 0 ? { tone: "warn" as const } : {})} note={overview.droppedTotal > 0 ? "messages over a limit" : "nothing, ever"} />
      <Figure label="Up for" value={span(serverNow() - overview.startedMs)} note={<Started at={overview.startedMs} version={overview.version} />} />
    </Figures>
  );
}

function Started({ at, version }: { at: number; version: string }) {
  return <time title={`Started ${exactly(at)}`}>version {version}</time>;
}

function Health({ overview }: { overview: Overview }) {
  const checks = overview.health ?? [];
  const bad = checks.filter((check) => !check.ok).length;
  return (
    <section aria-labelledby="health">
      <h2 id="health">{checks.length === 0 ? "No health checks reported" : bad === 0 ? "All is well" : bad === 1 ? "One thing is not well" : `${bad} things are not well`}</h2>
      <ul class="health">
        {[...checks]
          .sort((a, b) => Number(a.ok) - Number(b.ok))
          .map((check) => (
            <li key={check.name} class={check.ok ? "" : "health-bad"}>
              <Icon name={check.ok ? "check" : "warning"} label={check.ok ? "well" : "not well"} />
              <span class="health-name">{spelled(check.name)}</span>
              <span class="muted">{check.detail}</span>
            </li>
          ))}
      </ul>
    </section>
  );
}

function Speed({ name, words, percentiles }: { name: string; words: string; percentiles: Percentiles | undefined }) {
  return (
    <div class="speed">
      <p class="speed-name">
        {name} <span class="muted">{words}</span>
      </p>
      {!percentiles || percentiles.count === 0 ? <p class="muted small">Nothing measured yet.</p> : <PercentileStrip percentiles={percentiles} />}
    </div>
  );
}

function History({ history }: { history: readonly Sample[] }) {
  const first = history[0];
  const last = history.at(-1);
  const times = history.map((sample) => sample.atMs / 1000);
  const number = (value: number): string => rate(value);
  return (
    <section aria-labelledby="history">
      <h2 id="history">
        Since this page was opened <span class="muted">{first && last ? span(last.atMs - first.atMs) : ""}</span>
      </h2>
      {history.length < 3 ? (
        <p class="muted">The lines start in a moment. They are kept by this browser for half an hour; longer history comes from /metrics.</p>
      ) : (
        <div class="charts">
          <Chart title="Events" unit="/s" times={times} format={number} series={[{ name: "Events", token: "--accent", values: history.map((_, i) => ratePerSecond(history, "eventsTotal", i)) }]} />
          <Chart title="Sessions" unit="" times={times} format={count} series={[{ name: "Sessions", token: "--accent", values: history.map((sample) => sample.sessions) }]} />
          <Chart
            title="Event to push"
            unit="µs"
            times={times}
            format={count}
            series={[
              { name: "median", token: "--accent", values: history.map((sample) => sample.p50Us) },
              { name: "99%", token: "--money", values: history.map((sample) => sample.p99Us) },
            ]}
          />
          <Chart title="Memory" unit="MiB" times={times} format={number} series={[{ name: "Memory", token: "--accent", values: history.map((sample) => sample.residentBytes / 1048576) }]} />
        </div>
      )}
    </section>
  );
}

function Facts({ overview }: { overview: Overview }) {
  return (
    <dl class="facts facts-wide">
      <dt>Version</dt>
      <dd>{overview.version}</dd>
      <dt>Snapshot</dt>
      <dd>
        <code>{String(overview.snapshot)}</code>
      </dd>
      <dt>Durability</dt>
      <dd>{spelled(overview.durability)}</dd>
      <dt>Epoch</dt>
      <dd>
        <code>{String(overview.epoch)}</code>
      </dd>
      <dt>Decisions</dt>
      <dd>{count(overview.decisionsTotal)}</dd>
      <dt>Pushes</dt>
      <dd>{count(overview.pushesTotal)}</dd>
      <dt>Campaigns</dt>
      <dd>
        {count(overview.campaigns)}
        {overview.campaignErrors > 0 && <span class="warn"> · {count(overview.campaignErrors)} with errors</span>}
      </dd>
      <dt>Currency</dt>
      <dd>{overview.currency}</dd>
    </dl>
  );
}
