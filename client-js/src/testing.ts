// `floorwalker/testing`: a client for a shop's own tests, which records calls and plays the engine.

import type { Decision } from "./protocol.generated.js";
import type { Floorwalker } from "./api.js";
import { createInert } from "./inert.js";

type Recorded = Exclude<keyof Floorwalker, "ready" | "version" | "on" | "why">;

export interface FakeClient extends Floorwalker {
  /** Every call in order. */
  readonly calls: { readonly name: Recorded; readonly given: readonly unknown[] }[];
  /** What was given to each call of that name. */
  given(name: Recorded): (readonly unknown[])[];
  /** Lets listeners hear an event, as if a campaign had emitted it. */
  emit(name: string, detail: unknown): void;
  /** What `why` answers for a placement. */
  decide(placement: string, decision: Decision | undefined): void;
}

/** A client that never connects and is ready at once. */
export const createFakeClient = (): FakeClient => {
  const calls: FakeClient["calls"] = [];
  const decisions = new Map<string, Decision>();
  const listeners = new Map<string, Set<(detail: never) => void>>();
  const recorded =
    (name: Recorded) =>
    (...given: unknown[]): void =>
      void calls.push({ name, given });
  return {
    ...createInert(),
    track: recorded("track"),
    cart: recorded("cart"),
    consent: recorded("consent"),
    identify: recorded("identify"),
    page: recorded("page"),
    productView: recorded("productView"),
    listView: recorded("listView"),
    search: recorded("search"),
    checkout: recorded("checkout"),
    order: recorded("order"),
    off: recorded("off"),
    on(name: string, hear: (detail: never) => void) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(hear));
      return () => void set.delete(hear);
    },
    why: (placement) => decisions.get(placement),
    ready: Promise.resolve(),
    calls,
    given: (name) => calls.filter((call) => call.name === name).map((call) => call.given),
    emit(name, detail) {
      for (const hear of listeners.get(name) ?? []) (hear as (detail: unknown) => void)(detail);
    },
    decide: (placement, decision) => void (decision ? decisions.set(placement, decision) : decisions.delete(placement)),
  };
};
