// One experiment: the verdict first, then what it rests on, then whether that can be trusted.

import { useState } from "preact/hooks";
import type { CampaignList, Experiment } from "../contract";
import { download } from "../csv";
import { Term } from "../definitions/term";
import { count, exactly, percent, signedPercent } from "../format";
import { paths } from "../router";
import { BandChart } from "../ui/band-chart";
import { Icon } from "../ui/icons";
import { meaningOf } from "../ui/interval-scale";
import { Empty, Failure, Figure, Figures, Loading, Tag } from "../ui/parts";
import { usePolled } from "../ui/polled";
import { StackChart } from "../ui/stack-chart";
import { Ago } from "../ui/time";
import { Decisions } from "./decisions";
import { metricsCsv } from "./export";
import { Metrics } from "./metrics";
import type { ExperimentView, Point, VariantView } from "./model";
import { Money } from "./money";
import { OpinionList } from "./opinions";
import { Progress, Verdict } from "./parts";
import { viewOf } from "./report";
import { Segments } from "./segments";
import { Apart, Check, Guardrails, Split } from "./trust";
import { boundsWords, weeksWords } from "./view";

export function ExperimentPage({ id }: { id: string }) {
  const path = `/experiments/${encodeURIComponent(id)}`;
  const { value, problem, status, reload } = usePolled<Experiment>(path);
  return (
    <>
      <a class="back" href={paths.experiments}>
        <Icon name="back" /> Experiments
      </a>
      {!value && <h1 class="hidden">Experiment</h1>}
      {!value && status === 404 && (
        <Empty title="There is no experiment of this name" action={<a href={paths.experiments}>See all experiments</a>}>
          It may have been renamed, or nobody has met its campaign yet.
        </Empty>
      )}
      {!value && status !== 404 && (problem ? <Failure message={problem} retry={reload} /> : <Loading lines={14} />)}
      {value && <Shown view={viewOf(value)} path={path} />}
    </>
  );
}

