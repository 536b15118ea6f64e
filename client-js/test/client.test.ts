import { describe, expect, it } from "vitest";
import type { Event } from "../src/protocol.generated.js";
import type { Options } from "../src/client.js";
import type { ConsentChange } from "../src/consent/lattice.js";
import type { More } from "../src/more.js";
import { startClient } from "../src/client.js";
import * as more from "../src/more.js";
import { createPage, welcome, type TestPage } from "./dom.js";

const HTML = `<section data-floorwalker="hero"><h1>Own</h1></section><button data-floorwalker-click="buy" data-floorwalker-product="9">Buy</button>
  <template data-floorwalker-template="block"><h1 data-field="title"></h1></template>`;

const start = async (given: Partial<Options> = {}, page: TestPage = createPage(HTML), load: () => Promise<More> = () => Promise.resolve(more)) => {
  const client = startClient({ key: "pk", endpoint: "https://fw.example", ...given }, page.environment, load);
  await page.wait(0);
  const socket = page.last();
  const events = (): Event[] =>
    page.sockets.flatMap((one) => one.heard("events")).flatMap((batch) => (batch as { list: { event: Event }[] }).list.map((timed) => timed.event));
  return { client, page, socket, events };
};
const stored = (page: TestPage): string[] => [
  ...Object.keys(page.window.localStorage).map((key) => "local " + key),
  ...Object.keys(page.window.sessionStorage).map((key) => "session " + key),
];
const names = (events: Event[]): string[] => events.map((event) => Object.keys(event)[0]!);
const fill = (from: number) => ({
  push: { from, rev: from + 1, patches: [{ op: { fill: { placement: "hero", template: "block", data: { title: "New" } } }, decision: { id: "d1", campaign: "c", variant: "a", why: "W." }, ttlMs: 0 }] },
});

describe("connecting", () => {
  it("greets and sends what is queued without waiting for the welcome", async () => {
    const { socket, client } = await start();
    client.track("early", { a: 1, b: Number.NaN, c: {} });
    expect(socket.url).toBe("wss://fw.example/v1/socket");
    socket.open();
    expect(socket.sent.map((frame) => Object.keys(frame)[0])).toEqual(["hello", "events"]);
    expect(socket.heard("hello")[0]).toMatchObject({ versions: [1, 1], key: "pk", visible: true, queued: 3, consent: { gpc: false }, page: { kind: "other" } });
    expect(socket.heard("hello")[0]).not.toHaveProperty("visitor");
    const [batch] = socket.heard("events") as { first: number; list: { event: Event }[] }[];
    expect(batch).toMatchObject({ first: 1 });
    expect(batch!.list.map(({ event }) => Object.keys(event)[0])).toEqual(["pageView", "attention", "custom"]);
    expect(batch!.list[2]!.event).toEqual({ custom: { name: "early", data: { a: 1 } } });
  });
  it("makes whole numbers of amounts", async () => {
    const { socket, client, page, events } = await start();
    socket.open();
    client.cart({ currency: "EUR", lines: [{ product: "1", quantity: 2, price: 19.6 }] });
    client.cart({ currency: "EUR", lines: [], token: "signed" });
    client.search("x", -1);
    await page.wait(60);
    expect(events()).toContainEqual({ cart: { currency: "EUR", lines: [{ product: "1", quantity: 2, price: 20 }] } });
    expect(events()).toContainEqual({ cart: { currency: "EUR", lines: [], token: "signed" } });
    expect(events()).toContainEqual({ search: { query: "x", results: 0 } });
  });
  it("resumes the stream with the same numbers after a lost connection", async () => {
    const { socket, client, page } = await start();
    socket.open();
    socket.say(welcome());
    socket.say({ ack: { seq: 2 } });
    client.track("a");
    await page.wait(60);
    socket.die();
    client.track("b");
    await page.wait(2_000);
    page.last().open();
    expect(page.last().heard("hello")[0]).toMatchObject({ resume: { token: "resume-token", epoch: "e1", rev: 0 }, session: "visit-token" });
    expect(page.last().heard("events")[0]).toMatchObject({ first: 3, list: [{ event: { custom: { name: "a" } } }, { event: { custom: { name: "b" } } }] });
  });
  it("renumbers when the engine has lost its mark", async () => {
    const { socket, client, page } = await start();
    socket.open();
    socket.say(welcome());
    socket.say({ ack: { seq: 2 } });
    client.track("a");
    socket.die();
    await page.wait(2_000);
    page.last().open();
    page.last().say(welcome({ ack: 0 }));
    await page.wait(60);
    expect(page.last().heard("events").at(-1)).toMatchObject({ first: 1, list: [{ event: { custom: { name: "a" } } }] });
  });
  it("answers pings, and is ready after the welcome", async () => {
    const { socket, client } = await start();
    socket.open();
    socket.say(welcome());
    socket.say({ ping: { n: 7, wall: 1 } });
    await client.ready;
    expect(socket.heard("pong")).toMatchObject([{ n: 7 }]);
  });
  it("lives without sockets", async () => {
    const page = createPage(HTML);
    const environment = { ...page.environment, openSocket: () => { throw new Error("blocked"); } };
    const client = startClient({ key: "pk", endpoint: "https://fw.example" }, environment, () => Promise.reject(new Error("blocked")));
    await page.wait(120_000);
    client.track("x");
    client.off();
    expect(page.sockets).toHaveLength(0);
  });
});

