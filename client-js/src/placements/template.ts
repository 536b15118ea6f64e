// Fills a clone of one of the shop's templates: text as text, addresses only after a check.

import { safeImage, safeLink } from "../urls.js";
import { findTemplate } from "./find.js";

export type Data = { readonly [field in string]?: string };

/**
 * Fills the fields of `root`. `data-field` sets the text (the picture on `<img>`, the link on `<a data-field="href">`);
 * `data-field-href`, `data-field-src` and `data-field-alt` set that attribute. A field without data keeps what the shop wrote.
 */
export const fillFields = (root: ParentNode, data: Data, base: string): void => {
  const value = (name: string | undefined): string | undefined => (name && Object.hasOwn(data, name) ? data[name] : undefined);
  const set = (element: Element, attribute: string, given: string | undefined): void => {
    if (given !== undefined) element.setAttribute(attribute, given);
  };
  const link = (element: Element, given: string | undefined): void => set(element, "href", given && safeLink(given, base));
  const picture = (element: Element, given: string | undefined): void => set(element, "src", given && safeImage(given, base));

  for (const element of root.querySelectorAll<HTMLElement>("[data-field],[data-field-href],[data-field-src],[data-field-alt]")) {
    const { field, fieldHref, fieldSrc, fieldAlt } = element.dataset;
    const text = value(field);
    if (element.localName === "img") {
      picture(element, text ?? value(fieldSrc));
      set(element, "alt", value(fieldAlt));
    } else if (element.localName === "a") {
      link(element, field === "href" ? text : value(fieldHref));
      if (field !== "href" && text !== undefined) element.textContent = text;
    } else if (text !== undefined) element.textContent = text;
  }
};

/** A filled copy of the template, or `undefined` if the page has none of that name. */
export const renderTemplate = (document: Document, name: string, data: Data): DocumentFragment | undefined => {
  const template = findTemplate(document, name);
  if (!template) return;
  const copy = document.importNode(template.content, true);
  fillFields(copy, data, document.baseURI);
  return copy;
};
