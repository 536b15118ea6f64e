// Reports when content was really seen: at least half of it (or of the screen) visible for one second.

import type { Environment } from "../environment.js";
import { guarded, listen } from "../environment.js";

const SEEN_MS = 1_000;

/** Calls `shown` at most once and `clicked` at most once. Returns how to stop. */
export const watch = ({ window, setTimer, clearTimer }: Environment, element: Element, shown: () => void, clicked: () => void): (() => void) => {
  let timer = 0;
  const observer = guarded(
    () =>
      new window.IntersectionObserver(
        (entries) => {
          const entry = entries.at(-1);
          const { innerHeight } = window;
          const enough = !!entry && (entry.intersectionRatio >= 0.5 || entry.intersectionRect.height >= innerHeight / 2);
          clearTimer(timer);
          if (enough) timer = setTimer(seen, SEEN_MS);
        },
        { threshold: [0, 0.25, 0.5, 0.75] },
      ),
  );
  const seen = (): void => {
    if (window.document.visibilityState !== "visible") {
      timer = setTimer(seen, SEEN_MS);
      return;
    }
    observer?.disconnect();
    guarded(shown);
  };
  const stopClicks = listen(element, "click", () => {
    stopClicks();
    clicked();
  });
  observer?.observe(element);
  return () => {
    clearTimer(timer);
    observer?.disconnect();
    stopClicks();
  };
};
