// What recommendations do for the shop: every strategy by what it shows and what comes of it, then the index they ask.

import { useEffect, useState } from "preact/hooks";
import { get } from "../api";
import type { IndexHealth, Recommendations, StrategyCounts } from "../contract";
import { serverNow } from "../feed";
import { ago, bytes, count, exactly, joined, microseconds, percent, rate, span } from "../format";
import { paths } from "../router";
import { logShare } from "../system/log-scale";
import { Icon } from "../ui/icons";
import { Bar, Empty, Failure, Figure, Figures, Loading } from "../ui/parts";
import { useSeconds } from "../ui/time";
import { strategyName, strategyWords } from "../words";
import { intervalOf, scaleOf, sortStrategies, totalsOf } from "./numbers";
import type { Interval, StrategySort } from "./numbers";

const REFRESH_MS = 3000;
const DAY_MS = 86_400_000;
/** What a question may take; the strip shows where the index stands to it. */
const GOAL_US = 250;
const FROM_US = 1;
const TO_US = 10_000;
const TICKS = [1, 10, 100, 1000, 10_000];

const SORTS: [StrategySort, string][] = [
  ["lists", "Lists shown"],
  ["clicked", "Click rate"],
  ["carted", "Cart rate"],
  ["coverage", "Coverage"],
  ["novelty", "Novelty"],
  ["name", "Name"],
];

export function RecommendationsPage() {
  const [found, setFound] = useState<Recommendations | null>(null);
  const [problem, setProblem] = useState("");
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const read = async (): Promise<void> => {
      const answer = await get<Recommendations>("/recommendations", abort.signal);
      if (abort.signal.aborted) return;
      if (answer.kind === "ok") setFound(answer.value);
      setProblem(answer.kind === "ok" ? "" : answer.message);
    };
    void read();
    const timer = setInterval(() => {
      if (!document.hidden) void read();
    }, REFRESH_MS);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [attempt]);
  if (!found) return problem ? <Failure message={problem} retry={() => setAttempt((n) => n + 1)} /> : <Loading lines={10} />;
  return <Shown found={found} />;
}

export function Shown({ found }: { found: Recommendations }) {
  return (
    <>
      <h1 class="hidden">Recommendations</h1>
      <Numbers found={found} />
      <Strategies strategies={found.strategies} />
      <Index index={found.index} />
    </>
  );
}

function Numbers({ found: { strategies, index } }: { found: Recommendations }) {
  const totals = totalsOf(strategies);
  const used = strategies.filter((one) => one.lists > 0).length;
  return (
    <Figures label="Since the server started">
      <Figure large label="Lists shown" value={count(totals.lists)} note={`by ${used} of ${strategies.length} strategies`} />
      <Figure large label="Clicked" value={percent(totals.clicks, totals.lists) ?? "–"} note={`${count(totals.clicks)} of ${count(totals.lists)} lists`} />
      <Figure large label="Put into the cart" value={percent(totals.carts, totals.lists) ?? "–"} note={`${count(totals.carts)} after a click`} />
      <Figure large label="Filled up" value={totals.fallback === null ? "–" : (percent(totals.fallback, 1) ?? "0%")} note="of the lists, by another strategy" />
      <Figure large label="Learned" value={rate(index.learned_per_s)} unit="/s" note={index.learned_total === null ? "not measured" : `${count(index.learned_total)} since start`} />
    </Figures>
  );
}

