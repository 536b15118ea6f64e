// "Why this?": a quiet control that opens a plain sentence and three choices.

import type { Decision, PreferenceChoice } from "../protocol.generated.js";
import type { Labels } from "../labels.js";
import { createHost, make } from "./style.js";

export type Choose = (choice: PreferenceChoice, decision: string) => void;

const CHOICES = ["less", "reset", "off"] as const;

/** The button and its panel, to be put into a shadow root. */
export const whyControl = (document: Document, decision: Decision, labels: Labels, choose: Choose): [HTMLElement, HTMLElement] => {
  const button = make(document, "button", { class: "w", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false" }, labels.why);
  const panel = make(document, "div", { class: "p", role: "dialog", "aria-label": labels.why, popover: "auto" });
  const row = make(document, "div", { class: "b" });
  panel.append(make(document, "p", {}, decision.why), row);
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

/** Puts the control into the corner of a spot, out of its flow. Returns how to take it away. */
export const addWhy = (spot: HTMLElement, decision: Decision, labels: Labels, choose: Choose): (() => void) => {
  const document = spot.ownerDocument;
  const { host: inner, root } = createHost(document);
  let host = inner;
  // A list may only hold entries, and an entry cannot have a shadow root.
  if (/^[uo]l$/.test(spot.localName)) {
    host = document.createElement("li");
    host.append(inner);
  }
  root.append(...whyControl(document, decision, labels, choose));
  const { style } = host;
  style.position = "absolute";
  style.insetBlockEnd = "4px";
  style.insetInlineEnd = "4px";
  style.display = "block";
  style.zIndex = "1";
  // What the shop says of its entries is not meant for this one.
  style.width = style.height = "auto";
  style.margin = style.padding = style.borderWidth = "0";
  const { position } = spot.style;
  if (document.defaultView?.getComputedStyle(spot).position === "static") spot.style.position = "relative";
  spot.append(host);
  return () => {
    host.remove();
    spot.style.position = position;
  };
};
