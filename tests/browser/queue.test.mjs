// Events made while the engine is dead: they survive the page, and count once when it is back.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { after, before, describe, it } from "node:test";
import { openStand, tally, until } from "./stand.mjs";
import { CHROMIUM, connected, FLAGS, newShopper, openBrowser, pause } from "./support.mjs";

const search = (page, words) => page.evaluate((query) => window.floorwalker.search(query, 1), words);
const found = (...words) => Object.fromEntries(words.map((word) => [`Searched for “${word}”: 1 results`, 1]));
const searches = (stand) => tally(stand, /Searched/);
const queues = (page) => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("floorwalker.queue.")));
/** The client is there, connected or not. */
const loaded = (page) => page.waitForFunction(() => window.floorwalker?.version);

describe("events of a time without an engine", { concurrency: true }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser?.close());

  const open = async (t, options) => {
    const stand = await openStand(options);
    const { shopper } = await newShopper(browser, { consent: null });
    t.after(async () => {
      await shopper.close();
      await stand.close();
    });
    const page = await shopper.newPage();
    await page.goto(`${stand.base}/p/1`);
    await connected(page);
    return { stand, page };
  };

  it("wait in the page and count once", async (t) => {
    const { stand, page } = await open(t);
    await page.evaluate(() => {
      window.floorwalker.on("connection", ({ phase }) => (window.__phase = phase));
    });
    // The first goes into a socket whose other end is stopped and will never read it.
    stand.engine.stop();
    await search(page, "one");
    await pause(300);
    await stand.engine.kill();
    await page.waitForFunction(() => window.__phase && window.__phase !== "open");
    for (const words of ["two", "three"]) await search(page, words);
    await pause(1_000);
    await stand.engine.start();
    assert.deepEqual(await until(() => searches(stand), (counts) => Object.keys(counts).length === 3, 30_000), found("one", "two", "three"));
    await pause(1_500);
    assert.deepEqual(await searches(stand), found("one", "two", "three"), "and stay at once");
    assert.deepEqual(await queues(page), [], "what is acknowledged is not kept");
  });

  it("survive page loads, and count once", async (t) => {
    const { stand, page } = await open(t);
    await stand.engine.kill();
    await search(page, "on one");
    await page.click("#to-2");
    await page.waitForURL("**/p/2");
    await loaded(page);
    await search(page, "on two");
    await pause(200);
    await page.reload();
    await loaded(page);
    await search(page, "on two again");
    assert.equal((await queues(page)).length >= 2, true, "two pages have left theirs");
    await stand.engine.start();
    const wanted = found("on one", "on two", "on two again");
    assert.deepEqual(await until(() => searches(stand), (counts) => Object.keys(counts).length === 3, 40_000), wanted);
    assert.deepEqual(await until(() => queues(page), (left) => !left.length), [], "nothing is left to adopt");
    await page.click("#to-3");
    await page.waitForURL("**/p/3");
    await connected(page);
    await pause(1_500);
    assert.deepEqual(await searches(stand), wanted, "and stay at once");
  });

  it("are adopted from a tab that died, by one of two, and not from a tab that lives", async (t) => {
    const { stand, page } = await open(t);
    const other = await page.context().newPage();
    await other.goto(`${stand.base}/p/2`);
    await connected(other);
    await other.evaluate(() => {
      window.__phases = [];
      window.floorwalker.on("connection", ({ phase }) => window.__phases.push(phase));
    });
    await stand.engine.kill();
    await search(other, "living");
    await search(page, "dying");
    await pause(1_300);
    // A tab nobody looks at does not connect, but it lives.
    await other.evaluate(() => {
      Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await page.close();
    await stand.engine.start();
    const visit = async (n) => {
      const next = await other.context().newPage();
      await next.goto(`${stand.base}/p/${n}`);
      await connected(next);
    };
    await Promise.all([visit(1), visit(3)]);
    assert.deepEqual(await until(() => searches(stand), (counts) => Object.keys(counts).length === 1, 20_000), found("dying"));
    await pause(2_500);
    assert.deepEqual(await searches(stand), found("dying"), "once, and nothing of the living");
    await other.evaluate(() => {
      delete document.visibilityState;
      document.dispatchEvent(new Event("visibilitychange"));
    });
    assert.deepEqual(await until(() => searches(stand), (counts) => Object.keys(counts).length === 2, 20_000), found("dying", "living"));
    await pause(1_500);
    assert.deepEqual(await searches(stand), found("dying", "living"));
    assert.ok(!(await other.evaluate(() => window.__phases)).includes("stopped"), "nobody has taken the living tab's stream");
  });

  it("survive a restart of the browser", async (t) => {
    const stand = await openStand();
    const profile = mkdtempSync(join(tmpdir(), "floorwalker-profile-"));
    const visit = () => chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args: FLAGS });
    t.after(async () => {
      await stand.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    });
    const before_ = await visit();
    const page = await before_.newPage();
    await page.goto(`${stand.base}/p/1`);
    await connected(page);
    await stand.engine.kill();
    await search(page, "yesterday");
    await pause(1_300);
    await before_.close();
    await stand.engine.start();
    const later = await visit();
    const next = await later.newPage();
    await next.goto(`${stand.base}/p/2`);
    await connected(next);
    assert.deepEqual(await until(() => searches(stand), (counts) => Object.keys(counts).length === 1, 15_000), found("yesterday"));
    await later.close();
  });

  it("are not kept without consent to remember", async (t) => {
    const { stand, page } = await open(t, { dress: () => ({ consent: "" }) });
    await stand.engine.kill();
    await search(page, "unseen");
    await pause(1_500);
    assert.deepEqual(await page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]), []);
    await page.reload();
    await loaded(page);
    assert.deepEqual(await page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]), []);
  });
});
