// Turns capture on and off as the engine wants it.

import type { Capture, Event } from "../protocol.generated.js";
import type { Environment } from "../environment.js";
import type { captureExit } from "./exit.js";
import { captureAttention } from "./attention.js";
import { captureClicks } from "./click.js";
import { captureScroll } from "./scroll.js";

export interface Capturing {
  configure(wanted: Capture): void;
  /** A new page view: depths count from the top again. */
  restart(): void;
  /** Gives what watches for leaving; nobody leaves before it can be loaded. */
  furnish(watch: typeof captureExit): void;
}

/** Begins with `limit`, which is also the most that `configure` can turn on. */
export const startCapture = (environment: Environment, limit: Capture, record: (event: Event) => void): Capturing => {
  let present = "";
  let stops: (() => void)[] = [];
  let restart = (): void => undefined;
  let wantsExit = false;
  let watchExit: typeof captureExit | undefined;
  let leaving: ReturnType<typeof captureExit> | undefined;

  const arm = (): void => {
    leaving?.stop();
    leaving = wantsExit ? watchExit?.(environment, (signal, speed) => record({ exit: { signal, speed } })) : undefined;
  };

  const configure = (wanted: Capture): void => {
    const clicks = limit.clicks && wanted.clicks;
    const scroll = limit.scroll && wanted.scroll;
    const exit = limit.exit && wanted.exit;
    const attentionMs = limit.attentionMs && wanted.attentionMs;
    const next = JSON.stringify([clicks, scroll, exit, attentionMs, wanted.idleMs]);
    // A welcome comes at each reconnect; capture that stays as it is keeps what it knows.
    if (next === present) return;
    present = next;
    for (const stop of stops) stop();
    stops = [];
    restart = () => undefined;
    if (clicks) stops.push(captureClicks(environment, (click) => record({ click })));
    if (scroll) {
      const depth = captureScroll(environment, (reached) => record({ scroll: { depth: reached } }));
      restart = depth.restart;
      stops.push(depth.stop);
    }
    wantsExit = exit;
    arm();
    if (attentionMs) {
      stops.push(
        captureAttention(environment, attentionMs, wanted.idleMs, {
          active: (active) => record({ attention: { active } }),
          idle: () => leaving?.idle(),
        }),
      );
    }
  };
  configure(limit);
  return {
    configure,
    restart: () => restart(),
    furnish(watch) {
      watchExit = watch;
      arm();
    },
  };
};
