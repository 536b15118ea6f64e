// The newest codes, one a row: found by campaign, state or the code itself, withdrawn with a click, saved as CSV.

import { useEffect, useState } from "preact/hooks";
import { get, send } from "../api";
import type { Offer, OfferList } from "../contract";
import { csvText, download } from "../csv";
import { count, money, span } from "../format";
import { paths } from "../router";
import { Icon } from "../ui/icons";
import { Empty, Failure, Loading, Tag } from "../ui/parts";
import { usePolled } from "../ui/polled";
import { Ago, useSeconds } from "../ui/time";
import { OFFER_STATES, isOpen, stateName, termsOf } from "./numbers";

/** Rows on the page, and in a file; the server gives no more. */
const SHOWN = 50;
const SAVED_MAX = 1_000;

export function OfferTable({ campaigns, currency }: { campaigns: readonly string[]; currency: string }) {
  const [campaign, setCampaign] = useState("");
  const [state, setState] = useState("");
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState("");
  const query = (limit: number): string => {
    const asked = new URLSearchParams({ limit: String(limit) });
    if (campaign) asked.set("campaign", campaign);
    if (state) asked.set("state", state);
    return `/offers?${asked}`;
  };
  const list = usePolled<OfferList>(query(SHOWN));
  const found = useCode(code.trim());
  const save = async (): Promise<void> => {
    const answer = await get<OfferList>(query(SAVED_MAX));
    setProblem(answer.kind === "ok" ? "" : answer.message);
    if (answer.kind === "ok") download("offers.csv", offersCsv(answer.value.offers));
  };
  const rows = code.trim() ? found.rows : list.value?.offers;
  return (
    <section aria-labelledby="codes">
      <div class="filters">
        <h2 id="codes">
          Codes <span class="muted">newest first</span>
        </h2>
        <label class="search">
          <Icon name="search" />
          <input type="search" placeholder="A code, as on the order" aria-label="Find a code" value={code} maxLength={64} onInput={(event) => setCode(event.currentTarget.value)} />
        </label>
        <select aria-label="Campaign" value={campaign} onChange={(event) => setCampaign(event.currentTarget.value)}>
          <option value="">All campaigns</option>
          {campaigns.map((id) => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </select>
        <select aria-label="State" value={state} onChange={(event) => setState(event.currentTarget.value)}>
          <option value="">Every state</option>
          {OFFER_STATES.map((one) => (
            <option key={one} value={one}>
              {stateName(one)}
            </option>
          ))}
        </select>
        <button type="button" onClick={() => void save()} title={`The newest ${count(SAVED_MAX)} of these`}>
          <Icon name="download" /> CSV
        </button>
      </div>
      {problem && (
        <p class="warn small" role="alert">
          {problem}
        </p>
      )}
      <Rows rows={rows} problem={code.trim() ? found.problem : list.problem} retry={list.reload} currency={currency} changed={list.reload} isSearch={code.trim() !== ""} />
    </section>
  );
}

/** The offer of a code that was typed, as the server reads it: small letters and spaces are forgiven. */
function useCode(code: string): { rows: Offer[] | undefined; problem: string } {
  const [found, setFound] = useState<{ code: string; rows: Offer[]; problem: string } | null>(null);
  useEffect(() => {
    if (!code) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      void get<Offer>(`/offers/${encodeURIComponent(code)}`, abort.signal).then((answer) => {
        if (abort.signal.aborted) return;
        const unknown = answer.kind === "refused" && answer.status !== 404;
        setFound({ code, rows: answer.kind === "ok" ? [answer.value] : [], problem: unknown ? answer.message : "" });
      });
    }, 250);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [code]);
  return found?.code === code ? { rows: found.problem ? undefined : found.rows, problem: found.problem } : { rows: undefined, problem: "" };
}

interface RowsProps {
  rows: readonly Offer[] | undefined;
  problem: string;
  retry: () => void;
  currency: string;
  changed: () => void;
  isSearch: boolean;
}

function Rows({ rows, problem, retry, currency, changed, isSearch }: RowsProps) {
  if (!rows) return problem ? <Failure message={problem} retry={retry} /> : <Loading lines={4} />;
  if (rows.length === 0) return <Empty title={isSearch ? "No offer has this code" : "No code is like that"}>{isSearch ? "Codes of other systems are not known here." : "Choose another campaign or state."}</Empty>;
  return (
    <div class="table-box">
      <table class="plain-table codes">
        <thead>
          <tr>
            <th>Code</th>
            <th>Campaign</th>
            <th>Terms</th>
            <th>State</th>
            <th>Made</th>
            <th class="numeric">Worth</th>
            <th>Order</th>
            <th>
              <span class="hidden">Withdraw</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((offer) => (
            <Row key={offer.code} offer={offer} currency={currency} changed={changed} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ offer, currency, changed }: { offer: Offer; currency: string; changed: () => void }) {
  const now = useSeconds();
  const [problem, setProblem] = useState("");
  const withdraw = async (): Promise<void> => {
    if (!window.confirm(`Withdraw ${offer.code}? The shopper who has it can no longer use it.`)) return;
    const answer = await send("POST", `/offers/${encodeURIComponent(offer.code)}/revoke`);
    setProblem(answer.kind === "ok" ? "" : answer.message);
    changed();
  };
  const left = offer.expiresMs - now;
  return (
    <tr>
      <td>
        <code>{offer.code}</code>
      </td>
      <td>
        <a href={paths.campaign(offer.campaign)}>{offer.campaign}</a>
      </td>
      <td>{termsOf(offer)}</td>
      <td>
        <Tag tone={offer.state === "redeemed" ? "accent" : "quiet"}>{stateName(offer.state)}</Tag>
        {isOpen(offer) && left > 0 && <span class="muted small"> {span(left)} left</span>}
      </td>
      <td class="muted">
        <Ago at={offer.grantedMs} />
      </td>
      <td class="numeric">{offer.valueMinor === 0 ? <span class="muted">–</span> : money(offer.valueMinor, currency)}</td>
      <td>{offer.order ? <code>{offer.order}</code> : <span class="muted">–</span>}</td>
      <td class="numeric">
        {isOpen(offer) && (
          <button type="button" class="link small" onClick={() => void withdraw()} aria-label={`Withdraw ${offer.code}`}>
            Withdraw
          </button>
        )}
        {problem && (
          <span class="warn small" role="alert">
            {problem}
          </span>
        )}
      </td>
    </tr>
  );
}

export function offersCsv(offers: readonly Offer[]): string {
  const heading = ["code", "campaign", "state", "kind", "amount", "minimum_minor", "currency", "granted", "expires", "changed", "order", "value_minor"];
  const time = (ms: number): string => new Date(ms).toISOString();
  return csvText(
    heading,
    offers.map((one) => [one.code, one.campaign, one.state, one.kind, one.amount, one.minimumMinor, one.currency, time(one.grantedMs), time(one.expiresMs), time(one.changedMs), one.order, one.valueMinor]),
  );
}
