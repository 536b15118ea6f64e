// One visit: what happened, why the engine did what it did, and what the shopper sees at this moment.

import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "../api";
import type { Entry, SessionView, Summary } from "../contract";
import { useFeed } from "../feed";
import { clock, count, money, percent } from "../format";
import { paths } from "../router";
import { Icon, deviceIcon } from "../ui/icons";
import { Empty, Failure, Figure, Figures, Loading, Tag } from "../ui/parts";
import { Ago, useSeconds } from "../ui/time";
import { deviceName, pageName, shortId } from "../words";
import { Retell } from "./retell-view";
import { SidePanel } from "./side-panel";
import { Timeline } from "./timeline";
import { addEntry } from "./timeline-view";

type Loaded = { kind: "loading" } | { kind: "missing" } | { kind: "failed"; message: string } | { kind: "here"; view: SessionView };

/** What the shopper sees is read again at most this often while the visit goes on. */
const REFRESH_MS = 1500;

export function SessionPage({ id }: { id: string }) {
  const { loaded, ended, reload } = useSession(id);
  return (
    <>
      <a class="back" href={paths.floor}>
        <Icon name="back" /> Live floor
      </a>
      {loaded.kind === "loading" && <Loading lines={12} />}
      {loaded.kind === "missing" && (
        <Empty isPage title="This visit is over or never was" action={<a href={paths.floor}>See who is here now</a>}>
          Visits leave the live floor some time after the last page is closed.
        </Empty>
      )}
      {loaded.kind === "failed" && <Failure message={loaded.message} retry={reload} />}
      {loaded.kind === "here" && <Visit view={loaded.view} ended={ended} />}
    </>
  );
}

function useSession(id: string): { loaded: Loaded; ended: boolean; reload: () => void } {
  const [loaded, setLoaded] = useState<Loaded>({ kind: "loading" });
  const [ended, setEnded] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const refresh = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => {
    const abort = new AbortController();
    const path = `/sessions/${encodeURIComponent(id)}`;
    const change = (update: (view: SessionView) => SessionView): void => setLoaded((old) => (old.kind === "here" ? { kind: "here", view: update(old.view) } : old));
    const read = async (): Promise<void> => {
      const answer = await get<SessionView>(path, abort.signal);
      if (abort.signal.aborted) return;
      if (answer.kind === "ok") setLoaded({ kind: "here", view: answer.value });
      else if (answer.status === 404) setLoaded((old) => (old.kind === "here" ? old : { kind: "missing" }));
      else setLoaded((old) => (old.kind === "here" ? old : { kind: "failed", message: answer.message }));
    };
    const readSoon = (): void => {
      refresh.current ??= setTimeout(() => {
        refresh.current = undefined;
        void read();
      }, REFRESH_MS);
    };
    void read();
    const source = new EventSource(`/admin/v1${path}/live`);
    source.addEventListener("entry", (event: MessageEvent<string>) => {
      const entry = parsed<Entry>(event.data);
      if (!entry) return;
      change((view) => ({ ...view, entries: addEntry(view.entries, entry) }));
      readSoon();
    });
    source.addEventListener("summary", (event: MessageEvent<string>) => {
      const summary = parsed<Summary>(event.data);
      if (summary) change((view) => ({ ...view, summary }));
    });
    source.addEventListener("end", () => {
      setEnded(true);
      source.close();
    });
    // After a lost line, entries may be missing; the whole visit is read again.
    source.addEventListener("error", readSoon);
    return () => {
      abort.abort();
      source.close();
      clearTimeout(refresh.current);
      refresh.current = undefined;
    };
  }, [id, attempt]);
  return {
    loaded,
    ended,
    reload: () => {
      setLoaded({ kind: "loading" });
      setAttempt(attempt + 1);
    },
  };
}

function parsed<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

function Visit({ view, ended }: { view: SessionView; ended: boolean }) {
  const { floor } = useFeed();
  const currency = floor.overview?.currency ?? "";
  const { summary } = view;
  const [asked, setAsked] = useState<{ seq: number } | null>(null);
  return (
    <>
      <header class="visit-head">
        <h1>
          Visitor <span class="id">{shortId(summary.id)}</span>
          {ended ? (
            <Tag>ended</Tag>
          ) : summary.attentive ? (
            <Tag tone="accent">here now</Tag>
          ) : (
            <Tag tone="quiet">looking away</Tag>
          )}
          {summary.preview && <Tag tone="accent">preview, never counted</Tag>}
        </h1>
        <p class="muted">
          <Icon name={deviceIcon(summary.device)} /> {facts(summary)} · came <Ago at={summary.startedMs} />
        </p>
        <VisitNow summary={summary} ended={ended} />
      </header>
      <Figures label="This visit">
        <Figure label="Attention" value={clock(summary.attentionMs)} note={<VisitLength summary={summary} ended={ended} />} />
        <Figure label="On this page" value={clock(summary.pageAttentionMs)} note="of attention" />
        <Figure label="Cart" value={summary.cartItems > 0 ? money(summary.cartValue, currency) : "–"} {...(summary.cartItems > 0 ? { tone: "money" as const } : {})} note={summary.cartItems > 0 ? `${count(summary.cartItems)} ${summary.cartItems === 1 ? "item" : "items"}` : "empty"} />
        <Figure label="Intent" value={percent(summary.intent, 1) ?? "–"} note="how likely an order looks" />
        <Figure label="Pushes" value={count(summary.pushes)} note={`${count(summary.events)} events`} />
      </Figures>
      <Retell id={summary.id} currency={currency} asked={asked} />
      <div class="visit">
        <Timeline entries={view.entries} startedMs={summary.startedMs} ended={ended} whatIf={(entry) => setAsked({ seq: entry.seq })} />
        <SidePanel view={view} />
      </div>
    </>
  );
}

export function VisitNow({ summary, ended }: { summary: Summary; ended: boolean }) {
  return (
    <p class="visit-now">
      <span class="muted">{ended ? "Last on" : "On"}</span> {pageName(summary)} <code>{summary.page?.path}</code>
    </p>
  );
}

function facts(summary: Summary): string {
  const parts = [deviceName(summary.device), summary.country, summary.language, summary.returning ? "has been here before" : "first visit"];
  if (summary.referrer) parts.push(`from ${summary.referrer}`);
  return parts.filter(Boolean).join(" · ");
}

function VisitLength({ summary, ended }: { summary: Summary; ended: boolean }) {
  const now = useSeconds();
  return <>in {clock((ended ? summary.lastMs : now) - summary.startedMs)} on site</>;
}