describe("the page", () => {
  it("is changed by a push that came before the code that can", async () => {
    let arrive = (_: More): void => undefined;
    const { socket, page } = await start({}, undefined, () => new Promise((resolve) => (arrive = resolve)));
    socket.open();
    socket.say(welcome());
    socket.say(fill(0));
    expect(page.document.querySelector("h1")!.textContent).toBe("Own");
    arrive(more);
    await page.wait(60);
    expect(page.document.querySelector("h1")!.textContent).toBe("New");
    expect(socket.heard("applied")).toMatchObject([{ rev: 1, receipts: [{ decision: "d1", state: "received" }] }]);
  });
  it("reports its revision when a push does not fit", async () => {
    const { socket, page } = await start();
    socket.open();
    socket.say(welcome());
    socket.say(fill(5));
    await page.wait(60);
    expect(socket.heard("applied")).toEqual([{ rev: 0, receipts: [] }]);
  });
  it("asks for the state apart from receipts, which would keep the engine from answering", async () => {
    const { socket, page } = await start();
    socket.open();
    socket.say(welcome());
    socket.say(fill(0));
    socket.say(fill(5));
    await page.wait(60);
    expect(socket.heard("applied")).toEqual([
      { rev: 1, receipts: [{ decision: "d1", state: "received" }] },
      { rev: 1, receipts: [] },
    ]);
    socket.say(fill(7));
    await page.wait(60);
    expect(socket.heard("applied")).toHaveLength(3);
  });
  it("is described as the shop made it when a single-page shop opens the next one", async () => {
    const html = '<ul data-floorwalker-list="shelf"><li data-floorwalker-item="1"></li><li data-floorwalker-item="2"></li></ul>';
    const { socket, client, page, events } = await start({}, createPage(html));
    socket.open();
    socket.say(welcome());
    const order = { op: { order: { list: "shelf", ids: ["2"] } }, decision: { id: "d1", campaign: "c", variant: "a", why: "W." }, ttlMs: 0 };
    socket.say({ push: { from: 0, rev: 1, patches: [order] } });
    const first = (): string => page.document.querySelector<HTMLElement>("li")!.dataset["floorwalkerItem"]!;
    expect(first()).toBe("2");
    client.page();
    expect(first()).toBe("1");
    await page.wait(60);
    expect(events().at(-1)).toMatchObject({ pageView: { placements: [{ name: "shelf", items: ["1", "2"] }] } });
    const events_ = socket.heard("events") as { first: number; list: unknown[] }[];
    socket.say({ ack: { seq: events_.reduce((sum, { list }) => sum + list.length, 0) } });
    socket.say({ push: { from: 1, rev: 2, patches: [order] } });
    expect(first()).toBe("2");
  });
  it("takes nothing that was meant for the page before, and asks again when the engine knows the next one", async () => {
    const { socket, client, page } = await start();
    const title = (): string => page.document.querySelector("h1")!.textContent!;
    socket.open();
    const [batch] = socket.heard("events") as { list: unknown[] }[];
    const sent = batch!.list.length;
    socket.say(welcome());
    socket.say(fill(0));
    expect(title(), "the first page waits for nobody").toBe("New");
    client.page();
    socket.say(fill(1));
    expect(title(), "it was under way when the shopper left").toBe("Own");
    await page.wait(200);
    expect(socket.heard("applied").filter((one) => !(one as { receipts: unknown[] }).receipts.length)).toEqual([]);
    socket.say({ state: { rev: 2, patches: [] } });
    socket.say({ ack: { seq: sent + 1 } });
    await page.wait(60);
    expect(socket.heard("applied").at(-1)).toEqual({ rev: 1, receipts: [] });
    socket.say({ state: { rev: 3, patches: fill(0).push.patches } });
    expect(title()).toBe("New");
  });
  it("keeps pushes and page views in their order until the code that can change it has come", async () => {
    let arrive = (_: More): void => undefined;
    const { socket, client, page } = await start({}, undefined, () => new Promise((resolve) => (arrive = resolve)));
    socket.open();
    socket.say(welcome());
    socket.say(fill(0));
    client.page();
    arrive(more);
    await page.wait(60);
    expect(page.document.querySelector("h1")!.textContent).toBe("Own");
    expect(socket.heard("applied").at(-1)).toMatchObject({ rev: 1 });
  });
  it("opens anew on a route, once, and says where", async () => {
    const { socket, page, events } = await start();
    socket.open();
    page.window.history.pushState({}, "", "/p/1");
    page.window.history.replaceState({ scroll: 1 }, "", "/p/1");
    page.document.body.setAttribute("data-floorwalker-page", "product");
    page.document.body.setAttribute("data-floorwalker-product", "1");
    await page.wait(200);
    expect(names(events()).filter((name) => /View/.test(name))).toEqual(["pageView", "pageView", "productView"]);
    expect(events().at(-2)).toMatchObject({ pageView: { url: "https://shop.example/p/1", kind: "product", product: "1" } });
  });
  it("opens anew on a route that was taken before that could be watched", async () => {
    let arrive = (_: More): void => undefined;
    const { socket, page, events } = await start({}, undefined, () => new Promise((resolve) => (arrive = resolve)));
    socket.open();
    page.window.history.pushState({}, "", "/p/2");
    arrive(more);
    await page.wait(200);
    expect(events().flatMap((event) => ("pageView" in event ? [event.pageView.url] : []))).toEqual(["https://shop.example/", "https://shop.example/p/2"]);
  });
  it("is furnished at a later welcome where the code did not arrive with the page", async () => {
    let tries = 0;
    const { socket, page } = await start({}, undefined, () => (++tries === 1 ? Promise.reject(new Error("no network")) : Promise.resolve(more)));
    socket.open();
    socket.say(welcome());
    socket.say(fill(0));
    await page.wait(0);
    expect([tries, page.document.querySelector("h1")!.textContent]).toEqual([2, "New"]);
  });
  it("neither hears nor uses a connection any more that it gave up", async () => {
    const { socket, page, client } = await start();
    client.identify("token");
    await page.wait(600);
    const next = page.last();
    expect([page.sockets.length, socket.isClosed]).toEqual([2, true]);
    socket.open();
    expect(socket.sent).toEqual([]);
    next.open();
    next.say(welcome());
    socket.say(fill(0));
    socket.die(4201);
    client.track("x");
    await page.wait(60);
    expect(page.document.querySelector("h1")!.textContent).toBe("Own");
    expect(socket.sent).toEqual([]);
    expect(next.heard("events")).not.toEqual([]);
    expect(page.sockets).toHaveLength(2);
  });
  it("reports declared clicks", async () => {
    const { socket, page, events } = await start();
    socket.open();
    page.document.querySelector("button")!.click();
    await page.wait(60);
    expect(events()).toContainEqual({ click: { target: "buy", product: "9" } });
  });
});

