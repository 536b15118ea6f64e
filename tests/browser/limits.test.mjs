// Browsers that allow less: blocked storage, blocked sockets, what Safari lacks. The shop works, and so does what can.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openStand, tally, until } from "./stand.mjs";
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
};

/** Storage that throws on every touch, as where cookies are blocked. */
const blockStorage = () => {
  for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, {
      get() {
        throw new DOMException("The operation is insecure.", "SecurityError");
      },
    });
  }
};
/** Storage that is there but full, or of a private window of old. */
const fillStorage = () => {
  Storage.prototype.setItem = () => {
    throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
  };
};
const refuseSockets = () => {
  window.WebSocket = class {
    constructor() {
      throw new DOMException("The operation is insecure.", "SecurityError");
    }
  };
};
/** Sockets that a middle box swallows: neither opened nor refused. */
const swallowSockets = () => {
  window.WebSocket = class extends EventTarget {
    send() {}
    close() {}
  };
};
const spyOnStream = () => {
  window.__heard = [];
  const Source = window.EventSource;
  window.EventSource = class extends Source {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => window.__heard.push(Object.keys(JSON.parse(data))[0]));
    }
  };
};
/** What Safari does not have, or has not had for long. */
const beSafari = () => {
  for (const name of ["requestIdleCallback", "cancelIdleCallback", "scheduler", "navigation", "BroadcastChannel", "Notification"]) delete window[name];
  for (const name of ["connection", "locks", "userAgentData", "scheduling", "deviceMemory"]) delete Navigator.prototype[name];
  delete Document.prototype.prerendering;
  delete HTMLElement.prototype.showPopover;
  delete HTMLElement.prototype.popover;
  delete window.CSSStyleSheet.prototype.replaceSync;
};

const heard = (page) => page.textContent("[data-floorwalker=banner] p");

describe("browsers that allow less", { concurrency: true }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser?.close());

  /** A page in a browser with these limits, and an engine of its own. */
  const open = async (t, limits, options = {}) => {
    const stand = await openStand({ campaigns: CAMPAIGNS, ...options });
    const { shopper, trouble } = await newShopper(browser, { consent: null });
    t.after(async () => {
      await shopper.close();
      await stand.close();
    });
    for (const limit of limits) await shopper.addInitScript(limit);
    const page = await shopper.newPage();
    await page.goto(`${stand.base}/p/1`);
    return { stand, shopper, page, trouble };
  };
  /** A push comes, a click counts, and the next page is seen too. */
  const works = async ({ stand, page, trouble }) => {
    await connected(page);
    await page.evaluate(() => window.floorwalker.track("say"));
    assert.match(await until(() => heard(page), (text) => /Said/.test(text)), /Said once/, "a push arrives");
    await page.click("button");
    await pause(300);
    await page.click("#to-2");
    await page.waitForURL("**/p/2");
    await connected(page);
    await page.click("button");
    const counts = await until(() => tally(stand, /Opened|Pressed|shop/), (found) => found["Pressed a declared element"] === 2);
    assert.deepEqual(counts, { "Opened the product page": 2, "An event of the shop": 1, "Pressed a declared element": 2 });
    assert.deepEqual(trouble, []);
  };

  for (const [name, limit] of [["blocked", blockStorage], ["full", fillStorage]]) {
    it(`with storage ${name}`, async (t) => works(await open(t, [limit])));
  }

  for (const [name, limit] of [["refused", refuseSockets], ["swallowed", swallowSockets]]) {
    it(`with sockets ${name}: events are acknowledged and pushes arrive by the fallback`, async (t) => {
      const opened = await open(t, [limit, spyOnStream]);
      const { page, stand } = opened;
      // Three sockets that are refused take about three seconds, one that is swallowed ten.
      await connected(page);
      await page.evaluate(() => window.floorwalker.search("by post", 1));
      await page.waitForFunction(() => window.__heard.includes("ack"), null, { timeout: 5_000 });
      await page.evaluate(() => window.floorwalker.track("say"));
      await page.waitForFunction(() => window.__heard.includes("push"), null, { timeout: 5_000 });
      assert.match(await until(() => heard(page), (text) => /Said/.test(text)), /Said once/);
      const counts = await until(() => tally(stand, /Opened|Searched|shop/), (found) => found["An event of the shop"]);
      assert.deepEqual(counts, { "Opened the product page": 1, "Searched for “by post”: 1 results": 1, "An event of the shop": 1 });
      assert.deepEqual(opened.trouble, []);
    });
  }

  it("without what Safari lacks", async (t) => works(await open(t, [beSafari])));

  it("with storage that scripts have written wiped between visits", async (t) => {
    const opened = await open(t, [beSafari]);
    const { page, stand } = opened;
    await connected(page);
    await until(() => page.evaluate(() => localStorage.length), (count) => count > 0);
    // After seven days without a visit Safari deletes what scripts have stored.
    await page.evaluate(() => {
      localStorage.clear();
      sessionStorage.clear();
    });
    await page.goto(`${stand.base}/p/2`);
    await connected(page);
    await page.evaluate(() => window.floorwalker.track("say"));
    assert.match(await until(() => heard(page), (text) => /Said/.test(text)), /Said once/);
    const counts = await until(() => tally(stand, /Opened/), (found) => found["Opened the product page"] === 2);
    assert.deepEqual(counts, { "Opened the product page": 2 });
    assert.equal((await stand.engine.sessions()).length, 2, "somebody new, and nothing of the other");
    assert.deepEqual(opened.trouble, []);
  });
});
