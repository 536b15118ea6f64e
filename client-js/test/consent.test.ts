import { beforeEach, describe, expect, it, vi } from "vitest";
import { readFileSync } from "node:fs";
import type { Tcf } from "../src/protocol.generated.js";
import type { Answer, Said } from "../src/consent/lattice.js";
import type { Environment } from "../src/environment.js";
import { combine, PENDING, state, update } from "../src/consent/lattice.js";
import { watchConsentMode } from "../src/consent/mode.js";
import { watchShopify } from "../src/consent/shopify.js";
import { fromTcData, watchTcf } from "../src/consent/tcf.js";
import { watchSources } from "../src/consent/sources.js";

const PURPOSES = ["session", "personalize", "remember", "measure", "share"] as const;
const timers: { at: number; run: () => void }[] = [];
let now = 0;
const environment = (window: object): Environment =>
  ({ window, setTimer: (run: () => void, ms: number) => timers.push({ at: now + ms, run }) }) as unknown as Environment;
const pass = (ms: number): void => {
  now += ms;
  for (const timer of timers.splice(0)) if (timer.at <= now) timer.run();
    else timers.push(timer);
};
beforeEach(() => {
  timers.length = 0;
  now = 0;
});

describe("the lattice", () => {
  const ANSWERS = [undefined, null, false, true] as const;

  it("lets one no win, in every combination of four sources", () => {
    let seen = 0;
    for (const shop of ANSWERS.filter((one) => one !== null))
      for (const platform of ANSWERS)
        for (const mode of ANSWERS)
          for (const tcf of ANSWERS)
            for (const gpc of [false, true]) {
              const of = (answer: boolean | null | undefined): Answer => (answer === undefined ? {} : Object.fromEntries(PURPOSES.map((purpose) => [purpose, answer])));
              const consent = combine(gpc, { shop: of(shop), platform: of(platform), mode: of(mode), tcf: of(tcf) });
              const all = [shop, platform, mode, tcf];
              const expected = all.includes(false) ? false : all.includes(true) && !all.includes(null) ? true : undefined;
              for (const purpose of PURPOSES) expect(consent[purpose], JSON.stringify([all, gpc, purpose])).toBe(purpose === "share" && gpc ? false : expected);
              seen++;
            }
    expect(seen).toBe(3 * 4 * 4 * 4 * 2);
  });

  it("tells the engine each source by itself, and no where nobody has answered", () => {
    const said: Said = { shop: { personalize: true }, platform: PENDING, mode: { measure: true, share: null } };
    expect(state(true, said, { answered: false })).toEqual({
      personalize: true,
      gpc: true,
      platform: { session: false, personalize: false, remember: false, measure: false, share: false },
      mode: { measure: true, share: false },
      tcf: { answered: false },
    });
    expect(state(false, {}, undefined)).toEqual({ gpc: false });
  });

  it("lays a later word over an earlier one", () => {
    expect(update({ personalize: true, measure: true }, { personalize: false, remember: "x" as unknown as boolean })).toEqual({ personalize: false, measure: true });
    expect(update(undefined, { measure: true })).toEqual({ measure: true });
  });
});

