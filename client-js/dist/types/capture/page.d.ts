import type { Page } from "../protocol.generated.js";
import type { Environment } from "../environment.js";
export type PageFacts = Partial<Pick<Page, "kind" | "product" | "category">>;
/** The page as it stands; `given` wins over what the markup says. */
export declare const describePage: (window: Window, given?: PageFacts) => Page;
/** Calls `opened` after the address changed without a page load. A change of the fragment alone is the same page. */
export declare const watchRoutes: ({ window, setTimer, clearTimer }: Environment, opened: () => void) => void;