describe("leaving", () => {
  it.each([[true, 0], [false, 1]])("with the connection open (%s), so many queues stay for the next page: %i", async (open, queues) => {
    const { socket, client, page } = await start({ consent: "granted" });
    socket.open();
    socket.say(welcome());
    if (!open) socket.die();
    client.track("last");
    await page.wait(5);
    page.window.dispatchEvent(new page.window.Event("pagehide"));
    // The browser takes a beacon also where there is no network.
    expect(page.beacons).toHaveLength(1);
    expect(stored(page).filter((key) => key.includes("queue"))).toHaveLength(queues);
  });
  it("says goodbye and hands over what is not acknowledged, once", async () => {
    const { socket, client, page } = await start();
    socket.open();
    socket.say(welcome());
    client.track("last");
    for (let i = 0; i < 2; i++) page.window.dispatchEvent(new page.window.Event("pagehide"));
    expect(socket.heard("bye")).toEqual([{ reason: "pagehide" }]);
    expect(socket.isClosed).toBe(true);
    expect(page.beacons.map(({ url }) => url)).toEqual(["https://fw.example/v1/events"]);
    const body = JSON.parse(await page.beacons[0]!.body);
    expect(body).toMatchObject({ resume: "resume-token", frames: [{ events: { first: 1 } }] });
    expect(body.frames[0].events.list.at(-1).event).toEqual({ custom: { name: "last" } });
  });
  it("comes back from the back/forward cache on the same stream", async () => {
    const { socket, page } = await start();
    socket.open();
    socket.say(welcome());
    page.window.dispatchEvent(new page.window.Event("pagehide"));
    await page.wait(5_000);
    page.window.dispatchEvent(Object.assign(new page.window.Event("pageshow"), { persisted: true }));
    await page.wait(0);
    page.last().open();
    expect(page.sockets).toHaveLength(2);
    expect(page.last().heard("hello")[0]).toMatchObject({ stream: (socket.heard("hello")[0] as { stream: string }).stream, resume: { token: "resume-token" } });
  });
});

