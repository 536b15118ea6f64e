// Whether the shopper has begun to act on this page view. It must watch from the start, so it is not part of what is loaded later.

import type { Environment } from "../environment.js";
import { listen } from "../environment.js";

// A smaller scroll is a finger settling, not reading.
const SCROLL_PX = 16;

export interface Shopper {
  /** Whether there was any input on this page view. */
  readonly hadInput: boolean;
  /** Whether a person's input was seen on this page load; scripts can only make events that are not trusted. */
  readonly isTrusted: boolean;
  /** Whether the pointer has moved on this page view; one that merely lies there is not in use. */
  readonly hasPointed: boolean;
  /** A new page view begins. */
  restart(): void;
}

export const watchShopper = ({ window }: Environment): Shopper => {
  let scrollY = window.scrollY;
  const shopper = {
    hadInput: false,
    isTrusted: false,
    hasPointed: false,
    restart() {
      shopper.hadInput = shopper.hasPointed = false;
      scrollY = window.scrollY;
    },
  };
  listen(window, "pointerdown keydown touchstart wheel", (event) => {
    shopper.hadInput = true;
    shopper.isTrusted ||= event.isTrusted;
  }, true);
  listen(window, "pointermove", () => void (shopper.hasPointed = true), true);
  listen(window, "scroll", () => {
    if (Math.abs(window.scrollY - scrollY) > SCROLL_PX) shopper.hadInput = true;
  });
  return shopper;
};
