// "Why this?" stands in the shop's placements and covers nothing of the shop's that can be pressed.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openStand, until } from "./stand.mjs";
import { connected, newShopper, openBrowser, openShop, pause, shifts } from "./support.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Presses every control of the shop's in every placement, without pressing: who would be hit? Also counts the controls of ours. */
const probe = (page) =>
  page.evaluate(() => {
    const covered = [];
    let controls = 0;
    const nameOf = (spot) => spot.dataset.floorwalkerList || spot.dataset.floorwalker;
    for (const spot of document.querySelectorAll("[data-floorwalker],[data-floorwalker-list]")) {
      if (!window.floorwalker.why(nameOf(spot))) continue;
      for (const target of spot.querySelectorAll("a,button,input,select,textarea,label")) {
        target.scrollIntoView({ block: "center", behavior: "instant" });
        for (const { left, top, right, bottom } of target.getClientRects()) {
          const points = [];
          for (let x = left + 1; x < right; x += 8) for (let y = top + 1; y < bottom; y += 8) points.push([x, y]);
          if (points.some(([x, y]) => document.elementFromPoint(x, y)?.closest("[data-floorwalker-own]"))) {
            covered.push(`${nameOf(spot)}: ${target.textContent.trim().slice(0, 40)}`);
          }
        }
      }
      const own = spot.querySelector("[data-floorwalker-own]");
      const box = own?.shadowRoot.querySelector("button").getBoundingClientRect();
      if (!box?.width) continue;
      own.scrollIntoView({ block: "center", behavior: "instant" });
      const { left, top, width, height } = own.shadowRoot.querySelector("button").getBoundingClientRect();
      if (document.elementFromPoint(left + width / 2, top + height / 2)?.closest("[data-floorwalker-own]") !== own) covered.push(`${nameOf(spot)}: our own control`);
      else controls++;
    }
    window.scrollTo(0, 0);
    return { covered, controls };
  });

const FULL = (label) => `
id = "flat"
name = "Flat"
purpose = "context"
[[trigger]]
on = "custom"
name = "flat"
[[variant]]
id = "a"
[[variant.action]]
do = "fill"
placement = "flat"
template = "flat"
data = { title = "${label}", href = "/", label = "Look" }
`;
// As flat as the link in it, from edge to edge: no room but what the control makes for itself.
const FLAT = `<div data-floorwalker="flat" data-floorwalker-live style="height:28px;width:320px;display:flex;line-height:28px"><a href="/" style="flex:1">Own</a></div>
<template data-floorwalker-template="flat"><a style="flex:1;white-space:nowrap;overflow:hidden" data-field="title" data-field-href="href" href="/"></a></template>`;

describe("why this", { concurrency: true }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser?.close());

  for (const [name, options, least] of [["on a desktop", {}, 7], ["on a phone", PHONE, 4]]) {
    it(`covers nothing in the demo shop ${name}`, async (t) => {
      const shop = await openShop();
      const { shopper } = await newShopper(browser, options);
      t.after(async () => {
        await shopper.close();
        await shop.close();
      });
      const page = await shopper.newPage();
      let controls = 0;
      const visit = async (path, act) => {
        await page.goto(`${shop.base}${path}`);
        await connected(page);
        await act?.();
        await pause(900);
        // A list that takes its order in this very moment moves what a control stood beside; the control looks again.
        let found = await probe(page);
        for (let tries = 0; found.covered.length > 0 && tries < 8; tries += 1) {
          await pause(250);
          found = await probe(page);
        }
        assert.deepEqual(found.covered, [], path);
        controls += found.controls;
      };
      await visit("/");
      await visit("/c/computers.notebook");
      const listed = await page.$$eval("[data-floorwalker-list=listing] [data-floorwalker-item]", (items) => items.map((item) => item.dataset.floorwalkerItem));
      for (const product of listed.slice(0, 4)) await visit(`/p/${product}`);
      for (const path of ["/", "/c/computers.notebook", "/search?q=xyzzyx"]) await visit(path);
      await visit(`/p/${listed[0]}`, () => page.locator("form[action*='/cart'] button").first().click());
      for (const path of ["/cart", "/checkout", "/"]) await visit(path);
      assert.ok(controls >= least, `${controls} controls could be pressed`);
    });
  }

  it("makes room for itself where a flat banner has none, in the banner's own box", async (t) => {
    const stand = await openStand({ campaigns: { flat: FULL("A sentence that is a link from one edge to the other edge") }, dress: () => ({ placements: FLAT }) });
    const { shopper } = await newShopper(browser, { consent: null });
    t.after(async () => {
      await shopper.close();
      await stand.close();
    });
    const page = await shopper.newPage();
    await page.goto(`${stand.base}/p/1`);
    await connected(page);
    const box = await page.locator("[data-floorwalker=flat]").boundingBox();
    await page.evaluate(() => window.floorwalker.track("flat"));
    assert.match(await until(() => page.textContent("[data-floorwalker=flat] a"), (text) => /sentence/.test(text)), /sentence/);
    assert.deepEqual(await probe(page), { covered: [], controls: 1 });
    assert.deepEqual(await page.locator("[data-floorwalker=flat]").boundingBox(), box, "the same box");
    assert.deepEqual((await shifts(page)).filter((shift) => !shift.input), []);
    await page.setViewportSize({ width: 300, height: 700 });
    await pause(300);
    assert.deepEqual((await probe(page)).covered, [], "nor after the window has changed");
  });
});
