// Formatting of amounts, units and times, in one fixed language.

import { describe, expect, it } from "vitest";
import { ago, bytes, clock, count, exactly, joined, microseconds, money, moneyRounded, percent, rate, span } from "../format";
import { categoryName, pageTitle, plainValue, reasonName, shortId, spelled } from "../words";
import { summary } from "./samples";

const EN = "en-US";

describe("amounts", () => {
  it("uses each currency's own minor unit", () => {
    expect(money(123456, "EUR", EN)).toBe("€1,234.56");
    expect(money(123456, "JPY", EN)).toBe("¥123,456");
    expect(money(-50, "USD", EN)).toBe("-$0.50");
  });

  it("prints a currency it does not know", () => {
    expect(money(1050, "not a code", EN)).toBe("not a code 10.50");
    expect(money(1050, "", EN)).toBe("10.50");
  });

  it("leaves cents out of sums", () => {
    expect(moneyRounded(123456, "EUR", EN)).toBe("€1,235");
  });
});

describe("numbers", () => {
  it("shortens only from a million on", () => {
    expect(count(999999, EN)).toBe("999,999");
    expect(count(1284123, EN)).toBe("1.28M");
    expect(count(Number.NaN, EN)).toBe("–");
  });

  it("keeps small rates visible", () => {
    expect(rate(0.42, EN)).toBe("0.4");
    expect(rate(142.7, EN)).toBe("143");
    expect(rate(null, EN)).toBe("–");
  });

  it("has no share of nothing", () => {
    expect(percent(1, 0, EN)).toBeNull();
    expect(percent(1, 40, EN)).toBe("2.5%");
    expect(percent(1, 3, EN)).toBe("33%");
  });

  it("picks a unit", () => {
    expect(joined(microseconds(84, EN))).toBe("84 µs");
    expect(joined(microseconds(1384, EN))).toBe("1.38 ms");
    expect(joined(microseconds(3_100_000, EN))).toBe("3.1 s");
    expect(joined(bytes(1536, EN))).toBe("1.5 KiB");
    expect(joined(bytes(220200960, EN))).toBe("210 MiB");
  });
});

describe("times", () => {
  it("reads as a clock", () => {
    expect([clock(-5), clock(42_900), clock(725_000), clock(3_729_000)]).toEqual(["0:00", "0:42", "12:05", "1:02:09"]);
  });

  it("says how long ago in the largest unit", () => {
    expect(ago(10_000, 10_900)).toBe("now");
    expect(ago(10_000, 9_000)).toBe("now");
    expect(ago(0, 12_000)).toBe("12 s ago");
    expect(ago(0, 185_000)).toBe("3 min ago");
    expect(span(50 * 3600e3)).toBe("2 days");
  });

  it("writes a moment in full", () => {
    expect(exactly(0, EN, "UTC")).toContain("Jan 1, 1970");
    expect(exactly(0, EN, "UTC")).toContain("12:00:00");
  });
});

describe("words", () => {
  it("spells codes it does not know", () => {
    expect(spelled("exit_intent")).toBe("Exit intent");
    expect(reasonName("some_new_reason")).toBe("Some new reason");
    expect(categoryName("computers.components.videocards")).toBe("Videocards");
  });

  it("names a page by the best it has", () => {
    expect(pageTitle(summary("a", { page: { kind: "category", path: "/c", category: "audio.headphone" } }))).toBe("Headphone");
    expect(pageTitle(summary("a", { page: { kind: "other", path: "/about" } }))).toBe("/about");
  });

  it("shows values as people say them", () => {
    expect([plainValue(true), plainValue(null), plainValue(""), plainValue(1 / 3), plainValue(42)]).toEqual(["yes", "nothing", "empty", "0.3333", "42"]);
    expect(shortId("0123456789")).toBe("456789");
  });
});
