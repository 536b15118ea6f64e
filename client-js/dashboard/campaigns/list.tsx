// All campaigns: what each listens for, how often it ran, and what is wrong with any file.

import { useState } from "preact/hooks";
import { send } from "../api";
import type { Campaign, CampaignList, ExperimentList, Lint, LoadError } from "../contract";
import { Term } from "../definitions/term";
import type { ExperimentRow } from "../experiments/model";
import { Lift } from "../experiments/parts";
import { rowsOf } from "../experiments/report";
import { useFeed } from "../feed";
import { count, percent, signedPercent } from "../format";
import { isNearlyUsed, leftWords, limitWords, shareUsed, tightest } from "../offers/numbers";
import { paths } from "../router";
import { Icon } from "../ui/icons";
import { symmetricEnd } from "../ui/interval-scale";
import { Bar, Empty, Failure, Loading, Tag } from "../ui/parts";
import { usePolled } from "../ui/polled";
import type { Polled } from "../ui/polled";
import { spelled } from "../words";
import { refusedTotal, sortCampaigns, splitOf } from "./numbers";
import type { CampaignSort } from "./numbers";

const SORTS: [CampaignSort, string][] = [
  ["priority", "Priority"],
  ["triggered", "Triggered"],
  ["pushed", "Pushed"],
  ["clicked", "Click rate"],
  ["lift", "Lift"],
  ["name", "Name"],
];

/** Reads the campaigns and keeps them fresh while the page is visible. */
export function useCampaigns(): Polled<CampaignList> {
  return usePolled<CampaignList>("/campaigns");
}

/** What each campaign brings against doing nothing, by its id. */
export function useLifts(): Map<string, ExperimentRow> {
  const { value } = usePolled<ExperimentList>("/experiments", 10_000);
  return new Map(value ? rowsOf(value).filter((row) => row.isRunning || !value.experiments.some((one) => one.campaign === row.campaign && one.running)).map((row) => [row.campaign, row]) : []);
}