describe("Consent Mode", () => {
  const listen = () => {
    const told: Answer[] = [];
    return { told, command: watchConsentMode(environment({}), (answer) => told.push(answer)) };
  };
  const last = (told: Answer[]): Answer | undefined => told.at(-1);

  it("reads defaults and updates", () => {
    const { told, command } = listen();
    command("default", { functionality_storage: "granted", personalization_storage: "denied", analytics_storage: "denied", ad_user_data: "denied" });
    expect(last(told)).toEqual({ session: true, personalize: false, remember: false, measure: false, share: false });
    command("update", { analytics_storage: "granted" });
    expect(last(told)).toEqual({ session: true, personalize: false, remember: false, measure: true, share: false });
    command("update", { personalization_storage: "granted", ad_storage: "granted" });
    expect(last(told)).toEqual({ session: true, personalize: true, remember: true, measure: true, share: false });
  });

  it("takes the later of two defaults, and never one over an update", () => {
    const { told, command } = listen();
    command("default", { analytics_storage: "granted" });
    command("default", { analytics_storage: "denied" });
    expect(last(told)).toEqual({ measure: false });
    command("update", { analytics_storage: "granted" });
    command("default", { analytics_storage: "denied" });
    expect(last(told)).toEqual({ measure: true });
  });

  it("does not know which region it is in: a regional no blocks, a regional yes says nothing, an update decides", () => {
    const { told, command } = listen();
    command("default", { analytics_storage: "granted", ad_user_data: "denied", region: ["US-CA"] });
    expect(last(told)).toEqual({ share: null });
    command("default", { analytics_storage: "granted", ad_user_data: "granted", personalization_storage: "granted" });
    command("default", { analytics_storage: "denied", region: ["DE", "ES"] });
    expect(last(told)).toEqual({ personalize: true, remember: true, measure: null, share: null });
    command("update", { analytics_storage: "granted", ad_user_data: "denied" });
    expect(last(told)).toEqual({ personalize: true, remember: true, measure: true, share: false });
  });

  it("waits for an update as long as the page asks for it; a no does not wait", () => {
    const { told, command } = listen();
    command("default", { analytics_storage: "granted", ad_user_data: "denied", wait_for_update: 500 });
    expect(last(told)).toEqual({ measure: null, share: false });
    pass(499);
    expect(told).toHaveLength(1);
    pass(1);
    expect(last(told)).toEqual({ measure: true, share: false });
    const other = listen();
    other.command("default", { analytics_storage: "granted", wait_for_update: 500 });
    other.command("update", { analytics_storage: "denied" });
    expect(last(other.told)).toEqual({ measure: false });
    pass(500);
    expect(last(other.told)).toEqual({ measure: false });
  });

  it("is not moved by what is no command or no value", () => {
    const { told, command } = listen();
    for (const name of ["set", undefined, 3, "constructor"]) command(name, { analytics_storage: "granted" });
    expect(told).toEqual([]);
    command("update", { analytics_storage: true, ad_user_data: "GRANTED", constructor: "granted", wait_for_update: "500" });
    expect(told).toEqual([{}]);
  });
});

describe("IAB's framework", () => {
  type Hear = (data: object | null, success: boolean) => void;
  const listen = () => {
    let hear: Hear = () => undefined;
    const told: [Answer, Tcf][] = [];
    const window = { __tcfapi: (command: string, version: number, given: Hear) => expect([command, version, (hear = given)]).toEqual(["addEventListener", 2, given]) };
    expect(watchTcf(window as unknown as Window, (answer, tcf) => told.push([answer, tcf]))).toBe(true);
    return { told, hear: (data: object | null, success = true) => hear(data, success) };
  };
  const data = (eventStatus: string, consents: number[], more: object = {}) => ({
    tcString: "CQ", tcfPolicyVersion: 5, isServiceSpecific: true, gdprApplies: true, eventStatus, purpose: { consents: Object.fromEntries(consents.map((id) => [id, true])) }, ...more,
  });
  const NO = { session: false, personalize: false, remember: false, measure: false };

  it("acts on an answer only", () => {
    const { told, hear } = listen();
    hear(data("cmpuishown", [1, 5, 6, 8]));
    hear(data("useractioncomplete", [1, 5, 6, 8]));
    hear(data("cmpuishown", [1, 5, 6, 8]));
    hear(data("useractioncomplete", [1]));
    expect(told).toEqual([
      [PENDING, { applies: true }],
      [{ session: true, personalize: true, remember: true, measure: true }, { string: "CQ", applies: true, answered: true }],
      [{ ...NO, session: true }, { string: "CQ", applies: true, answered: true }],
    ]);
  });

  it.each<[string, object | null, boolean, Answer, Tcf]>([
    ["not to know whether it applies", data("tcloaded", [1, 11], { gdprApplies: undefined }), true, PENDING, {}],
    ["where it does not apply", data("tcloaded", [], { gdprApplies: false }), true, {}, { applies: false, answered: true }],
    ["a failed call", null, false, PENDING, {}],
    ["an old policy", data("tcloaded", [1, 11], { tcfPolicyVersion: 3 }), true, NO, { string: "CQ", applies: true, answered: true }],
    ["a global string", data("tcloaded", [1, 11], { isServiceSpecific: false }), true, NO, { string: "CQ", applies: true, answered: true }],
    ["a string too long to be one", data("tcloaded", [1], { tcString: "C".repeat(9_000) }), true, { ...NO, session: true }, { string: "", applies: true, answered: true }],
  ])("%s", (_, given, success, answer, tcf) => {
    const { told, hear } = listen();
    hear(given, success);
    expect(told).toEqual([[answer, tcf]]);
  });

  // The engine reads the same strings, `src/consent/tcf`.
  it("reads purposes as the engine reads the string", () => {
    const vectors = JSON.parse(readFileSync(new URL("../../tests/fixtures/tcf.json", import.meta.url), "utf8")) as {
      purposes: number[]; policyVersion: number; isServiceSpecific: boolean; ours: Record<string, boolean>;
    }[];
    for (const one of vectors) {
      const consents = Object.fromEntries(one.purposes.map((id) => [id, true]));
      const answer = fromTcData({ purpose: { consents }, tcfPolicyVersion: one.policyVersion, isServiceSpecific: one.isServiceSpecific });
      expect(answer).toEqual(one.ours);
    }
    expect(vectors.length).toBe(32);
  });
});

