// What each operation does to its spot, and how it is undone: the very nodes of the shop come back.

import type { Item, Op, Shortcut } from "../protocol.generated.js";
import { safeLink } from "../urls.js";
import { children } from "./find.js";
import { arrange, reorder, slide } from "./order.js";
import { renderTemplate, type Data } from "./template.js";

type Undo = () => void;
type Change = () => Undo;

/** Replaces the children of `element`. What the shop has rendered there since then stays. */
const replace = (element: Element, ...content: Node[]): Undo => {
  const kept = [...element.childNodes];
  element.replaceChildren(...content);
  const ours = [...element.childNodes];
  return () => {
    if (!ours.length || ours.some((node) => node.parentNode === element)) element.replaceChildren(...kept);
  };
};

const setAttribute = (element: Element, name: string, value: string | undefined): Undo => {
  if (value === undefined) return () => undefined;
  const kept = element.getAttribute(name);
  element.setAttribute(name, value);
  return () => {
    if (element.getAttribute(name) !== value) return;
    if (kept === null) element.removeAttribute(name);
    else element.setAttribute(name, kept);
  };
};

const all = (...undos: readonly Undo[]): Undo => () => undos.forEach((undo) => undo());

/** Nested nodes have another parent and keep their place in it. */
const siblingsOf = (nodes: readonly HTMLElement[]): HTMLElement[] => nodes.filter((node) => node.parentNode === nodes[0]?.parentNode);

const rearrange = (siblings: readonly HTMLElement[], wanted: readonly HTMLElement[]): Undo => {
  const parent = siblings[0]?.parentNode;
  reorder(wanted);
  // Nodes that the shop has removed since then stay removed.
  return () => void reorder(siblings.filter((node) => node.isConnected && node.parentNode === parent));
};

/** Makes a change, and later its undo, with the nodes sliding to their places. */
const sliding = (nodes: readonly HTMLElement[], change: Change): Undo => {
  let undo: Undo = () => undefined;
  slide(nodes, () => (undo = change()));
  return () => slide(nodes, undo);
};

const cta = (element: HTMLElement, label: string, href: string | undefined, tone: string | undefined): Undo => {
  const text = element.querySelector("[data-field=label]") ?? element;
  const link = element.localName === "a" ? element : element.querySelector("a");
  const address = href === undefined ? undefined : safeLink(href, element.baseURI);
  const document = element.ownerDocument;
  const { style } = element;
  const { minInlineSize } = style;
  // A shorter label must not draw the neighbors nearer.
  style.minInlineSize = document.defaultView?.getComputedStyle(element).inlineSize ?? "";
  return all(
    replace(text, document.createTextNode(label)),
    link ? setAttribute(link, "href", address) : () => undefined,
    setAttribute(element, "data-tone", tone),
    () => (style.minInlineSize = minInlineSize),
  );
};

const addressOf = (entry: HTMLElement): string | undefined => {
  const link = entry.localName === "a" ? entry : entry.querySelector("a");
  const href = link?.getAttribute("href");
  return href ? safeLink(href, entry.baseURI) : undefined;
};

const nav = (element: HTMLElement, shortcuts: readonly Shortcut[], promote: readonly string[]): Undo => {
  const document = element.ownerDocument;
  const own = siblingsOf(children(element, "data-floorwalker-entry"));
  const first = own[0];
  const spot = element.querySelector("[data-floorwalker-shortcuts]");
  const make = (label: string, address: string): HTMLElement => {
    // A shortcut looks like the navigation's own entries: the same elements and classes, one level deep.
    const entry = (first?.cloneNode(false) as HTMLElement | undefined) ?? document.createElement("a");
    delete entry.dataset.floorwalkerEntry;
    entry.removeAttribute("id");
    entry.removeAttribute("aria-current");
    let link = entry;
    if (entry.localName !== "a") {
      link = (first?.querySelector("a")?.cloneNode(false) as HTMLElement | undefined) ?? document.createElement("a");
      entry.append(link);
    }
    link.setAttribute("href", address);
    link.textContent = label;
    entry.dataset.floorwalkerShortcut = "";
    return entry;
  };
  // No address stands twice: the navigation's own entry comes to the front instead of a second one.
  const front = new Map<string, HTMLElement>();
  for (const { label, href } of shortcuts) {
    const address = safeLink(href, document.baseURI);
    if (address && !front.has(address)) front.set(address, own.find((entry) => addressOf(entry) === address) ?? make(label, address));
  }
  const moved = [...front.values()].filter((entry) => own.includes(entry));
  const added = [...front.values()].filter((entry) => !own.includes(entry));
  const wanted = [...moved, ...arrange(own, promote, (entry) => entry.dataset.floorwalkerEntry).filter((entry) => !moved.includes(entry))];
  return sliding(own, () => {
    const undo = rearrange(own, wanted);
    if (spot) spot.append(...added);
    else if (!first) element.prepend(...added);
    else {
      // From behind: each stands before the one that follows it.
      let next = wanted[moved.length] ?? wanted.at(-1)?.nextSibling ?? null;
      for (const entry of [...front.values()].reverse()) {
        if (added.includes(entry)) first.parentNode?.insertBefore(entry, next);
        next = entry;
      }
    }
    return all(() => added.forEach((entry) => entry.remove()), undo);
  });
};

const recommend = (element: HTMLElement, template: string, title: string | undefined, items: readonly Item[]): Change | undefined => {
  const document = element.ownerDocument;
  const rows: Node[] = [];
  for (const item of items) {
    const row = renderTemplate(document, template, { ...item });
    if (!row) return;
    row.firstElementChild?.setAttribute("data-floorwalker-item", item.id);
    rows.push(row);
  }
  const list = element.querySelector("[data-floorwalker-items]") ?? element;
  const heading = title === undefined ? null : element.querySelector("[data-field=title]");
  return () =>
    all(replace(list, ...rows), heading && !list.contains(heading) ? replace(heading, document.createTextNode(title ?? "")) : () => undefined);
};

/** The name of the spot an operation is about; none for those that need no spot. */
export const spotOf = (op: Op): string | undefined => {
  const [body] = Object.values(op) as { placement?: string; list?: string }[];
  return body?.placement ?? body?.list;
};

/** Prepares the change; `undefined` if the page lacks the template it needs. `extra` fields join an offer's own. */
export const prepare = (element: HTMLElement, op: Op, extra: Data): Change | undefined => {
  const document = element.ownerDocument;
  if ("fill" in op || "offer" in op) {
    const { template, data } = "fill" in op ? op.fill : op.offer;
    const content = renderTemplate(document, template, { ...data, ...extra });
    return content && (() => replace(element, content));
  }
  if ("order" in op) {
    const items = children(element, "data-floorwalker-item");
    const own = siblingsOf(items);
    return () => sliding(items, () => rearrange(own, arrange(own, op.order.ids, (item) => item.dataset.floorwalkerItem)));
  }
  if ("cta" in op) return () => cta(element, op.cta.label, op.cta.href, op.cta.tone);
  if ("nav" in op) return () => nav(element, op.nav.shortcuts, op.nav.promote);
  if ("layout" in op) return () => setAttribute(element, "data-layout", op.layout.layout);
  if ("recommend" in op) {
    const { template, title, items } = op.recommend;
    return recommend(element, template, title, items);
  }
  return;
};
