// Observes Google's `dataLayer`: GA4 e-commerce in both its shapes, and the commands of Consent Mode.

import type { CartLine, Event } from "../protocol.generated.js";
import { guarded } from "../environment.js";
import { toMinor } from "./money.js";

type Fields = Readonly<Record<string, unknown>>;

const STEPS: Fields = { begin_checkout: "begin", add_shipping_info: "shipping", add_payment_info: "payment" };

const fields = (value: unknown): Fields => (value && typeof value === "object" ? (value as Fields) : {});
const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
const itemId = (item: Fields): string => text(item["item_id"]) || text(item["item_name"]);

/** The event in our words, or `undefined` if it has none. `name` and `given` are as GA4 documents them. */
export const translate = (name: string, given: Fields): Event | undefined => {
  const items = (Array.isArray(given["items"]) ? given["items"] : []).map(fields).filter(itemId);
  const currency = text(given["currency"]);
  const product = items[0] && itemId(items[0]);
  const lines = (): CartLine[] =>
    items.map((item) => ({
      product: itemId(item),
      sku: text(item["item_variant"]) || undefined,
      quantity: Math.max(1, Math.round(Number(item["quantity"] ?? 1)) || 1),
      price: toMinor(item["price"], currency),
    }));
  const step = Object.hasOwn(STEPS, name) ? STEPS[name] : undefined;
  if (typeof step === "string") return { checkout: { step } };
  switch (name) {
    case "view_item":
      return product ? { productView: { product } } : undefined;
    case "view_item_list":
      return { listView: { list: text(given["item_list_id"]) || text(given["item_list_name"]), items: items.map(itemId) } };
    case "select_item":
      return { click: { target: name, product } };
    // The cart of `view_cart` is whole; the two others only say what changed.
    case "view_cart":
      return { cart: { currency, lines: lines() } };
    case "add_to_cart":
    case "remove_from_cart":
    case "add_to_wishlist":
      return product ? { custom: { name, data: { product, quantity: Number(items[0]?.["quantity"] ?? 1) || 1 } } } : undefined;
    case "search":
    case "view_search_results": {
      // GA4 has no field for the number of results, and a guess would look like a search that found nothing.
      const results = given["search_results"] ?? given["results"];
      return typeof results === "number" ? { search: { query: text(given["search_term"]), results } } : undefined;
    }
    case "purchase": {
      const id = text(given["transaction_id"]);
      return id ? { order: { id, value: toMinor(given["value"], currency), currency, lines: lines(), coupon: text(given["coupon"]) || undefined } } : undefined;
    }
    default:
      return undefined;
  }
};

export interface DataLayerReport {
  event(event: Event): void;
  consent(command: unknown, given: Fields): void;
}

/** Reads one entry: `{event, ecommerce}`, `{event, ...parameters}`, or the arguments of a `gtag` call. */
export const readEntry = (entry: unknown, report: DataLayerReport): void => {
  const call = fields(entry);
  const command = call["0"];
  if (command === "consent") return report.consent(call["1"], fields(call["2"]));
  const isCall = command === "event";
  const name = text(isCall ? call["1"] : call["event"]);
  const given = isCall ? fields(call["2"]) : { ...call, ...fields(call["ecommerce"]) };
  const event = name && translate(name, given);
  if (event) report.event(event);
};

/** Replays what is there and follows what is pushed. */
export const observeDataLayer = (window: Window, report: DataLayerReport): void => {
  const host = window as { dataLayer?: unknown[] };
  const layer = (host.dataLayer ??= []);
  if (!Array.isArray(layer)) return;
  const read = (entry: unknown): void => void guarded(() => readEntry(entry, report));
  layer.forEach(read);
  const push = layer.push;
  layer.push = function (...entries) {
    entries.forEach(read);
    return push.apply(this, entries);
  };
};
