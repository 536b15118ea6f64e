// The one overlay: a modal dialog with the shop's own content, a visible close, a code that can be copied and a plain expiry time.

import type { Decision } from "../protocol.generated.js";
import type { Labels } from "../labels.js";
import type { Choose } from "./why.js";
import { guarded } from "../environment.js";
import { createHost, make } from "./style.js";
import { whyControl } from "./why.js";

export interface Offer {
  readonly content: DocumentFragment;
  readonly code?: string;
  /** On the shopper's own clock. */
  readonly expiresAt?: number;
  readonly decision: Decision;
}

/** A time of day, with the date if it is not today. */
export const plainTime = (at: number, now: number, locale: string): string => {
  const [date, today] = [new Date(at), new Date(now)];
  const time: Intl.DateTimeFormatOptions = { hour: "numeric", minute: "2-digit" };
  return date.toDateString() === today.toDateString()
    ? date.toLocaleTimeString(locale, time)
    : date.toLocaleString(locale, { ...time, day: "numeric", month: "long" });
};

const codeRow = (document: Document, code: string, labels: Labels): HTMLElement => {
  const row = make(document, "div", { class: "c" });
  const shown = make(document, "code", {}, code);
  const copy = make(document, "button", { type: "button", "aria-live": "polite" }, labels.copy);
  copy.addEventListener("click", () => {
    // Where the clipboard is not allowed, the code is selected, so that one key copies it.
    guarded(() => document.defaultView?.getSelection()?.selectAllChildren(shown));
    const copied = guarded(() => document.defaultView?.navigator.clipboard.writeText(code));
    copied?.then(
      () => void (copy.textContent = labels.copied),
      () => undefined,
    );
  });
  row.append(shown, copy);
  return row;
};

/** Opens the overlay; `closed` is called once, however it ends. Returns the host and how to close it without a shopper's act. */
export const openOverlay = (
  document: Document,
  offer: Offer,
  labels: Labels,
  now: number,
  choose: Choose,
  closed: (dismissed: boolean) => void,
): { host: HTMLElement; frame: HTMLElement; close: () => void } => {
  const { host, root } = createHost(document);
  // The shop's content keeps the shop's own font.
  host.className = "o";
  const title = offer.content.querySelector("h1,h2,h3,[data-field=title]")?.textContent?.trim();
  const dialog = make(document, "dialog", { role: "dialog", "aria-modal": "true", "aria-label": title || offer.decision.why, tabindex: "-1" });
  const x = make(document, "button", { class: "x", type: "button", "aria-label": labels.close }, "×");
  const foot = make(document, "div", { class: "f" });
  // What must be told stands in the dialog itself.
  const [why, panel] = whyControl(document, { ...offer.decision, notice: undefined }, labels, choose);
  const hasOwnCode = !!offer.content.querySelector("[data-field=code]");
  foot.append(why, panel);
  dialog.append(x, make(document, "slot", {}));
  if (offer.code && !hasOwnCode) dialog.append(codeRow(document, offer.code, labels));
  const hasOwnExpiry = !!offer.content.querySelector("[data-field=expires]");
  if (offer.expiresAt && !hasOwnExpiry) dialog.append(make(document, "p", { class: "e" }, `${labels.until} ${plainTime(offer.expiresAt, now, labels.locale)}`));
  if (offer.decision.notice) dialog.append(make(document, "p", { class: "e" }, offer.decision.notice.text));
  dialog.append(foot);
  root.append(dialog);
  host.append(offer.content);

  const before = document.activeElement as HTMLElement | null;
  let open = true;
  const end = (dismissed: boolean): void => {
    if (!open) return;
    open = false;
    guarded(() => dialog.close());
    host.remove();
    guarded(() => before?.focus({ preventScroll: true }));
    closed(dismissed);
  };
  x.addEventListener("click", () => end(true));
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    end(true);
  });
  dialog.addEventListener("click", (event) => {
    // A press on the backdrop has the dialog itself as its target and lies outside its box.
    const box = dialog.getBoundingClientRect();
    const { clientX, clientY } = event;
    if (event.target === dialog && (clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom)) end(true);
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && why.getAttribute("aria-expanded") !== "true") {
      event.preventDefault();
      end(true);
    }
    if (event.key !== "Tab") return;
    // The first and last stops lie in our own tree, whatever the shop's content holds.
    const [first, last] = event.shiftKey ? [why, x] : [x, why];
    if (root.activeElement === last || (event.shiftKey && root.activeElement === dialog)) {
      event.preventDefault();
      first.focus();
    }
  });
  document.body.append(host);
  // An environment without modal dialogs still shows it; only the background stays reachable.
  if (guarded(() => (dialog.showModal(), true)) !== true) dialog.setAttribute("open", "");
  guarded(() => dialog.focus({ preventScroll: true }));
  return { host, frame: dialog, close: () => end(false) };
};
