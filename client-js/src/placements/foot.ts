// Controls of placements that have no room for one, at the very end of the page, where they move nothing.

import { createHost } from "./style.js";

export interface Foot {
  /** Adds elements; returns how to take them away. */
  add(...elements: HTMLElement[]): () => void;
}

export const createFoot = (document: Document): Foot => {
  let foot: { host: HTMLElement; root: ShadowRoot } | undefined;
  return {
    add(...elements) {
      foot ??= createHost(document);
      const { host, root } = foot;
      // Without a height it is below the page's last line and takes no room from it.
      host.style.cssText = "display:block;position:relative;height:0";
      root.append(...elements);
      document.body.append(host);
      return () => {
        for (const element of elements) element.remove();
        if (!root.childElementCount) host.remove();
      };
    },
  };
};
