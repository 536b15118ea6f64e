// Offers: what was given away, what it cost, how far budgets are used up, and every code by itself.

import type { BudgetLimit, OfferList, OfferSums } from "../contract";
import { Term } from "../definitions/term";
import { count, exactly, money, moneyRounded, percent, span } from "../format";
import { intervalOf } from "../recommendations/numbers";
import { paths } from "../router";
import { Icon } from "../ui/icons";
import { Bar, Empty, Failure, Figure, Figures, Loading, Tag } from "../ui/parts";
import { usePolled } from "../ui/polled";
import { grantedOf, isNearlyUsed, leftWords, limitWords, niceTop, refusalName, shareUsed, sumOf } from "./numbers";
import { OfferTable } from "./table";

export function OffersPage() {
  const { value, problem, reload } = usePolled<OfferList>("/offers?limit=1");
  if (!value) return problem ? <Failure message={problem} retry={reload} /> : <Loading lines={10} />;
  return <Shown found={value} />;
}

export function Shown({ found }: { found: OfferList }) {
  const campaigns = [...new Set([...Object.keys(found.totals), ...Object.keys(found.budgets)])].sort();
  const made = campaigns.filter((id) => found.totals[id] !== undefined);
  return (
    <>
      <h1 class="hidden">Offers</h1>
      <Numbers found={found} />
      <Hours found={found} />
      {campaigns.length === 0 ? (
        <Empty title="No campaign makes offers" action={<a href={paths.campaigns}>See the campaigns</a>}>
          <p>
            The action <code>offer</code> makes one code for one visitor, within a budget, and never shows it before it is stored.
          </p>
        </Empty>
      ) : (
        <section aria-labelledby="by-campaign">
          <h2 id="by-campaign">By campaign</h2>
          <ul>
            {campaigns.map((id) => (
              <Campaign key={id} id={id} sums={found.totals[id]} limits={found.budgets[id] ?? []} currency={found.currency} />
            ))}
          </ul>
        </section>
      )}
      <Refused refused={found.refused} />
      <Pools found={found} />
      {made.length > 0 && <OfferTable campaigns={made} currency={found.currency} />}
    </>
  );
}

function Numbers({ found }: { found: OfferList }) {
  const sums = sumOf(found.totals);
  const granted = grantedOf(sums);
  const day = found.hours.reduce((sum, hour) => sum + hour.granted, 0);
  const share = percent(sums.redeemed, granted);
  return (
    <Figures label="Offers">
      <Figure large label={<Term of="granted">Granted in 24 h</Term>} value={count(day)} note={`${count(granted)} in all`} />
      <Figure large label={<Term of="redeemed" />} value={share ?? "–"} note={`${count(sums.redeemed)} of ${count(granted)} codes`} />
      <Figure large label="Open now" value={count(found.open)} note={`at most ${count(found.openMax)}`} {...(found.open >= found.openMax * 0.9 ? { tone: "warn" as const } : {})} />
      <Figure large label={<Term of="spent" />} value={moneyRounded(sums.spentMinor, found.currency)} tone="money" note={sums.redeemed > 0 ? `${money(sums.spentMinor / sums.redeemed, found.currency)} per redeemed code` : "nothing yet"} />
      <Figure large label={<Term of="reserved" />} value={moneyRounded(sums.reservedMinor, found.currency)} note="by open codes, at worst" />
    </Figures>
  );
}

/** Codes made in each of the last 24 hours. */
function Hours({ found }: { found: OfferList }) {
  const granted = found.hours.map((hour) => hour.granted);
  const sum = granted.reduce((all, n) => all + n, 0);
  if (sum === 0) return null;
  const top = niceTop(granted);
  return (
    <section aria-labelledby="hours">
      <h2 id="hours">
        Codes made hour by hour <span class="muted">the last {found.hours.length} h</span>
      </h2>
      <div class="hours" role="img" aria-label={`${count(sum)} codes in ${found.hours.length} hours, at most ${count(Math.max(...granted))} in one`}>
        <span class="hours-top">{count(top)}</span>
        {found.hours.map((hour) => (
          <span key={hour.fromMs} class="hour" title={`${exactly(hour.fromMs)}: ${count(hour.granted)} codes, ${money(hour.valueMinor, found.currency)} so far`}>
            <i style={{ height: `${(hour.granted / top) * 100}%` }} />
          </span>
        ))}
      </div>
      <p class="hours-ends muted small" aria-hidden="true">
        <span>{span(found.hours.length * 3_600_000)} ago</span>
        <span>now</span>
      </p>
    </section>
  );
}

