// Everybody on the page who speaks for the shopper, but for the shop itself and `dataLayer`.

import type { Tcf } from "../protocol.generated.js";
import type { Environment } from "../environment.js";
import type { Answer } from "./lattice.js";
import { guarded } from "../environment.js";
import { watchShopify } from "./shopify.js";
import { watchTcf } from "./tcf.js";

// A consent platform should stand before every other script, but one behind a tag manager comes when it comes.
const LOOK_MS = 500;
const LOOKS_MAX = 40;

export const watchSources = (environment: Environment, report: (source: "platform" | "tcf", answer: Answer, tcf?: Tcf) => void): void => {
  const { window } = environment;
  const watches = [
    () => watchTcf(window, (answer, tcf) => report("tcf", answer, tcf)),
    () => watchShopify(window, (answer) => report("platform", answer)),
  ];
  const look = (missing: (() => boolean)[], looks: number): void => {
    const left = missing.filter((watch) => !guarded(watch));
    if (left.length && looks < LOOKS_MAX) environment.setTimer(() => look(left, looks + 1), LOOK_MS);
  };
  look(watches, 0);
};
