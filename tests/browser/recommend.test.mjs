// Looking at products changes what the demo shop recommends and how its listings are ordered: in place, without a layout shift, and for
// the reason that stands on it. Whoever did the same without the product that is named sees another list, and another reason.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { connected, newShopper, openBrowser, openShop, pause, shifts } from "./support.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const LISTED = "computers.notebook";
const OTHER = "electronics.telephone";

describe("recommendations", { concurrency: false }, () => {
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

  /** A fresh shopper who can visit pages; each page must stand still. */
  const arrive = async (t, options = {}) => {
    const { shopper, trouble } = await newShopper(browser, options);
    t.after(() => shopper.close());
    const page = await shopper.newPage();
    return {
      page,
      /** Opens a page; where `spot` is named, until something of ours stands there, which may come too late to be shown on a busy machine. */
      async visit(path, spot) {
        for (let tries = 0; tries < 3; tries++) {
          await page.goto(shop.base + path);
          await connected(page);
          await pause(900);
          if (!spot || (await page.evaluate((name) => window.floorwalker.why(name), spot))) break;
        }
        const moved = (await shifts(page)).filter((shift) => !shift.input && shift.value > 0);
        assert.deepEqual(moved, [], `${path} moved: ${JSON.stringify(moved)}`);
        assert.deepEqual(trouble, [], path);
      },
      listing: () => page.$$eval("[data-floorwalker-list=listing] [data-floorwalker-item]", (items) => items.map((item) => item.dataset.floorwalkerItem)),
      shelf: (name) =>
        page.$eval(`[data-floorwalker="${name}"]`, (shelf) => ({
          title: shelf.querySelector("h2").textContent,
          height: shelf.getBoundingClientRect().height,
          why: window.floorwalker.why(shelf.dataset.floorwalker)?.why,
          items: [...shelf.querySelectorAll(".card")].map((card) => ({
            id: /\/p\/(\w+)/.exec(card.getAttribute("href"))[1],
            reason: card.querySelector(".card-reason")?.textContent ?? "",
          })),
        })),
      why: (name) => page.evaluate((spot) => window.floorwalker.why(spot)?.why, name),
      title: () => page.$eval("h1", (head) => head.textContent.trim()),
    };
  };
  const ids = (shelf) => shelf.items.map((item) => item.id);
  const reasons = (shelf) => shelf.items.map((item) => item.reason);

  it("say it in the page's language", async (t) => {
    const one = await arrive(t);
    // The demo shop is English; a page that says otherwise is spoken to otherwise.
    await one.page.route(`${shop.base}/**`, async (route) => {
      if (route.request().resourceType() !== "document") return route.fallback();
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replace('<html lang="en"', '<html lang="de"') });
    });
    await one.visit(`/c/${LISTED}`);
    const [first, second, third] = await one.listing();
    for (const product of [first, second, third]) await one.visit(`/p/${product}`, product === third ? "next" : undefined);
    const { items } = await one.shelf("next");
    assert.ok(items.length > 0);
    const german = /^(Oft zusammen angesehen|Zusammen gekauft|Weil Sie sich .* angesehen haben|Wegen dessen|Passt zu|Von diesem Shop|Gerade gefragt|Ähnlich wie|Eine Stufe|Beliebt in|Neu in|Von Ihnen|Nahe an|Aus )/;
    for (const { reason } of items) assert.match(reason, german);
    await one.visit(`/c/${LISTED}`, "listing");
    assert.match(await one.page.textContent(".list-reason"), /^Die Reihenfolge dieser Produkte wurde automatisiert/);
    const used = await one.page.evaluate(() => window.floorwalker.why("listing").used);
    assert.ok(used.includes("was Sie angesehen oder in den Warenkorb gelegt haben"), `${used}`);
  });

  for (const [device, options] of [["a desktop", {}], ["a phone", PHONE]]) {
    it(`follow what was looked at, and say what it was, on ${device}`, async (t) => {
      const one = await arrive(t, options);
      await one.visit("/");
      const own = await one.shelf("home-shelf");
      assert.equal(own.why, undefined, "nobody knows anything yet");
      await one.visit(`/c/${OTHER}`);
      const [named] = await one.listing();
      await one.visit(`/c/${LISTED}`);
      const [first, second] = await one.listing();

      // The same visit twice, once with and once without the product that the reason will name.
      await one.visit(`/p/${first}`);
      await one.visit(`/p/${named}`);
      const name = await one.title();
      const model = name.split(" ").at(-1);
      await one.visit(`/p/${second}`, "next");
      const next = await one.shelf("next");
      await one.visit("/", "home-shelf");
      const shelf = await one.shelf("home-shelf");

      const other = await arrive(t, options);
      await other.visit("/");
      await other.visit(`/c/${OTHER}`);
      await other.visit(`/c/${LISTED}`);
      await other.visit(`/p/${first}`);
      await other.visit(`/p/${second}`, "next");
      const nextWithout = await other.shelf("next");
      await other.visit("/", "home-shelf");
      const without = await other.shelf("home-shelf");

      t.diagnostic(`with ${name}: ${JSON.stringify(reasons(shelf))}; next: ${JSON.stringify(reasons(next))}`);
      t.diagnostic(`without: ${JSON.stringify(reasons(without))}; next: ${JSON.stringify(reasons(nextWithout))}`);
      assert.notDeepEqual(ids(shelf), ids(own), "the list follows the visit");
      assert.ok(Math.abs(shelf.height - own.height) < 1, "in its own place");
      assert.ok(shelf.items.every((item) => item.reason), "every item says why");
      assert.ok(shelf.why);
      const names = (list) => [...reasons(list.shelf), ...reasons(list.next)].filter((reason) => reason.includes(model));
      assert.ok(names({ shelf, next }).length > 0, `somewhere it says ${model}`);
      assert.deepEqual(names({ shelf: without, next: nextWithout }), [], "who did not look at it is not told so");
      assert.notDeepEqual([ids(shelf), ids(next)], [ids(without), ids(nextWithout)], "and has another list");
    });

    it(`order a category by what was looked at, and by nothing else, on ${device}`, async (t) => {
      const one = await arrive(t, options);
      await one.visit(`/c/${LISTED}`);
      const own = await one.listing();
      assert.equal(await one.why("listing"), undefined);
      const liked = own.slice(20, 24);
      for (const product of liked) await one.visit(`/p/${product}`);
      await one.visit(`/c/${LISTED}`, "listing");
      const ordered = await one.listing();
      assert.match(await one.why("listing"), /you looked at/);
      assert.match(await one.page.textContent(".list-reason"), /^The order of these products is personalized/, "it says so above the list");
      assert.notDeepEqual(ordered, own);
      assert.deepEqual([...ordered].sort(), [...own].sort(), "nothing is hidden and nothing is added");
      const places = (list) => liked.reduce((sum, product) => sum + list.indexOf(product), 0);
      t.diagnostic(`the products looked at moved from ${places(own) / 4} to ${places(ordered) / 4} on average`);
      assert.ok(places(ordered) < places(own), "what is like them comes forward");

      const fresh = await arrive(t, options);
      await fresh.visit(`/c/${LISTED}`);
      assert.deepEqual(await fresh.listing(), own, "the shop's own order for who looked at nothing");
      assert.equal(await fresh.why("listing"), undefined);
      assert.equal(await fresh.page.textContent(".list-reason"), "");
    });
  }

  it("say nothing of a visit to somebody who refused", async (t) => {
    const one = await arrive(t, { consent: "necessary" });
    await one.visit(`/c/${LISTED}`);
    const own = await one.listing();
    for (const product of own.slice(20, 24)) await one.visit(`/p/${product}`);
    await one.visit(`/c/${LISTED}`);
    assert.deepEqual(await one.listing(), own);
    await one.visit("/");
    const { why } = await one.shelf("home-shelf");
    assert.equal(why, undefined);
    assert.deepEqual(reasons(await one.shelf("trending")).filter((reason) => /you/i.test(reason)), [], "what the whole shop wants may be said");
  });

  it("offer something where a search finds nothing", async (t) => {
    const one = await arrive(t);
    await one.visit("/search?q=notebok", "search-rescue");
    const { title, items } = await one.shelf("search-rescue");
    assert.equal(items.length, 4);
    assert.ok(items.every((item) => item.reason), JSON.stringify(items));
    assert.notEqual(title, "Ways to find it");
  });
});
