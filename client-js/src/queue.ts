// The persisted copy of the outbox, and the adoption of copies that dead pages have left. Only with consent to remember.
//
// A page that lives holds a lock on its copy, which the browser takes from it when it dies, however it dies. A page that leaves says so
// in the copy, because one in the back/forward cache must hold nothing. Where there are no locks, age tells.

import type { EventBatch, Hello, Page, ServerFrame } from "./protocol.generated.js";
import type { Environment } from "./environment.js";
import type { Outbox } from "./outbox.js";
import type { Shelf } from "./storage.js";
import { guarded } from "./environment.js";
import { PARCEL_BYTES, post } from "./post.js";

const EVENTS_MAX = 200;
// Without locks: a living page has saved within this time, or has nothing to lose.
const ABANDONED_MS = 10_000;
const AGE_MAX_MS = 24 * 3_600_000;
// Enough for new numbers and for an acknowledgement that waits for the disk.
const ROUNDS = 4;
const ROUND_MS = 1_000;
const PREFIX = "queue.";
const LOCK = "floorwalker.";

interface Copy extends Pick<EventBatch, "first" | "list"> {
  readonly savedAt: number;
  /** The wall clock when that page started. */
  readonly startedAt: number;
  readonly page: Page;
  /** Its page has gone away. */
  readonly left: boolean;
}

type Locks = Pick<LockManager, "request">;

const locksOf = ({ window }: Environment): Locks | undefined => guarded(() => window.navigator.locks);

const held = new Map<string, () => void>();

const hold = (environment: Environment, name: string): void => {
  if (held.has(name)) return;
  const gone = new Promise<void>((release) => held.set(name, release));
  locksOf(environment)
    ?.request(LOCK + name, () => gone)
    .catch(() => undefined);
};

const release = (name: string): void => {
  held.get(name)?.();
  held.delete(name);
};

/** Keeps what is not acknowledged; `left`: the page is going away. */
export const saveQueue = (environment: Environment, shelf: Shelf, stream: string, page: Page, outbox: Outbox, left: boolean): void => {
  const name = PREFIX + stream;
  if (left) release(name);
  else hold(environment, name);
  const batch = outbox.peek(PARCEL_BYTES);
  const savedAt = environment.wall();
  const { url, kind } = page;
  const copy: Copy | undefined = batch && {
    first: batch.first,
    list: batch.list.slice(0, EVENTS_MAX),
    savedAt,
    startedAt: savedAt - environment.now(),
    page: { url, kind },
    left,
  };
  if (copy) shelf.set(name, JSON.stringify(copy));
  else shelf.drop(name);
};

const read = (shelf: Shelf, name: string): Copy | undefined => {
  const copy = guarded(() => JSON.parse(shelf.get(name) ?? "") as Copy);
  return Array.isArray(copy?.list) ? copy : undefined;
};

/**
 * Sends one copy until the engine has acknowledged all of it; where that takes too long, a later page load goes on. Returns in how many
 * milliseconds it is worth another look; 0 is never.
 */
const deliver = async (environment: Environment, shelf: Shelf, endpoint: string, found: string, hasLock: boolean, hello: () => Hello, repeat: () => void): Promise<number> => {
  let name = found;
  for (let round = 0; round < ROUNDS; round++) {
    if (round) await new Promise<void>((done) => environment.setTimer(done, ROUND_MS));
    // Nothing can be read after the shopper has refused, or another tab has delivered it.
    if (shelf.get(name) === undefined) return 0;
    const copy = read(shelf, name);
    const wall = environment.wall();
    const drop = (): number => (shelf.drop(name), 0);
    if (!copy || wall - copy.savedAt > AGE_MAX_MS) return drop();
    const young = copy.savedAt + ABANDONED_MS - wall;
    if (!hasLock && !copy.left && young > 0) return young;
    const { first, list, page, startedAt } = copy;
    const stream = name.slice(PREFIX.length);
    const now = wall - startedAt;
    const greeting = hello();
    // What the shopper agreed to then may have been withdrawn since: in its place and number stands what is agreed to now.
    const current = list.map((timed) => ("consent" in timed.event ? { ...timed, event: { consent: greeting.consent! } } : timed));
    const frames = [{ events: { first, sentAt: now, list: current } }];
    const { status, body } = await post(environment, endpoint, { hello: { ...greeting, stream, page, now, wall, visible: false }, frames });
    // An answer given meanwhile may have overtaken this one: it is said again behind it.
    if (hello().consent !== greeting.consent) repeat();
    // What is refused for what it is would be refused again.
    if (status === 400 || status === 413) return drop();
    const opening = status === 200 ? (body as { frames?: ServerFrame[] } | undefined)?.frames?.[0] : undefined;
    if (!opening || !("welcome" in opening)) return 0;
    // The mark is from before these frames, so a later round hears that they are kept.
    const { ack } = opening.welcome;
    if (ack >= first + list.length - 1) return drop();
    if (ack < first - 1) {
      // The visit is forgotten: numbers begin again in a stream whose name every tab derives alike. Or the engine fell behind: its mark wins.
      const next = ack ? name : PREFIX + [...stream].reverse().join("");
      if (next !== name) shelf.drop(name);
      shelf.set(next, JSON.stringify({ ...copy, first: ack + 1 }));
      name = next;
    }
  }
  return 0;
};

const adopting = new WeakSet<Environment>();

/**
 * Delivers abandoned copies under their own streams and numbers, so that nothing counts twice even if it arrives twice. One tab does it at
 * a time: tabs of different visits would each be believed. `repeat` says again what the shopper agrees to.
 */
export const adoptQueues = async (environment: Environment, shelf: Shelf, endpoint: string, hello: () => Hello, repeat: () => void): Promise<void> => {
  if (adopting.has(environment)) return;
  adopting.add(environment);
  const locks = locksOf(environment);
  let again = 0;
  const adopt = async (hasLocks: boolean): Promise<void> => {
    for (const name of shelf.names(PREFIX)) {
      if (name === PREFIX + hello().stream) continue;
      const one = async (hasLock: boolean): Promise<void> => {
        const wait = await deliver(environment, shelf, endpoint, name, hasLock, hello, repeat);
        again = again && wait ? Math.min(again, wait) : again || wait;
      };
      if (hasLocks) await locks?.request(LOCK + name, { ifAvailable: true }, async (lock) => void (lock && (await one(true))));
      else await one(false);
    }
  };
  try {
    // Some frames have locks and may not use them.
    await (locks ? locks.request(LOCK + "adopt", () => adopt(true)).catch(() => adopt(false)) : adopt(false));
  } finally {
    adopting.delete(environment);
  }
  if (again) environment.setTimer(() => void adoptQueues(environment, shelf, endpoint, hello, repeat), again);
};
