// What a shop can call. Every call is safe before the connection, after it, and without consent.

import type { Cart, CartLine, Decision, Order } from "./protocol.generated.js";
import type { PageFacts } from "./capture/page.js";
import type { ConsentChange } from "./consent/lattice.js";
import type { Phase } from "./connection.js";

/** Events of the library itself; any other name is one that a campaign emits. */
export interface OwnEvents {
  /** The connection changed; `code` is the close code that caused it, or 0. */
  connection: { readonly phase: Phase; readonly code: number };
  /** A decision was applied to the page; without one the shop's default stands again. */
  decision: { readonly placement: string; readonly decision?: Decision | undefined };
  /** The engine refused something. */
  error: { readonly code: string; readonly message: string };
}

export interface Floorwalker {
  /** An event of the shop's own naming; values are text, numbers or booleans. */
  track(name: string, data?: Readonly<Record<string, unknown>>): void;
  /** The whole cart as it stands; prices are integer minor units after discount. */
  cart(cart: Cart): void;
  /** Purposes the shopper has agreed to or refused; those not named stay as they are. */
  consent(change: ConsentChange | "granted"): void;
  /** A signed token by which the shop's server vouches for a customer; none after logout. */
  identify(token?: string): void;
  /** A page was opened without a page load; facts not given are read from the markup. */
  page(facts?: PageFacts): void;
  productView(product: string): void;
  listView(list: string, items: readonly string[]): void;
  /** A search was answered with so many results. */
  search(query: string, results: number): void;
  /** A step was reached: `begin contact address shipping payment`. */
  checkout(step: string): void;
  order(order: Omit<Order, "lines"> & { readonly lines?: readonly CartLine[] }): void;
  /** Hears of the library's own events and of what campaigns emit; returns how to stop. */
  on<K extends keyof OwnEvents>(name: K, hear: (detail: OwnEvents[K]) => void): () => void;
  on(name: string, hear: (data: Readonly<Record<string, string>>) => void): () => void;
  /** The decision that stands in a placement, with its sentence for the shopper. */
  why(placement: string): Decision | undefined;
  /** Ends personalization for this shopper and puts every default back. */
  off(): void;
  /** Resolves when the engine has answered for the first time; never rejects. */
  readonly ready: Promise<void>;
  readonly version: string;
}
