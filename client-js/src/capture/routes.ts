// When a single-page shop opens its next page.

import type { Environment } from "../environment.js";
import { guarded, listen } from "../environment.js";
import { addressOf } from "./page.js";

// Time for the router to render the page it has just opened.
const SETTLE_MS = 50;

/**
 * Calls `opened` after the address changed without a page load. A change of the fragment alone is the same page, and so is one that was
 * `viewed` meanwhile, because the shop announced it itself. This is loaded later than the page, so it begins with a look.
 */
export const watchRoutes = ({ window, setTimer, clearTimer }: Environment, viewed: () => string, opened: () => void): void => {
  const { history, location } = window;
  const bare = (address: string): string => address.replace(/#.*/, "");
  let last = bare(viewed());
  let timer = 0;
  const look = (): void => {
    const address = bare(addressOf(location));
    if (address === last) return;
    last = address;
    clearTimer(timer);
    timer = setTimer(() => bare(viewed()) === last || guarded(opened), SETTLE_MS);
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
  look();
};
