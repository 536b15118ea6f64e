// The table of sessions: sort, filter, and only the rows near the window, so that thousands scroll like ten.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Summary } from "../contract";
import { useFeed } from "../feed";
import { ROOMS, roomName, roomOf } from "../floor/plan";
import { clock, count, money } from "../format";
import { navigate, paths } from "../router";
import { Icon, deviceIcon } from "../ui/icons";
import { Bar, Empty } from "../ui/parts";
import { Ago } from "../ui/time";
import { categoryName, deviceName, outcomeName, pageTitle, shortId, spelled } from "../words";
import { DEFAULT_VIEW, arrange, isFiltered, rowWindow } from "./table-view";
import type { Sort, TableView } from "./table-view";

/** The order follows the numbers this often; values in the rows change at once. */
const REORDER_MS = 2000;
const ROW_WIDE = 44;
const ROW_NARROW = 76;
const NARROW = "(max-width: 760px)";

const COLUMNS: { sort: Sort; name: string; numeric?: boolean; downFirst: boolean }[] = [
  { sort: "started", name: "Visitor", downFirst: true },
  { sort: "where", name: "Where", downFirst: false },
  { sort: "attention", name: "Attention", numeric: true, downFirst: true },
  { sort: "cart", name: "Cart", numeric: true, downFirst: true },
  { sort: "intent", name: "Intent", numeric: true, downFirst: true },
  { sort: "interest", name: "Interest", downFirst: false },
  { sort: "decision", name: "Last decision", downFirst: true },
  { sort: "last", name: "Seen", numeric: true, downFirst: true },
];

interface TableProps {
  view: TableView;
  onView: (view: TableView) => void;
}

export function SessionTable({ view, onView }: TableProps) {
  const { floor } = useFeed();
  const ids = useOrder(view, floor.revision, floor.sessions);
  const rows = ids.filter((id) => floor.sessions.has(id));
  const currency = floor.overview?.currency ?? "";
  return (
    <section class="sessions" aria-label="Visitors">
      <Filters view={view} onView={onView} shown={rows.length} all={floor.sessions.size} />
      {rows.length === 0 ? (
        <Empty title="Nobody matches" action={<button type="button" onClick={() => onView({ ...DEFAULT_VIEW, sort: view.sort, descending: view.descending })}>Show everybody</button>}>
          Visitors who match appear here as soon as they do.
        </Empty>
      ) : (
        <Rows rows={rows} sessions={floor.sessions} view={view} onView={onView} currency={currency} />
      )}
    </section>
  );
}

/** Keeps an order steady between reorderings, and under a resting pointer, where a moving row would be clicked by mistake. */
function useOrder(view: TableView, revision: number, sessions: ReadonlyMap<string, Summary>): string[] {
  const kept = useRef<{ view: TableView; atMs: number; ids: string[] } | null>(null);
  return useMemo(() => {
    const now = Date.now();
    const held = kept.current;
    const resting = document.querySelector(".sessions tbody:hover, .sessions tbody a:focus-visible") !== null;
    if (held && held.view === view && (resting || now - held.atMs < REORDER_MS)) return held.ids;
    const ids = arrange(sessions.values(), view);
    kept.current = { view, atMs: now, ids };
    return ids;
  }, [view, revision, sessions]);
}

function Filters({ view, onView, shown, all }: TableProps & { shown: number; all: number }) {
  return (
    <div class="filters">
      <h2>
        Visitors <span class="muted">{isFiltered(view) ? `${count(shown)} of ${count(all)}` : count(all)}</span>
      </h2>
      <label class="search">
        <Icon name="search" />
        <input type="search" placeholder="Product, category, country, campaign" aria-label="Search visitors" value={view.query} maxLength={100} onInput={(event) => onView({ ...view, query: event.currentTarget.value })} />
      </label>
      <select aria-label="Room" value={view.room} onChange={(event) => onView({ ...view, room: ROOMS.find((id) => id === event.currentTarget.value) ?? "" })}>
        <option value="">Everywhere</option>
        {ROOMS.map((id) => (
          <option key={id} value={id}>
            {roomName(id)}
          </option>
        ))}
      </select>
      <Toggle name="With a cart" on={view.cart} onToggle={(cart) => onView({ ...view, cart })} />
      <Toggle name="Attentive" on={view.attentive} onToggle={(attentive) => onView({ ...view, attentive })} />
      <Toggle name="Got a push" on={view.pushed} onToggle={(pushed) => onView({ ...view, pushed })} />
    </div>
  );
}

function Toggle({ name, on, onToggle }: { name: string; on: boolean; onToggle: (on: boolean) => void }) {
  return (
    <button type="button" class="toggle" aria-pressed={on} onClick={() => onToggle(!on)}>
      {name}
    </button>
  );
}

