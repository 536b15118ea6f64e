// The look of what the library draws itself. A shop recolors it with --floorwalker-surface, -text, -accent and -radius.
// Constructed sheets are allowed under `style-src 'self'`, where a <style> element is not.

import { guarded } from "../environment.js";

// System colors follow the page's own `color-scheme`, so a light shop stays light on a dark desktop.
const CSS = `:host{all:initial;color-scheme:inherit;font:14px/1.5 system-ui,sans-serif;color:var(--floorwalker-text,CanvasText)}:host(.o){all:revert}:host{--s:var(--floorwalker-surface,Canvas);--a:var(--floorwalker-accent,#1f6b4a);--l:color-mix(in srgb,currentColor 16%,transparent)}
*{box-sizing:border-box}
button{font:inherit;color:inherit;background:none;border:1px solid var(--l);border-radius:6px;padding:5px 12px;cursor:pointer}
button:hover{background:color-mix(in srgb,currentColor 7%,transparent)}
:focus-visible{outline:2px solid var(--a);outline-offset:2px}
dialog,.p{background:var(--s);color:inherit;border:1px solid var(--l);border-radius:var(--floorwalker-radius,12px);box-shadow:0 16px 48px #0000002e}
dialog{color:var(--floorwalker-text,CanvasText);text-align:start;width:min(440px,calc(100vw - 32px));max-height:calc(100vh - 32px);padding:28px;overflow:auto;outline:0}
dialog::backdrop{background:#0f0e0c73}
.x{position:absolute;top:12px;inset-inline-end:12px;width:36px;height:36px;padding:0;border:0;border-radius:50%;font-size:22px;line-height:1}
.c{display:flex;gap:8px;align-items:center;margin:16px 0 0;padding:6px 6px 6px 14px;border:1px dashed var(--a);border-radius:6px}
code{flex:1;font:600 16px/1.5 ui-monospace,monospace;letter-spacing:.06em;overflow-wrap:anywhere}
p{margin:0}
.e,.w{opacity:.72;font-size:12px;font-variant-numeric:tabular-nums}
.e{margin:12px 0 0}
.w{border:0;padding:2px 6px;line-height:20px;background:var(--s)}
.w:hover,.w:focus-visible,.w[aria-expanded=true]{opacity:1;background:var(--s);text-decoration:underline}
.w.s{width:24px;height:24px;padding:0;font-size:0;border-radius:50%}
.w.s::before{content:"?";font-size:12px}
p+p{margin-top:8px}
.f{margin:12px 0 -12px -6px}
.p{position:fixed;inset:auto;margin:0;padding:16px;width:min(320px,calc(100vw - 16px));font-size:14px}
.b{display:grid;gap:8px;margin-top:12px}
.n{position:fixed;z-index:2147483000;inset-inline:16px;bottom:16px;margin:auto;width:fit-content;max-width:min(420px,calc(100vw - 32px));padding:12px 18px;font-weight:500}
@media(prefers-reduced-motion:no-preference){dialog[open],.n:not(:empty){animation:i .16s ease-out}@keyframes i{from{opacity:0;transform:translateY(8px)}}}
.n:empty{display:none}`;

/** A host element with a styled shadow root; what the shop puts into the host shows through a slot in the shop's own style. */
export const createHost = (document: Document): { host: HTMLElement; root: ShadowRoot } => {
  const host = document.createElement("div");
  host.dataset.floorwalkerOwn = "";
  const root = host.attachShadow({ mode: "open" });
  guarded(() => {
    const sheet = new (document.defaultView ?? globalThis).CSSStyleSheet();
    sheet.replaceSync(CSS);
    root.adoptedStyleSheets = [sheet];
  });
  return { host, root };
};

/** An element with a class, attributes and text. */
export const make = <K extends keyof HTMLElementTagNameMap>(
  document: Document,
  tag: K,
  attributes: Readonly<Record<string, string>>,
  text = "",
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
};
