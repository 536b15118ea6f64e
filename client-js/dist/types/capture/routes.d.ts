import type { Environment } from "../environment.js";
/**
 * Calls `opened` after the address changed without a page load. A change of the fragment alone is the same page, and so is one that was
 * `viewed` meanwhile, because the shop announced it itself. This is loaded later than the page, so it begins with a look.
 */
export declare const watchRoutes: ({ window, setTimer, clearTimer }: Environment, viewed: () => string, opened: () => void) => void;
