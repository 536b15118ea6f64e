// Page views: what the shop says about the page, and when a single-page shop opens the next one.

import type { Page } from "../protocol.generated.js";
import type { Environment } from "../environment.js";
import { guarded, listen } from "../environment.js";
import { describeSpots, describeTemplates } from "./spots.js";

export type PageFacts = Partial<Pick<Page, "kind" | "product" | "category">>;

/** The page as it stands; `given` wins over what the markup says. */
export const describePage = (window: Window, given: PageFacts = {}): Page => {
  const { document, location } = window;
  const fact = (name: string): string | undefined => document.body?.dataset[name] || document.documentElement.dataset[name] || undefined;
  return {
    url: location.href,
    referrer: document.referrer || undefined,
    kind: given.kind ?? fact("floorwalkerPage") ?? "other",
    product: given.product ?? fact("floorwalkerProduct"),
    category: given.category ?? fact("floorwalkerCategory"),
    placements: describeSpots(document, window.innerHeight),
    templates: describeTemplates(document),
  };
};

// Time for the router to render the page it has just opened.
const SETTLE_MS = 50;

/** Calls `opened` after the address changed without a page load. A change of the fragment alone is the same page. */
export const watchRoutes = ({ window, setTimer, clearTimer }: Environment, opened: () => void): void => {
  const { history, location } = window;
  const address = (): string => location.pathname + location.search;
  let last = address();
  let timer = 0;
  const look = (): void => {
    if (address() === last) return;
    last = address();
    clearTimer(timer);
    timer = setTimer(() => guarded(opened), SETTLE_MS);
  };
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    guarded(() => {
      history[name] = function (...args) {
        original.apply(this, args);
        guarded(look);
      };
    });
  }
  listen(window, "popstate", look);
};
