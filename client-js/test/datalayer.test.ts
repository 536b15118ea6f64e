import { expect, it } from "vitest";
import type { Event } from "../src/protocol.generated.js";
import { observeDataLayer, translate } from "../src/capture/datalayer.js";
import { toMinor } from "../src/capture/money.js";

const ITEM = { item_id: "P1", item_name: "Phone", price: 19.99, quantity: 2, item_variant: "black" };

const observe = (layer: unknown[]) => {
  const events: Event[] = [];
  const consents: unknown[] = [];
  const window = { dataLayer: layer } as unknown as Window;
  observeDataLayer(window, { event: (event) => events.push(event), consent: (...command) => consents.push(command) });
  return { events, consents };
};
// As `gtag` does: the arguments object itself is pushed.
function gtag(this: unknown[], ..._given: unknown[]): void {
  this.push(arguments);
}

it("reads both shapes, before and after it starts", () => {
  const layer: unknown[] = [{ ecommerce: null }, { event: "view_item", ecommerce: { currency: "EUR", value: 19.99, items: [ITEM] } }];
  const { events } = observe(layer);
  gtag.call(layer, "event", "view_item", { currency: "EUR", items: [ITEM] });
  expect(events).toEqual([{ productView: { product: "P1" } }, { productView: { product: "P1" } }]);
  expect(layer).toHaveLength(3);
});

it("hands on the commands of Consent Mode, as arguments and as arrays", () => {
  const layer: unknown[] = [["consent", "default", { analytics_storage: "denied" }]];
  const { consents } = observe(layer);
  gtag.call(layer, "consent", "update", { analytics_storage: "granted" });
  layer.push({ 0: "consent", 1: "update" });
  expect(consents).toEqual([["default", { analytics_storage: "denied" }], ["update", { analytics_storage: "granted" }], ["update", {}]]);
});

it("is not harmed by what it does not know", () => {
  const layer: unknown[] = [null, 1, "x", [], {}, { event: 4 }, { event: "gtm.js" }, { event: "purchase" }, { event: "view_item", ecommerce: { items: 3 } }, { event: "constructor" }];
  expect(observe(layer)).toEqual({ events: [], consents: [] });
});

it.each<[string, Record<string, unknown>, Event | undefined]>([
  ["view_cart", { currency: "EUR", items: [ITEM] }, { cart: { currency: "EUR", lines: [{ product: "P1", sku: "black", quantity: 2, price: 1999 }] } }],
  ["view_item_list", { item_list_id: "L", items: [ITEM] }, { listView: { list: "L", items: ["P1"] } }],
  ["select_item", { items: [ITEM] }, { click: { target: "select_item", product: "P1" } }],
  ["add_to_cart", { items: [ITEM] }, { custom: { name: "add_to_cart", data: { product: "P1", quantity: 2 } } }],
  ["begin_checkout", {}, { checkout: { step: "begin" } }],
  ["add_shipping_info", {}, { checkout: { step: "shipping" } }],
  ["add_payment_info", {}, { checkout: { step: "payment" } }],
  ["search", { search_term: "tv" }, undefined],
  ["view_search_results", { search_term: "tv", search_results: 0 }, { search: { query: "tv", results: 0 } }],
  ["purchase", { transaction_id: "T1", value: 39.98, currency: "EUR", items: [ITEM], coupon: "C" },
    { order: { id: "T1", value: 3998, currency: "EUR", lines: [{ product: "P1", sku: "black", quantity: 2, price: 1999 }], coupon: "C" } }],
  ["purchase", { value: 1 }, undefined],
])("%s %j", (name, given, expected) => expect(translate(name, given)).toEqual(expected));

it.each([[19.99, "EUR", 1999], [1.005, "USD", 101], [300, "JPY", 300], ["12.5", "EUR", 1250], [1.2345, "KWD", 1235], [5, "no such", 500], ["x", "EUR", 0]] as const)(
  "%s %s is %i",
  (amount, currency, expected) => expect(toMinor(amount, currency)).toBe(expected),
);
