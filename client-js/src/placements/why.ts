// "Why this?": a quiet control that opens a plain sentence and three choices.

import type { Decision, PreferenceChoice } from "../protocol.generated.js";
import type { Labels } from "../labels.js";
import { listen } from "../environment.js";
import { EDGE, freePlace } from "./free.js";
import { createHost, make } from "./style.js";

export type Choose = (choice: PreferenceChoice, decision: string) => void;

const CHOICES = ["less", "reset", "off"] as const;

/** What the control says: that something is personalized, where that must be told, else a question. */
const wordsOf = ({ notice }: Decision, labels: Labels): string =>
  (notice && { ranking: labels.ranking, price: labels.price }[notice.kind]) || labels.why;

/** The button and its panel, to be put into a shadow root. */
export const whyControl = (document: Document, decision: Decision, labels: Labels, choose: Choose): [HTMLElement, HTMLElement] => {
  const button = make(document, "button", { class: "w", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false" }, wordsOf(decision, labels));
  const panel = make(document, "div", { class: "p", role: "dialog", "aria-label": labels.why, popover: "auto" });
  const row = make(document, "div", { class: "b" });
  const { why, used, notice } = decision;
  for (const text of [notice?.text, why, used?.length && `${labels.used} ${used.join(", ")}.`]) if (text) panel.append(make(document, "p", {}, text));
  panel.append(row);
  const opened = (open: boolean): void => {
    button.setAttribute("aria-expanded", String(open));
    // Hidden until it has its place, because the browser shows it one frame before it tells.
    panel.style.visibility = open ? "visible" : "hidden";
    if (!open) return;
    const at = button.getBoundingClientRect();
    const { innerWidth, innerHeight } = document.defaultView ?? globalThis;
    const { width, height } = panel.getBoundingClientRect();
    panel.style.left = Math.max(8, Math.min(at.left > innerWidth / 2 ? at.right - width : at.left, innerWidth - width - 8)) + "px";
    panel.style.top = Math.max(8, at.bottom + 4 + height > innerHeight ? at.top - height - 4 : at.bottom + 4) + "px";
    row.querySelector("button")?.focus({ preventScroll: true });
  };
  panel.style.visibility = "hidden";
  let close = (): void => panel.hidePopover();
  if (typeof panel.showPopover === "function") {
    // The browser closes it on Escape and on a press outside. Focus that is inside is taken out before it is hidden.
    button.popoverTargetElement = panel;
    panel.addEventListener("beforetoggle", (event) => {
      const focused = (panel.getRootNode() as ShadowRoot).activeElement;
      if ((event as ToggleEvent).newState === "closed" && panel.contains(focused)) button.focus({ preventScroll: true });
    });
    panel.addEventListener("toggle", (event) => opened((event as ToggleEvent).newState === "open"));
  } else {
    const show = (open: boolean): void => {
      panel.hidden = !open;
      opened(open);
      if (!open) button.focus({ preventScroll: true });
    };
    close = () => show(false);
    panel.hidden = true;
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
    });
    button.addEventListener("click", () => show(panel.hidden));
  }
  for (const choice of CHOICES) {
    const one = make(document, "button", { type: "button" }, labels[choice]);
    one.addEventListener("click", () => {
      close();
      choose(choice, decision.id);
    });
    row.append(one);
  }
  return [button, panel];
};

const COMPACT = "s";

/**
 * Puts the control where it covers nothing of the spot's that can be pressed, and if possible nothing that can be read; `mayPad` lets it
 * make room for itself at the spot's far edge. A spot that is full, or that lies in a link, has no place for it: then, and whenever it
 * comes to that later, `homeless` is called, and what it returned when there is a place again. What must be told is never shortened.
 * Returns how to take it away.
 */
export const addWhy = (
  spot: HTMLElement,
  decision: Decision,
  labels: Labels,
  choose: Choose,
  mayPad: boolean,
  homeless: () => () => void,
): (() => void) => {
  const document = spot.ownerDocument;
  const window = document.defaultView;
  if (!window || spot.closest("a,button")) return homeless();
  const mayShrink = !decision.notice;
  const { host: inner, root } = createHost(document);
  let host = inner;
  // A list may only hold entries, and an entry cannot have a shadow root.
  if (/^[uo]l$/.test(spot.localName)) {
    host = document.createElement("li");
    host.append(inner);
  }
  const [button, panel] = whyControl(document, decision, labels, choose);
  button.setAttribute("aria-label", wordsOf(decision, labels));
  root.append(button, panel);
  const { style } = host;
  style.position = "absolute";
  style.left = style.top = "0";
  style.zIndex = "1";
  // What the shop says of its entries is not meant for this one.
  style.width = style.height = "auto";
  style.margin = style.padding = style.borderWidth = "0";
  const { position, paddingInlineEnd, inlineSize } = spot.style;
  if (window.getComputedStyle(spot).position === "static") spot.style.position = "relative";
  spot.append(host);

  const put = (compact: boolean, overText: boolean): boolean => {
    button.classList.toggle(COMPACT, compact);
    const place = freePlace(spot, host, button.getBoundingClientRect(), overText);
    if (!place) return false;
    // Moved like this it shifts no layout.
    style.transform = `translate(${place.left}px,${place.top}px)`;
    return true;
  };
  const unpad = (): void => {
    spot.style.paddingInlineEnd = paddingInlineEnd;
    spot.style.inlineSize = inlineSize;
  };
  const pad = (): boolean => {
    if (!mayPad) return false;
    const before = spot.getBoundingClientRect();
    const computed = window.getComputedStyle(spot);
    spot.style.paddingInlineEnd = parseFloat(computed.paddingInlineEnd) + button.getBoundingClientRect().width + 2 * EDGE + "px";
    // A box that is as wide as its content says grows with the padding.
    const grown = spot.getBoundingClientRect().width - before.width;
    if (grown > 0) spot.style.inlineSize = parseFloat(computed.inlineSize) - grown + "px";
    const { width, height } = spot.getBoundingClientRect();
    // Narrower content may need another height.
    const fits = spot.scrollWidth <= spot.clientWidth && spot.scrollHeight <= spot.clientHeight + 1;
    return fits && Math.abs(width - before.width) < 1 && height === before.height && put(mayShrink, true);
  };
  const find = (): boolean => {
    unpad();
    // Room of its own is better than somebody else's words.
    if (put(false, false) || (mayShrink && put(true, false)) || pad()) return true;
    unpad();
    return put(mayShrink, true);
  };
  let comeHome: (() => void) | undefined;
  const settle = (): void => {
    style.display = "block";
    const found = find();
    style.display = found ? "block" : "none";
    if (found) {
      comeHome?.();
      comeHome = undefined;
    } else comeHome ??= homeless();
  };
  settle();
  // What slides to its place lies elsewhere meanwhile, and a slide that is cut short has arrived too.
  const again = (): void => void (host.isConnected && settle());
  for (const slide of spot.getAnimations?.({ subtree: true }) ?? []) slide.finished.then(again, again);
  // Pictures that arrive and other widths move what it stood beside.
  const stops = [listen(window, "resize", settle), listen(spot, "load", settle, true)];
  return () => {
    stops.forEach((stop) => stop());
    comeHome?.();
    host.remove();
    spot.style.position = position;
    unpad();
  };
};