function Campaign({ id, sums, limits, currency }: { id: string; sums: OfferSums | undefined; limits: readonly BudgetLimit[]; currency: string }) {
  const granted = sums ? grantedOf(sums) : 0;
  const redeemed = sums ? intervalOf(sums.redeemed, granted) : null;
  return (
    <li class="offer-campaign">
      <div>
        <p class="campaign-name">
          <a href={paths.campaign(id)}>{id}</a>
          <a class="small muted" href={paths.experiment(id)}>
            Does it pay?
          </a>
        </p>
        <p class="muted small">
          {redeemed ? `${percent(redeemed.rate, 1)} redeemed, ${percent(redeemed.low, 1)} to ${percent(redeemed.high, 1)} with 95% certainty` : "No code made yet"}
        </p>
      </div>
      <Limits limits={limits} currency={currency} />
      <dl class="campaign-counts">
        <Fact name="Granted" value={count(granted)} />
        <Fact name="Open" value={count(sums?.open ?? 0)} />
        <Fact name="Redeemed" value={count(sums?.redeemed ?? 0)} />
        <Fact name="Spent" value={moneyRounded(sums?.spentMinor ?? 0, currency)} tone="money" />
      </dl>
    </li>
  );
}

function Fact({ name, value, tone = "" }: { name: string; value: string; tone?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={tone}>{value}</dd>
    </div>
  );
}

/** Each limit of a budget as a bar with what is left. */
export function Limits({ limits, currency }: { limits: readonly BudgetLimit[]; currency: string }) {
  if (limits.length === 0) return <p class="muted small">No budget is set</p>;
  const variants = new Set(limits.flatMap((limit) => limit.variants));
  return (
    <ul class="limits">
      {limits.map((limit) => (
        <li key={`${limit.variants.join()} ${limit.limit} ${limit.windowMs ?? ""}`} class={isNearlyUsed(limit) ? "warn" : ""}>
          <span class="small">
            {isNearlyUsed(limit) && <Icon name="warning" label="nearly used up" />} {limitWords(limit, currency)}
            {limit.variants.length < variants.size && <span class="muted"> · {limit.variants.join(", ")}</span>}
          </span>
          <span class="small limit-left">{leftWords(limit, currency)}</span>
          <Bar share={shareUsed(limit)} tone={isNearlyUsed(limit) ? "money" : "accent"} />
        </li>
      ))}
    </ul>
  );
}

function Refused({ refused }: { refused: Record<string, number> }) {
  const reasons = Object.entries(refused).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  if (reasons.length === 0) return null;
  const all = reasons.reduce((sum, [, n]) => sum + n, 0);
  return (
    <section aria-labelledby="refused">
      <h2 id="refused">
        <Term of="not-offered" /> <span class="muted">{count(all)} times since the server started</span>
      </h2>
      <ul class="scores scores-wide">
        {reasons.map(([code, n]) => (
          <li key={code} title={code}>
            <span>{refusalName(code)}</span>
            <Bar share={n / all} tone="muted" />
            <span class="score-n">{count(n)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Pools({ found }: { found: OfferList }) {
  if (found.pools.length === 0) return null;
  return (
    <section aria-labelledby="pools">
      <h2 id="pools">Uploaded codes</h2>
      <ul class="scores scores-wide">
        {found.pools.map((pool) => (
          <li key={pool.name}>
            <span>
              {pool.name}{" "}
              {pool.low && (
                <Tag tone="warn">
                  <Icon name="warning" /> low
                </Tag>
              )}
            </span>
            <Bar share={pool.given / Math.max(1, pool.given + pool.free)} tone={pool.low ? "money" : "accent"} />
            <span class="score-n">{count(pool.free)} left</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
