// The shopper's side: what "why this" says and does, in which language, what must be told, and that consent is what the browser holds.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openEngine } from "./engine.mjs";
import { entries, openStand, until } from "./stand.mjs";
import { connected, newShopper, openBrowser, pause } from "./support.mjs";

const PERSONAL = `
id = "personal"
name = "Personal"
[[trigger]]
on = "product_views"
count = 2
of = "any"
again = true
[[variant]]
id = "a"
[[variant.action]]
do = "fill"
placement = "banner"
template = "banner"
data = { title = "For you", href = "/", label = "Look" }
`;
/** What stands in the banner. */
const banner = (page) => page.textContent("[data-floorwalker=banner]");
const isPersonal = (text) => /For you/.test(text ?? "");
const isOwn = (text) => /Own banner/.test(text ?? "");
const look = (page, ...products) => page.evaluate((list) => list.forEach((one) => window.floorwalker.productView(one)), products);
const control = (page) => page.locator("[data-floorwalker=banner] [data-floorwalker-own] button.w");
const panel = (page) => page.locator("[data-floorwalker=banner] [data-floorwalker-own] .p:popover-open");
/** Everything a page can keep, of whatever kind. */
const kept = (page) =>
  page.evaluate(async () => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    cookies: document.cookie,
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker?.getRegistrations())?.length ?? 0,
  }));
const NOTHING = { local: [], session: [], cookies: "", databases: [], caches: [], workers: 0 };

/** All that a page's script sends, as bytes, and the names of keys in it. */
const listen = (page) => {
  const sent = [];
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => sent.push(Buffer.from(payload))));
  page.on("request", (request) => {
    if (request.method() === "POST") sent.push(Buffer.from(`${request.url()}\n`), request.postDataBuffer() ?? Buffer.alloc(0));
    else sent.push(Buffer.from(`${request.url()}\n${JSON.stringify(request.headers())}`));
  });
  return { all: () => Buffer.concat(sent), says: (text) => Buffer.concat(sent).includes(text), clear: () => sent.splice(0) };
};

const CTA = `
id = "cta"
name = "Cta"
purpose = "context"
[[trigger]]
on = "page_view"
[[variant]]
id = "a"
[[variant.action]]
do = "cta"
placement = "buy"
label = "Take it home"
`;
const FIELDS = ["text", "password", "email", "tel", "search", "url", "number", "date", "hidden", "checkbox"];
const FORM = `<form id="form" data-floorwalker-click="form">${FIELDS.map((type) => `<input type="${type}" name="${type}" id="in-${type}" data-floorwalker-click="field-${type}">`).join("")}
<textarea id="in-area" name="area"></textarea><select id="in-select" name="select"><option>a<option value="CANARY9select">b</select>
<div id="in-rich" contenteditable="true">x</div><input type="file" id="in-file"><button id="send" data-floorwalker-click="send">Send</button></form>`;
const DRESSES = {
  "/de": { lang: "de-AT" },
  "/silent": { lang: "" },
  "/override": { lang: "de", language: "en" },
  "/fr": { lang: "fr" },
  "/buy": { placements: `<a href="/" data-floorwalker="buy" data-floorwalker-kind="cta" data-floorwalker-live>Buy</a>` },
  "/form": { placements: FORM },
  "/unasked": { consent: "" },
  "/p/9": { consent: "" },
};

