// Diff application: what the floor knows after each message.

import { describe, expect, it } from "vitest";
import { RECENT_SPARKS_MAX, applyDiff, applyState, emptyFloor, totals } from "../feed-state";
import { overview, spark, summary } from "./samples";

describe("floor state", () => {
  it("replaces everybody with a full state", () => {
    const first = applyState(emptyFloor(), { overview: overview(), sessions: [summary("a"), summary("b")] }, 1000);
    const second = applyState(first, { overview: overview(), sessions: [summary("c")] }, 2000);
    expect([...second.sessions.keys()]).toEqual(["c"]);
    expect(second.revision).toBe(2);
  });

  it("adds, changes and removes by differences", () => {
    let floor = applyState(emptyFloor(), { overview: overview(), sessions: [summary("a"), summary("b")] }, 0);
    floor = applyDiff(floor, { overview: overview(), changed: [summary("a", { events: 9 }), summary("c")], gone: ["b"], sparks: [] }, 500);
    expect([...floor.sessions.keys()].sort()).toEqual(["a", "c"]);
    expect(floor.sessions.get("a")?.events).toBe(9);
  });

  it("treats a session both changed and gone as gone", () => {
    const floor = applyDiff(emptyFloor(), { overview: overview(), changed: [summary("a")], gone: ["a", "never seen"], sparks: [] }, 0);
    expect(floor.sessions.size).toBe(0);
  });

  it("keeps the newest sparks first, and a bounded number", () => {
    const many = Array.from({ length: 3 * RECENT_SPARKS_MAX }, (_, i) => spark(`s${i}`, i));
    let floor = applyDiff(emptyFloor(), { overview: overview(), changed: [], gone: [], sparks: many }, 0);
    floor = applyDiff(floor, { overview: overview(), changed: [], gone: [], sparks: [spark("last", 9999)] }, 0);
    expect(floor.sparks).toHaveLength(RECENT_SPARKS_MAX);
    expect(floor.sparks.map((one) => one.session).slice(0, 2)).toEqual(["last", `s${3 * RECENT_SPARKS_MAX - 1}`]);
  });

  it("measures the difference between the clocks", () => {
    const floor = applyState(emptyFloor(), { overview: overview({ nowMs: 5000 }), sessions: [] }, 4200);
    expect(floor.skewMs).toBe(800);
  });

  it("sums carts only of those who have one", () => {
    const sum = totals([summary("a", { cartItems: 2, cartValue: 4250 }), summary("b"), summary("c", { attentive: false, returning: true })]);
    expect(sum).toEqual({ visitors: 3, attentive: 2, returning: 1, carts: 1, cartValue: 4250, checkout: 0 });
  });
});
