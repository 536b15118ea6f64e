// The pages of experiments: their order, what each state says, and what is hidden until it may be shown.

import { Window } from "happy-dom";
import { h, render, type ComponentChild } from "preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Decisions } from "../experiments/decisions";
import { Shown as ShownExperiment } from "../experiments/detail";
import { metricsCsv } from "../experiments/export";
import { Shown as ShownList } from "../experiments/list";
import { OpinionList, pWords } from "../experiments/opinions";
import { sorted } from "../experiments/sorting";
import { boundsWords, differenceWords, intervalSentence, valueWords, weeksWords } from "../experiments/view";
import { stacked } from "../ui/stack-chart";
import { around, metric, row, variant, view } from "./experiment-samples";

// A canvas is what this window lacks; charts are seen in the browser tests.
vi.mock("../ui/plot", async (real) => ({ ...(await real<object>()), usePlot: () => ({ current: null }) }));

const US = "en-US";

const drawn: Element[] = [];
afterEach(() => {
  // What a page began must end before its document goes.
  for (const body of drawn.splice(0)) render(null, body);
  vi.unstubAllGlobals();
});

const draw = (child: ComponentChild) => {
  const { document } = new Window();
  vi.stubGlobal("document", document);
  drawn.push(document.body as unknown as Element);
  render(child, document.body as unknown as Element);
  return document.body;
};
const text = (child: ComponentChild): string => draw(child).textContent.replace(/\s+/g, " ").trim();

describe("numbers of a metric", () => {
  it("have their unit", () => {
    expect([valueWords(0.03123, "share", "USD", US), valueWords(1_250, "money", "USD", US), valueWords(92.41, "seconds", "USD", US), valueWords(6.2, "number", "USD", US)]).toEqual(["3.12%", "$12.50", "92.4 s", "6.2"]);
    expect([differenceWords(0.0031, "share", "USD", US), differenceWords(-50, "money", "USD", US), differenceWords(4, "seconds", "USD", US), differenceWords(-0.2, "number", "USD", US)]).toEqual(["+0.31 points", "−$0.50", "+4 s", "−0.2"]);
    expect(valueWords(Number.NaN, "share", "USD")).toBe("–");
  });
  it("say what an interval means to those who do not see it", () => {
    expect(intervalSentence(around(0.02, 0.05), true)).toBe("+2%, between −3% and +7%: holds zero, nothing to conclude");
    expect(intervalSentence(around(-0.08, 0.05), false)).toMatch(/: better$/);
    expect(intervalSentence(null, true)).toBe("Not enough data yet");
    expect(boundsWords(around(0.084, 0.065))).toBe("+1.9% to +15%");
  });
  it("round up to whole weeks", () => {
    expect([0.4, 1, 1.1, 12, 500, Number.POSITIVE_INFINITY].map((weeks) => weeksWords(weeks, US))).toEqual(["less than a week", "1 week", "2 weeks", "12 weeks", "more than two years", "unknown"]);
  });
});

describe("the list", () => {
  const rows = [
    row({ id: "early", name: "Early", lift: null, verdict: { tone: "waiting", sentence: "Not enough data yet: about 1,900 more visitors.", next: [] } }),
    row({ id: "broken", name: "Broken", split: "alarm", verdict: { tone: "alarm", sentence: "The arms are not what was planned.", next: [] } }),
    row({ id: "near", name: "Near", lift: around(0.05, 0.06), verdict: { tone: "unknown", sentence: "Nothing shown yet.", next: [] } }),
    row({ id: "far", name: "Far", lift: around(0.01, 0.06), verdict: { tone: "unknown", sentence: "Nothing shown yet.", next: [] } }),
    row({ id: "won", name: "Won" }),
  ];
  it("puts trouble first, then what is decided, then what is near", () => {
    expect(sorted(rows, "certain").map(({ id }) => id)).toEqual(["broken", "won", "near", "far", "early"]);
    expect(sorted(rows, "lift").at(-1)?.id).toBe("early");
    expect(sorted(rows, "name").map(({ id }) => id)[0]).toBe("broken");
  });
  it("says the verdict, the interval, who was counted and how far it is", () => {
    const words = text(h(ShownList, { rows: [...rows, row({ id: "holdout", isHoldout: true, lift: around(0.023, 0.044), progress: { visitors: 104_440, planned: null, weeksLeft: null } })] }));
    for (const part of ["5 campaigns against doing nothing · 1 decided", "The whole shop", "against the Holdout".toLowerCase(), "+2.3% −2.1% to +6.7%", "104,440 visitors, no planned end", "Not enough data yet: about 1,900 more visitors.", "8,830 of 30,602 · 3 weeks to go", "Split not as planned", "baseline 2,310free-shipping 6,520"]) expect(words).toContain(part);
    expect(words).not.toMatch(/NaN|undefined/);
  });
  it("says what to do where nothing is measured", () => expect(text(h(ShownList, { rows: [] }))).toContain("No campaign is measured yet"));
  it("draws what holds zero in gray and only that", () => {
    const body = draw(h(ShownList, { rows }));
    expect([body.querySelectorAll(".lift-unknown").length, body.querySelectorAll(".lift-better").length, body.querySelectorAll(".lift-none").length]).toEqual([2, 2, 0]);
    expect([...body.querySelectorAll(".early-row a")].map((link) => link.textContent)).toEqual(["Early"]);
  });
});

