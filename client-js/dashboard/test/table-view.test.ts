// Sorting, filtering, the address of a view, and which rows are drawn.

import { describe, expect, it } from "vitest";
import { DEFAULT_VIEW, arrange, isFiltered, readView, rowWindow, writeView } from "../sessions/table-view";
import { summary } from "./samples";

const people = [
  summary("a", { cartItems: 1, cartValue: 500, lastMs: 3, page: { kind: "cart", path: "/cart", title: "Cart" } }),
  summary("b", { lastMs: 1, attentive: false, country: "PL", page: { kind: "product", path: "/p/1", title: "Quiet Kettle", category: "kitchen.kettle" } }),
  summary("c", { cartItems: 3, cartValue: 9900, lastMs: 2, pushes: 1, lastDecision: { campaign: "exit-offer", variant: "x", outcome: "shown", atMs: 7 } }),
];

describe("order and filters", () => {
  it("puts the last seen first", () => {
    expect(arrange(people, DEFAULT_VIEW)).toEqual(["a", "c", "b"]);
  });

  it("sorts by any column in both directions", () => {
    expect(arrange(people, { ...DEFAULT_VIEW, sort: "cart", descending: true })).toEqual(["c", "a", "b"]);
    expect(arrange(people, { ...DEFAULT_VIEW, sort: "cart", descending: false })).toEqual(["b", "a", "c"]);
    expect(arrange(people, { ...DEFAULT_VIEW, sort: "where", descending: false })).toEqual(["a", "c", "b"]);
  });

  it("keeps equal rows in the order of their ids in both directions", () => {
    const equal = [summary("z"), summary("m"), summary("k")];
    expect(arrange(equal, { ...DEFAULT_VIEW, descending: true })).toEqual(["k", "m", "z"]);
    expect(arrange(equal, { ...DEFAULT_VIEW, descending: false })).toEqual(["k", "m", "z"]);
  });

  it("combines filters", () => {
    expect(arrange(people, { ...DEFAULT_VIEW, cart: true })).toEqual(["a", "c"]);
    expect(arrange(people, { ...DEFAULT_VIEW, cart: true, pushed: true })).toEqual(["c"]);
    expect(arrange(people, { ...DEFAULT_VIEW, room: "product" })).toEqual(["b"]);
    expect(arrange(people, { ...DEFAULT_VIEW, room: "product", attentive: true })).toEqual([]);
  });

  it("finds every word anywhere", () => {
    expect(arrange(people, { ...DEFAULT_VIEW, query: "kettle pl" })).toEqual(["b"]);
    expect(arrange(people, { ...DEFAULT_VIEW, query: "EXIT offer" })).toEqual(["c"]);
    expect(arrange(people, { ...DEFAULT_VIEW, query: "kettle de-nothing" })).toEqual([]);
  });

  it("arranges 5,000 sessions well within a frame or two", () => {
    const many = Array.from({ length: 5000 }, (_, i) => summary(`s${i}`, { cartValue: (i * 7919) % 5000, cartItems: i % 2 }));
    const started = performance.now();
    expect(arrange(many, { ...DEFAULT_VIEW, sort: "cart", cart: true })).toHaveLength(2500);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe("the address", () => {
  it("is empty for the default and round-trips anything else", () => {
    expect(writeView(DEFAULT_VIEW).toString()).toBe("");
    const view = { query: "kettle & tea", room: "cart", cart: true, attentive: false, pushed: true, sort: "intent", descending: false } as const;
    expect(readView(new URLSearchParams(writeView(view).toString()))).toEqual(view);
    expect(isFiltered(view)).toBe(true);
  });

  it("ignores what it does not know", () => {
    expect(readView(new URLSearchParams("room=attic&sort=-luck"))).toEqual(DEFAULT_VIEW);
  });
});

describe("rows drawn", () => {
  it("follows the scroll position", () => {
    expect(rowWindow(600, 900, 44, 5000)).toEqual({ first: 0, end: 15 });
    expect(rowWindow(-44_000, 900, 44, 5000)).toEqual({ first: 992, end: 1029 });
    expect(rowWindow(-44 * 4990, 900, 44, 5000)).toEqual({ first: 4982, end: 5000 });
  });

  it("never reaches beyond the list", () => {
    expect(rowWindow(-1e6, 900, 44, 3)).toEqual({ first: 3, end: 3 });
    expect(rowWindow(0, 900, 44, 0)).toEqual({ first: 0, end: 0 });
  });
});
