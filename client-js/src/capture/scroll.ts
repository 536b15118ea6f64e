// Scroll depth: the greatest share of the document that came on screen, in steps, so that a page reports it ten times at most.

import type { Environment } from "../environment.js";
import { listen } from "../environment.js";

const STEP = 10;
const LOOK_MS = 250;

export const captureScroll = ({ window, setTimer }: Environment, reached: (depth: number) => void): { restart(): void; stop(): void } => {
  let deepest = 0;
  let waiting = false;
  const look = (): void => {
    waiting = false;
    const { scrollHeight } = window.document.documentElement;
    const depth = Math.min(100, Math.floor(((window.scrollY + window.innerHeight) / Math.max(1, scrollHeight)) * 100));
    const step = depth >= 99 ? 100 : depth - (depth % STEP);
    if (step > deepest) reached((deepest = step));
  };
  const stop = listen(window, "scroll", () => {
    if (!waiting) setTimer(look, LOOK_MS);
    waiting = true;
  });
  return { restart: () => void (deepest = 0), stop };
};
