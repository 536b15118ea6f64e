// The page of offers: sums, budgets, terms in words, what is saved as CSV, and what it says.

import { Window } from "happy-dom";
import { h, render, type ComponentChild } from "preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { BudgetLimit, Offer, OfferList } from "../contract";
import { csvField, csvText } from "../csv";
import { grantedOf, isOpen, leftWords, limitWords, niceTop, sumOf, termsOf, tightest } from "../offers/numbers";
import { Shown } from "../offers/page";
import { offersCsv } from "../offers/table";

const US = "en-US";
const DAY = 86_400_000;
const limit = (special: Partial<BudgetLimit> = {}): BudgetLimit => ({ variants: ["a"], limit: "count", used: 188, most: 200, windowMs: DAY, ...special });
const offer = (special: Partial<Offer> = {}): Offer => ({
  code: "W75E9WYCKX", campaign: "exit-offer", state: "shown", kind: "percent", amount: 5, minimumMinor: 3_000, categories: [], singleUse: true, currency: "USD",
  grantedMs: 0, expiresMs: 1_200_000, changedMs: 0, valueMinor: 150, ...special,
});
const list = (special: Partial<OfferList> = {}): OfferList => ({
  offers: [], open: 1, openMax: 100, currency: "USD", totals: {}, budgets: {}, hours: [], refused: {}, redemptions: {}, pools: [], ...special,
});

describe("budgets", () => {
  it("are said with their unit, their window and what is left", () => {
    expect(limitWords(limit(), "USD", US)).toBe("188 of 200 codes in 24 h");
    expect(leftWords(limit(), "USD", US)).toBe("12 left");
    const { windowMs: _, ...whole } = limit({ limit: "value_total", used: 48_000, most: 200_000 });
    expect([limitWords(whole, "USD", US), leftWords(whole, "USD", US)]).toEqual(["$480.00 of $2,000.00 in all", "$1,520.00 left"]);
    const { windowMs: __, ...open } = limit({ limit: "open", used: 7, most: 5 });
    expect([limitWords(open, "USD", US), leftWords(open, "USD", US)]).toEqual(["7 of 5 codes open at a time", "used up"]);
  });
  it("name the one that ends first", () => {
    const near = limit({ limit: "value", used: 90, most: 100 });
    expect(tightest([limit({ used: 10 }), near, limit({ used: 20 })])).toBe(near);
    expect(tightest([limit({ used: 0, most: 0 }), near])?.most).toBe(0);
    expect(tightest([])).toBeNull();
  });
});

describe("sums", () => {
  it("add up over campaigns", () => {
    const sums = { open: 1, redeemed: 2, expired: 3, revoked: 4, reservedMinor: 5, spentMinor: 6 };
    expect(sumOf({ a: sums, b: sums })).toEqual({ open: 2, redeemed: 4, expired: 6, revoked: 8, reservedMinor: 10, spentMinor: 12 });
    expect([grantedOf(sums), grantedOf(sumOf({}))]).toEqual([10, 0]);
  });
  it("have a round top", () => {
    expect([[], [0], [1], [3], [34], [50], [51], [700, 2]].map(niceTop)).toEqual([1, 1, 1, 5, 50, 50, 100, 1000]);
  });
});

describe("terms", () => {
  it.each([
    [{}, "5% off · from $30.00"],
    [{ kind: "fixed", amount: 500, minimumMinor: 0, mostMinor: 400 }, "$5.00 off · at most $4.00"],
    [{ kind: "free_shipping", minimumMinor: 0, categories: ["computers.notebook"], singleUse: false }, "Free shipping · for Notebook · more than once"],
    [{ kind: "two_for_one", minimumMinor: 0 }, "Two for one"],
  ])("%j", (special, words) => expect(termsOf(offer(special), US)).toBe(words));
  it("say which codes may still be used", () => {
    expect(["minted", "shown", "redeemed", "expired"].map((state) => isOpen(offer({ state })))).toEqual([true, true, false, false]);
    expect(isOpen(offer({ state: "redeemed", singleUse: false }))).toBe(true);
  });
});

describe("CSV", () => {
  it("quotes what needs it and disarms formulas", () => {
    expect(["plain", 'a "b", c', "x\ny", "=1+1", "@x", "-5", -5, 0.1, null, true].map(csvField)).toEqual(["plain", '"a ""b"", c"', '"x\ny"', "'=1+1", "'@x", "'-5", "-5", "0.1", "", "true"]);
    expect(csvText(["a", "b"], [["=x,y", 1]])).toBe("a,b\r\n\"'=x,y\",1\r\n");
  });
  it("has a line for every code, with times anybody can read", () => {
    const [head, first] = offersCsv([offer({ order: "=cmd" })]).split("\r\n");
    expect(head!.split(",")).toHaveLength(first!.split(",").length);
    expect(first).toContain("W75E9WYCKX,exit-offer,shown,percent,5,3000,USD,1970-01-01T00:00:00.000Z,1970-01-01T00:20:00.000Z");
    expect(first).toContain("'=cmd");
  });
});

describe("the page", () => {
  let body: Element | undefined;
  afterEach(() => {
    // What a page began must end before its document goes.
    if (body) render(null, body);
    vi.unstubAllGlobals();
  });
  const text = (child: ComponentChild): string => {
    const { document } = new Window();
    vi.stubGlobal("document", document);
    body = document.body as unknown as Element;
    render(child, body);
    return document.body.textContent.replace(/\s+/g, " ").trim();
  };
  it("says what was given, what it cost, and which budget is nearly used up", () => {
    const totals = { "exit-offer": { open: 1, redeemed: 3, expired: 6, revoked: 0, reservedMinor: 150, spentMinor: 1_250 } };
    const hours = [{ fromMs: 0, granted: 4, valueMinor: 1 }, { fromMs: 3_600_000, granted: 6, valueMinor: 2 }];
    const words = text(h(Shown, { found: list({ totals, hours, budgets: { "exit-offer": [limit(), limit({ variants: ["b"], most: 300 })] }, refused: { budget: 2, margin: 8 }, pools: [{ name: "spring", free: 3, given: 9, low: true }] }) }));
    for (const part of ["Granted in 24 h1010 in all", "Redeemed30%3 of 10 codes", "$13", "188 of 200 codes in 24 h · a12 left", "188 of 300 codes in 24 h · b112 left", "No offer made 10 times", "It would leave too little margin8", "spring low3 left"]) expect(words).toContain(part);
    expect(words).not.toMatch(/NaN|undefined/);
  });
  it("says what to do where no campaign makes offers", () => {
    const words = text(h(Shown, { found: list() }));
    expect(words).toContain("No campaign makes offers");
    expect(words).not.toContain("Codes newest first");
  });
});
