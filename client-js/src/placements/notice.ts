// A quiet sentence at the foot of the page that screen readers say too.

import type { Environment } from "../environment.js";
import { createHost, make } from "./style.js";

const SHOWN_MS = 8_000;

export const createNotice = (environment: Environment): ((text: string, tone?: string) => void) => {
  let line: HTMLElement | undefined;
  let timer = 0;
  return (text, tone = "") => {
    const { document } = environment.window;
    if (!line?.isConnected) {
      const { host, root } = createHost(document);
      line = make(document, "div", { class: "p n", role: "status", "aria-live": "polite" });
      root.append(line);
      document.body.append(host);
    }
    const current = line;
    current.dataset.tone = tone;
    environment.clearTimer(timer);
    // A live region is only read out when it changes after it stands in the page.
    timer = environment.setTimer(() => {
      current.textContent = text;
      timer = environment.setTimer(() => void (current.textContent = ""), SHOWN_MS);
    }, 50);
  };
};
