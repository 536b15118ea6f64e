// One campaign: how it did, why it did not show, and its file to change.

import type { Campaign, Lint } from "../contract";
import { Term } from "../definitions/term";
import type { ExperimentRow } from "../experiments/model";
import { Lift, Progress, ToneMark } from "../experiments/parts";
import { useFeed } from "../feed";
import { count, moneyRounded, percent, signedPercent } from "../format";
import { Limits } from "../offers/page";
import { paths } from "../router";
import { Icon } from "../ui/icons";
import { symmetricEnd } from "../ui/interval-scale";
import { Bar, Empty, Failure, Figure, Figures, Loading, Tag } from "../ui/parts";
import { reasonName, spelled } from "../words";
import { SourceEditor } from "./editor";
import { PauseButton, SplitBar, useCampaigns, useLifts } from "./list";
import { refusalsOf, refusedTotal } from "./numbers";

export function CampaignPage({ id }: { id: string }) {
  const { value: list, problem, reload } = useCampaigns();
  const experiment = useLifts().get(id);
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
      {list && campaign && <Detail campaign={campaign} experiment={experiment} lint={(list.lint ?? []).filter((found) => found.campaign === id)} reload={reload} />}
    </>
  );
}

interface DetailProps {
  campaign: Campaign;
  experiment: ExperimentRow | undefined;
  lint: readonly Lint[];
  reload: () => void;
}

function Detail({ campaign, experiment, lint, reload }: DetailProps) {
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
      <Pays campaign={campaign} experiment={experiment} />
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

/** What it brings against doing nothing, and what it may still give away. */
function Pays({ campaign, experiment }: { campaign: Campaign; experiment: ExperimentRow | undefined }) {
  const { floor } = useFeed();
  const currency = floor.overview?.currency ?? "";
  const { offers } = campaign;
  const end = symmetricEnd([experiment?.lift]);
  return (
    <div class="pays">
      <section aria-labelledby="pays">
        <h2 id="pays">
          <a href={paths.experiment(campaign.id)}>Does it pay?</a>
        </h2>
        {experiment ? (
          <>
            <p class="experiment-verdict">
              <ToneMark tone={experiment.verdict.tone} /> {experiment.verdict.sentence}
            </p>
            <p class="muted small">
              <Term of={experiment.primary.anchor}>{experiment.primary.title}</Term>, {signedPercent(-end)} to {signedPercent(end)}
            </p>
            <Lift lift={experiment.lift} end={end} higherIsBetter={experiment.primary.higherIsBetter} />
            <Progress visitors={experiment.progress.visitors} planned={experiment.progress.planned} />
          </>
        ) : (
          <p class="muted small">{campaign.baseline > 0 ? "Nobody has met it yet." : "It has no baseline, so there is nothing to compare it with."}</p>
        )}
      </section>
      {(offers || campaign.budgets.length > 0) && (
        <section aria-labelledby="gives">
          <h2 id="gives">What it gives away</h2>
          {offers && (
            <p class="gives">
              <Term of="spent" /> <strong class="money">{moneyRounded(offers.spentMinor, currency)}</strong> <span class="muted">for {count(offers.redeemed)} redeemed codes ·</span> <Term of="reserved">at worst</Term>{" "}
              {moneyRounded(offers.reservedMinor, currency)} <span class="muted">more for {count(offers.open)} open ones</span>
            </p>
          )}
          <Limits limits={campaign.budgets} currency={currency} />
        </section>
      )}
    </div>
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