describe("consent and storage", () => {
  const run = async (consent: Options["consent"]): Promise<string[]> => {
    const { socket, client, page } = await start({ consent });
    socket.open();
    socket.say(welcome({ visitor: "visitor-token" }));
    client.track("x");
    await page.wait(1_100);
    return stored(page).map((key) => key.replace(/queue\..*/, "queue")).sort();
  };
  it.each<[string, Options["consent"], string[]]>([
    ["unknown", undefined, []],
    ["refused", { personalize: false, remember: false }, []],
    ["measure and share only", { measure: true, share: true }, []],
    ["personalize", { personalize: true }, ["session floorwalker.visit"]],
    ["remember", { remember: true }, ["local floorwalker.queue", "local floorwalker.visit", "local floorwalker.visitor"]],
    ["granted", "granted", ["local floorwalker.queue", "local floorwalker.visit", "local floorwalker.visitor", "session floorwalker.visit"]],
  ])("%s stores %j", async (_, consent, expected) => expect(await run(consent)).toEqual(expected));

  // What an earlier page load has stored with consent, and this page load's answer.
  const earlier = (): TestPage => {
    const page = createPage(HTML);
    page.window.localStorage.setItem("floorwalker.visit", "earlier-visit");
    page.window.localStorage.setItem("floorwalker.visitor", "earlier-visitor");
    page.window.sessionStorage.setItem("floorwalker.visit", "earlier-visit");
    return page;
  };
  const kept = ["local floorwalker.visit", "local floorwalker.visitor", "session floorwalker.visit"];
  const both = { personalize: true, remember: true };
  const lastHello = (page: TestPage): unknown => page.last().heard("hello").at(-1);

  it.each<[string, ConsentChange]>([
    ["no answer", {}],
    ["an answer to another question", { measure: true }],
  ])("%s: earlier tokens are not read, and stay", async (_, change) => {
    const { client, page, socket } = await start({}, earlier());
    client.consent(change);
    socket.open();
    expect(lastHello(page)).not.toHaveProperty("session");
    expect(lastHello(page)).not.toHaveProperty("visitor");
    socket.say(welcome({ session: "other-visit" }));
    client.track("x");
    client.consent(change);
    await page.wait(1_100);
    page.window.dispatchEvent(new page.window.Event("pagehide"));
    expect(stored(page).sort()).toEqual(kept);
    expect(page.window.localStorage.getItem("floorwalker.visit")).toBe("earlier-visit");
  });
  it("granted before the start: the first hello goes on with the earlier visit", async () => {
    const page = earlier();
    const client = startClient({ key: "pk", endpoint: "https://fw.example" }, page.environment, () => Promise.resolve(more));
    client.consent(both);
    await page.wait(0);
    page.last().open();
    expect(page.sockets).toHaveLength(1);
    expect(lastHello(page)).toMatchObject({ session: "earlier-visit", visitor: "earlier-visitor" });
    expect(stored(page).sort()).toEqual(kept);
  });
  it("granted while the socket is connecting: the hello goes on with the earlier visit", async () => {
    const { client, page } = await start({}, earlier());
    client.consent(both);
    await page.wait(600);
    page.last().open();
    expect(lastHello(page)).toMatchObject({ session: "earlier-visit", visitor: "earlier-visitor" });
  });
  it.each<[string, ConsentChange, object]>([
    ["both", both, { session: "earlier-visit", visitor: "earlier-visitor" }],
    ["this visit only", { personalize: true }, { session: "earlier-visit" }],
    ["remembering only", { remember: true }, { session: "earlier-visit", visitor: "earlier-visitor" }],
  ])("granted later, %s: leaves the other visit for the earlier one", async (_, change, expected) => {
    const { client, page, socket } = await start({}, earlier());
    socket.open();
    socket.say(welcome({ session: "other-visit" }));
    client.consent({ measure: true });
    client.consent(change);
    await page.wait(600);
    expect(socket.isClosed).toBe(true);
    page.last().open();
    expect(lastHello(page)).toMatchObject(expected);
    expect(lastHello(page)).not.toHaveProperty("resume");
    expect(page.window.localStorage.getItem("floorwalker.visit")).toBe("earlier-visit");
    // Said again, it changes nothing.
    client.consent(change);
    await page.wait(600);
    expect(page.sockets).toHaveLength(2);
  });
  it("granted later without an earlier visit, for this visit only: stays on the connection", async () => {
    const { client, page, socket } = await start();
    socket.open();
    socket.say(welcome());
    client.consent({ personalize: true });
    await page.wait(600);
    expect(page.sockets).toHaveLength(1);
    expect(stored(page)).toEqual(["session floorwalker.visit"]);
  });
  it.each<[string, ConsentChange, string[]]>([
    ["both", { personalize: false, remember: false }, []],
    ["remembering", { remember: false }, ["session floorwalker.visit"]],
    ["personalizing", { personalize: false }, ["local floorwalker.visitor"]],
  ])("denied, %s: deletes what an earlier answer allowed", async (_, change, expected) => {
    const { client, page, socket } = await start({}, earlier());
    socket.open();
    socket.say(welcome({ session: "other-visit" }));
    client.consent(change);
    expect(stored(page).sort()).toEqual(expected);
    await page.wait(600);
    expect(page.sockets).toHaveLength(1);
  });
  it("no personalization any more: the visit's token is deleted everywhere and not read back", async () => {
    const { client, page, socket } = await start({ consent: "granted" }, earlier());
    socket.open();
    socket.say(welcome({ session: "earlier-visit" }));
    client.consent({ personalize: false });
    expect(stored(page)).toEqual(["local floorwalker.visitor"]);
    socket.die(4_300);
    await page.wait(3_000);
    page.last().open();
    expect(lastHello(page)).not.toHaveProperty("session");
  });
  it.each<[string, Options["consent"]]>([["unknown", undefined], ["granted", "granted"]])("off, after consent %s: nothing stays, and nothing more is observed or sent", async (_, consent) => {
    const { client, page, socket } = await start({ consent }, earlier());
    socket.open();
    socket.say(welcome());
    socket.say({ ack: { seq: 2 } });
    client.off();
    expect(stored(page)).toEqual([]);
    expect(socket.heard("bye")).toEqual([{ reason: "off" }]);
    client.track("after");
    client.consent("granted");
    await page.wait(2_000);
    page.window.dispatchEvent(new page.window.Event("pagehide"));
    expect(stored(page)).toEqual([]);
    expect(page.sockets).toHaveLength(1);
    for (const { body } of page.beacons) expect(await body).not.toContain("after");
  });

  it("withdrawal deletes everything and puts the defaults back at once", async () => {
    const { socket, client, page, events } = await start({ consent: "granted" });
    socket.open();
    socket.say(welcome({ visitor: "v" }));
    socket.say(fill(0));
    expect(page.document.querySelector("h1")!.textContent).toBe("New");
    client.consent({ personalize: false, remember: false });
    expect(stored(page)).toEqual([]);
    expect(page.document.querySelector("h1")!.textContent).toBe("Own");
    expect(events().at(-1)).toMatchObject({ consent: { personalize: false, remember: false, measure: true } });
  });
  it("withdrawal takes nothing in that was under way, and asks for what is not personal when the engine has heard of it", async () => {
    const { socket, client, page } = await start({ consent: "granted" });
    const title = (): string => page.document.querySelector("h1")!.textContent!;
    const asked = (): unknown[] => socket.heard("applied").filter((one) => !(one as { receipts: unknown[] }).receipts.length);
    socket.open();
    socket.say(welcome());
    socket.say(fill(0));
    client.consent({ personalize: false });
    socket.say({ push: { ...fill(1).push, from: 1 } });
    socket.say({ state: { rev: 2, patches: fill(1).push.patches } });
    await page.wait(200);
    expect(title()).toBe("Own");
    expect(asked()).toEqual([]);
    const sent = (socket.heard("events") as { first: number; list: unknown[] }[]).at(-1)!;
    socket.say({ ack: { seq: sent.first + sent.list.length - 1 } });
    await page.wait(60);
    expect(asked()).toEqual([{ rev: 0, receipts: [] }]);
    socket.say({ state: { rev: 3, patches: fill(0).push.patches } });
    expect(title()).toBe("New");
  });
  it("a grant to remember asks for the token that names the browser", async () => {
    const { socket, client, page } = await start();
    socket.open();
    socket.say(welcome());
    client.consent({ personalize: true, remember: true });
    await page.wait(600);
    expect(page.sockets).toHaveLength(2);
    page.last().open();
    expect(page.last().heard("hello")[0]).toMatchObject({ session: "visit-token", consent: { remember: true } });
    expect(page.last().heard("hello")[0]).not.toHaveProperty("resume");
  });
  it("knows consent given in the same turn from the start", async () => {
    const page = createPage(HTML);
    startClient({ key: "pk", endpoint: "https://fw.example" }, page.environment, () => Promise.resolve(more)).consent("granted");
    await page.wait(0);
    page.last().open();
    expect(page.last().heard("hello")[0]).toMatchObject({ consent: { personalize: true } });
    expect(page.sockets).toHaveLength(1);
  });
  it("holds all sources together: one no is a no", async () => {
    const { socket, client, page, events } = await start({ consent: "granted" });
    socket.open();
    (page.window as unknown as { dataLayer: unknown[] }).dataLayer.push({ 0: "consent", 1: "default", 2: { personalization_storage: "denied", analytics_storage: "granted" } });
    client.consent("granted");
    expect(stored(page)).toEqual([]);
    expect(events().at(-1)).toMatchObject({ consent: { personalize: true, remember: true, mode: { personalize: false, remember: false, measure: true } } });
  });
  it("waits for a consent platform that is there, whatever the shop says, and obeys it from then on", async () => {
    const page = createPage(HTML);
    let hear: (data: object, success: boolean) => void = () => undefined;
    Object.assign(page.window, { __tcfapi: (_: string, __: number, given: typeof hear) => void (hear = given) });
    const { socket, events } = await start({ consent: "granted" }, page);
    const data = (eventStatus: string, consents: object) => ({ tcString: "C", tcfPolicyVersion: 5, isServiceSpecific: true, gdprApplies: true, eventStatus, purpose: { consents } });
    socket.open();
    socket.say(welcome({ visitor: "v" }));
    expect(socket.heard("hello")[0]).toMatchObject({ consent: { personalize: true, tcf: {} } });
    hear(data("cmpuishown", {}), true);
    expect(stored(page)).toEqual([]);
    hear(data("useractioncomplete", { 1: true, 5: true, 6: true, 8: true }), true);
    expect(events().at(-1)).toMatchObject({ consent: { tcf: { string: "C", applies: true, answered: true } } });
    await page.wait(600);
    page.last().open();
    page.last().say(welcome({ visitor: "v" }));
    expect(stored(page)).toContain("local floorwalker.visitor");
    hear(data("useractioncomplete", { 1: true }), true);
    expect(stored(page)).toEqual([]);
  });
  it("obeys Global Privacy Control over a grant", async () => {
    const page = createPage(HTML);
    Object.assign(page.window.navigator, { globalPrivacyControl: true });
    const { socket } = await start({ consent: "granted" }, page);
    socket.open();
    expect(socket.heard("hello")[0]).toMatchObject({ consent: { personalize: true, gpc: true } });
  });
  it("survives storage that throws", async () => {
    const page = createPage(HTML);
    Object.defineProperty(page.window, "localStorage", { get: () => { throw new Error("blocked"); } });
    const { socket } = await start({ consent: "granted" }, page);
    socket.open();
    socket.say(welcome({ visitor: "v" }));
    expect(page.window.sessionStorage.getItem("floorwalker.visit")).toBe("visit-token");
  });
});

