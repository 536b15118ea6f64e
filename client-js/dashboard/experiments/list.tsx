// Every campaign as an experiment, and the holdout of the whole shop: what it is worth, how sure that is, what is still missing.

import { useState } from "preact/hooks";
import type { ExperimentList } from "../contract";
import { Term } from "../definitions/term";
import { count, signedPercent } from "../format";
import { paths } from "../router";
import { symmetricEnd } from "../ui/interval-scale";
import { Icon } from "../ui/icons";
import { Empty, Failure, Loading, Tag } from "../ui/parts";
import { usePolled } from "../ui/polled";
import type { ExperimentRow } from "./model";
import { Lift, Progress, SrmLight, ToneMark } from "./parts";
import { rowsOf } from "./report";
import { SORTS, sorted } from "./sorting";
import type { ExperimentSort } from "./sorting";
import { weeksWords } from "./view";

export function ExperimentsPage() {
  const { value, problem, reload } = usePolled<ExperimentList>("/experiments");
  if (!value) return problem ? <Failure message={problem} retry={reload} /> : <Loading lines={12} />;
  return <Shown rows={rowsOf(value)} />;
}

export function Shown({ rows }: { rows: readonly ExperimentRow[] }) {
  const [sort, setSort] = useState<ExperimentSort>("certain");
  const holdout = rows.find((row) => row.isHoldout);
  const campaigns = rows.filter((row) => !row.isHoldout);
  const end = symmetricEnd(rows.map((row) => row.lift));
  const ordered = sorted(campaigns, sort);
  const told = ordered.filter((row) => row.verdict.tone !== "waiting");
  const early = ordered.filter((row) => row.verdict.tone === "waiting");
  const decided = campaigns.filter((row) => row.verdict.tone === "better" || row.verdict.tone === "worse").length;
  return (
    <>
      <div class="section-head page-head">
        <h1>Experiments</h1>
        <span class="muted">
          {count(campaigns.length)} campaigns against doing nothing{decided > 0 ? ` · ${count(decided)} decided` : ""}
        </span>
        <a class="csv-link small" href="/admin/v1/experiments.csv" download>
          <Icon name="download" /> CSV
        </a>
        <label class="sort">
          <span class="muted">Sort by</span>
          <select value={sort} onChange={(event) => setSort(SORTS.find(([id]) => id === event.currentTarget.value)?.[0] ?? "certain")}>
            {SORTS.map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      {holdout && <Holdout row={holdout} end={end} />}
      {campaigns.length === 0 ? (
        <Empty title="No campaign is measured yet" action={<a href={paths.campaigns}>See the campaigns</a>}>
          <p>
            A campaign with a <code>baseline</code> keeps a share of its visitors on the shop's own content, and is compared with them from its first visitor on.
          </p>
        </Empty>
      ) : (
        <>
          {told.length > 0 && (
            <>
              <p class="split-words small">
                <span>
                  <Term of="lift" /> with the <Term of="interval">interval</Term> that holds at every look, from {signedPercent(-end)} to {signedPercent(end)}
                </span>
                <span>Gray while it holds zero</span>
              </p>
              <ul>
                {told.map((row) => (
                  <Row key={row.id} row={row} end={end} />
                ))}
              </ul>
            </>
          )}
          {early.length > 0 && (
            <section class="early" aria-labelledby="early">
              <h2 id="early">
                Too early to say <span class="muted">{count(early.length)}</span>
              </h2>
              <ul>
                {early.map((row) => (
                  <Early key={row.id} row={row} />
                ))}
              </ul>
            </section>
          )}
        </>
      )}
    </>
  );
}

/** What the whole engine is worth. */
function Holdout({ row, end }: { row: ExperimentRow; end: number }) {
  return (
    <section class="holdout" aria-labelledby="holdout">
      <div>
        <h2 id="holdout">
          <a href={paths.experiment(row.id)}>The whole shop</a> <span class="muted">against the <Term of="holdout">holdout</Term></span>
        </h2>
        <p class="experiment-verdict">
          <ToneMark tone={row.verdict.tone} /> {row.verdict.sentence}
        </p>
      </div>
      <div>
        <p class="muted small">
          <Term of={row.primary.anchor}>{row.primary.title}</Term>
        </p>
        <Lift lift={row.lift} end={end} higherIsBetter={row.primary.higherIsBetter} />
      </div>
      <Visitors row={row} />
    </section>
  );
}

function Row({ row, end }: { row: ExperimentRow; end: number }) {
  return (
    <li class="experiment">
      <div>
        <p class="campaign-name">
          <a href={paths.experiment(row.id)}>{row.name}</a> {!row.isRunning && <Tag>not running</Tag>}
        </p>
        <p class="experiment-verdict">
          <ToneMark tone={row.verdict.tone} /> {row.verdict.sentence}
        </p>
      </div>
      <div>
        <p class="muted small">
          <Term of={row.primary.anchor}>{row.primary.title}</Term>
          {row.variant && <> · {row.variant}</>}
        </p>
        <Lift lift={row.lift} end={end} higherIsBetter={row.primary.higherIsBetter} />
      </div>
      <Visitors row={row} />
    </li>
  );
}

/** One line for who has nothing to say yet. */
function Early({ row }: { row: ExperimentRow }) {
  return (
    <li class="early-row">
      <a href={paths.experiment(row.id)}>{row.name}</a>
      <span class="muted">
        <ToneMark tone={row.verdict.tone} /> {row.verdict.sentence}
      </span>
      <Progress visitors={row.progress.visitors} planned={row.progress.planned} />
    </li>
  );
}

function Visitors({ row }: { row: ExperimentRow }) {
  const { progress } = row;
  return (
    <div class="experiment-visitors">
      <Progress visitors={progress.visitors} planned={progress.planned} {...(progress.weeksLeft === null ? {} : { note: progress.weeksLeft <= 0 ? "reached" : `${weeksWords(progress.weeksLeft)} to go` })} />
      <p class="small muted experiment-arms">
        <SrmLight tone={row.split} />
        {row.arms.map((arm) => (
          <span key={arm.name}>
            {arm.name} {count(arm.visitors)}
          </span>
        ))}
      </p>
    </div>
  );
}
