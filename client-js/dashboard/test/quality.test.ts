// The page of data quality: what is to fix stands first, with its fix and its samples, and nothing is rounded to perfect.

import { Window } from "happy-dom";
import { h, render } from "preact";
import { afterEach, expect, it, vi } from "vitest";
import type { Problem, Quality } from "../contract";
import { percentExact, Shown } from "../quality/page";

afterEach(() => vi.unstubAllGlobals());

const shown = (found: Quality): Document => {
  const { document } = new Window();
  vi.stubGlobal("document", document);
  render(h(Shown, { found }), document.body as unknown as Element);
  return document as unknown as Document;
};
const words = (element: Element): string => element.textContent!.replace(/\s+/g, " ").trim();
const problem = (special: Partial<Problem>): Problem => ({
  code: "unknown_product", title: "Products are unknown", effect: "They are never recommended.", fix: "Use the ids of the file.", count: 40, recent: 3, share: 0.04, tolerated: 0.01,
  isSerious: true, lastMs: 1_000, places: [], samples: [], ...special,
});
const quality = (special: Partial<Quality> = {}): Quality => ({
  sinceMs: 0, nowMs: 61_000, totals: { received: 10_000, rejected: 4, duplicates: 12, late: 1, dropped: 5 }, libraries: [], problems: [], refused: [],
  traffic: { visits: 300, suspected: 2, bots: 7, signs: [] }, ...special,
});

it("says what is wrong, how it is fixed, where, and with which samples", () => {
  const places = ["product", "cart", "home", "search", "other"].map((page) => ({ page, library: "js/0.1.0", count: 8, recent: 1 }));
  const samples = [{ atMs: 1_000, page: "product", library: "js/0.1.0", text: "product=`ABC-1`" }];
  const document = shown(quality({ problems: [problem({ places, samples }), problem({ code: "late", title: "Events are late", isSerious: false, tolerated: 0.02, share: 0.0001 })] }));
  const [serious, normal] = [...document.querySelectorAll(".problem")];
  for (const text of ["Products are unknown", "Use the ids of the file.", "4%", "40 in all", "normal is up to 1%", "3 of late", "product=ABC-1", "1 min", "and 1 more places"]) {
    expect(words(serious!)).toContain(text);
  }
  expect(words(normal!)).toContain("<0.1%");
  expect(words(document.querySelector("#normal")!)).toBe("Seen, and within what is normal");
});

it("lists refused events and library versions", () => {
  const refused = [{ kind: "cart", reason: "out_of_range", field: "lines.price", page: "cart", library: "js/0.1.0", count: 4, recent: 4, share: 0.25, lastMs: 0, samples: [] }];
  const libraries = [{ name: "js/0.1.0", hellos: 9, received: 10_000, rejected: 4, duplicates: 12, late: 1, dropped: 5, gaps: 2, clockOff: 1, delivery: 0.9995 }];
  const document = shown(quality({ refused, libraries }));
  const rows = [...document.querySelectorAll("tbody tr")].map(words);
  expect(rows[0]).toContain("cartout of range lines.pricecartjs/0.1.0425%");
  expect(rows[1]).toBe("js/0.1.0910,00099.95%512121");
});

it("is glad where nothing is wrong, and says so only where something came", () => {
  expect(words(shown(quality()).body)).toContain("Nothing. Products, prices");
  expect(words(shown(quality({ totals: { received: 0, rejected: 0, duplicates: 0, late: 0, dropped: 0 } })).body)).toContain("No page has sent anything yet");
});

it("never rounds a loss away", () => {
  expect([1, 0.99999, 0.9995, 0.5].map(percentExact)).toEqual(["100%", "99.99%", "99.95%", "50.00%"]);
});
