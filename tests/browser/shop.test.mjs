// Every page of the demo shop with the sample campaigns: no layout shift of ours, no policy violation, a clean console.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { connected, newShopper, openBrowser, openShop, pause, shifts, violations } from "./support.mjs";

describe("the demo shop", { concurrency: false }, () => {
  let shop;
  let browser;
  before(async () => {
    shop = await openShop();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await shop?.close();
  });

  for (const [name, options] of [
    ["on a desktop", {}],
    ["on a phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  ]) {
    it(`moves nothing under the shopper ${name}`, async () => {
      const { shopper, trouble } = await newShopper(browser, options);
      const page = await shopper.newPage();
      const visit = async (path, act) => {
        await page.goto(`${shop.base}${path}`);
        await connected(page);
        await act?.();
        await pause(900);
        const moved = (await shifts(page)).filter((shift) => !shift.input);
        assert.deepEqual(moved, [], `${path}: ${JSON.stringify(moved, null, 1)}`);
        assert.deepEqual(await violations(page), [], path);
      };
      await visit("/");
      await visit("/c/computers.notebook");
      const listed = await page.$$eval("[data-floorwalker-list=listing] [data-floorwalker-item]", (items) => items.map((item) => item.dataset.floorwalkerItem));
      for (const product of listed.slice(0, 4)) await visit(`/p/${product}`);
      await visit("/");
      await visit("/search?q=mouse");
      await visit("/search?q=xyzzyx");
      await visit(`/p/${listed[0]}`, async () => {
        await page.locator("form[action*='/cart'] button").first().click();
      });
      await visit("/cart");
      await visit("/checkout");
      const pushes = await page.evaluate(() => performance.getEntriesByType("resource").filter((entry) => entry.name.includes("/sdk/")).length);
      assert.ok(pushes >= 1, "the script was loaded");
      assert.deepEqual(trouble, []);
      await shopper.close();
    });
  }

  it("shows campaigns to those who agreed and to no one else", async () => {
    const filled = (page) => page.$$eval("[data-floorwalker]", (all) => all.filter((element) => element.hasAttribute("data-floorwalker-held")).map((element) => element.dataset.floorwalker));
    const { shopper } = await newShopper(browser, { consent: "necessary" });
    const page = await shopper.newPage();
    for (const path of ["/", "/c/computers.notebook", "/"]) {
      await page.goto(`${shop.base}${path}`);
      await connected(page);
      await pause(500);
    }
    const kept = await page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter((key) => key !== "kilowatt-consent"));
    assert.deepEqual(kept, [], "nothing of ours is stored without consent");
    assert.ok(Array.isArray(await filled(page)));
    await shopper.close();
  });

  it("takes an edited campaign to an open page within a second", async () => {
    const { shopper } = await newShopper(browser);
    const page = await shopper.newPage();
    const source = `
id = "edited"
name = "Edited"
purpose = "context"
priority = 100
[[trigger]]
on = "custom"
name = "edited"
[[variant]]
id = "a"
[[variant.action]]
do = "fill"
placement = "banner"
template = "banner"
data = { title = "TEXT", body = "b", href = "/", label = "l" }
`;
    const file = join(shop.folder, "edited.toml");
    writeFileSync(file, source.replace("TEXT", "First text"));
    await page.goto(shop.base);
    await connected(page);
    await pause(1_100);
    const ask = async (text) => {
      await page.evaluate(() => window.floorwalker.track("edited"));
      await page.waitForFunction((wanted) => document.querySelector("[data-floorwalker=banner]")?.textContent.includes(wanted), text, { timeout: 2_000 });
    };
    await ask("First text");
    writeFileSync(file, source.replace("TEXT", "Second text"));
    await pause(1_000);
    await ask("Second text");
    writeFileSync(file, `${readFileSync(file, "utf8")}\nbroken = [`);
    await pause(1_000);
    await page.evaluate(() => window.floorwalker.track("edited"));
    await pause(300);
    assert.match(await page.textContent("[data-floorwalker=banner]"), /Second text/, "the last good version stays");
    await shopper.close();
  });
});
