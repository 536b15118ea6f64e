// What the pages say, rendered: answers of the server, campaign cards, the head of a visit, entries.

import { Window } from "happy-dom";
import { h, render, type ComponentChild } from "preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import { get } from "../api";
import { LoadErrors, Row } from "../campaigns/list";
import type { Campaign, Entry } from "../contract";
import { VisitNow } from "../session/page";
import { Timeline } from "../session/timeline";
import { summary } from "./samples";

afterEach(() => vi.unstubAllGlobals());

const text = (child: ComponentChild): string => {
  const { document } = new Window();
  vi.stubGlobal("document", document);
  render(child, document.body as unknown as Element);
  return document.body.textContent.replace(/\s+/g, " ").trim();
};

describe("refusals", () => {
  const answer = (body: string) => vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, { status: 422 })));

  it.each([
    ['{"error": {"code": "invalid_campaign", "message": "line 3: no such field"}}', "line 3: no such field"],
    ['{"error": "too many requests"}', "too many requests"],
    ['{"message": "not now"}', "not now"],
    ['{"error": {"code": "x"}}', "The server answered 422."],
    ["<html>", "The server answered 422."],
  ])("%s", async (body, message) => {
    answer(body);
    expect(await get("/campaigns")).toMatchObject({ kind: "refused", status: 422, message });
  });
});

describe("campaigns", () => {
  it("shows what was most likely meant in a file that did not load", () => {
    const error = { file: "a.toml", line: 3, column: 1, message: "no such field", suggestion: "pages" };
    expect(text(h(LoadErrors, { errors: [error] }))).toContain("a.toml:3:1 no such field Did you mean pages?");
    expect(text(h(LoadErrors, { errors: [{ ...error, suggestion: null }] }))).not.toContain("mean");
  });
  it("prints triggers as they are, with the names in them", () => {
    const counts = { triggered: 0, pushed: 0, baseline: 0, holdout: 0, received: 0, shown: 0, clicked: 0, dismissed: 0, failed: 0, suppressed: 0, refused: {}, orders: 0 };
    const campaign: Campaign = {
      id: "c", name: "C", goal: "g", priority: 1, baseline: 0, purpose: "personalize", trust: "claimed", enabled: true, file: "c.toml", when: "",
      triggers: ["product view (brand Sony)", "a visit begins"], placements: ["hero"], actions: ["fill"], variants: [], counts, budgets: [],
    };
    expect(text(h(Row, { campaign, experiment: undefined, end: 0.1, lint: [], reload: () => undefined }))).toContain("On product view (brand Sony), a visit begins → hero");
  });
});

describe("a visit", () => {
  it.each([
    [{ kind: "cart", path: "/cart" }, "On Cart /cart"],
    [{ kind: "other", path: "/about" }, "On /about"],
    [{ kind: "product", path: "/p/61", title: "ThinkPad" }, "On ThinkPad /p/61"],
  ])("says where: %j", (page, words) => expect(text(h(VisitNow, { summary: summary("a", { page }), ended: false }))).toBe(words));

  it("shows an entry without detail", () => {
    const entry: Entry = { seq: 1, atMs: 1_000, kind: "event", title: "Answered the consent question" };
    expect(text(h(Timeline, { entries: [entry], startedMs: 0, ended: true }))).toContain("Answered the consent question");
  });
});
