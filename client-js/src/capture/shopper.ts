// Whether the shopper has begun to act on this page view. It must watch from the start, so it is not part of what is loaded later.

import type { Environment } from "../environment.js";
import { listen } from "../environment.js";

// A smaller scroll is a finger settling, not reading.
const SCROLL_PX = 16;

export interface Shopper {
  /** Whether there was any input on this page view. */
  readonly hadInput: boolean;
  /** Whether the pointer has moved on this page view; one that merely lies there is not in use. */
  readonly hasPointed: boolean;
  /** A new page view begins. */
  restart(): void;
}

export const watchShopper = ({ window }: Environment): Shopper => {
  let hadInput = false;
  let hasPointed = false;
  let scrollY = window.scrollY;
  listen(window, "pointerdown keydown touchstart wheel", () => void (hadInput = true), true);
  listen(window, "pointermove", () => void (hasPointed = true), true);
  listen(window, "scroll", () => {
    if (Math.abs(window.scrollY - scrollY) > SCROLL_PX) hadInput = true;
  });
  return {
    get hadInput() {
      return hadInput;
    },
    get hasPointed() {
      return hasPointed;
    },
    restart() {
      hadInput = hasPointed = false;
      scrollY = window.scrollY;
    },
  };
};
