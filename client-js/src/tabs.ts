// Tells the shopper's other tabs that an overlay was shown, so that they do not show it again. Nothing depends on it being heard.

import { guarded, listen } from "./environment.js";

export interface Tabs {
  tell(decision: string, dismissed: boolean): void;
}

export const openTabs = (window: Window & typeof globalThis, key: string, heard: (decision: string, dismissed: boolean) => void): Tabs => {
  let channel: BroadcastChannel | undefined;
  const open = (): void => {
    channel?.close();
    channel = guarded(() => new window.BroadcastChannel("floorwalker." + key));
    if (!channel) return;
    listen<MessageEvent<unknown>>(channel, "message", ({ data }) => {
      if (Array.isArray(data) && typeof data[0] === "string") heard(data[0], data[1] === true);
    });
  };
  // An open channel may keep a page out of the back/forward cache.
  listen(window, "pagehide", () => channel?.close());
  listen(window, "pageshow", open);
  open();
  return { tell: (decision, dismissed) => void guarded(() => channel?.postMessage([decision, dismissed])) };
};