describe("one experiment", () => {
  it("begins with the verdict and what follows from it", () => {
    const words = text(h(ShownExperiment, { view: view({ row: row({ verdict: { tone: "better", sentence: "It earns more.", next: ["You can ship it now."] } }) }), path: "/experiments/exit-offer" }));
    expect(words).toContain("It earns more.You can ship it now.");
    for (const part of ["Decided early. What is seen at an early decision is larger than what is true. Why?", "Profit per visitor, look by lookConversion, by day", "Profit per visitor primary$2.12$2.30+8.4% +1.9% to +15%", "+$178", "$1,210.00 of it, 32%, to those who would have bought anyway", "Sample ratio as planned", "2,310 of 2,294 expected", "Crossovers 12 visitors, 0.1% of all", "stands out", "hidden for 21,772 more visitors", "Not protected against looking often", "99% chance to be better", "finds lifts from 9.4%, with all that are planned from 6.1%"]) expect(words).toContain(part);
    expect(words).not.toMatch(/NaN|undefined/);
  });
  it("offers its numbers as files", () => {
    const links = [...draw(h(ShownExperiment, { view: view(), path: "/experiments/exit-offer" })).querySelectorAll("a[download]")].map((link) => link.getAttribute("href"));
    expect(links).toEqual(["/admin/v1/experiments/exit-offer"]);
    const [head, first, second] = metricsCsv(view({ variants: [variant({ metrics: [metric(), metric({ name: "bounce", unit: "share", lift: null, difference: null })] })] })).split("\r\n");
    expect(head).toMatch(/^experiment,variant,control,metric,unit,control_mean/);
    expect(first).toMatch(/^exit-offer\.00000000000000aa,free-shipping,baseline,profit_per_visitor,minor USD,212\.4,230\.2,0\.084,/);
    expect(second).toMatch(/,bounce,share,212\.4,230\.2,,,,,,,not enough data yet$/);
  });
  it("says why no comparison counts while the arms are not what was planned, and colors nothing", () => {
    const body = draw(h(ShownExperiment, { view: view({ row: row({ split: "alarm", verdict: { tone: "alarm", sentence: "The arms are not what was planned.", next: [] } }), splitSentence: "not as planned" }), path: "/x" }));
    expect(body.textContent).toContain("Bots are told apart after arms were given");
    expect(body.querySelector(".results")?.classList.contains("untrusted")).toBe(true);
  });
  it("has words for no data at all, and for no variant", () => {
    const none = variant({ lift: null, curves: [{ name: "Profit per visitor, look by look", points: [] }], exaggeration: null, metrics: [metric({ lift: null, difference: null })], segments: [], days: [], guardrails: [], opinions: { pValue: null, exactP: null, exactInterval: null, randomizationP: null, adjusted: null, explained: null, bayes: null, oneLook: null, oneLookAfter: 30_602 }, money: { perThousand: null, perMonth: null, discount: 0, anyway: null, refunded: 0 } });
    const words = text(h(ShownExperiment, { view: view({ variants: [none], power: { minimumEffect: null, minimumEffectNow: null, power: 0.8, alpha: 0.05, perDay: null } }), path: "/x" }));
    for (const part of ["The line starts with the first look that counts", "not enough data yet", "This campaign has given nothing away", "Nobody has been counted yet", "No guardrail is set"]) expect(words).toContain(part);
    expect(words).not.toMatch(/NaN|undefined|Day by day/);
    expect(text(h(ShownExperiment, { view: view({ variants: [] }), path: "/x" }))).toContain("There is nothing to compare yet");
  });
  it("lets one choose a variant", () => {
    const body = draw(h(ShownExperiment, { view: view({ variants: [variant(), variant({ name: "five-percent", lift: around(-0.02, 0.05) })] }), path: "/x" }));
    expect([...body.querySelectorAll(".variants button")].map((button) => [button.textContent, button.getAttribute("aria-pressed")])).toEqual([["free-shipping", "true"], ["five-percent", "false"]]);
  });
});

describe("other ways to read it", () => {
  it("keep small p-values apart from zero", () => expect([0.0123, 0.00003, 1, null].map(pWords)).toEqual(["0.0123", "< 0.0001", "1", "–"]));
  it("show the one look once it is due", () => {
    const words = text(h(OpinionList, { opinions: { ...variant().opinions, oneLook: { p: 0.02, lift: around(0.08, 0.06) }, oneLookAfter: 0 } }));
    expect(words).toContain("p = 0.02 +2% to +14%");
    expect(words).not.toContain("hidden");
  });
});

describe("decisions", () => {
  it("name the most frequent refusals and sum up the rest", () => {
    const refused = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`reason_${i}`, i + 1]));
    const counts = { triggered: 200, pushed: 100, baseline: 10, holdout: 2, received: 90, shown: 80, clicked: 20, dismissed: 3, failed: 0, suppressed: 0, orders: 1, refused };
    const words = text(h(Decisions, { counts, reached: { received: 0, shown: 0, missed: 7, late: 3 } }));
    for (const part of ["Pushed 50% of them100", "Received 90% of pushed90", "Clicked 25% of shown20", "7 missed their place, 3 came too late", "Reason 1011", "Other reasons6"]) expect(words).toContain(part);
  });
});

describe("shares of the traffic", () => {
  it("stand on top of one another", () => {
    expect(stacked([{ atMs: 0, shares: [0.1, 0.5, 0.4] }, { atMs: 1, shares: [0.1, Number.NaN, 0.9] }], 3)).toEqual([[0.1, 0.1], [0.6, 0.1], [1, 1]]);
  });
});
