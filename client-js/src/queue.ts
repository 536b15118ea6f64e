// The persisted copy of the outbox, and the adoption of copies that dead pages have left. Only with consent to remember.

import type { EventBatch, Hello, Page, ServerFrame } from "./protocol.generated.js";
import type { Environment } from "./environment.js";
import type { Outbox } from "./outbox.js";
import type { Shelf } from "./storage.js";
import { guarded } from "./environment.js";
import { PARCEL_BYTES, post } from "./post.js";

const EVENTS_MAX = 200;
// A living page has saved within this time, or has nothing to lose.
const ABANDONED_MS = 10_000;
const AGE_MAX_MS = 24 * 3_600_000;
// Enough for new numbers and for an acknowledgement that waits for the disk.
const ROUNDS = 4;
const ROUND_MS = 1_000;
const PREFIX = "queue.";

interface Copy extends Pick<EventBatch, "first" | "list"> {
  readonly savedAt: number;
  /** The wall clock when that page started. */
  readonly startedAt: number;
  readonly page: Page;
}

export const saveQueue = (environment: Environment, shelf: Shelf, stream: string, page: Page, outbox: Outbox): void => {
  const batch = outbox.peek(PARCEL_BYTES);
  const savedAt = environment.wall();
  const { url, kind } = page;
  const copy: Copy | undefined = batch && {
    first: batch.first,
    list: batch.list.slice(0, EVENTS_MAX),
    savedAt,
    startedAt: savedAt - environment.now(),
    page: { url, kind },
  };
  if (copy) shelf.set(PREFIX + stream, JSON.stringify(copy));
  else shelf.drop(PREFIX + stream);
};

const read = (shelf: Shelf, name: string): Copy | undefined => {
  const copy = guarded(() => JSON.parse(shelf.get(name) ?? "") as Copy);
  return Array.isArray(copy?.list) ? copy : undefined;
};

/** Sends one copy until the engine has acknowledged all of it; where that takes too long, a later page load goes on. */
const adopt = async (environment: Environment, shelf: Shelf, endpoint: string, found: string, hello: () => Hello): Promise<void> => {
  let name = found;
  for (let round = 0; round < ROUNDS; round++) {
    if (round) await new Promise<void>((done) => environment.setTimer(done, ROUND_MS));
    // Nothing can be read after the shopper has refused, or another tab has delivered it.
    if (shelf.get(name) === undefined) return;
    const copy = read(shelf, name);
    const wall = environment.wall();
    if (!copy || wall - copy.savedAt > AGE_MAX_MS) return shelf.drop(name);
    if (wall - copy.savedAt < ABANDONED_MS) return;
    const { first, list, page, startedAt } = copy;
    const stream = name.slice(PREFIX.length);
    const now = wall - startedAt;
    const frames = [{ events: { first, sentAt: now, list } }];
    const answer = await post(environment, endpoint, { hello: { ...hello(), stream, page, now, wall, visible: false }, frames });
    const opening = (answer as { frames?: ServerFrame[] } | null | undefined)?.frames?.[0];
    if (!opening || !("welcome" in opening)) return;
    // The mark is from before these frames, so a later round hears that they are kept.
    const { ack } = opening.welcome;
    if (ack >= first + list.length - 1) return shelf.drop(name);
    if (ack < first - 1) {
      // The visit is forgotten: numbers begin again in a stream whose name every tab derives alike. Or the engine fell behind: its mark wins.
      const next = ack ? name : PREFIX + [...stream].reverse().join("");
      if (next !== name) shelf.drop(name);
      shelf.set(next, JSON.stringify({ ...copy, first: ack + 1 }));
      name = next;
    }
  }
};

const adopting = new WeakSet<Environment>();

/** Delivers abandoned copies under their own streams and numbers, so that nothing counts twice even if two tabs do it. */
export const adoptQueues = async (environment: Environment, shelf: Shelf, endpoint: string, hello: () => Hello): Promise<void> => {
  if (adopting.has(environment)) return;
  adopting.add(environment);
  for (const name of shelf.names(PREFIX)) if (name !== PREFIX + hello().stream) await adopt(environment, shelf, endpoint, name, hello);
  adopting.delete(environment);
};
