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
export declare const browserEnvironment: (window: Window & typeof globalThis) => Environment;
/** Runs what belongs to us inside somebody else's page: a failure must never reach the page. */
export declare const guarded: <T>(run: () => T) => T | undefined;
/** Adds a passive listener whose failures stay here; returns how to remove it. */
export declare const listen: <E extends Event = Event>(target: EventTarget, types: string, handle: (event: E) => void, capture?: boolean) => (() => void);