describe("the shopper", { concurrency: true }, () => {
  let browser;
  let shop;
  const openShop = () => openStand({ campaigns: { personal: PERSONAL, cta: CTA }, dress: (path) => DRESSES[path] ?? {} });
  before(async () => ([browser, shop] = await Promise.all([openBrowser(), openShop()])));
  after(async () => {
    await browser?.close();
    await shop?.close();
  });

  /** A shopper on a page; `alone` in a shop of one's own, where every visit is this one. */
  const arrive = async (t, { path = "/", alone = false, ...options } = {}) => {
    const stand = alone ? await openShop() : shop;
    const { shopper } = await newShopper(browser, { consent: null, ...options });
    t.after(async () => {
      await shopper.close();
      if (alone) await stand.close();
    });
    const open = async (path, page) => {
      page ??= await shopper.newPage();
      await page.goto(stand.base + path);
      await connected(page);
      return page;
    };
    return { stand, shopper, open, page: await open(path) };
  };

  it("reads why by keyboard, and less of it is less", async (t) => {
    const { page, open } = await arrive(t);
    await look(page, "1", "2");
    assert.match(await until(() => banner(page), isPersonal), /For you/);
    await control(page).focus();
    await page.keyboard.press("Enter");
    await panel(page).waitFor();
    const said = await panel(page).locator("p").allTextContents();
    assert.deepEqual(said, ["Because of the products you looked at in this visit.", "Based on: what you looked at or put into your cart."]);
    const focused = () => page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.textContent);
    const order = [await focused()];
    for (let i = 0; i < 2; i += 1) {
      await page.keyboard.press("Tab");
      order.push(await focused());
    }
    assert.deepEqual(order, ["Less like this", "Reset this visit", "Turn off"]);
    await page.keyboard.press("Escape");
    assert.equal(await panel(page).count(), 0);
    assert.equal(await focused(), "Why this?", "focus is given back");
    assert.deepEqual(await page.evaluate(() => document.activeElement.shadowRoot.activeElement.getAttribute("aria-expanded")), "false");
    await page.keyboard.press("Enter");
    await panel(page).waitFor();
    await page.keyboard.press("Enter");
    assert.match(await until(() => banner(page), isOwn), /Own banner/);
    await look(page, "3", "4");
    await open("/", page);
    await look(page, "5", "6");
    await pause(500);
    assert.match(await banner(page), /Own banner/, "it does not come back in this visit");
  });

  it("resets a visit: the page is neutral, and learning begins anew", async (t) => {
    const { stand, page, open } = await arrive(t, { alone: true });
    await look(page, "1", "2");
    await until(() => banner(page), isPersonal);
    const other = await open("/");
    await look(other, "1", "3");
    await until(() => banner(other), isPersonal);
    await control(page).click();
    await panel(page).getByRole("button", { name: "Reset this visit" }).click();
    for (const tab of [page, other]) assert.match(await until(() => banner(tab), isOwn), /Own banner/);
    const [session] = await stand.engine.sessions();
    assert.equal(session.counts.productViews, 0);
    assert.deepEqual(session.placements, []);
    assert.deepEqual((await entries(stand)).map((entry) => entry.title).filter((title) => /Reset/.test(title)), ["Reset this visit"]);
    await look(page, "7");
    await pause(500);
    assert.match(await banner(page), /Own banner/, "the views before are not counted any more");
    await look(page, "8");
    assert.match(await until(() => banner(page), isPersonal), /For you/, "and those after are");
    // The whole visit, with its reset, is in the journal, and the same comes out of it.
    const { text, code } = await stand.engine.verify();
    assert.equal(code, 0, text);
  });

  it("turns it off", async (t) => {
    const { page, open } = await arrive(t);
    await look(page, "1", "2");
    await until(() => banner(page), isPersonal);
    await control(page).click();
    await panel(page).getByRole("button", { name: "Turn off" }).click();
    assert.match(await banner(page), /Own banner/, "at once");
    await look(page, "3", "4");
    await open("/", page);
    await look(page, "5", "6");
    await pause(500);
    assert.match(await banner(page), /Own banner/);
  });

  for (const [name, path, locale, words] of [
    ["German, because the page is", "/de", "en-US", ["Warum das?", "Wegen der Produkte, die Sie sich bei diesem Besuch angesehen haben.", "Grundlage: was Sie angesehen oder in den Warenkorb gelegt haben.", "Weniger davon"]],
    ["German, because the browser is and the page does not say", "/silent", "de-DE", ["Warum das?", "Wegen der Produkte, die Sie sich bei diesem Besuch angesehen haben.", "Grundlage: was Sie angesehen oder in den Warenkorb gelegt haben.", "Weniger davon"]],
    ["English on a German page, because the shop wants it", "/override", "de-DE", ["Why this?", "Because of the products you looked at in this visit.", "Based on: what you looked at or put into your cart.", "Less like this"]],
    ["English, because nothing else is spoken", "/fr", "fr-FR", ["Why this?", "Because of the products you looked at in this visit.", "Based on: what you looked at or put into your cart.", "Less like this"]],
  ]) {
    it(`is spoken to in ${name}`, async (t) => {
      const { page } = await arrive(t, { path, locale });
      await look(page, "1", "2");
      await until(() => banner(page), isPersonal);
      await control(page).click();
      const said = await panel(page).locator("p").allTextContents();
      assert.deepEqual([await control(page).textContent(), ...said, await panel(page).locator("button").first().textContent()], words);
    });
  }

  it("is told what must be told, beside the placement, or does not see it", async (t) => {
    const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>x</title><link rel="icon" href="data:,">
<script async src="/sdk/floorwalker.js" data-key="k" data-consent="granted"></script></head><body><h1>x</h1>
<p data-floorwalker-notice="kept" style="min-height:48px"></p><div data-floorwalker="kept" data-floorwalker-live style="height:80px">Own</div>
<div data-floorwalker="free" data-floorwalker-live style="height:80px">Own</div>
<a href="/" data-floorwalker="full" data-floorwalker-live style="display:block;height:20px;width:90px">Own</a>
<template data-floorwalker-template="t"><span data-field="title"></span></template></body></html>`;
    const engine = await openEngine(html);
    const { shopper } = await newShopper(browser, { consent: null });
    t.after(async () => {
      await shopper.close();
      await engine.close();
    });
    const page = await shopper.newPage();
    await page.goto(engine.base);
    await connected(page);
    const text = "This price or discount is personalized for you on the basis of automated decision-making.";
    const patches = ["kept", "free", "full"].map((placement, n) => ({
      op: { fill: { placement, template: "t", data: { title: "9.99" } } },
      decision: { id: `d${n}`, campaign: "c", variant: "a", why: "Because.", notice: { kind: "price", text } },
      ttlMs: 0,
    }));
    engine.say({ push: { from: 0, rev: 1, patches } });
    await until(() => page.textContent("[data-floorwalker=free]"), (shown) => /9.99/.test(shown));
    assert.equal(await page.textContent("[data-floorwalker-notice=kept]"), text);
    const labels = await page.evaluate(() => ["kept", "free"].map((name) => document.querySelector(`[data-floorwalker=${name}] [data-floorwalker-own]`).shadowRoot.querySelector("button").textContent));
    assert.deepEqual(labels, ["Why this?", "Personalized price"]);
    assert.match(await page.textContent("[data-floorwalker=full]"), /Own/, "where there is no room for it the shop's own stands");
    const receipts = () => engine.heard.flatMap((frame) => frame.applied?.receipts ?? []).map(({ decision, state, reason }) => [decision, state, reason].filter(Boolean).join(" "));
    assert.ok((await until(receipts, (all) => all.length >= 3)).includes("d2 failed notice"), `${receipts()}`);
    await page.locator("[data-floorwalker=free] button.w").click();
    assert.deepEqual(await page.locator("[data-floorwalker=free] .p:popover-open p").allTextContents(), [text, "Because."]);
    engine.say({ push: { from: 1, rev: 2, patches: [{ op: { clear: { placement: "kept" } }, ttlMs: 0 }] } });
    assert.equal(await until(() => page.textContent("[data-floorwalker-notice=kept]"), (shown) => shown === ""), "");
  });

  it("finds why at the foot of the page where a placement has no room", async (t) => {
    const { page } = await arrive(t, { path: "/buy" });
    await until(() => page.textContent("[data-floorwalker=buy]"), (text) => text === "Take it home");
    const button = page.locator("body > [data-floorwalker-own] button.w");
    assert.equal(await button.textContent(), "Why this? Take it home");
    await button.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Less like this" }).click();
    assert.equal(await until(() => page.textContent("[data-floorwalker=buy]"), (text) => text === "Buy"), "Buy");
    assert.equal(await page.locator("body > [data-floorwalker-own] button.w").count(), 0);
  });

  it("leaves nothing in the browser and names itself nowhere before consent (consent_no_storage, D3)", async (t) => {
    const { page, open, shopper } = await arrive(t, { path: "/unasked" });
    const pages = [];
    for (const path of ["/unasked", "/p/9"]) {
      const tab = await shopper.newPage();
      const wire = listen(tab);
      await open(path, tab);
      await tab.click("[data-floorwalker-click=buy]");
      await look(tab, "1", "2");
      await tab.mouse.wheel(0, 900);
      await pause(400);
      assert.deepEqual(await kept(tab), NOTHING, path);
      pages.push(wire);
      for (const key of ["visitor", "session", "customer", "resume"]) assert.ok(!wire.says(Buffer.from([0xa0 | key.length, ...Buffer.from(key)])), `${key} in a frame`);
      assert.ok(!/cookie/i.test(wire.all().toString("latin1")), "no cookie");
      await tab.close();
    }
    // A page load's own number is made anew; nothing else of its length is in both.
    const names = pages.map((wire) => new Set(wire.all().toString("latin1").match(/[A-Za-z0-9_-]{22,}/g) ?? []));
    const shared = [...names[0]].filter((name) => names[1].has(name) && !/^(image|application|text|Mozilla|upgrade|floorwalker)/i.test(name) && !/^[a-z-]+$/i.test(name));
    assert.deepEqual(shared, []);
    assert.deepEqual(await shopper.cookies(), []);
    await page.evaluate(() => window.floorwalker.consent("granted"));
    assert.ok(await until(async () => (await kept(page)).local.includes("floorwalker.visitor"), Boolean), "and with consent it keeps what was agreed to");
  });

  it("withdraws: both tabs are the shop's own within a round trip, and nothing is left", async (t) => {
    const { stand, page, open } = await arrive(t, { alone: true });
    const other = await open("/");
    for (const [tab, product] of [[page, "1"], [other, "3"]]) {
      await look(tab, product, `${product}0`);
      await until(() => banner(tab), isPersonal);
    }
    assert.ok((await kept(page)).local.length > 0);
    const at = await page.evaluate(() => {
      window.floorwalker.consent({ personalize: false, remember: false, measure: false, share: false });
      return document.querySelector("[data-floorwalker=banner]").textContent;
    });
    assert.match(at, /Own banner/, "before the engine has answered");
    const from = Date.now();
    assert.match(await until(() => banner(other), isOwn), /Own banner/);
    t.diagnostic(`the other tab was neutral after ${Date.now() - from} ms`);
    for (const tab of [page, other]) assert.deepEqual(await until(() => kept(tab), (all) => all.local.length + all.session.length === 0), NOTHING);
    // The engine has forgotten too.
    const sessions = await until(() => stand.engine.sessions(), (all) => all.every((one) => one.placements.length === 0));
    for (const session of sessions) assert.deepEqual([session.placements, session.interests.categories, session.interests.brands], [[], [], []]);
    const wire = listen(page);
    await page.evaluate(() => window.floorwalker.track("later"));
    await look(page, "5", "6");
    await pause(400);
    assert.match(await banner(page), /Own banner/);
    for (const tab of [page, other]) assert.deepEqual(await kept(tab), NOTHING);
    assert.ok(!wire.says("floorwalker.visitor"));
  });

  it("is not listened to in forms (no_form_capture, X6)", async (t) => {
    const { shopper, open } = await arrive(t);
    const tab = await shopper.newPage();
    const wire = listen(tab);
    await open("/form", tab);
    await tab.evaluate(() => {
      document.cookie = "shop=CANARY0cookie";
      localStorage.setItem("shop", "CANARY0storage");
      document.getElementById("form").addEventListener("submit", (event) => event.preventDefault());
    });
    for (const type of FIELDS) {
      const canary = type === "number" ? "909090909" : type === "date" ? "1909-09-09" : `CANARY1${type}@x.example`;
      if (type === "hidden") await tab.$eval("#in-hidden", (input) => (input.value = "CANARY1hidden"));
      else if (type === "checkbox") await tab.$eval("#in-checkbox", (input) => ((input.value = "CANARY1checkbox"), input.click()));
      else await tab.fill(`#in-${type}`, canary);
    }
    await tab.focus("#in-text");
    await tab.keyboard.type("CANARY2typed");
    await tab.fill("#in-area", "CANARY1area");
    await tab.selectOption("#in-select", "CANARY9select");
    await tab.click("#in-rich");
    await tab.keyboard.type("CANARY3rich");
    await tab.setInputFiles("#in-file", { name: "CANARY4file.txt", mimeType: "text/plain", buffer: Buffer.from("CANARY5body") });
    await tab.click("#send");
    await pause(500);
    await tab.goto("about:blank");
    await pause(300);
    assert.ok(wire.says("send"), "presses of declared elements are told");
    const heard = wire.all();
    for (const canary of ["CANARY", "909090909", "1909-09-09"]) assert.ok(!heard.includes(canary), canary);
  });
});