interface RowsProps extends TableProps {
  rows: string[];
  sessions: ReadonlyMap<string, Summary>;
  currency: string;
}

function Rows({ rows, sessions, view, onView, currency }: RowsProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  const height = narrow ? ROW_NARROW : ROW_WIDE;
  const [span, setSpan] = useState({ first: 0, end: 30 });
  useEffect(() => {
    const look = (): void => {
      const top = body.current?.getBoundingClientRect().top;
      if (top === undefined) return;
      const next = rowWindow(top, innerHeight, height, rows.length);
      setSpan((old) => (old.first === next.first && old.end === next.end ? old : next));
    };
    const media = matchMedia(NARROW);
    const adapt = (): void => setNarrow(media.matches);
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    media.addEventListener("change", adapt);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
      media.removeEventListener("change", adapt);
    };
  }, [rows.length, height]);
  const visible = rows.slice(span.first, span.end);
  return (
    <table class="rows" aria-rowcount={rows.length + 1}>
      <thead>
        <tr>
          {COLUMNS.map((column) => (
            <Heading key={column.sort} column={column} view={view} onView={onView} />
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        {span.first > 0 && <tr aria-hidden="true" class="spacer" style={{ height: `${span.first * height}px` }} />}
        {visible.map((id, i) => {
          const summary = sessions.get(id);
          return summary && <Row key={id} summary={summary} currency={currency} index={span.first + i + 2} />;
        })}
        {span.end < rows.length && <tr aria-hidden="true" class="spacer" style={{ height: `${(rows.length - span.end) * height}px` }} />}
      </tbody>
    </table>
  );
}

function Heading({ column, view, onView }: TableProps & { column: (typeof COLUMNS)[number] }) {
  const on = view.sort === column.sort;
  const descending = on ? !view.descending : column.downFirst;
  return (
    <th scope="col" class={column.numeric ? "numeric" : ""} aria-sort={on ? (view.descending ? "descending" : "ascending") : undefined}>
      <button type="button" onClick={() => onView({ ...view, sort: column.sort, descending })}>
        {column.name}
        <span class="arrow" aria-hidden="true">
          {on ? (view.descending ? "↓" : "↑") : ""}
        </span>
      </button>
    </th>
  );
}

function Row({ summary, currency, index }: { summary: Summary; currency: string; index: number }) {
  const last = summary.lastDecision;
  const address = paths.session(summary.id);
  const open = (event: MouseEvent): void => {
    if (event.target instanceof Element && event.target.closest("a")) return;
    if (!getSelection()?.isCollapsed) return;
    navigate(address);
  };
  return (
    <tr aria-rowindex={index} class={summary.attentive ? "" : "idle"} onClick={open}>
      <td class="cell-visitor">
        <a href={address} aria-label={`Visit ${shortId(summary.id)}`}>
          <Icon name={deviceIcon(summary.device)} label={deviceName(summary.device)} />
          <span class="id">{shortId(summary.id)}</span>
        </a>
        <span class="muted country">{summary.country}</span>
        {summary.returning && <Icon name="returning" label="Has been here before" />}
        {summary.preview && <span class="tag tag-accent">preview</span>}
      </td>
      <td class="cell-where">
        <span class="where-room">{roomName(roomOf(summary.page?.kind))}</span>
        <span class="where-title" title={summary.page?.path}>
          {pageTitle(summary)}
        </span>
      </td>
      <td class="numeric cell-attention" title={`${clock(summary.pageAttentionMs)} on this page, ${clock(summary.attentionMs)} in all`}>
        {clock(summary.attentionMs)}
      </td>
      <td class={`numeric cell-cart${summary.cartItems > 0 ? " money" : " muted"}`} title={`${count(summary.cartItems)} items`}>
        {summary.cartItems > 0 ? money(summary.cartValue, currency) : "–"}
      </td>
      <td class="numeric cell-intent">
        <Bar share={summary.intent} /> {Math.round(summary.intent * 100)}%
      </td>
      <td class="cell-interest" title={summary.interest}>
        {summary.interest ? categoryName(summary.interest) : <span class="muted">–</span>}
      </td>
      <td class="cell-decision">
        {last ? (
          <>
            <span class={`glyph glyph-${last.outcome === "baseline" || last.outcome === "nothing" ? last.outcome : "pushed"}`} aria-hidden="true" />
            <span class="decision-name">{spelled(last.campaign)}</span> <span class="muted">{outcomeName(last.outcome).toLowerCase()}</span>
          </>
        ) : (
          <span class="muted">nothing yet</span>
        )}
      </td>
      <td class="numeric cell-last muted">
        <Ago at={summary.lastMs} />
      </td>
    </tr>
  );
}
