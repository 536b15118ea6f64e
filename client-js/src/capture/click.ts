// Clicks on elements that the shop declared.

import type { Click } from "../protocol.generated.js";
import type { Environment } from "../environment.js";
import { listen } from "../environment.js";

export const captureClicks = ({ window }: Environment, clicked: (click: Click) => void): (() => void) =>
  listen<MouseEvent>(
    window.document,
    "click",
    (event) => {
      const target = event.target as Element | null;
      const element = target?.closest<HTMLElement>("[data-floorwalker-click]");
      const name = element?.dataset.floorwalkerClick;
      if (!element || !name) return;
      const item = element.closest<HTMLElement>("[data-floorwalker-item]")?.dataset.floorwalkerItem;
      clicked({ target: name, product: element.dataset.floorwalkerProduct || item });
    },
    true,
  );
