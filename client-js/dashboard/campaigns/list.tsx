// All campaigns: what each listens for, how often it ran, and what is wrong with any file.

import { useEffect, useState } from "preact/hooks";
import { get, send } from "../api";
import type { Campaign, CampaignList, Lint, LoadError } from "../contract";
import { count, percent } from "../format";
import { paths } from "../router";
import { Icon } from "../ui/icons";
import { Empty, Failure, Loading, Tag } from "../ui/parts";
import { spelled } from "../words";
import { refusedTotal, sortCampaigns, splitOf } from "./numbers";
import type { CampaignSort } from "./numbers";

/** Counts move all the time; reading them this often keeps the list alive without work for the server. */
const REFRESH_MS = 3000;

const SORTS: [CampaignSort, string][] = [
  ["priority", "Priority"],
  ["triggered", "Triggered"],
  ["pushed", "Pushed"],
  ["clicked", "Click rate"],
  ["orders", "Orders"],
  ["name", "Name"],
];

export interface Campaigns {
  list: CampaignList | null;
  problem: string;
  reload: () => void;
}

/** Reads the campaigns and keeps them fresh while the page is visible. */
export function useCampaigns(): Campaigns {
  const [list, setList] = useState<CampaignList | null>(null);
  const [problem, setProblem] = useState("");
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const read = async (): Promise<void> => {
      const answer = await get<CampaignList>("/campaigns", abort.signal);
      if (abort.signal.aborted) return;
      if (answer.kind === "ok") setList(answer.value);
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
  return { list, problem, reload: () => setAttempt((n) => n + 1) };
}

export function CampaignsPage() {
  const { list, problem, reload } = useCampaigns();
  const [sort, setSort] = useState<CampaignSort>("priority");
  if (!list) return problem ? <Failure message={problem} retry={reload} /> : <Loading lines={10} />;
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
      </p>
      {list.campaigns.length === 0 ? (
        <Empty title="No campaigns yet">
          <p>
            Put a file into the campaigns directory, such as <code>campaigns/hello.toml</code>. It is live on open pages within a second.
          </p>
        </Empty>
      ) : (
        <ul class="campaigns">
          {sortCampaigns(list.campaigns, sort).map((campaign) => (
            <Row key={campaign.id} campaign={campaign} lint={(list.lint ?? []).filter((found) => found.campaign === campaign.id)} reload={reload} />
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

export function Row({ campaign, lint, reload }: { campaign: Campaign; lint: readonly Lint[]; reload: () => void }) {
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
      </div>
      <SplitBar campaign={campaign} />
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
