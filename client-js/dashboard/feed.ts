// The live feed of the whole floor: one EventSource for all pages, with what to show while it is away.

import { useEffect, useState } from "preact/hooks";
import { get, whenUnauthorized } from "./api";
import type { LiveDiff, LiveState, Overview } from "./contract";
import { applyDiff, applyState, emptyFloor } from "./feed-state";
import type { FloorState } from "./feed-state";
import { remember, sampleOf } from "./system/history";
import type { Sample } from "./system/history";

export type Connection =
  | { kind: "connecting" }
  | { kind: "live" }
  | { kind: "away"; sinceMs: number; retryAtMs: number }
  | { kind: "unauthorized" };

const RETRY_FIRST_MS = 1000;
const RETRY_MAX_MS = 15_000;
/** Differences come every half second; ten missed ones mean that the line is dead although it looks open. */
const SILENCE_MAX_MS = 5000;

let floor: FloorState = emptyFloor();
let history: readonly Sample[] = [];
let connection: Connection = { kind: "connecting" };
let source: EventSource | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;
let attempts = 0;
let heardMs = 0;

const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

function parsed<T>(event: MessageEvent<string>): T | null {
  try {
    return JSON.parse(event.data) as T;
  } catch {
    return null;
  }
}

function heard(): void {
  heardMs = Date.now();
  attempts = 0;
  connection = { kind: "live" };
  if (floor.overview) history = remember(history, sampleOf(floor.overview));
  tell();
}

function open(): void {
  source?.close();
  heardMs = Date.now();
  source = new EventSource("/admin/v1/live");
  source.addEventListener("state", (event: MessageEvent<string>) => {
    const message = parsed<LiveState>(event);
    if (!message) return;
    floor = applyState(floor, message, Date.now());
    heard();
  });
  source.addEventListener("diff", (event: MessageEvent<string>) => {
    const message = parsed<LiveDiff>(event);
    if (!message) return;
    floor = applyDiff(floor, message, Date.now());
    heard();
  });
  source.addEventListener("error", () => void lost());
}

/** An EventSource does not say why it failed, so a plain request asks whether the key is the reason. */
async function lost(): Promise<void> {
  if (!source || connection.kind === "unauthorized") return;
  source.close();
  source = null;
  const sinceMs = connection.kind === "away" ? connection.sinceMs : Date.now();
  // Full jitter, so that many dashboards do not return to a restarted server in one moment.
  const waitMs = 300 + Math.random() * Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** attempts);
  attempts += 1;
  connection = { kind: "away", sinceMs, retryAtMs: Date.now() + waitMs };
  tell();
  clearTimeout(retry);
  retry = setTimeout(open, waitMs);
  await get<Overview>("/overview");
}

/** Starts the feed; called once. */
export function startFeed(): void {
  whenUnauthorized(() => {
    connection = { kind: "unauthorized" };
    clearTimeout(retry);
    source?.close();
    source = null;
    tell();
  });
  open();
  setInterval(() => {
    if (source && Date.now() - heardMs > SILENCE_MAX_MS) void lost();
  }, 1000);
}

/** Tries again at once, for the impatient. */
export function retryNow(): void {
  clearTimeout(retry);
  open();
}

export interface Feed {
  floor: FloorState;
  history: readonly Sample[];
  connection: Connection;
}

export function currentFeed(): Feed {
  return { floor, history, connection };
}

/** Calls back on every message, outside of rendering. Returns how to stop. */
export function onFeed(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Renders again on every message. */
export function useFeed(): Feed {
  const [, again] = useState(0);
  useEffect(() => onFeed(() => again((n) => n + 1)), []);
  return currentFeed();
}

/** The server's time, as well as the browser can tell. */
export function serverNow(): number {
  return Date.now() + floor.skewMs;
}
