// The life of a page as browsers know it: the back/forward cache, prerendering, freezing. Nothing is lost, doubled or counted early.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBare } from "./bare.mjs";
import { entries, openStand, tally, titles, until } from "./stand.mjs";
import { connected, newShopper, openBrowser, pause } from "./support.mjs";

const CAMPAIGNS = {
  say: `
id = "say"
name = "Say"
purpose = "context"
[[trigger]]
on = "custom"
name = "say"
[[variant]]
id = "a"
[[variant.action]]
do = "fill"
placement = "banner"
template = "banner"
data = { title = "Said once", href = "/", label = "l" }
`,
  cart: `
id = "cart"
name = "While there is a cart"
purpose = "context"
hold = "while"
when = "cart.value >= 1.0"
priority = 50
[[trigger]]
on = "cart_value"
above = 1.0
[[variant]]
id = "a"
[[variant.action]]
do = "fill"
placement = "banner"
template = "banner"
data = { title = "In your cart", href = "/", label = "l" }
`,
};
const EMPTY = { currency: "USD", lines: [] };
const CART = { currency: "USD", lines: [{ product: "1", quantity: 1, price: 500 }] };
const PRERENDER = `<script type="speculationrules">{"prerender":[{"source":"list","urls":["/p/2"],"eagerness":"immediate"}]}</script>
<script>addEventListener("load", () => fetch("/wait").then(() => document.getElementById("to-2").click()))</script>`;
const REPORT = `<script>{
  const say = (text) => fetch("/report", { method: "POST", body: text });
  if (document.prerendering) say("prerendering");
  document.addEventListener("prerenderingchange", () => say("activated " + performance.getEntriesByType("navigation")[0].activationStart));
}</script>`;

const banner = (page) => page.textContent("[data-floorwalker=banner] p");
const says = (page, text) => page.waitForFunction((wanted) => document.querySelector("[data-floorwalker=banner]").textContent.includes(wanted), text, { timeout: 5_000 });

/** Chromium freezes what it caches and says so; the others only say `pagehide` and `pageshow`. */
const withoutFreeze = () => {
  for (const kind of ["freeze", "resume"]) window.addEventListener(kind, (event) => event.stopImmediatePropagation(), true);
};

/** Notes how pages come, the phases of the connection, and every kind of listener that is added. */
async function watched(browser) {
  const { shopper, trouble } = await newShopper(browser, { consent: null });
  await shopper.addInitScript(() => {
    window.__shown = [];
    window.__kinds = new Set();
    addEventListener("pageshow", (event) => window.__shown.push(event.persisted));
    const add = EventTarget.prototype.addEventListener;
    EventTarget.prototype.addEventListener = function (kind, ...rest) {
      window.__kinds.add(kind);
      return add.call(this, kind, ...rest);
    };
    window.__phases = [];
    addEventListener("load", () => window.floorwalker?.on?.("connection", ({ phase }) => window.__phases.push(phase)));
  });
  return { shopper, trouble, page: await shopper.newPage() };
}
/** The cart crosses the threshold; the first cart of a visit crosses nothing. */
async function fill(page) {
  await page.evaluate((carts) => carts.forEach((cart) => window.floorwalker.cart(cart)), [EMPTY, CART]);
  await says(page, "In your cart");
}
const open = (page) => page.waitForFunction(() => window.__phases.at(-1) === "open", null, { timeout: 10_000 });

