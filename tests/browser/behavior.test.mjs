// What a shopper sees, in a real browser against a real engine: exit intent, cart, attention, tabs, lists, a dead engine.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { connected, leave, newShopper, openBrowser, openDoor, openShop, overlayText, pause, shifts, violations } from "./support.mjs";

const CAMPAIGNS = {
  leaver: `
id = "leaver"
name = "Offer for leavers"
purpose = "context"
trust = "claimed"
[[trigger]]
on = "exit_intent"
pages = ["product"]
[limits]
per_session = 1
[[variant]]
id = "a"
[[variant.action]]
do = "offer"
placement = "overlay"
template = "exit-offer"
data = { title = "Ten percent off", body = "For this visit." }
offer = { kind = "percent", amount = 10, expires = "20m", budget = { count = 100, every = "1d" } }
`,
  nudge: `
id = "nudge"
name = "Free shipping nudge"
purpose = "context"
hold = "while"
target = 1000.0
when = "cart.value >= 1.0 && cart.value < 1000.0"
[[trigger]]
on = "cart_value"
above = 1.0
[[trigger]]
on = "cart_item"
[[variant]]
id = "a"
[[variant.action]]
do = "fill"
placement = "banner"
template = "banner"
data = { title = "Only {missing} to go", body = "Shipping is free from {target}.", href = "/", label = "Keep looking" }
`,
  dwell: `
id = "forty"
name = "Forty seconds of attention"
[[trigger]]
on = "dwell"
of = "session"
for = "40s"
[[variant]]
id = "a"
[[variant.action]]
do = "emit"
name = "forty"
`,
  order: `
id = "by-interest"
name = "Listing by interest"
[[trigger]]
on = "page_view"
pages = ["category"]
[[variant]]
id = "a"
[[variant.action]]
do = "order"
list = "listing"
by = "interest"
strength = 1.0
`,
};

