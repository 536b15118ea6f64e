import { describe, expect, it } from "vitest";
import { chooseLanguage, LABELS, labelsFor } from "../src/labels.js";
import { createPage } from "./dom.js";

describe("labels", () => {
  it("exist in every language, all of them, and differ", () => {
    const names = Object.keys(LABELS.en!);
    for (const [language, labels] of Object.entries(LABELS)) {
      expect(Object.keys(labels)).toEqual(names);
      for (const [name, text] of Object.entries(labels)) {
        expect(text.trim(), `${language}.${name}`).not.toBe("");
        if (language !== "en") expect(text, `${language}.${name}`).not.toBe(LABELS.en![name as keyof typeof labels]);
      }
    }
  });

  it.each([
    [["de"], "de"],
    [["de-AT", "en"], "de"],
    [["DE_ch"], "de"],
    [["fr", "de"], "de"],
    [["", undefined, "de"], "de"],
    [["fr", "it"], "en"],
    [["constructor", "__proto__"], "en"],
    [[], "en"],
  ])("%j is spoken to in %s", (tags, expected) => expect(chooseLanguage(...tags)).toBe(expected));

  it("follow the shop's choice, then the page, then the browser, and the shop's own words win", () => {
    const page = createPage("");
    const window = page.environment.window;
    const why = (language?: string): string => labelsFor(window, language, undefined).why;
    Object.defineProperty(window.navigator, "language", { value: "de-AT" });
    expect(why()).toBe("Warum das?");
    expect(labelsFor(window, undefined, undefined).locale).toBe("de-AT");
    page.document.documentElement.lang = "en";
    expect(why()).toBe("Why this?");
    expect(labelsFor(window, undefined, undefined).locale).toBe("en");
    expect(why("de")).toBe("Warum das?");
    expect(labelsFor(window, "de", { why: "Wieso?" })).toMatchObject({ why: "Wieso?", off: "Ausschalten" });
  });
});
