// Hostile content: whatever strings come from the engine, into whatever field, the page runs nothing and its policy has nothing to report.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ADDRESSES, CORPUS } from "./corpus.mjs";
import { openEngine } from "./engine.mjs";
import { openStand, until } from "./stand.mjs";
import { connected, newShopper, openBrowser, pause } from "./support.mjs";

const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self' ws:; style-src 'self'; img-src 'self' https: data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const MARKUP = `<!doctype html><html lang="en" data-floorwalker-page="home"><head><meta charset="utf-8"><title>x</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">
<script async src="/sdk/floorwalker.js" data-key="k" data-consent="granted"></script></head><body><h1>x</h1>
<div data-floorwalker="block" data-floorwalker-live><p>Own</p></div>
<div data-floorwalker="offer" data-floorwalker-live><p>Own</p></div>
<ul data-floorwalker-list="list" data-floorwalker-live><li data-floorwalker-item="1">1</li><li data-floorwalker-item="2">2</li></ul>
<a href="/own" data-floorwalker="cta" data-floorwalker-kind="cta" data-floorwalker-live>Own</a>
<nav data-floorwalker="nav" data-floorwalker-kind="nav" data-floorwalker-live><a href="/own" data-floorwalker-entry="own">Own</a></nav>
<div data-floorwalker="products" data-floorwalker-live><h2 data-field="title">Own</h2><div data-floorwalker-items></div></div>
<div data-floorwalker="layout" data-floorwalker-live>Own</div><div data-floorwalker="other" data-floorwalker-live>Own</div>
<template data-floorwalker-template="t"><p><b data-field="title"></b><a data-field="label" data-field-href="href" href="/">x</a><img data-field-src="image" data-field-alt="alt" alt=""><i data-field="__proto__"></i><i data-field="constructor"></i></p></template>
<template data-floorwalker-template="product"><p><a data-field="name" data-field-href="href" href="/">x</a><img data-field="image" data-field-alt="name" alt=""><i data-field="brand"></i><i data-field="price"></i><i data-field="reason"></i></p></template>
</body></html>`;
// Room for the longest of them, so that none is taken back for its size.
const STYLE = "[data-floorwalker] { height: 320px; overflow: hidden; overflow-wrap: anywhere }";

const patchOf = (s, n) => (op, i) => {
  const notice = i % 3 === 1 ? { kind: s, text: s } : undefined;
  return { op, decision: { id: `d${n}.${i}`, campaign: s, variant: s, why: s, used: [s, s], notice }, ttlMs: 0 };
};

/** Every operation with `s` in every string that a page shows or follows. */
const patchesOf = (s, n) => {
  const data = { title: s, label: s, href: s, image: s, alt: s, [s]: s };
  const terms = { kind: s, amount: 1, minimum: 1 };
  const item = (id) => ({ id, name: s, href: s, image: s, price: s, brand: s, reason: s });
  const ops = [
    { fill: { placement: "block", template: "t", data } },
    { offer: { placement: "offer", template: "t", data, terms, code: s, expiresAt: Date.now() + 60_000 } },
    { order: { list: "list", ids: [s, "2", s, "1"] } },
    { cta: { placement: "cta", label: s, href: s, tone: s } },
    { nav: { placement: "nav", shortcuts: [{ label: s, href: s }, { label: s, href: "/fine" }], promote: [s] } },
    { recommend: { placement: "products", template: "product", title: s, strategy: s, items: [item(s), item(`${n}`)] } },
    { layout: { placement: "layout", layout: s } },
    { offer: { placement: "overlay", template: "t", data, terms, code: s, expiresAt: Date.now() + 60_000 } },
    { clear: { placement: "overlay" } },
    { notice: { text: s, tone: s } },
    { emit: { name: s, data } },
  ];
  return ops.map(patchOf(s, n));
};

/** Every operation with `s` as each name in it; they lead nowhere, or to what is named so. */
const misnamed = (s, n) => {
  const data = { [s]: s };
  const ops = [
    { fill: { placement: s, template: "t", data } },
    { fill: { placement: "other", template: s, data } },
    { order: { list: s, ids: ["1"] } },
    { layout: { placement: s, layout: "x" } },
    { clear: { placement: s } },
    { [s || "none"]: { placement: "other", text: s } },
  ];
  return ops.map(patchOf(s, `n${n}`));
};

describe("hostile content", { concurrency: true }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser?.close());

  const openPage = async (t) => {
    const engine = await openEngine(MARKUP, { "content-security-policy": POLICY }, STYLE);
    const { shopper, trouble } = await newShopper(browser, { consent: null, reducedMotion: "reduce" });
    t.after(async () => {
      await shopper.close();
      await engine.close();
    });
    await shopper.route("https://**", (route) => route.abort());
    await shopper.addInitScript(() => {
      window.__runs = 0;
      window.__ran = () => (window.__runs += 1);
      // Loads of pictures that are allowed by the policy and fail are no fault.
      for (const name of ["alert", "prompt", "confirm", "print"]) window[name] = window.__ran;
    });
    const page = await shopper.newPage();
    await page.goto(engine.base);
    await connected(page);
    let rev = 0;
    /** Pushes patches and waits until the page has taken them. */
    const push = async (patches) => {
      engine.say({ push: { from: rev, rev: ++rev, patches } });
      const end = Date.now() + 20_000;
      while (engine.heard.findLast((frame) => frame.applied)?.applied.rev !== rev && Date.now() < end) await pause(10);
    };
    return { engine, page, push, trouble };
  };

  it("runs nothing, whatever string is in whatever field (X1)", async (t) => {
    assert.ok(CORPUS.length >= 500, `${CORPUS.length} strings`);
    const { engine, page, push } = await openPage(t);
    await page.evaluate(() => {
      window.__texts = [];
      window.floorwalker.on("decision", ({ placement, decision }) => {
        const spot = document.querySelector('[data-floorwalker="block"]');
        if (placement === "block" && decision) window.__texts.push([decision.why, spot.querySelector("[data-field=title]")?.textContent]);
      });
    });
    // Several strings per push: what is replaced at once was in the page all the same.
    const AT_ONCE = 8;
    for (let n = 0; n < CORPUS.length; n += AT_ONCE) await push(CORPUS.slice(n, n + AT_ONCE).flatMap((s, i) => [...patchesOf(s, n + i), ...misnamed(s, n + i)]));
    await page.waitForTimeout(500);
    const seen = await page.evaluate(() => ({
      runs: window.__runs,
      violations: window.__violations,
      texts: window.__texts,
      scripts: document.scripts.length,
      handlers: [...document.querySelectorAll("*")].filter((element) => [...element.attributes].some(({ name }) => name.startsWith("on"))).length,
      polluted: [Object.keys(Object.prototype), {}.title, Object.getPrototypeOf(window.floorwalker) === Object.prototype],
    }));
    assert.equal(seen.runs, 0, "no script ran");
    assert.deepEqual(seen.violations, [], "and none was kept from it by the policy alone");
    assert.deepEqual([seen.scripts, seen.handlers], [1, 0]);
    assert.deepEqual(seen.polluted, [[], undefined, true]);
    assert.equal(seen.texts.length, CORPUS.length, "every string was in the page");
    for (const [why, text] of seen.texts) assert.equal(text, why, "as the text that it is");
    const failed = engine.heard.flatMap((frame) => frame.applied?.receipts ?? []).filter((receipt) => receipt.reason === "error");
    assert.deepEqual(failed, [], "and nothing broke over it");
    t.diagnostic(`${CORPUS.length} strings, ${patchesOf("", 0).length + misnamed("", 0).length} operations each`);
  });

  it("lets no address through but links and pictures (X4)", async (t) => {
    const { page, push } = await openPage(t);
    const bad = [];
    for (const [n, s] of ADDRESSES.entries()) {
      await push(patchesOf(s, n));
      bad.push(...(await page.evaluate((given) => {
        const inside = (selector) => [...document.querySelectorAll(`[data-floorwalker] ${selector}`), ...document.querySelectorAll("[data-floorwalker]")].filter((element) => element.matches(selector));
        const links = inside("a[href]").filter((link) => !/^https?:$/.test(link.protocol) || link.username || link.password);
        const pictures = inside("img[src]").filter((picture) => !/^https:/.test(picture.src) && new URL(picture.src).origin !== location.origin);
        return [...links, ...pictures].map((element) => `${JSON.stringify(given)}: ${element.outerHTML}`);
      }, s)));
    }
    assert.deepEqual(bad, []);
    for (const link of await page.locator("[data-floorwalker] a[href]:visible").all()) await link.evaluate((element) => {
      element.addEventListener("click", (event) => event.preventDefault());
      element.click();
    });
    assert.deepEqual(await page.evaluate(() => [window.__runs, window.__violations]), [0, []]);
  });

  it("takes no key that reaches a prototype (X2)", async (t) => {
    const { engine, page, push } = await openPage(t);
    const text = (s) => [0xa0 | s.length, ...Buffer.from(s)];
    const map = (...pairs) => [0x80 | (pairs.length / 2), ...pairs.flatMap((one) => (typeof one === "string" ? text(one) : one))];
    for (const key of ["__proto__", "constructor", "prototype"]) {
      const evil = map(key, map("polluted", "yes"));
      engine.sayBytes(map("push", map("from", [0], "rev", [1], "patches", [0x91, ...map("op", map("emit", map("name", "x", "data", evil)))])));
      engine.sayBytes(evil);
      engine.say(`{"${key}":{"polluted":"yes"}}`);
      engine.say(`{"push":{"from":0,"rev":0,"${key}":{"polluted":"yes"},"patches":[{"op":{"emit":{"name":"x","data":{"${key}":{"polluted":"yes"}}}},"${key}":{"polluted":"yes"}}]}}`);
    }
    await push(patchesOf("fine", 1));
    assert.equal(await page.textContent("[data-floorwalker=block] [data-field=title]"), "fine", "and goes on with the next frame");
    assert.equal(await page.evaluate(() => [{}, [], "", () => 1, window.floorwalker].some((one) => one.polluted !== undefined)), false);
  });

  it("shows a merchant what hostile shoppers said as text (X7)", async (t) => {
    const stand = await openStand();
    const { shopper } = await newShopper(browser, { consent: null, userAgent: `Mozilla/5.0 ${CORPUS[0]}` });
    const { shopper: merchant } = await newShopper(browser, { consent: null });
    t.after(async () => {
      await shopper.close();
      await merchant.close();
      await stand.close();
    });
    const page = await shopper.newPage();
    await page.goto(`${stand.base}/p/1?utm_source=${encodeURIComponent(CORPUS[16])}&utm_campaign=${encodeURIComponent(CORPUS[0])}#${CORPUS[1]}`);
    await connected(page);
    await page.evaluate((strings) => {
      for (const s of strings) {
        window.floorwalker.search(s, 1);
        window.floorwalker.productView(s);
        window.floorwalker.track(s, { [s]: s });
      }
    }, CORPUS.filter((s) => s.length > 0 && s.length < 120).slice(0, 24));
    const [session] = await until(() => stand.engine.sessions(), (all) => all[0]?.entries.length > 20);
    await merchant.addInitScript(() => (window.__ran = () => (window.__runs = (window.__runs ?? 0) + 1)));
    const view = await merchant.newPage();
    const [name, value] = stand.engine.cookie().split("=");
    await merchant.addCookies([{ name, value, url: stand.engine.base }]);
    for (const path of ["/dashboard/", `/dashboard/sessions/${session.id ?? session.session?.id}`, "/dashboard/system"]) {
      await view.goto(stand.engine.base + path);
      await view.locator("main").waitFor();
      await view.waitForTimeout(500);
      assert.deepEqual(await view.evaluate(() => [window.__runs ?? 0, window.__violations, document.querySelectorAll("main script, main [onerror], main [onload]").length]), [0, [], 0], path);
    }
  });
});
