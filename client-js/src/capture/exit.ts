// Raw facts that may mean leaving, and the sign that the shopper is back. The engine decides what they mean.

import type { ExitSignal } from "../protocol.generated.js";
import type { Environment } from "../environment.js";
import { listen } from "../environment.js";

// Chosen: a relaxed upward flick on a phone reaches about 1,000 px/s, one that looks for the address bar more.
const FLICK_PX_PER_S = 1_200;
const FLICK_PX = 120;
const SAMPLE_MS = 100;

interface NavigateEvent extends Event {
  navigationType?: string;
  destination?: { index: number };
}

export const captureExit = (environment: Environment, report: (signal: ExitSignal, speed?: number) => void): { idle(): void; stop(): void } => {
  const { window } = environment;
  const { document } = window;
  let isLeaving = false;
  let samples: [at: number, y: number][] = [];
  let byTouch = false;

  const leave = (signal: ExitSignal, speed = 0): void => {
    isLeaving = true;
    report(signal, Math.round(speed));
  };
  const back = (): void => {
    if (isLeaving) report("returned");
    isLeaving = false;
  };
  // Upward speed over the last tenth of a second, px/s.
  const speedAt = (y: number): [speed: number, distance: number] => {
    const now = environment.now();
    samples = samples.filter(([at]) => now - at <= SAMPLE_MS);
    const [first] = samples;
    samples.push([now, y]);
    return first && now > first[0] ? [Math.max(0, ((first[1] - y) / (now - first[0])) * 1000), first[1] - y] : [0, 0];
  };
  const stops = [
    listen<PointerEvent>(document, "pointermove", (event) => {
      if (event.pointerType === "touch") return;
      byTouch = false;
      back();
      speedAt(event.clientY);
    }),
    // `mouseout` without a related target is the pointer leaving the window.
    listen<MouseEvent>(document, "mouseout", (event) => {
      if (!event.relatedTarget && event.clientY <= 0 && !byTouch) leave("pointerTop", speedAt(event.clientY)[0]);
    }),
    listen(document, "touchstart", () => {
      byTouch = true;
      samples = [];
      back();
    }),
    listen(window, "scroll", () => {
      if (!byTouch) return;
      const [speed, distance] = speedAt(window.scrollY);
      if (!isLeaving && speed > FLICK_PX_PER_S && distance > FLICK_PX) leave("scrollUp", speed);
      else if (distance < 0) back();
    }),
    listen(document, "keydown", back),
    listen(document, "visibilitychange", () => (document.visibilityState === "hidden" ? leave("hidden") : back())),
  ];
  const navigation = (window as { navigation?: EventTarget & { currentEntry?: { index: number } } }).navigation;
  if (navigation) {
    stops.push(
      listen<NavigateEvent>(navigation, "navigate", ({ navigationType, destination }) => {
        if (navigationType === "traverse" && destination && destination.index < (navigation.currentEntry?.index ?? 0)) leave("back");
      }),
    );
  }
  return { idle: () => leave("idle"), stop: () => stops.forEach((stop) => stop()) };
};