describe("a shopper", { concurrency: true }, () => {
  let shop;
  let browser;
  before(async () => {
    shop = await openShop(CAMPAIGNS);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await shop?.close();
  });

  const products = async (page, category) => {
    await page.goto(`${shop.base}/c/${category}`);
    return page.$$eval("[data-floorwalker-list=listing] [data-floorwalker-item]", (items) => items.map((item) => item.dataset.floorwalkerItem));
  };

  it("who leaves sees exactly one overlay after the confirmation window", async () => {
    const { shopper, trouble } = await newShopper(browser);
    const page = await shopper.newPage();
    const [first] = await products(page, "computers.notebook");
    await page.goto(`${shop.base}/p/${first}`);
    await connected(page);
    await pause(300);
    await leave(page);
    await pause(350);
    assert.equal(await overlayText(page), null, "not before the window of 700 ms has passed");
    await page.waitForFunction(() => document.querySelector("[data-floorwalker-own]")?.shadowRoot?.querySelector("[role=dialog]"), null, { timeout: 5_000 });
    assert.match(await overlayText(page), /Ten percent off/);
    await page.screenshot({ path: process.env.SCREENS ? `${process.env.SCREENS}/overlay.png` : undefined });
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => ![...document.querySelectorAll("[data-floorwalker-own]")].some((host) => host.shadowRoot?.querySelector("[role=dialog]")));
    await leave(page);
    await pause(1_500);
    assert.equal(await overlayText(page), null, "closed is closed");
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(trouble, []);
    await shopper.close();
  });

  it("who returns within the window sees none", async () => {
    const { shopper } = await newShopper(browser);
    const page = await shopper.newPage();
    const [first] = await products(page, "computers.notebook");
    await page.goto(`${shop.base}/p/${first}`);
    await connected(page);
    await pause(300);
    await leave(page);
    await pause(200);
    await page.mouse.move(600, 300);
    await page.mouse.move(600, 320);
    await pause(1_800);
    assert.equal(await overlayText(page), null);
    await shopper.close();
  });

  it("a second tab shows no second overlay", async () => {
    const { shopper } = await newShopper(browser);
    const one = await shopper.newPage();
    const [first] = await products(one, "computers.notebook");
    await one.goto(`${shop.base}/p/${first}`);
    await connected(one);
    const two = await shopper.newPage();
    await two.goto(`${shop.base}/p/${first}`);
    await connected(two);
    await pause(300);
    await two.bringToFront();
    await leave(two);
    await two.waitForFunction(() => document.querySelector("[data-floorwalker-own]")?.shadowRoot?.querySelector("[role=dialog]"), null, { timeout: 5_000 });
    await one.bringToFront();
    await leave(one);
    await pause(1_500);
    const open = await Promise.all([overlayText(one), overlayText(two)]);
    assert.equal(open.filter((text) => text?.includes("Ten percent off")).length, 1, JSON.stringify(open));
    await shopper.close();
  });

  it("a cart that crosses the threshold changes the banner in place", async () => {
    const { shopper, trouble } = await newShopper(browser);
    const page = await shopper.newPage();
    const [first] = await products(page, "computers.peripherals.mouse");
    await page.goto(`${shop.base}/p/${first}`);
    await connected(page);
    await pause(300);
    const banner = page.locator("[data-floorwalker=banner]");
    const box = await banner.boundingBox();
    await page.locator("form[action*='/cart'] button").first().click();
    await page.waitForFunction(() => /Only \$.* to go/.test(document.querySelector("[data-floorwalker=banner]")?.textContent ?? ""), null, { timeout: 5_000 });
    assert.deepEqual(await banner.boundingBox(), box, "same place, same size");
    assert.equal(page.url(), `${shop.base}/p/${first}`, "without a reload");
    assert.deepEqual(trouble, []);
    await shopper.close();
  });

  it("20 s and 20 s of attention on two pages make 40", async () => {
    const { shopper } = await newShopper(browser);
    const page = await shopper.newPage();
    const heard = [];
    await page.exposeFunction("heardForty", (at) => heard.push(at));
    const watch = async () => {
      await connected(page);
      await page.evaluate(() => window.floorwalker.on("forty", () => window.heardForty(performance.now())));
    };
    // How long a step takes is the machine's affair, so the pages tell the time.
    const stay = async (until) => {
      const at = () => page.evaluate(() => performance.now());
      for (let second = 0; (await at()) < until && heard.length === 0; second += 1) {
        await page.mouse.move(300 + (second % 100), 300);
        await pause(1_000);
      }
      return at();
    };
    await page.goto(shop.base);
    await watch();
    const first = await stay(20_000);
    assert.deepEqual(heard, [], `${first} ms are not 40 s`);
    await page.goto(`${shop.base}/c/computers.notebook`);
    await watch();
    await stay(60_000);
    // The page is seen a little before it counts, and the engine looks when the page reports, every five seconds.
    const total = first + heard[0];
    assert.ok(total > 40_000 && total < 50_000, `${first} and ${heard[0]} ms`);
    await pause(1_000);
    assert.equal(heard.length, 1);
    await shopper.close();
  });

  it("a list takes another order without losing focus, nodes or scroll", async () => {
    const { shopper, trouble } = await newShopper(browser);
    const page = await shopper.newPage();
    const listed = await products(page, "computers.notebook");
    const wanted = listed.slice(-6);
    for (const product of [...wanted.slice(0, 4), ...wanted.slice(0, 4)]) {
      await page.goto(`${shop.base}/p/${product}`);
      await connected(page);
      await pause(250);
    }
    await page.goto(`${shop.base}/c/computers.notebook`);
    await page.focus("input[name=q]");
    await page.evaluate(() => {
      const items = [...document.querySelectorAll("[data-floorwalker-list=listing] [data-floorwalker-item]")];
      window.__nodes = new Map(items.map((item) => [item.dataset.floorwalkerItem, item]));
    });
    await page.waitForFunction((before) => {
      const now = [...document.querySelectorAll("[data-floorwalker-list=listing] [data-floorwalker-item]")].map((item) => item.dataset.floorwalkerItem);
      return now.join() !== before.join();
    }, listed, { timeout: 5_000 });
    const after_ = await page.$$eval("[data-floorwalker-list=listing] [data-floorwalker-item]", (items) => items.map((item) => ({ id: item.dataset.floorwalkerItem, same: window.__nodes.get(item.dataset.floorwalkerItem) === item })));
    assert.deepEqual(after_.map((item) => item.id).sort(), [...listed].sort(), "nothing came, nothing went");
    assert.ok(after_.every((item) => item.same), "the same nodes");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("name")), "q", "the focus stays");
    assert.equal(await page.evaluate(() => window.scrollY), 0, "the page does not scroll");
    assert.deepEqual((await shifts(page)).filter((shift) => !shift.input), []);
    assert.deepEqual(trouble, []);
    await shopper.close();
  });

  it("with the engine killed the shop works and no script complains", async () => {
    const door = await openDoor(shop.base);
    const { shopper, trouble } = await newShopper(browser);
    const page = await shopper.newPage();
    await page.goto(door.base);
    await connected(page);
    door.kill();
    await page.goto(`${door.base}/c/computers.notebook`);
    await page.locator("[data-floorwalker-list=listing] [data-floorwalker-item] a").first().click();
    await page.waitForURL("**/p/*");
    await page.locator("form[action*='/cart'] button").first().click();
    await pause(500);
    await page.goto(`${door.base}/cart`);
    await pause(4_000);
    assert.match(await page.locator("main").textContent(), /\$/);
    // The browser itself reports every failed request; no page can keep it from doing so.
    const said = trouble.filter((line) => !/Failed to load resource|WebSocket connection to|net::ERR_/.test(line));
    assert.deepEqual(said, []);
    await shopper.close();
    await door.close();
  });
});
