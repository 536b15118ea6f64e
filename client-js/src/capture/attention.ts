// Attention: visible, focused and not idle. Reports each change and a heartbeat; the engine does the counting.

import type { Environment } from "../environment.js";
import { listen } from "../environment.js";

export const INPUTS = "pointermove pointerdown keydown scroll touchstart";

export interface Attended {
  /** Attentive or not, at each change and once per heartbeat while attentive. */
  active(active: boolean): void;
  /** There was no input for the idle time. */
  idle(): void;
}

export const captureAttention = (environment: Environment, heartbeatMs: number, idleMs: number, report: Attended): (() => void) => {
  const { window } = environment;
  const { document } = window;
  let inputAt = environment.now();
  let isActive = false;
  let isIdle = false;
  let timer = 0;
  const look = (isHeartbeat = false): void => {
    const now = environment.now();
    const idle = now - inputAt >= idleMs;
    const active = document.visibilityState === "visible" && document.hasFocus() && !idle;
    if (active !== isActive || (active && isHeartbeat)) report.active(active);
    if (idle && !isIdle) report.idle();
    if (active !== isActive || isHeartbeat) {
      environment.clearTimer(timer);
      // A page that is not attended has no timer: an input, focus or visibility wakes it.
      if (active) timer = environment.setTimer(() => look(true), Math.max(250, Math.min(heartbeatMs, inputAt + idleMs - now)));
    }
    isActive = active;
    isIdle = idle;
  };
  const stops = [
    listen(window, INPUTS, () => {
      inputAt = environment.now();
      if (!isActive) look();
    }, true),
    listen(window, "focus blur", () => look()),
    listen(document, "visibilitychange", () => look()),
  ];
  look();
  return () => {
    environment.clearTimer(timer);
    for (const stop of stops) stop();
  };
};