describe("the life of a page", { concurrency: 3 }, () => {
  let stand;
  let short;
  let browser;
  before(async () => {
    [stand, short, browser] = await Promise.all([
      openStand({ campaigns: CAMPAIGNS }),
      openStand({ campaigns: CAMPAIGNS, settings: '[engine]\nresume_within = "5s"\n' }),
      openBrowser({ backForward: true }),
    ]);
  });
  after(async () => {
    await browser?.close();
    await Promise.all([stand?.close(), short?.close()]);
  });

  /** Goes to another page, does something there, and comes back through the back/forward cache. */
  const awayAndBack = async (page, away) => {
    await page.click("#to-2");
    await page.waitForURL("**/p/2", { waitUntil: "commit" });
    await connected(page);
    await away?.();
    await page.evaluate(() => void setTimeout(() => history.back()));
    await page.waitForURL("**/p/1", { waitUntil: "commit" });
    await page.waitForFunction(() => window.__shown.length === 2);
    assert.deepEqual(await page.evaluate(() => window.__shown), [false, true], "the page came from the back/forward cache");
    await open(page);
  };

  for (const [name, init] of [["", undefined], [" where pages are not frozen", withoutFreeze]]) {
    it(`goes on after the back/forward cache${name}: connected, placements right, nothing counted twice`, async (t) => {
      const { shopper, trouble, page } = await watched(browser);
      if (init) await page.addInitScript(init);
      const own = await openStand({ campaigns: CAMPAIGNS });
      t.after(() => own.close());
      await page.goto(`${own.base}/p/1`);
      await connected(page);
      await page.click("button");
      await page.evaluate(() => window.floorwalker.track("say"));
      await says(page, "Said once");
      await awayAndBack(page);
      assert.match(await banner(page), /Said once/, "what was pushed still stands");
      assert.deepEqual(await page.evaluate(() => window.__phases.slice(-3)), ["waiting", "connecting", "open"], "one connection, made anew");
      await page.evaluate(() => window.floorwalker.search("after", 1));
      const counts = await until(() => tally(own, /Pressed|Opened|Searched|shop/), (found) => found["Searched for “after”: 1 results"]);
      // One view per page: a page that could not resume would have been opened anew.
      assert.deepEqual(counts, { "Opened the product page": 2, "Pressed a declared element": 1, "An event of the shop": 1, "Searched for “after”: 1 results": 1 });
      await fill(page);
      assert.deepEqual(trouble, []);
      await shopper.close();
    });
  }

  it("shows no content whose reason ended while the page was in the cache", async () => {
    const { shopper, page } = await watched(browser);
    await page.goto(`${stand.base}/p/1`);
    await connected(page);
    await fill(page);
    await awayAndBack(page, () => page.evaluate((cart) => window.floorwalker.cart(cart), EMPTY));
    await says(page, "Own banner");
    await shopper.close();
  });

  it("is opened anew when it comes back too late to resume", async () => {
    const { shopper, page } = await watched(browser);
    await page.goto(`${short.base}/p/1`);
    await connected(page);
    await page.evaluate(() => window.floorwalker.track("say"));
    await says(page, "Said once");
    await awayAndBack(page, () => pause(7_000));
    const counts = await until(() => tally(short, /Opened|shop/), (found) => found["Opened the product page"] === 3);
    assert.deepEqual(counts, { "Opened the product page": 3, "An event of the shop": 1 });
    await says(page, "Own banner");
    await shopper.close();
  });

  it("uses no unload handler, which would keep pages out of the cache", async () => {
    const { shopper, page } = await watched(browser);
    await page.goto(`${stand.base}/p/1`);
    await connected(page);
    const kinds = await page.evaluate(() => [...window.__kinds]);
    assert.ok(kinds.includes("pagehide"), `the spy sees our listeners: ${kinds}`);
    assert.deepEqual(kinds.filter((kind) => /unload/.test(kind)), []);
    assert.deepEqual(await page.evaluate(() => [window.onunload, window.onbeforeunload]), [null, null]);
    await shopper.close();
  });

  it("comes back from a freeze with nothing lost", async (t) => {
    const own = await openStand({ campaigns: CAMPAIGNS });
    t.after(() => own.close());
    const bare = await openBare(`${own.base}/p/1`);
    t.after(() => bare.close());
    await until(() => tally(own, /Opened/), (found) => found["Opened the product page"], 30_000);
    await bare.attach();
    const banner_ = () => bare.evaluate("document.querySelector('[data-floorwalker=banner] p').textContent");
    await bare.evaluate("floorwalker.ready.then(() => floorwalker.track('say'))");
    assert.match(await until(banner_, (text) => /Said/.test(text)), /Said once/);
    // What is said right before the freeze has not left yet.
    await bare.evaluate("floorwalker.search('frozen', 1)");
    await bare.send("Page.setWebLifecycleState", { state: "frozen" });
    const connections = async () => (await own.engine.sessions()).map((session) => session.summary.connections);
    assert.deepEqual(await until(connections, ([count]) => count === 0), [0], "a frozen page holds no connection");
    await pause(1_000);
    await bare.send("Page.setWebLifecycleState", { state: "active" });
    // The freeze has hidden it; this is how a page without a window comes on screen again.
    await bare.send("Emulation.setFocusEmulationEnabled", { enabled: true });
    assert.deepEqual(await until(connections, ([count]) => count === 1), [1], "it connects again");
    assert.match(await banner_(), /Said once/);
    await bare.evaluate("floorwalker.search('thawed', 1)");
    const counts = await until(() => tally(own, /Opened|Searched|shop/), (found) => found["Searched for “thawed”: 1 results"]);
    assert.deepEqual(counts, { "Opened the product page": 1, "An event of the shop": 1, "Searched for “frozen”: 1 results": 1, "Searched for “thawed”: 1 results": 1 });
  });

  // A browser with a debugger on its page does not prerender, so this one has none and the pages report.
  it("neither connects nor counts while it is prerendered", async (t) => {
    const own = await openStand({ dress: (path) => ({ head: path === "/" ? PRERENDER : REPORT }) });
    t.after(() => own.close());
    const bare = await openBare(`${own.base}/`);
    t.after(() => bare.close());
    assert.deepEqual(await until(() => [...own.reports], (all) => all.length > 0, 20_000), ["prerendering"]);
    // Time enough for the script to load and, if it were wrong, to connect.
    await pause(1_500);
    assert.deepEqual((await titles(own)).filter((title) => title.startsWith("Opened")), ["Opened the home page"]);
    assert.deepEqual((await entries(own, "connection")).filter((entry) => entry.detail.path === "/p/2"), []);
    assert.deepEqual(own.fetched.filter((path) => path.includes("more")).length, 1, "only the page that is seen has begun");
    own.go();
    const opened = await until(() => tally(own, /Opened|Looked/), (found) => found["Opened the product page"]);
    assert.match(own.reports.join(), /^prerendering,activated [1-9]/, "the page that was prerendered is the one that is seen");
    assert.deepEqual(opened, { "Opened the home page": 1, "Opened the product page": 1, "Looked at an unknown product": 1 });
  });
});
