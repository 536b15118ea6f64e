// What the library takes from the browser, in one value, so that tests give their own clock, chance and sockets.

export interface Environment {
  readonly window: Window & typeof globalThis;
  /** Milliseconds since the page started, monotonic. */
  now(): number;
  /** Milliseconds since the Unix epoch. */
  wall(): number;
  random(): number;
  setTimer(run: () => void, ms: number): number;
  clearTimer(id: number): void;
  /** May throw where sockets are blocked. */
  openSocket(url: string, protocols: string[]): WebSocket;
}

export const browserEnvironment = (window: Window & typeof globalThis): Environment => ({
  window,
  now: () => window.performance.now(),
  wall: () => Date.now(),
  random: () => Math.random(),
  setTimer: (run, ms) => window.setTimeout(run, ms),
  clearTimer: (id) => window.clearTimeout(id),
  openSocket: (url, protocols) => new window.WebSocket(url, protocols),
});

/** Runs what belongs to us inside somebody else's page: a failure must never reach the page. */
export const guarded = <T>(run: () => T): T | undefined => {
  try {
    return run();
  } catch {
    return undefined;
  }
};

/** Adds a passive listener whose failures stay here; returns how to remove it. */
export const listen = <E extends Event = Event>(
  target: EventTarget,
  types: string,
  handle: (event: E) => void,
  capture = false,
): (() => void) => {
  const run = (event: Event): void => void guarded(() => handle(event as E));
  const options = { passive: true, capture };
  for (const type of types.split(" ")) target.addEventListener(type, run, options);
  return () => {
    for (const type of types.split(" ")) target.removeEventListener(type, run, options);
  };
};
