// What the shop says about the page.

import type { Page } from "../protocol.generated.js";
import { describeSpots, describeTemplates } from "./spots.js";

export type PageFacts = Partial<Pick<Page, "kind" | "product" | "category">>;

const URL_MAX = 2_000;

/** The address as far as it is told. */
export const addressOf = (location: Location): string => location.href.slice(0, URL_MAX);

/** The page as it stands; `given` wins over what the markup says. */
export const describePage = (window: Window, given: PageFacts = {}, language?: string): Page => {
  const { document, location } = window;
  const fact = (name: string): string | undefined => document.body?.dataset[name] || document.documentElement.dataset[name] || undefined;
  return {
    url: addressOf(location),
    referrer: document.referrer || undefined,
    kind: given.kind ?? fact("floorwalkerPage") ?? "other",
    product: given.product ?? fact("floorwalkerProduct"),
    category: given.category ?? fact("floorwalkerCategory"),
    placements: describeSpots(document, window.innerHeight),
    templates: describeTemplates(document),
    language: language || document.documentElement.lang || undefined,
  };
};