describe("Shopify", () => {
  const page = (api: object | undefined, more: object = {}) => {
    const document = new EventTarget();
    const told: Answer[] = [];
    const window = { document, Shopify: { customerPrivacy: api, ...more } };
    const found = watchShopify(window as unknown as Window, (answer) => told.push(answer));
    return { told, found, window, collect: () => document.dispatchEvent(new Event("visitorConsentCollected")) };
  };
  const api = (preferences: unknown, marketing: unknown, analytics: unknown, sale: unknown, more: object = {}) => ({
    preferencesProcessingAllowed: () => preferences, marketingAllowed: () => marketing, analyticsProcessingAllowed: () => analytics, saleOfDataAllowed: () => sale, ...more,
  });

  it("reads what the platform allows, in every form it comes in", () => {
    expect(page(api(true, true, true, true)).told).toEqual([{ session: true, personalize: true, remember: true, measure: true, share: true }]);
    expect(page(api("yes", "no", "true", "")).told).toEqual([{ session: true, personalize: true, remember: false, measure: true, share: null }]);
    expect(page(api(true, undefined, 1, "maybe")).told).toEqual([{ session: true, personalize: true, remember: null, measure: null, share: null }]);
    expect(page({}).told).toEqual([PENDING]);
  });

  it("takes no yes before a banner that is due was answered", () => {
    const { told, collect } = page(api(true, true, true, true, { shouldShowBanner: () => true }));
    expect(told).toEqual([PENDING]);
    collect();
    expect(told.at(-1)).toEqual({ session: true, personalize: true, remember: true, measure: true, share: true });
  });

  it("believes a visitor's no even where a call says yes", () => {
    const said = { currentVisitorConsent: () => ({ preferences: "no", marketing: "", analytics: "yes", sale_of_data: "no" }) };
    expect(page(api(true, true, true, true, said)).told).toEqual([{ session: false, personalize: false, remember: false, measure: true, share: false }]);
  });

  it("loads the platform's part where it is missing, and waits for it", () => {
    let done: (error: unknown) => void = () => undefined;
    const loadFeatures = vi.fn((_: unknown, given: typeof done) => void (done = given));
    const { told, window } = page(undefined, { loadFeatures });
    expect(told).toEqual([PENDING]);
    done(new Error("blocked"));
    expect(told).toHaveLength(1);
    window.Shopify.customerPrivacy = api(true, true, true, true);
    done(false);
    expect(told.at(-1)).toMatchObject({ personalize: true });
  });

  it("survives calls that throw, and pages of other shops", () => {
    expect(page({ ...api(true, true, true, true), marketingAllowed: () => { throw new Error("no"); } }).told).toEqual([
      { session: true, personalize: true, remember: null, measure: true, share: true },
    ]);
    expect(watchShopify({ document: new EventTarget() } as unknown as Window, () => undefined)).toBe(false);
  });
});

it("finds a consent platform that comes late, and gives up in the end", () => {
  const window: Record<string, unknown> = { document: new EventTarget() };
  const told: string[] = [];
  watchSources(environment(window), (source) => told.push(source));
  pass(500);
  expect(timers).toHaveLength(1);
  window["__tcfapi"] = (_: string, __: number, hear: (data: object | null, success: boolean) => void) => hear(null, false);
  for (let i = 0; i < 60; i++) pass(500);
  expect(told).toEqual(["tcf"]);
  expect(timers).toHaveLength(0);
});
