// Definitions: every anchor once, and every link of the dashboard's own source leads to one.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHAPTERS, definitionOf, metricAnchor } from "../definitions/definitions";
import { parseRoute, paths } from "../router";

const ALL = CHAPTERS.flatMap((chapter) => chapter.definitions);

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return entry.name === "test" ? [] : sources(join(folder, entry.name));
    return entry.name.endsWith(".tsx") ? [readFileSync(join(folder, entry.name), "utf8")] : [];
  });
}

describe("definitions", () => {
  it("have one anchor each, a name and a whole sentence", () => {
    expect(new Set(ALL.map(({ id }) => id)).size).toBe(ALL.length);
    for (const { id, name, text } of ALL) {
      expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(name).not.toBe("");
      expect(text).toMatch(/^[A-Z].+\.$/s);
    }
  });
  it("are found from every link there is", () => {
    const links = sources(join(import.meta.dirname, "..")).flatMap((source) => [...source.matchAll(/<Term of="([^"]+)"/g)].map((match) => match[1] ?? ""));
    expect(links.length).toBeGreaterThan(4);
    expect(links.filter((id) => !definitionOf(id))).toEqual([]);
  });
  it("cover every metric as the engine names it", () => {
    for (const name of ["conversion", "revenue_per_visitor", "profit_per_visitor", "average_order_value", "engagement_depth", "attention", "bounce", "task_completion_time", "custom_3"]) expect(definitionOf(metricAnchor(name))).toBeDefined();
  });
  it("have an address", () => {
    const [path, hash] = paths.definition("metric-bounce").split("#");
    expect([parseRoute(path ?? ""), hash]).toEqual([{ page: "definitions" }, "metric-bounce"]);
  });
});
