// Events on their way to the engine, as a pure value: numbered by position, kept until acknowledged, sent in batches.
//
// The first entry always has the number `acked + 1`, so numbers need not be stored and cannot have gaps.

import type { Event, EventBatch, TimedEvent } from "./protocol.generated.js";

// Sections 4.3, 4.8 and 6.5 of the protocol.
export const WINDOW = 256;
export const QUEUE_EVENTS = 500;
export const QUEUE_BYTES = 128 * 1024;
const BATCH_EVENTS = 32;
// The engine refuses messages over 16 KiB. Sizes here are JSON's, which can be a little below MessagePack's.
const BATCH_BYTES = 12 * 1024;
const EVENT_BYTES = 14 * 1024;
const BATCH_MS = 50;
// A little under the engine's bucket (burst 100, 20 a second), so that a long queue sent after a reconnect is not taken for a flood.
const BURST = 90;
const PER_MS = 0.018;

// What is dropped first when the queue is full. Kinds that are not named are 2; those of 3 go last.
const VALUE: Record<string, number> = {
  scroll: 0, attention: 0, exit: 0, visibility: 0, click: 1, listView: 1, checkout: 3, order: 3, consent: 3, preference: 3,
};
// These leave without waiting for a batch.
const URGENT = /^(exit|order|consent|preference|visibility|cart)$/;

interface Entry {
  readonly event: TimedEvent;
  readonly kind: string;
  readonly bytes: number;
}

export interface Outbox {
  readonly size: number;
  readonly acked: number;
  /** When `take` should be called next; 0 is never. */
  readonly deadline: number;
  add(event: Event, at: number, now: number): void;
  /** The next batch that may leave now. `force` does not wait for the batching time. */
  take(now: number, force?: boolean): Pick<EventBatch, "first" | "list"> | undefined;
  ack(seq: number): void;
  /** The engine's mark, which wins over ours; everything behind it is sent again. */
  reset(mark: number, now: number): void;
  /** Sends again what is not acknowledged. */
  rewind(now: number): void;
  /** All that is not acknowledged, as far as it fits into `bytes`; nothing is marked as sent. */
  peek(bytes: number): Pick<EventBatch, "first" | "list"> | undefined;
  /** Whether an event of this kind is not acknowledged yet. */
  holds(kind: string): boolean;
  /** Counts of events dropped since the last call, by kind. */
  drops(): Record<string, number> | undefined;
}

const encoder = new TextEncoder();

export const createOutbox = (): Outbox => {
  const queue: Entry[] = [];
  let acked = 0;
  let sent = 0;
  // How many from the front were ever sent. They keep their numbers, because the engine may have them already.
  let numbered = 0;
  let bytes = 0;
  let deadline = 0;
  let tokens = BURST;
  let refilledAt = 0;
  let dropped: Record<string, number> = {};

  const count = (kind: string): void => {
    dropped[kind] = (dropped[kind] ?? 0) + 1;
  };
  const dropOne = (): boolean => {
    let worst = -1;
    for (let i = numbered; i < queue.length; i++) {
      const value = VALUE[queue[i]!.kind] ?? 2;
      if (worst < 0 || value < (VALUE[queue[worst]!.kind] ?? 2)) worst = i;
    }
    if (worst < 0) return false;
    const [entry] = queue.splice(worst, 1);
    bytes -= entry!.bytes;
    count(entry!.kind);
    return true;
  };
  const schedule = (at: number): void => {
    deadline = deadline ? Math.min(deadline, at) : at;
  };
  // How many entries from `start` fit, at least one.
  const fit = (start: number, count: number, limit: number): number => {
    let n = 0;
    for (let size = 0; n < count && start + n < queue.length; n++) {
      size += queue[start + n]!.bytes;
      if (n && size > limit) break;
    }
    return n;
  };
  const slice = (start: number, n: number): Pick<EventBatch, "first" | "list"> => ({
    first: acked + 1 + start,
    list: queue.slice(start, start + n).map((entry) => entry.event),
  });
  const remove = (n: number): void => {
    if (n <= 0) return;
    for (const entry of queue.splice(0, n)) bytes -= entry.bytes;
    acked += n;
    numbered -= n;
    sent = Math.max(0, sent - n);
  };
  const rewind = (now: number): void => {
    sent = 0;
    deadline = 0;
    if (queue.length) schedule(now + BATCH_MS);
  };

  return {
    get size() {
      return queue.length;
    },
    get acked() {
      return acked;
    },
    get deadline() {
      return deadline;
    },
    add(event, at, now) {
      const kind = Object.keys(event)[0] ?? "";
      const timed = { at, event };
      const size = encoder.encode(JSON.stringify(timed)).length;
      if (size > EVENT_BYTES) return count(kind);
      queue.push({ event: timed, kind, bytes: size });
      bytes += size;
      while ((queue.length > QUEUE_EVENTS || bytes > QUEUE_BYTES) && dropOne());
      schedule(URGENT.test(kind) || queue.length - sent >= BATCH_EVENTS ? now : now + BATCH_MS);
    },
    take(now, force) {
      if (!force && (!deadline || now < deadline)) return;
      deadline = 0;
      tokens = Math.min(BURST, tokens + (now - refilledAt) * PER_MS);
      refilledAt = now;
      const room = Math.min(BATCH_EVENTS, WINDOW - sent, queue.length - sent);
      if (room <= 0) return;
      if (tokens < 1) {
        deadline = now + Math.ceil((1 - tokens) / PER_MS);
        return;
      }
      const n = fit(sent, Math.min(room, Math.floor(tokens)), BATCH_BYTES);
      const batch = slice(sent, n);
      sent += n;
      numbered = Math.max(numbered, sent);
      tokens -= n;
      if (sent < queue.length && sent < WINDOW) deadline = now;
      return batch;
    },
    ack(seq) {
      // An acknowledgement of what was never sent is a mistake of the other side.
      remove(Math.min(seq - acked, numbered));
      // The window has opened: what waited for it may leave at once.
      if (sent < queue.length && !deadline) deadline = 1;
    },
    reset(mark, now) {
      remove(Math.min(mark - acked, numbered));
      acked = mark;
      rewind(now);
    },
    rewind,
    peek(limit) {
      if (!queue.length) return;
      return slice(0, fit(0, WINDOW, limit));
    },
    holds: (kind) => queue.some((entry) => entry.kind === kind),
    drops() {
      if (!Object.keys(dropped).length) return;
      const counts = dropped;
      dropped = {};
      return counts;
    },
  };
};
