// The only place that touches browser storage. Nothing is written without the purpose that allows it.
//
//   key                        where           purpose        what
//   floorwalker.visit          sessionStorage  personalize    token of this visit (this tab)
//   floorwalker.visit          localStorage    remember       the same, for other tabs
//   floorwalker.visitor        localStorage    remember       token of this browser
//   floorwalker.queue.STREAM   localStorage    remember       events not yet acknowledged

import type { Consent } from "./protocol.generated.js";
import { guarded } from "./environment.js";

const PREFIX = "floorwalker.";

export interface Shelf {
  get(name: string): string | undefined;
  /** Stores where consent allows it; without a value what is stored stays. */
  set(name: string, value: string | undefined): void;
  /** Deletes what is kept for other tabs. */
  drop(name: string): void;
  /** Names that begin with `prefix`. */
  names(prefix: string): string[];
  /** Deletes what was refused. Before an answer nothing is read or written, but what an earlier answer allowed stays. */
  sweep(): void;
}

export const createShelf = (window: Window, consent: () => Consent): Shelf => {
  // Reading the property itself throws where storage is blocked.
  const local = guarded(() => window.localStorage);
  const session = guarded(() => window.sessionStorage);
  const keys = (store: Storage | undefined): string[] =>
    (store && guarded(() => Object.keys(store).filter((key) => key.startsWith(PREFIX)))) || [];
  const get = (store: Storage | undefined, name: string): string | undefined => guarded(() => store?.getItem(PREFIX + name)) ?? undefined;

  return {
    get(name) {
      const { personalize, remember } = consent();
      return (personalize ? get(session, name) : undefined) ?? (remember ? get(local, name) : undefined);
    },
    set(name, value) {
      const { personalize, remember } = consent();
      const put = (store: Storage | undefined, allowed: boolean | undefined): void =>
        void guarded(() => allowed && value && store?.setItem(PREFIX + name, value));
      const isVisit = name === "visit";
      put(session, personalize && isVisit);
      // After a no, no tab goes on with the visit.
      put(local, remember && (personalize !== false || !isVisit));
    },
    drop: (name) => void guarded(() => local?.removeItem(PREFIX + name)),
    names: (prefix) => keys(local).map((key) => key.slice(PREFIX.length)).filter((name) => name.startsWith(prefix)),
    sweep() {
      const { personalize, remember } = consent();
      for (const store of [session, local]) {
        for (const key of keys(store)) {
          // Without personalization a visit is not continued by any tab.
          const refused = (store === local && remember === false) || (personalize === false && key === PREFIX + "visit");
          if (refused) guarded(() => store?.removeItem(key));
        }
      }
    },
  };
};
