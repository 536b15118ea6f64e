// No violation of axe-core's rules: the shop's pages with an overlay and "why this" open, and every page of the dashboard, in both
// themes, on a desktop and on a phone.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { until } from "./stand.mjs";
import { connected, newShopper, openBrowser, openShop } from "./support.mjs";

const AXE = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const SIZES = [
  ["a desktop", { width: 1280, height: 800 }],
  ["a phone", { width: 390, height: 844 }],
];
const SCHEMES = ["light", "dark"];

const OVERLAY = `
id = "over"
name = "Over"
purpose = "context"
trust = "claimed"
notice = "price"
[[trigger]]
on = "custom"
name = "open"
[limits]
cooldown = "1s"
[[variant]]
id = "a"
[[variant.action]]
do = "offer"
placement = "overlay"
template = "exit-offer"
data = { title = "Five percent", body = "Take it or leave it.", label = "Back", href = "/cart" }
offer = { kind = "percent", amount = 5, expires = "20m", budget = { count = 300, every = "1d" } }
`;
const BANNER = `
id = "told"
name = "Told"
purpose = "context"
priority = 90
[[trigger]]
on = "page_view"
[[variant]]
id = "a"
[[variant.action]]
do = "fill"
placement = "banner"
template = "banner"
data = { title = "A banner", body = "With a sentence.", href = "/", label = "Look" }
`;

/** What axe-core finds, one line per rule and element. */
async function problems(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.flat().join(" ")}: ${failureSummary.split("\n").slice(1).join(" ")}`));
  });
}

describe("axe-core", { concurrency: 2 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser?.close());

  let shop;
  before(async () => (shop = await openShop({ over: OVERLAY, told: BANNER })));
  after(() => shop?.close());
  for (const scheme of SCHEMES) {
    for (const [name, viewport] of SIZES) {
      it(`finds nothing in the shop on ${name}, ${scheme}`, async (t) => {
        const { shopper } = await newShopper(browser, { viewport, colorScheme: scheme, reducedMotion: "reduce" });
        t.after(() => shopper.close());
        const page = await shopper.newPage();
        const found = [];
        const look = async (where) => found.push(...(await problems(page)).map((line) => `${where}: ${line}`));
        await page.goto(shop.base);
        const listed = await page.evaluate(() => [...document.querySelectorAll("[data-floorwalker-item]")].map((item) => item.dataset.floorwalkerItem));
        for (const path of ["/", "/c/computers.notebook", `/p/${listed[0] ?? 1}`, "/search?q=mouse", "/cart", "/checkout"]) {
          await page.goto(shop.base + path);
          await connected(page);
          await page.waitForTimeout(300);
          await look(path);
          if (path !== "/") continue;
          await page.locator("[data-floorwalker=banner] [data-floorwalker-own] button.w").press("Enter");
          await page.locator("[data-floorwalker=banner] [data-floorwalker-own] .p:popover-open").waitFor();
          await look(`${path} with its reason open`);
        }
        await page.goto(shop.base);
        await connected(page);
        // A code takes a ledger and signs of a person.
        await page.mouse.wheel(0, 400);
        const isOpen = () => page.locator("[data-floorwalker-own] dialog[open]").count();
        assert.equal(await until(async () => (await page.evaluate(() => window.floorwalker.track("open")), isOpen()), Boolean, 15_000), 1, "the overlay opens");
        await look("the overlay");
        await page.locator("[data-floorwalker-own] dialog button.w").press("Enter");
        await look("the overlay with its reason open");
        assert.deepEqual(found, []);
      });
    }
  }

  it("finds nothing in the dashboard", async (t) => {
    const { shopper } = await newShopper(browser, {});
    const { shopper: merchant } = await newShopper(browser, { reducedMotion: "reduce", consent: null });
    t.after(async () => {
      await shopper.close();
      await merchant.close();
    });
    const visit = await shopper.newPage();
    for (const path of ["/", "/c/computers.notebook"]) {
      await visit.goto(shop.base + path);
      await connected(visit);
    }
    const page = await merchant.newPage();
    await page.goto(shop.login);
    await page.locator("main").waitFor();
    const root = new URL(page.url()).origin;
    const links = await page.evaluate(() => [...document.querySelectorAll("nav a[href^='/dashboard']")].map((link) => link.getAttribute("href")));
    assert.ok(links.length >= 4, `${links}`);
    const session = await until(
      () => page.evaluate(async () => {
        const answer = await fetch("/admin/v1/live");
        const { value } = await answer.body.getReader().read();
        return /"id":"([0-9a-f]{32})"/.exec(new TextDecoder().decode(value))?.[1];
      }),
      Boolean,
    );
    assert.ok(session, "a visit is live");
    const found = [];
    for (const path of [...links, `/dashboard/sessions/${session}`, "/dashboard/campaigns/over", "/dashboard/experiments/over", "/dashboard/definitions", "/dashboard/nowhere"]) {
      await page.goto(root + path);
      await page.locator("main").waitFor();
      await page.waitForTimeout(400);
      for (const scheme of SCHEMES) {
        await page.emulateMedia({ colorScheme: scheme });
        for (const [name, viewport] of SIZES) {
          await page.setViewportSize(viewport);
          await page.waitForTimeout(150);
          found.push(...(await problems(page)).map((line) => `${path} on ${name}, ${scheme}: ${line}`));
        }
      }
    }
    assert.deepEqual(found, []);
  });
});
