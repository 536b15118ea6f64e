// One campaign: how it did, why it did not show, and its file to change.

import type { Campaign, Lint } from "../contract";
import { count, percent } from "../format";
import { paths } from "../router";
import { Icon } from "../ui/icons";
import { Bar, Empty, Failure, Figure, Figures, Loading, Tag } from "../ui/parts";
import { reasonName, spelled } from "../words";
import { SourceEditor } from "./editor";
import { PauseButton, SplitBar, useCampaigns } from "./list";
import { refusalsOf, refusedTotal } from "./numbers";

export function CampaignPage({ id }: { id: string }) {
  const { list, problem, reload } = useCampaigns();
  const campaign = list?.campaigns.find((one) => one.id === id);
  return (
    <>
      <a class="back" href={paths.campaigns}>
        <Icon name="back" /> Campaigns
      </a>
      {!list && (problem ? <Failure message={problem} retry={reload} /> : <Loading lines={12} />)}
      {list && !campaign && (
        <Empty isPage title="There is no campaign of this name" action={<a href={paths.campaigns}>See all campaigns</a>}>
          It may have been renamed, or its file was removed.
        </Empty>
      )}
      {list && campaign && <Detail campaign={campaign} lint={(list.lint ?? []).filter((found) => found.campaign === id)} reload={reload} />}
    </>
  );
}

function Detail({ campaign, lint, reload }: { campaign: Campaign; lint: readonly Lint[]; reload: () => void }) {
  const { counts } = campaign;
  const refused = refusedTotal(counts);
  return (
    <>
      <header class="visit-head campaign-head">
        <div>
          <h1>
            {campaign.name} <Tag {...(campaign.enabled ? { tone: "accent" as const } : {})}>{campaign.enabled ? "live" : "paused"}</Tag>
          </h1>
          <p class="muted">
            <code>{campaign.file}</code> · aims at {spelled(campaign.goal).toLowerCase()} · priority {campaign.priority} · needs consent to {spelled(campaign.purpose).toLowerCase()}
          </p>
        </div>
        <PauseButton campaign={campaign} reload={reload} />
      </header>
      <Figures label="Since start">
        <Figure label="Triggered" value={count(counts.triggered)} note={`on ${campaign.triggers.join(", ")}`} />
        <Figure label="Pushed" value={count(counts.pushed)} note={`${percent(counts.pushed, counts.triggered) ?? "–"} of triggered`} />
        <Figure label="Shown" value={count(counts.shown)} note={`${count(counts.failed)} failed · ${count(counts.suppressed)} suppressed`} />
        <Figure label="Clicked" value={percent(counts.clicked, counts.shown) ?? "–"} note={`${count(counts.clicked)} clicks · ${count(counts.dismissed)} closed`} />
        <Figure label="Orders" value={count(counts.orders)} note="after being shown" />
      </Figures>
      <SplitBar campaign={campaign} />
      <p class="split-words small">
        <span>
          <i class="key key-pushed" /> {count(counts.pushed)} pushed
        </span>
        <span>
          <i class="key key-baseline" /> {count(counts.baseline)} held back to measure ({percent(campaign.baseline, 1)} planned)
        </span>
        <span>
          <i class="key key-refused" /> {count(refused)} refused
        </span>
      </p>
      <div class="visit">
        <div>
          {lint.length > 0 && (
            <section class="callout">
              <ul>
                {lint.map((found, i) => (
                  <li key={i}>
                    <Icon name="warning" label={found.severity} /> {found.message} <code>{found.code}</code>
                  </li>
                ))}
              </ul>
            </section>
          )}
          <SourceEditor id={campaign.id} onSaved={reload} />
        </div>
        <aside class="side">
          <section>
            <h2>Why it did not show</h2>
            {refused === 0 ? <p class="muted small">It has never been refused.</p> : <Refusals campaign={campaign} refused={refused} />}
          </section>
          <section>
            <h2>Shape</h2>
            <dl class="facts">
              <dt>When</dt>
              <dd>{campaign.when ? <code>{campaign.when}</code> : "always"}</dd>
              <dt>Does</dt>
              <dd>{campaign.actions.map((action) => spelled(action)).join(", ") || "–"}</dd>
              <dt>Where</dt>
              <dd>{campaign.placements.join(", ") || "–"}</dd>
              <dt>Variants</dt>
              <dd>{campaign.variants.map((variant) => `${variant.id} (${variant.weight})`).join(", ") || "–"}</dd>
              <dt>Trusts</dt>
              <dd>facts that are {spelled(campaign.trust).toLowerCase()}</dd>
            </dl>
          </section>
        </aside>
      </div>
    </>
  );
}

function Refusals({ campaign, refused }: { campaign: Campaign; refused: number }) {
  return (
    <ul class="scores">
      {refusalsOf(campaign.counts).map(([reason, n]) => (
        <li key={reason} title={reason}>
          <span>{reasonName(reason)}</span>
          <Bar share={n / refused} tone="muted" />
          <span class="score-n">{count(n)}</span>
        </li>
      ))}
    </ul>
  );
}
