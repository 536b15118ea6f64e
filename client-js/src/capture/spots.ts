// Describes the spots and templates that a shop has declared.

import type { Placement } from "../protocol.generated.js";

const SPOTS = "[data-floorwalker],[data-floorwalker-list],floorwalker-placement";

/** Elements with that attribute or selector, in document order. */
export const select = (root: ParentNode, selector: string): HTMLElement[] => [...root.querySelectorAll<HTMLElement>(selector)];

export const spots = (document: Document): HTMLElement[] => select(document, SPOTS);

/** The name a shop gave to a spot. */
export const spotName = (element: HTMLElement): string =>
  element.dataset.floorwalkerList || element.dataset.floorwalker || element.getAttribute("name") || "";

export const isLive = (element: HTMLElement): boolean => element.hasAttribute("data-floorwalker-live");

/** All spots on the page; of several with one name the first counts. */
export const describeSpots = (document: Document, foldPx: number): Placement[] => {
  const described = new Map<string, Placement>();
  for (const element of spots(document)) {
    const name = spotName(element);
    if (!name || described.has(name)) continue;
    const { floorwalkerList, floorwalkerKind } = element.dataset;
    described.set(name, {
      name,
      kind: floorwalkerList ? "list" : floorwalkerKind === "cta" || floorwalkerKind === "nav" ? floorwalkerKind : "block",
      above: element.getBoundingClientRect().top < foldPx,
      live: isLive(element),
      items: floorwalkerList ? select(element, "[data-floorwalker-item]").map((item) => item.dataset.floorwalkerItem ?? "") : undefined,
    });
  }
  return [...described.values()];
};

export const describeTemplates = (document: Document): string[] =>
  select(document, "[data-floorwalker-template]").map((element) => element.dataset.floorwalkerTemplate ?? "");
