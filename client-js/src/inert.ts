// A client that does nothing, for rendering on a server.

import type { Floorwalker } from "./api.js";
import { VERSION } from "./version.js";

export const createInert = (): Floorwalker => {
  const nothing = (): void => undefined;
  return {
    track: nothing,
    cart: nothing,
    consent: nothing,
    identify: nothing,
    page: nothing,
    productView: nothing,
    listView: nothing,
    search: nothing,
    checkout: nothing,
    order: nothing,
    on: () => nothing,
    why: () => undefined,
    off: nothing,
    ready: new Promise(nothing),
    version: VERSION,
  };
};
