// Finds declared things by name. Names are compared as text, so that one can never act as a selector.

import { select, spotName, spots } from "../capture/spots.js";

/** The first spot of that name. */
export const findSpot = (document: Document, name: string): HTMLElement | undefined =>
  spots(document).find((element) => spotName(element) === name);

/** The element that the shop keeps for what must be told beside a spot. */
export const noticeSpot = (document: Document, name: string): HTMLElement | undefined =>
  select(document, "[data-floorwalker-notice]").find((element) => element.dataset.floorwalkerNotice === name);

export const findTemplate = (document: Document, name: string): HTMLTemplateElement | undefined =>
  select(document, "template").find((element) => element.dataset.floorwalkerTemplate === name) as HTMLTemplateElement | undefined;

/** Parts of a spot that carry the attribute. */
export const children = (root: ParentNode, attribute: string): HTMLElement[] => select(root, `[${attribute}]`);
