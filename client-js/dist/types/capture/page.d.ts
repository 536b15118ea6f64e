import type { Page } from "../protocol.generated.js";
export type PageFacts = Partial<Pick<Page, "kind" | "product" | "category">>;
/** The address as far as it is told. */
export declare const addressOf: (location: Location) => string;
/** The page as it stands; `given` wins over what the markup says. */
export declare const describePage: (window: Window, given?: PageFacts, language?: string) => Page;
