// Tells the shopper's other tabs that an overlay was shown, so that they do not show it again, and that consent was withdrawn, so that
// they keep nothing either. The engine tells their pages to change whether this is heard or not.

import type { ConsentChange } from "./consent/lattice.js";
import { guarded, listen } from "./environment.js";

export interface Tabs {
  tell(decision: string, dismissed: boolean): void;
  /** Passes on what was refused; what was agreed to is each page's own. */
  withdraw(consent: ConsentChange): void;
}

const PURPOSES = ["personalize", "remember", "measure", "share"] as const;

/** Only what is a plain no. */
const refusals = (given: object): ConsentChange =>
  Object.fromEntries(PURPOSES.filter((purpose) => (given as ConsentChange)[purpose] === false).map((purpose) => [purpose, false]));

export const openTabs = (
  window: Window & typeof globalThis,
  key: string,
  heard: (decision: string, dismissed: boolean) => void,
  withdrawn: (change: ConsentChange) => void,
): Tabs => {
  let channel: BroadcastChannel | undefined;
  const open = (): void => {
    channel?.close();
    channel = guarded(() => new window.BroadcastChannel("floorwalker." + key));
    if (!channel) return;
    listen<MessageEvent<unknown>>(channel, "message", ({ data }) => {
      if (!Array.isArray(data)) return;
      if (typeof data[0] === "string") heard(data[0], data[1] === true);
      else if (data[0] && typeof data[0] === "object") withdrawn(refusals(data[0] as object));
    });
  };
  // An open channel may keep a page out of the back/forward cache.
  listen(window, "pagehide", () => channel?.close());
  listen(window, "pageshow", open);
  open();
  const post = (...message: unknown[]): void => void guarded(() => channel?.postMessage(message));
  return { tell: post, withdraw: (consent) => post(refusals(consent)) };
};