function Strategies({ strategies }: { strategies: readonly StrategyCounts[] }) {
  const [sort, setSort] = useState<StrategySort>("lists");
  const used = strategies.filter((one) => one.lists > 0);
  const idle = strategies.filter((one) => one.lists === 0);
  const clicks = used.map((one) => intervalOf(one.clicks, one.lists));
  const scale = scaleOf(clicks);
  return (
    <section aria-labelledby="strategies">
      <div class="section-head">
        <h2 id="strategies">Strategies</h2>
        <label class="sort">
          <span class="muted">Sort by</span>
          <select value={sort} onChange={(event) => setSort(SORTS.find(([id]) => id === event.currentTarget.value)?.[0] ?? "lists")}>
            {SORTS.map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      {used.length === 0 ? (
        <Empty title="No list has been shown yet" action={<a href={paths.campaigns}>See the campaigns</a>}>
          <p>
            A campaign shows one with the action <code>recommend</code>, a placement and a strategy.
          </p>
        </Empty>
      ) : (
        <>
          <p class="split-words small">
            <span>Click rate with the interval that holds 95 of 100 times, from 0 to {percent(scale, 1)}</span>
            <span>Coverage: the share of the catalog that was shown at least once</span>
            <span>Novelty: how far from what everybody sees</span>
          </p>
          <ul class="strategies">
            {sortStrategies(used, sort).map((one) => (
              <Row key={one.name} strategy={one} scale={scale} />
            ))}
          </ul>
        </>
      )}
      {used.length > 0 && idle.length > 0 && <p class="muted small strategies-idle">Not asked for yet: {idle.map((one) => strategyName(one.name).toLowerCase()).join(", ")}.</p>}
    </section>
  );
}

function Row({ strategy, scale }: { strategy: StrategyCounts; scale: number }) {
  const clicks = intervalOf(strategy.clicks, strategy.lists);
  const carts = strategy.cart_rate === null ? "–" : percent(strategy.cart_rate, 1);
  return (
    <li class="strategy">
      <div class="strategy-what">
        <p class="strategy-name">{strategyName(strategy.name)}</p>
        <p class="muted small">{strategyWords(strategy.name)}</p>
      </div>
      <div class="strategy-rate">
        <Whisker interval={clicks} scale={scale} />
        <p>
          <strong>{clicks ? percent(clicks.rate, 1) : "–"}</strong>{" "}
          <span class="muted small">{clicks ? `clicked, ${percent(clicks.low, 1)} to ${percent(clicks.high, 1)}` : "clicked"}</span>
        </p>
      </div>
      <dl class="strategy-counts">
        <Fact name="Lists" value={count(strategy.lists)} title={`${count(strategy.items)} products in them`} />
        <Fact name="To cart" value={carts ?? "–"} title={`${count(strategy.carts)} of ${count(strategy.lists)} lists`} />
        <Share name="Coverage" share={strategy.coverage} title={`${count(strategy.distinct_items)} different products`} />
        <Share name="Novelty" share={strategy.novelty} title="1 minus the mean popularity of what is shown" />
        <Share name="Filled up" share={strategy.fallback_share} tone="muted" title="lists that another strategy had to complete" />
      </dl>
    </li>
  );
}

function Fact({ name, value, title }: { name: string; value: string; title: string }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Share({ name, share, title, tone = "accent" }: { name: string; share: number | null; title: string; tone?: "accent" | "muted" }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{share === null ? "–" : (percent(share, 1) ?? "–")}</dd>
      {share !== null && <Bar share={share} tone={tone} />}
    </div>
  );
}

/** A rate as a point with the interval it lies in; gray while that holds zero. */
function Whisker({ interval, scale }: { interval: Interval | null; scale: number }) {
  if (!interval) return <div class="whisker" aria-hidden="true" />;
  const at = (share: number): number => Math.min(1, share / scale) * 100;
  const left = at(interval.low);
  return (
    <div class={`whisker${interval.rate === 0 ? " whisker-none" : ""}`} aria-hidden="true">
      <span class="whisker-band" style={{ left: `${left}%`, width: `${Math.max(0.8, at(interval.high) - left)}%` }} />
      <span class="whisker-point" style={{ left: `${at(interval.rate)}%` }} />
    </div>
  );
}

function Index({ index }: { index: IndexHealth }) {
  useSeconds();
  if (!index.enabled)
    return (
      <section aria-labelledby="index">
        <h2 id="index">The index is switched off</h2>
        <p class="muted">Lists come from what was learned before the server started; what shoppers do now changes them no more.</p>
      </section>
    );
  const size = index.bytes === null ? null : bytes(index.bytes);
  const each = index.bytes !== null && index.interactions ? `${rate(index.bytes / index.interactions)} B per interaction` : "in memory";
  const age = index.published_at === null ? null : serverNow() - index.published_at;
  return (
    <section aria-labelledby="index">
      <h2 id="index">The index of live visits</h2>
      <Figures label="Index">
        <Figure label="Visits" value={known(index.sessions)} note={index.horizon_days === null ? "in the index" : `of the last ${span(index.horizon_days * DAY_MS)}`} />
        <Figure label="Interactions" value={known(index.interactions)} note={index.segments === null ? "" : `in ${count(index.segments)} ${index.segments === 1 ? "segment" : "segments"}`} />
        <Figure label="Size" value={size?.value ?? "–"} {...(size ? { unit: size.unit } : {})} note={each} />
        <Figure label="Published" value={age === null ? "not yet" : ago(serverNow() - age, serverNow())} note={index.published_at === null ? "" : <time title={exactly(index.published_at)}>what was learned since waits for the next</time>} />
        <Figure label="Questions" value={known(index.questions)} note="since the server started" />
      </Figures>
      <Speed index={index} />
    </section>
  );
}

const known = (n: number | null): string => (n === null ? "–" : count(n));

/** How long a question takes, on a logarithmic scale with the goal drawn in. */
function Speed({ index: { p50_us, p99_us } }: { index: IndexHealth }) {
  if (p50_us === null || p99_us === null) return <p class="muted small">No question has been measured yet.</p>;
  const at = (us: number): number => logShare(us, FROM_US, TO_US) * 100;
  const isOver = p99_us > GOAL_US;
  return (
    <div class="speed">
      <p class="speed-name">
        A question <span class="muted">half take {joined(microseconds(p50_us))}, 99 of 100 at most {joined(microseconds(p99_us))}</span>{" "}
        {isOver && (
          <span class="warn">
            <Icon name="warning" /> over the goal of {joined(microseconds(GOAL_US))}
          </span>
        )}
      </p>
      <div class="strip" aria-hidden="true">
        {TICKS.map((us) => (
          <span key={us} class={`strip-tick${us === TO_US ? " strip-end" : ""}`} style={{ left: `${at(us)}%` }}>
            {joined(microseconds(us))}
          </span>
        ))}
        <span class="strip-goal" style={{ left: `${at(GOAL_US)}%` }} />
        <span class="strip-band" style={{ left: `${at(p50_us)}%`, width: `${Math.max(0.6, at(p99_us) - at(p50_us))}%` }} />
        <span class="strip-mark" style={{ left: `${at(p50_us)}%` }} />
      </div>
      <p class="muted small">The fine line is the goal, {joined(microseconds(GOAL_US))} for 99 of 100.</p>
    </div>
  );
}
