// The pure parts of the other pages: addresses, history, timelines, proofs, campaign numbers, TOML coloring.

import { describe, expect, it } from "vitest";
import { refusalsOf, sortCampaigns, splitOf } from "../campaigns/numbers";
import { offsetOf, tomlLines } from "../campaigns/toml-tokens";
import type { Campaign, CampaignCounts, Considered, Entry, Proof } from "../contract";
import { parseRoute, paths } from "../router";
import { inOrder, nearestMiss, placementNames } from "../session/proof";
import { ENTRIES_MAX, addEntry, linesOf } from "../session/timeline-view";
import { SAMPLES_MAX, ratePerSecond, remember, sampleOf } from "../system/history";
import type { Sample } from "../system/history";
import { logShare } from "../system/log-scale";
import { overview } from "./samples";

describe("addresses", () => {
  it("reads every page, with ids that need escaping", () => {
    expect(parseRoute("/dashboard")).toEqual({ page: "floor" });
    expect(parseRoute("/dashboard/")).toEqual({ page: "floor" });
    expect(parseRoute(paths.session("a/b c"))).toEqual({ page: "session", id: "a/b c" });
    expect(parseRoute(paths.campaign("exit-offer"))).toEqual({ page: "campaign", id: "exit-offer" });
    expect(parseRoute("/dashboard/system")).toEqual({ page: "system" });
    expect(parseRoute(paths.quality)).toEqual({ page: "quality" });
    expect(parseRoute(paths.recommendations)).toEqual({ page: "recommendations" });
  });

  it("does not guess", () => {
    for (const path of ["/", "/dashboards", "/dashboard/attic", "/dashboard/sessions/a/b", "/dashboard/system/x"]) expect(parseRoute(path)).toEqual({ page: "missing" });
    expect(parseRoute("/dashboard/sessions/%E0%A4%A")).toEqual({ page: "session", id: "%E0%A4%A" });
  });
});

describe("history", () => {
  const sample = (atMs: number, eventsTotal: number): Sample => sampleOf(overview({ nowMs: atMs, eventsTotal }));

  it("takes one sample a second, and a bounded number", () => {
    let history: readonly Sample[] = [];
    for (let i = 0; i <= 2 * 2 * SAMPLES_MAX; i += 1) history = remember(history, sample(i * 500, i));
    expect(history).toHaveLength(SAMPLES_MAX);
    expect(history[1]!.atMs - history[0]!.atMs).toBe(1000);
  });

  it("starts anew after a restart of the server", () => {
    expect(remember([sample(1000, 50)], sample(3000, 2))).toHaveLength(1);
  });

  it("gives rates over ten seconds", () => {
    const history = Array.from({ length: 31 }, (_, i) => sample(i * 1000, i < 20 ? 0 : (i - 20) * 70));
    expect(ratePerSecond(history, "eventsTotal")).toBe(70);
    expect(ratePerSecond(history, "eventsTotal", 20)).toBe(0);
    expect(ratePerSecond([sample(0, 5)], "eventsTotal")).toBeNull();
  });

  it("places values on a logarithmic scale", () => {
    expect(logShare(100, 10, 1000)).toBeCloseTo(0.5);
    expect([logShare(1, 10, 1000), logShare(1e9, 10, 1000), logShare(Number.NaN, 10, 1000)]).toEqual([0, 1, 0]);
  });
});

describe("timeline", () => {
  const entry = (seq: number, atMs: number, kind: Entry["kind"] = "event"): Entry => ({ seq, atMs, kind, title: `${seq}`, detail: {} });

  it("appends, replaces and sorts in late ones", () => {
    const entries = addEntry(addEntry([entry(1, 0)], entry(3, 3)), entry(2, 2));
    expect(entries.map((one) => one.seq)).toEqual([1, 2, 3]);
    expect(addEntry(entries, { ...entry(2, 2), title: "again" }).map((one) => one.title)).toEqual(["1", "again", "3"]);
  });

  it("is bounded", () => {
    let entries: Entry[] = Array.from({ length: ENTRIES_MAX }, (_, i) => entry(i, i));
    entries = addEntry(entries, entry(ENTRIES_MAX, 0));
    expect(entries).toHaveLength(ENTRIES_MAX);
    expect(entries[0]?.seq).toBe(1);
  });

  it("shows long silences, and decisions alone when asked", () => {
    const entries = [entry(1, 0), entry(2, 60_000, "decision"), entry(3, 61_000)];
    expect(linesOf(entries, "all").map((line) => line.kind)).toEqual(["entry", "silence", "entry", "entry"]);
    expect(linesOf(entries, "decisions")).toHaveLength(1);
  });
});

