// Which sessions the table shows and in which order; kept in the address so that a view can be sent to somebody. Pure.

import type { Summary } from "../contract";
import { ROOMS, roomOf } from "../floor/plan";
import type { RoomId } from "../floor/plan";
import { deviceName, pageTitle, spelled } from "../words";

export const SORTS = ["where", "attention", "cart", "intent", "interest", "decision", "started", "last"] as const;
export type Sort = (typeof SORTS)[number];

export interface TableView {
  query: string;
  room: RoomId | "";
  /** Only visitors with something in the cart. */
  cart: boolean;
  attentive: boolean;
  /** Only visitors to whom something was pushed. */
  pushed: boolean;
  sort: Sort;
  descending: boolean;
}

export const DEFAULT_VIEW: TableView = { query: "", room: "", cart: false, attentive: false, pushed: false, sort: "last", descending: true };

/** Reads a view from the address; what it does not understand keeps its default. */
export function readView(query: URLSearchParams): TableView {
  const room = ROOMS.find((id) => id === query.get("room")) ?? "";
  const written = query.get("sort") ?? "";
  const sort = SORTS.find((name) => name === written.replace(/^-/, ""));
  return {
    query: (query.get("q") ?? "").slice(0, 100),
    room,
    cart: query.has("cart"),
    attentive: query.has("attentive"),
    pushed: query.has("pushed"),
    sort: sort ?? DEFAULT_VIEW.sort,
    descending: sort ? written.startsWith("-") : DEFAULT_VIEW.descending,
  };
}

/** Writes a view for the address; defaults are left out. */
export function writeView(view: TableView): URLSearchParams {
  const query = new URLSearchParams();
  if (view.query) query.set("q", view.query);
  if (view.room) query.set("room", view.room);
  for (const flag of ["cart", "attentive", "pushed"] as const) if (view[flag]) query.set(flag, "");
  if (view.sort !== DEFAULT_VIEW.sort || view.descending !== DEFAULT_VIEW.descending) query.set("sort", `${view.descending ? "-" : ""}${view.sort}`);
  return query;
}

export function isFiltered(view: TableView): boolean {
  return view.query !== "" || view.room !== "" || view.cart || view.attentive || view.pushed;
}

/** Returns the ids to show, in order. Equal ones keep the order of their ids, so that rows do not dance. */
export function arrange(sessions: Iterable<Summary>, view: TableView): string[] {
  const words = view.query.toLowerCase().split(/\s+/).filter(Boolean);
  const kept: Summary[] = [];
  for (const summary of sessions) if (isShown(summary, view, words)) kept.push(summary);
  const sign = view.descending ? -1 : 1;
  kept.sort((a, b) => sign * compare(a, b, view.sort) || (a.id < b.id ? -1 : 1));
  return kept.map((summary) => summary.id);
}

function isShown(summary: Summary, view: TableView, words: readonly string[]): boolean {
  if (view.room && roomOf(summary.page?.kind) !== view.room) return false;
  if (view.cart && summary.cartItems === 0) return false;
  if (view.attentive && !summary.attentive) return false;
  if (view.pushed && summary.pushes === 0) return false;
  if (words.length === 0) return true;
  const text = searchText(summary);
  return words.every((word) => text.includes(word));
}

function searchText(summary: Summary): string {
  const last = summary.lastDecision;
  return [
    summary.id,
    pageTitle(summary),
    summary.page?.kind,
    summary.page?.path,
    summary.page?.category,
    deviceName(summary.device),
    summary.country,
    summary.language,
    summary.referrer,
    summary.interest,
    summary.returning ? "returning" : "new",
    summary.preview ? "preview" : "",
    last ? `${last.campaign} ${spelled(last.campaign)} ${last.outcome}` : "",
  ]
    .join(" ")
    .toLowerCase();
}

function compare(a: Summary, b: Summary, sort: Sort): number {
  switch (sort) {
    case "where":
      return text(roomOf(a.page?.kind), roomOf(b.page?.kind)) || text(pageTitle(a), pageTitle(b));
    case "attention":
      return a.attentionMs - b.attentionMs;
    case "cart":
      return a.cartValue - b.cartValue;
    case "intent":
      return a.intent - b.intent;
    case "interest":
      return text(a.interest, b.interest);
    case "decision":
      return (a.lastDecision?.atMs ?? 0) - (b.lastDecision?.atMs ?? 0);
    case "started":
      return a.startedMs - b.startedMs;
    case "last":
      return a.lastMs - b.lastMs;
  }
}

function text(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export interface RowWindow {
  first: number;
  /** One past the last row. */
  end: number;
}

/** Rows drawn beyond the edges, so that a quick scroll does not show blank ones. */
const OVERSCAN = 8;

/** Which rows of a list are near the visible part. `top` is where the list starts relative to the window's upper edge. */
export function rowWindow(top: number, viewHeight: number, rowHeight: number, rows: number): RowWindow {
  const first = Math.max(0, Math.floor(-top / rowHeight) - OVERSCAN);
  const end = Math.min(rows, Math.ceil((viewHeight - top) / rowHeight) + OVERSCAN);
  return { first: Math.min(first, rows), end: Math.max(Math.min(first, rows), end) };
}
