// A visit told again: turns of entries, what the form asks, what is said, the two runs beside each other.

import { Window } from "happy-dom";
import { h, render } from "preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Replayed, Step } from "../contract";
import { changeOf, competitors, scaleOf, turnAt, verdict } from "../session/retell";
import { Retell } from "../session/retell-view";

afterEach(() => vi.unstubAllGlobals());

const step = (turn: number, seq: number, campaigns: string[] = []): Step => ({
  turn,
  seq,
  atMs: turn * 1000,
  kind: "event",
  title: `turn ${turn}`,
  same: true,
  snapshot: 1,
  digest: "0",
  decisions: campaigns.map((campaign) => ({
    id: "d1",
    trigger: "page_view",
    outcome: "pushed",
    tookUs: 0,
    considered: [{ campaign, name: campaign.toUpperCase(), priority: 1, outcome: "won", reads: [], limits: [], placements: [], why: "" }],
  })),
});

const replayed = (special: Partial<Replayed>): Replayed => ({ session: "s", startedMs: 0, turns: 3, same: 3, cut: false, steps: [], ...special });

describe("turns", () => {
  it("finds the turn of an entry, also of a decision, which is recorded after its turn", () => {
    const steps = [step(1, 64), step(2, 200), step(3, 300)];
    expect([10, 64, 199, 250, 9e9].map((seq) => turnAt(steps, seq))).toEqual([null, 1, 1, 2, 3]);
  });

  it("names each campaign that competed once", () => {
    expect(competitors([step(1, 1, ["b", "a"]), step(2, 2, ["b"])])).toEqual([
      { id: "a", name: "A" },
      { id: "b", name: "B" },
    ]);
  });
});

describe("the form", () => {
  const wish = { at: 4, cart: "", pause: "", consent: "" as const };

  it("asks for what was filled in, in minor units", () => {
    expect(changeOf({ ...wish, cart: " 49,90 ", pause: "exit" }, "EUR")).toEqual({ at: 4, set: { cart: 4990 }, pause: ["exit"], deny: [], allow: [] });
    expect(changeOf({ ...wish, cart: "4900" }, "JPY")).toMatchObject({ set: { cart: 4900 } });
    expect(changeOf({ ...wish, consent: "deny personalize" }, "EUR")).toMatchObject({ set: {}, deny: ["personalize"], allow: [] });
    expect(scaleOf("nonsense")).toBe(100);
  });

  it("says what is missing or wrong", () => {
    expect(changeOf(wish, "EUR")).toContain("Change the cart");
    for (const cart of ["abc", "-1", "1e99"]) expect(changeOf({ ...wish, cart }, "EUR")).toContain("an amount");
  });
});

describe("the verdict", () => {
  it.each([
    [{}, true, "3 of 3 turns gave the same effects"],
    [{ turns: 1, same: 1, cut: true }, true, "1 of 1 turn gave the same effects, from the oldest record that is kept on"],
    [{ same: 2 }, false, "1 of 3 turns gave other effects than were recorded"],
    [{ stopped: "after turn 3: no snapshot" }, false, "3 turns gave the same effects; then it stopped after turn 3: no snapshot"],
  ])("%j", (special, good, words) => expect(verdict(replayed(special))).toEqual({ good, words }));
});

describe("on screen", () => {
  const answers: Record<string, unknown> = {
    replay: replayed({ turns: 1, same: 1, steps: [step(1, 64, ["exit"])] }),
    whatif: {
      session: "s", startedMs: 0, at: 1, turns: 1, diverged: 1, unanswered: 1,
      moments: [
        { turn: 1, atMs: 500, cause: "changed", title: "Cart: 1 piece, $49.00", recorded: null, changed: { decisions: [], effects: [] }, same: true, after: false, notes: ["the cart's prices are scaled"] },
        { turn: 1, atMs: 1000, cause: "recorded", title: "Left", recorded: { decisions: ["Showed nothing"], effects: [] }, changed: { decisions: ["Showed: Exit"], effects: ["overlay shows it"] }, same: false, after: false, notes: [] },
      ],
    },
  };

  it("verifies, and compares", async () => {
    const { document } = new Window();
    vi.stubGlobal("document", document);
    vi.stubGlobal("fetch", (path: string) => Promise.resolve(new Response(JSON.stringify(answers[path.split("/").at(-1)!]))));
    const settled = async (words: string) => vi.waitFor(() => expect(document.body.textContent).toContain(words));
    render(h(Retell, { id: "s", currency: "USD", asked: null }), document.body as unknown as Element);
    const button = (name: string) => [...document.querySelectorAll("button")].find((one) => one.textContent.includes(name))!;
    button("Verify").click();
    await settled("1 of 1 turn gave the same effects");
    button("What if").click();
    await settled("Compare");
    button("Compare").click();
    await settled("Change the cart, pause a campaign");
    const cart = document.querySelector("input")!;
    cart.value = "49.00";
    cart.dispatchEvent(new (document.defaultView as unknown as { Event: new (name: string) => never }).Event("input"));
    await new Promise((done) => setTimeout(done, 20));
    button("Compare").click();
    await settled("The page is told something else from turn 1 on.");
    await settled("1 offer is asked for that the recording has no answer for");
    expect(document.querySelectorAll("tr.differs")).toHaveLength(1);
  });
});