export function Shown({ view, path }: { view: ExperimentView; path: string }) {
  const [name, setName] = useState("");
  const variant = view.variants.find((one) => one.name === name) ?? view.variants.find((one) => one.name === view.row.variant) ?? view.variants[0];
  return (
    <>
      <header class="experiment-head">
        <h1>
          {view.row.name} <Tag>{view.row.isRunning ? (view.mode === "horizon" ? "planned" : "open") : "not running"}</Tag>
        </h1>
        {!view.row.isHoldout && (
          <p class="small">
            <a href={paths.campaign(view.row.campaign)}>The campaign</a>
          </p>
        )}
      </header>
      <Verdict tone={view.row.verdict.tone} sentence={view.row.verdict.sentence}>
        {view.row.verdict.next.map((thought) => (
          <p key={thought}>{thought}</p>
        ))}
      </Verdict>
      {variant && view.variants.length > 1 && (
        <div class="variants" role="group" aria-label="Variants">
          {view.variants.map((one) => (
            <button key={one.name} type="button" class="toggle" aria-pressed={one === variant} onClick={() => setName(one.name)}>
              {one.name}
            </button>
          ))}
          <span class="muted small">each against {view.control}</span>
        </div>
      )}
      {variant ? <Compared view={view} variant={variant} /> : <NothingToCompare view={view} />}
      <Quality view={view} />
      {view.notes.length > 0 && (
        <ul class="callout small">
          {view.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <Plan view={view} path={path} />
    </>
  );
}

function NothingToCompare({ view }: { view: ExperimentView }) {
  return (
    <Empty title="There is nothing to compare yet">
      {count(view.visitors)} visitors have met this campaign. As soon as some of them are in {view.control} and some in a variant, both stand here side by side.
    </Empty>
  );
}

function Compared({ view, variant }: { view: ExperimentView; variant: VariantView }) {
  const { primary } = view.row;
  const { lift } = variant;
  const meaning = lift ? meaningOf(lift, primary.higherIsBetter) : "unknown";
  return (
    <div class={`results${view.row.split === "alarm" ? " untrusted" : ""}`}>
      <Figures label="In short">
        <Figure large label={<Term of="lift">Lift of {primary.title.toLowerCase()}</Term>} value={<span class={`value-${meaning}`}>{lift ? signedPercent(lift.value) : "–"}</span>} note={lift ? boundsWords(lift) : variant.none} />
        <Figure large label={<Term of="visitors" />} value={count(view.row.progress.visitors)} note={view.row.progress.planned === null ? "no planned end" : `of ${count(view.row.progress.planned)} planned`} />
        <Figure large label={<Term of="minimum-effect">Can find from</Term>} value={view.power.minimumEffect === null ? "–" : plainPercent(view.power.minimumEffect)} note={`in ${percent(view.power.power, 1)} of cases`} />
        <Figure large label={<Term of="duration">Still to go</Term>} value={stillToGo(view)} note={view.power.perDay === null ? "no pace yet" : `${count(view.power.perDay)} visitors a day`} />
      </Figures>
      <OverTime view={view} variant={variant} />
      <section aria-labelledby="metrics">
        <h2 id="metrics">
          Every metric <span class="muted">{variant.name} against {view.control}; only the primary one decides</span>
        </h2>
        <Metrics rows={variant.metrics} control={view.control} variant={variant.name} currency={view.currency} />
      </section>
      <section aria-labelledby="money">
        <h2 id="money">What it earns and what it costs</h2>
        <Money facts={variant.money} currency={view.currency} />
      </section>
      <div class="columns">
        <Trust view={view} />
        <section aria-labelledby="guardrails">
          <h2 id="guardrails">
            <Term of="guardrail">Guardrails</Term>
          </h2>
          <Guardrails rows={variant.guardrails} />
          {view.paused && (
            <p class="warn small">
              <Icon name="pause" /> Paused by itself <Ago at={view.paused.atMs} />: {view.paused.reason}
            </p>
          )}
        </section>
      </div>
      <div class="columns">
        <section aria-labelledby="segments">
          <h2 id="segments">
            By segment <span class="muted">{variant.segmentMetric}</span>
          </h2>
          <Segments rows={variant.segments} higherIsBetter={primary.higherIsBetter} />
        </section>
        <section aria-labelledby="opinions">
          <h2 id="opinions">Other ways to read it</h2>
          <OpinionList opinions={variant.opinions} />
        </section>
      </div>
      <Days view={view} variant={variant} />
      <Shares view={view} />
    </div>
  );
}

const plainPercent = (share: number): string => percent(share, 1) ?? "–";

function stillToGo(view: ExperimentView): string {
  const { planned, visitors, weeksLeft } = view.row.progress;
  if (planned === null) return "open";
  if (visitors >= planned) return "done";
  return weeksLeft === null ? "–" : weeksWords(weeksLeft);
}

function sayPoint(point: Point): string {
  return `${exactly(point.atMs)}: ${signedPercent(point.value)}, ${boundsWords(point)} · ${count(point.visitors)} visitors`;
}

function OverTime({ view, variant }: { view: ExperimentView; variant: VariantView }) {
  const { primary } = view.row;
  const [chosen, setChosen] = useState(0);
  const curve = variant.curves[chosen] ?? variant.curves[0];
  const last = curve?.points.at(-1);
  return (
    <section aria-labelledby="over-time">
      <div class="section-head over-time-head">
        <h2 id="over-time">
          Lift over time <span class="muted">with its <Term of="confidence-sequence">confidence sequence</Term></span>
        </h2>
        {variant.curves.length > 1 && (
          <label class="sort">
            <span class="hidden">Metric</span>
            <select value={chosen} onChange={(event) => setChosen(Number(event.currentTarget.value))}>
              {variant.curves.map((one, i) => (
                <option key={one.name} value={i}>
                  {one.name}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {curve && last ? (
        <BandChart
          label={`${curve.name}: lift over time; at last ${signedPercent(last.value)}, ${boundsWords(last)}`}
          points={curve.points}
          higherIsBetter={chosen === 0 ? primary.higherIsBetter : true}
          isTrusted={view.row.split !== "alarm"}
          format={signedPercent}
          say={(i) => sayPoint(curve.points[i] ?? last)}
        />
      ) : (
        <p class="muted">The line starts with the first look that counts: 200 visitors, and 10 orders in both arms where the metric is about orders.</p>
      )}
      {variant.exaggeration && (
        <p class="callout small">
          {variant.exaggeration} <Term of="exaggeration">Why?</Term>
        </p>
      )}
    </section>
  );
}

function Trust({ view }: { view: ExperimentView }) {
  return (
    <section aria-labelledby="trust">
      <h2 id="trust">Can it be trusted?</h2>
      <ul class="checks">
        <Split tone={view.row.split} sentence={view.splitSentence} arms={view.arms} />
        <Apart of="crossovers" n={view.crossovers} all={view.visitors} bad={0.01} />
        <Apart of="set-apart" n={view.setApart} all={view.visitors + view.setApart} bad={0.5} />
        <Check tone="fine" name={<Term of="closed" />} sentence={`${count(view.closed)} of ${count(view.visitors)} visitors`} />
      </ul>
      <div class="power">
        <p>
          <strong>
            <Term of="power">How far it is</Term>
          </strong>
        </p>
        <Progress visitors={view.row.progress.visitors} planned={view.row.progress.planned} />
        <p class="muted small">
          {view.power.minimumEffectNow !== null && (
            <>
              With the visitors so far it finds lifts from {plainPercent(view.power.minimumEffectNow)}
              {view.power.minimumEffect !== null && `, with all that are planned from ${plainPercent(view.power.minimumEffect)}`}.
            </>
          )}
        </p>
      </div>
    </section>
  );
}

function Days({ view, variant }: { view: ExperimentView; variant: VariantView }) {
  const last = variant.days.at(-1);
  if (!last || variant.days.length < 2) return null;
  return (
    <section aria-labelledby="days">
      <h2 id="days">
        Day by day <span class="muted">{variant.daysMetric}; is it only <Term of="novelty">novelty</Term>?</span>
      </h2>
      <BandChart shape="days" height={180} label={`Lift of ${variant.daysMetric.toLowerCase()} by the day visitors entered`} points={variant.days} higherIsBetter isTrusted={view.row.split !== "alarm"} format={signedPercent} say={(i) => sayPoint(variant.days[i] ?? last)} />
      {variant.novelty && <p class="callout small">{variant.novelty}</p>}
    </section>
  );
}

function Shares({ view }: { view: ExperimentView }) {
  const { names, points } = view.shares;
  const last = points.at(-1);
  if (!last) return null;
  return (
    <section aria-labelledby="shares">
      <h2 id="shares">
        <Term of="bandit" /> <span class="muted">as the engine learned</span>
      </h2>
      <StackChart label={`Share of traffic by variant over time; at last ${names.map((name, i) => `${name} ${percent(last.shares[i] ?? 0, 1)}`).join(", ")}`} names={names} points={points} say={(i) => exactly((points[i] ?? last).atMs)} />
    </section>
  );
}

/** What the campaign's counters say of its decisions; the holdout has none of its own. */
function Quality({ view }: { view: ExperimentView }) {
  const { value } = usePolled<CampaignList>("/campaigns", 10_000);
  const campaign = value?.campaigns.find((one) => one.id === view.row.campaign);
  if (view.row.isHoldout || !campaign) return null;
  return (
    <section aria-labelledby="quality">
      <h2 id="quality">Decisions</h2>
      <Decisions counts={campaign.counts} reached={view.reached} />
    </section>
  );
}

function Plan({ view, path }: { view: ExperimentView; path: string }) {
  return (
    <footer class="experiment-foot small muted">
      <p>
        {view.startedMs !== null && (
          <>
            First visitor <Ago at={view.startedMs} /> ·{" "}
          </>
        )}
        false alarms at most {percent(view.power.alpha, 1)} of experiments ·{" "}
        {view.completeMs !== null && (
          <>
            complete up to <time dateTime={new Date(view.completeMs).toISOString()}>{exactly(view.completeMs)}</time>
          </>
        )}
      </p>
      <p class="downloads">
        <button type="button" class="link" onClick={() => download(`${view.row.campaign}.csv`, metricsCsv(view))}>
          <Icon name="download" /> CSV
        </button>
        <a href={`/admin/v1${path}`} download={`${view.row.campaign}.json`}>
          <Icon name="download" /> JSON
        </a>
        <a href={paths.definitions}>Definitions</a>
      </p>
    </footer>
  );
}