describe("a queue left by a dead page", () => {
  interface Posted { hello: { stream: string; page: unknown; resume?: unknown }; frames: { events: { first: number; list: { event: Event }[] } }[] }
  const dead = "0123456789abcdef0123456789abcdef";
  const copy = {
    first: 4,
    list: [{ at: 1, event: { custom: { name: "lost" } } }, { at: 2, event: { custom: { name: "too" } } }],
    savedAt: 1_699_999_000_000,
    startedAt: 1_699_998_000_000,
    page: { url: "https://shop.example/x", kind: "home" },
  };
  /** A page with the copy and an engine that knows some streams up to a number, and takes what follows it. */
  const visit = async (marks: Record<string, number>, answers = true, durable = true) => {
    const page = createPage(HTML);
    const posts: Posted[] = [];
    const taken: string[] = [];
    const fetch = (_: string, init: { body: string }) => {
      const posted = JSON.parse(init.body) as Posted;
      posts.push(posted);
      if (!answers) return Promise.reject(new Error("no network"));
      const ack = (marks[posted.hello.stream] ??= 0);
      for (const { events } of posted.frames) {
        if (events.first > ack + 1) continue;
        for (const { event } of events.list.slice(ack + 1 - events.first)) taken.push((event as { custom: { name: string } }).custom.name);
        if (durable) marks[posted.hello.stream] = Math.max(ack, events.first + events.list.length - 1);
      }
      return Promise.resolve(new Response(JSON.stringify({ frames: [welcome({ ack })] })));
    };
    Object.assign(page.window, { fetch });
    page.window.localStorage.setItem("floorwalker.queue." + dead, JSON.stringify(copy));
    const { socket, client } = await start({ consent: "granted" }, page);
    socket.open();
    socket.say(welcome());
    // A later welcome must not begin a second delivery beside the first.
    socket.say(welcome({ ack: 2 }));
    await page.wait(10);
    const queues = (): string[] => stored(page).filter((key) => key.includes("queue"));
    return { page, client, posts, taken, queues };
  };

  it("is delivered under its own stream and numbers, and removed only when it is acknowledged", async () => {
    const { page, posts, taken, queues } = await visit({ [dead]: 3 });
    expect(posts).toMatchObject([{ hello: { stream: dead, page: { url: "https://shop.example/x" } }, frames: [{ events: { first: 4 } }] }]);
    expect(queues()).toContain("local floorwalker.queue." + dead);
    await page.wait(10_000);
    expect(taken).toEqual(["lost", "too"]);
    expect(queues()).not.toContain("local floorwalker.queue." + dead);
    expect(posts).toHaveLength(2);
  });
  it("that the engine has already is removed at once", async () => {
    const { posts, taken, queues } = await visit({ [dead]: 5 });
    expect(taken).toEqual([]);
    expect(posts).toHaveLength(1);
    expect(queues()).not.toContain("local floorwalker.queue." + dead);
  });
  it("of a visit the engine has forgotten begins a stream of its own at 1, the same one in every tab", async () => {
    const { page, posts, taken, queues } = await visit({});
    await page.wait(10_000);
    const again = "fedcba9876543210fedcba9876543210";
    expect(posts.map(({ hello, frames }) => [hello.stream, frames[0]?.events.first])).toEqual([[dead, 4], [again, 1], [again, 1]]);
    expect(taken).toEqual(["lost", "too"]);
    expect(queues().filter((key) => key.includes(dead) || key.includes(again))).toEqual([]);
  });
  it("stays where nobody answers, or the engine cannot keep it", async () => {
    for (const found of [await visit({ [dead]: 3 }, false), await visit({ [dead]: 3 }, true, false)]) {
      await found.page.wait(60_000);
      expect(found.posts.length).toBeLessThan(6);
      expect(found.queues()).toContain("local floorwalker.queue." + dead);
    }
  });
  it("says what the shopper agrees to now, not then, and again behind it where that has changed meanwhile", async () => {
    const page = createPage(HTML);
    const posts: { hello: { consent: object }; frames: { events: { first: number; list: { event: Event }[] } }[] }[] = [];
    let answer = (_: Response): void => undefined;
    const fetch = (_: string, init: { body: string }) => (posts.push(JSON.parse(init.body)), new Promise((resolve) => (answer = resolve)));
    Object.assign(page.window, { fetch });
    const old = { at: 1, event: { consent: { personalize: true, remember: true, measure: true, share: true, gpc: false } } };
    page.window.localStorage.setItem("floorwalker.queue." + dead, JSON.stringify({ ...copy, list: [old, copy.list[0]] }));
    const { client, socket, events } = await start({ consent: { personalize: true, remember: true, measure: false } }, page);
    const present = { personalize: true, remember: true, measure: false, gpc: false };
    const said = (): Event[] => events().filter((event) => "consent" in event);
    socket.open();
    socket.say(welcome());
    await page.wait(10);
    expect(posts[0]).toMatchObject({ hello: { consent: present } });
    expect(posts[0]!.frames[0]!.events.list.map(({ event }) => event)).toEqual([{ consent: present }, { custom: { name: "lost" } }]);
    client.consent({ personalize: false });
    expect(said()).toHaveLength(1);
    answer(new Response(JSON.stringify({ frames: [welcome({ ack: 99 })] })));
    // The answer takes several turns to be read.
    for (let i = 0; i < 20 && said().length < 2; i++) await page.wait(10);
    expect(said()).toEqual([{ consent: { ...present, personalize: false } }, { consent: { ...present, personalize: false } }]);
  });
  it("is not sent any more after the shopper has refused", async () => {
    const { page, client, posts, queues } = await visit({});
    client.consent({ personalize: false, remember: false });
    await page.wait(10_000);
    expect(queues()).toEqual([]);
    expect(posts.length).toBeLessThan(3);
  });
  // Without locks: a copy of this moment, and an engine that has all of it.
  const young = async (given: object, status = 200) => {
    const page = createPage(HTML);
    Object.assign(page.window, { fetch: () => Promise.resolve(new Response(JSON.stringify({ frames: [welcome({ ack: 99 })] }), { status })) });
    page.window.localStorage.setItem("floorwalker.queue.bb", JSON.stringify({ ...copy, savedAt: 1_700_000_000_000, ...given }));
    const { socket } = await start({ consent: "granted" }, page);
    socket.open();
    socket.say(welcome());
    await page.wait(10);
    return page;
  };
  it("of a page that may still live is left alone until it is old", async () => {
    const page = await young({});
    expect(stored(page)).toContain("local floorwalker.queue.bb");
    await page.wait(11_000);
    expect(stored(page)).not.toContain("local floorwalker.queue.bb");
  });
  it("of a page that has said that it leaves is delivered at once", async () => {
    expect(stored(await young({ left: true }))).not.toContain("local floorwalker.queue.bb");
  });
  it("that is refused for what it is goes, and one that is not answered stays", async () => {
    expect(stored(await young({ left: true }, 400))).not.toContain("local floorwalker.queue.bb");
    expect(stored(await young({ left: true }, 503))).toContain("local floorwalker.queue.bb");
  });
});