describe("proof", () => {
  const considered = (campaign: string, priority: number, outcome: Considered["outcome"], passed: boolean[]): Considered => ({
    campaign,
    name: campaign,
    priority,
    outcome,
    reads: passed.map((held) => ({ name: "cart.value", value: 1, clause: "cart.value > 2", passed: held })),
    limits: [],
    placements: [],
    why: "",
  });
  const proof = (list: Considered[]): Proof => ({ id: "p", trigger: "idle", outcome: "nothing", tookUs: 1, considered: list });

  it("finds who came nearest", () => {
    const list = [considered("far", 90, "refused", [false, false]), considered("near", 10, "refused", [true, false]), considered("nearer", 20, "refused", [true, false])];
    expect(nearestMiss(proof(list))?.considered.campaign).toBe("nearer");
    expect(nearestMiss(proof([...list, considered("limit", 1, "refused", [true])]))?.failed).toEqual([]);
    expect(nearestMiss(proof([considered("won", 1, "won", [true])]))).toBeNull();
  });

  it("lists the winner first", () => {
    const list = [considered("r", 90, "refused", []), considered("b", 1, "baseline", []), considered("w", 5, "won", [])];
    expect(inOrder(list).map((one) => one.campaign)).toEqual(["w", "b", "r"]);
    expect(placementNames(["hero", { name: "nav" }, { placement: "cta" }, 7, null])).toEqual(["hero", "nav", "cta"]);
  });
});

describe("campaign numbers", () => {
  const counts = (special: Partial<CampaignCounts>): CampaignCounts => ({ triggered: 0, pushed: 0, baseline: 0, holdout: 0, received: 0, shown: 0, clicked: 0, dismissed: 0, failed: 0, suppressed: 0, refused: {}, orders: 0, ...special });

  it("splits what was triggered", () => {
    expect(splitOf(counts({ triggered: 100, pushed: 50, baseline: 10, refused: { condition: 30, spacing: 10 } }))).toEqual({ pushed: 0.5, baseline: 0.1, refused: 0.4 });
    expect(splitOf(counts({}))).toEqual({ pushed: 0, baseline: 0, refused: 0 });
    expect(splitOf(counts({ triggered: 5, pushed: 10 })).pushed).toBe(1);
  });

  it("orders refusals and campaigns", () => {
    expect(refusalsOf(counts({ refused: { a: 1, b: 3, c: 0 } }))).toEqual([["b", 3], ["a", 1]]);
    const campaign = (name: string, special: Partial<CampaignCounts>): Campaign => ({ name, priority: 1, counts: counts(special) }) as Campaign;
    const list = [campaign("never shown", {}), campaign("good", { shown: 10, clicked: 5 }), campaign("poor", { shown: 10, clicked: 0 })];
    expect(sortCampaigns(list, "clicked").map((one) => one.name)).toEqual(["good", "poor", "never shown"]);
  });
});

describe("TOML", () => {
  const kinds = (line: string): string[] => tomlLines(line)[0]!.filter((token) => token.text.trim() !== "").map((token) => `${token.kind}:${token.text}`);

  it("colors the parts of a line", () => {
    expect(kinds('name = "a # b" # c')).toEqual(["key:name", "plain:=", "string:\"a # b\"", "comment:# c"]);
    expect(kinds("[[variant.action]] # x")).toEqual(["table:[[variant.action]]", "comment:# x"]);
    expect(kinds("on = true")).toEqual(["key:on", "plain:=", "word:true"]);
    expect(kinds("x = -1_000.5")).toEqual(["key:x", "plain:=", "number:-1_000.5"]);
  });

  it("gives back every character", () => {
    const source = 'a = """\nx [y]\n""" # z\n[t\n\'open\n\t= = "';
    expect(tomlLines(source).map((line) => line.map((token) => token.text).join("")).join("\n")).toBe(source);
    expect(tomlLines(source)[1]).toEqual([{ kind: "string", text: "x [y]" }]);
  });

  it("finds a line and column", () => {
    expect(offsetOf("ab\ncd\n", 2, 2)).toBe(4);
    expect(offsetOf("ab\ncd", 1, 99)).toBe(2);
    expect(offsetOf("ab", 9, 1)).toBe(2);
  });
});
