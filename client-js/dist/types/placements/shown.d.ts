import type { Environment } from "../environment.js";
/** Calls `shown` at most once and `clicked` at most once. Returns how to stop. */
export declare const watch: ({ window, setTimer, clearTimer }: Environment, element: Element, shown: () => void, clicked: () => void) => (() => void);