export function CampaignsPage() {
  const { value: list, problem, reload } = useCampaigns();
  const lifts = useLifts();
  const [sort, setSort] = useState<CampaignSort>("priority");
  if (!list) return problem ? <Failure message={problem} retry={reload} /> : <Loading lines={10} />;
  const end = symmetricEnd(list.campaigns.map((campaign) => lifts.get(campaign.id)?.lift));
  const running = list.campaigns.filter((campaign) => campaign.enabled).length;
  return (
    <>
      <div class="section-head page-head">
        <h1>Campaigns</h1>
        <span class="muted">
          {count(running)} live{list.campaigns.length > running ? ` · ${count(list.campaigns.length - running)} paused` : ""}
        </span>
        <label class="sort">
          <span class="muted">Sort by</span>
          <select value={sort} onChange={(event) => setSort(SORTS.find(([id]) => id === event.currentTarget.value)?.[0] ?? "priority")}>
            {SORTS.map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <LoadErrors errors={list.errors ?? []} />
      <p class="split-words small">
        <span>
          <i class="key key-pushed" /> pushed
        </span>
        <span>
          <i class="key key-baseline" /> held back to measure
        </span>
        <span>
          <i class="key key-refused" /> refused, of all triggered since start
        </span>
        <span>
          <Term of="lift" /> from {signedPercent(-end)} to {signedPercent(end)}, gray while its <Term of="interval">interval</Term> holds zero
        </span>
      </p>
      {list.campaigns.length === 0 ? (
        <Empty title="No campaigns yet">
          <p>
            Put a file into the campaigns directory, such as <code>campaigns/hello.toml</code>. It is live on open pages within a second.
          </p>
        </Empty>
      ) : (
        <ul class="campaigns">
          {sortCampaigns(list.campaigns, sort, (campaign) => lifts.get(campaign.id)?.lift?.value ?? null).map((campaign) => (
            <Row key={campaign.id} campaign={campaign} experiment={lifts.get(campaign.id)} end={end} lint={(list.lint ?? []).filter((found) => found.campaign === campaign.id)} reload={reload} />
          ))}
        </ul>
      )}
    </>
  );
}

export function LoadErrors({ errors }: { errors: readonly LoadError[] }) {
  if (errors.length === 0) return null;
  return (
    <section class="callout callout-warn" aria-label="Files that did not load">
      <h2>
        <Icon name="warning" /> {errors.length === 1 ? "One file did not load" : `${errors.length} problems in files that did not load`}
      </h2>
      <p class="muted small">The last good version of each stays live.</p>
      <ul>
        {errors.map((error, i) => (
          <li key={i}>
            <code>
              {error.file}:{error.line}:{error.column}
            </code>{" "}
            {error.message}
            <Suggestion text={error.suggestion} />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  campaign: Campaign;
  experiment: ExperimentRow | undefined;
  /** Of the common scale of lifts. */
  end: number;
  lint: readonly Lint[];
  reload: () => void;
}

export function Row({ campaign, experiment, end, lint, reload }: RowProps) {
  const { counts } = campaign;
  return (
    <li class={`campaign${campaign.enabled ? "" : " campaign-paused"}`}>
      <div class="campaign-what">
        <p class="campaign-name">
          <a href={paths.campaign(campaign.id)}>{campaign.name}</a>
          {!campaign.enabled && <Tag>paused</Tag>}
          {lint.length > 0 && (
            <Tag tone="warn" title={lint.map((found) => found.message).join("\n")}>
              <Icon name="warning" /> {lint.length} {lint.length === 1 ? "remark" : "remarks"}
            </Tag>
          )}
        </p>
        <p class="muted small">
          On {campaign.triggers.join(", ")} <span aria-hidden="true">→</span> {campaign.placements.join(", ") || campaign.actions.map((action) => spelled(action).toLowerCase()).join(", ")}
        </p>
        <SplitBar campaign={campaign} />
      </div>
      <a class="campaign-lift" href={paths.experiment(campaign.id)} title={experiment?.verdict.sentence}>
        <Lift lift={experiment?.lift} end={end} higherIsBetter={experiment?.primary.higherIsBetter ?? true} none={campaign.baseline > 0 ? "not enough data yet" : "no baseline to compare with"} />
        <BudgetLeft campaign={campaign} />
      </a>
      <dl class="campaign-counts">
        <Count name="Triggered" n={count(counts.triggered)} />
        <Count name="Pushed" n={count(counts.pushed)} />
        <Count name="Clicked" n={percent(counts.clicked, counts.shown) ?? "–"} title={`${count(counts.clicked)} of ${count(counts.shown)} shown`} />
        <Count name="Orders" n={count(counts.orders)} />
      </dl>
      <PauseButton campaign={campaign} reload={reload} />
    </li>
  );
}

/** The limit that ends first. */
function BudgetLeft({ campaign }: { campaign: Campaign }) {
  const { floor } = useFeed();
  const limit = tightest(campaign.budgets);
  if (!limit) return null;
  const currency = floor.overview?.currency ?? "";
  return (
    <p class={`small budget-left${isNearlyUsed(limit) ? " warn" : " muted"}`} title={limitWords(limit, currency)}>
      <Bar share={shareUsed(limit)} tone="money" /> {leftWords(limit, currency)}
    </p>
  );
}

/** What was most likely meant. */
export function Suggestion({ text }: { text?: string | null | undefined }) {
  if (!text) return null;
  return (
    <span class="suggestion">
      {" "}
      Did you mean <code>{text}</code>?
    </span>
  );
}

function Count({ name, n, title }: { name: string; n: string; title?: string }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{n}</dd>
    </div>
  );
}

/** What became of everything that triggered the campaign, as one divided bar. */
export function SplitBar({ campaign }: { campaign: Campaign }) {
  const split = splitOf(campaign.counts);
  const { pushed, baseline } = campaign.counts;
  const refused = refusedTotal(campaign.counts);
  const words = `${count(pushed)} pushed, ${count(baseline)} held back to measure, ${count(refused)} refused`;
  const width = (share: number): { width: string } => ({ width: `${share * 100}%` });
  return (
    <div class="split" role="img" aria-label={words} title={words}>
      <span class="split-pushed" style={width(split.pushed)} />
      <span class="split-baseline" style={width(split.baseline)} />
      <span class="split-refused" style={width(split.refused)} />
    </div>
  );
}

export function PauseButton({ campaign, reload }: { campaign: Campaign; reload: () => void }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const change = async (): Promise<void> => {
    setBusy(true);
    const answer = await send("POST", `/campaigns/${encodeURIComponent(campaign.id)}/${campaign.enabled ? "pause" : "resume"}`);
    setBusy(false);
    setProblem(answer.kind === "ok" ? "" : answer.message);
    reload();
  };
  return (
    <div class="campaign-switch">
      <button type="button" disabled={busy} onClick={change} aria-label={`${campaign.enabled ? "Pause" : "Resume"} ${campaign.name}`}>
        <Icon name={campaign.enabled ? "pause" : "play"} />
        {campaign.enabled ? "Pause" : "Resume"}
      </button>
      {problem && (
        <p class="warn small" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
