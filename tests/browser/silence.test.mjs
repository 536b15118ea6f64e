// What the console of a page says in the half minute after its engine was killed: one line of the browser's own per attempt, nothing of
// ours, and nothing at all while nobody looks. No page can keep the browser from reporting a connection that failed.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openStand, until } from "./stand.mjs";
import { connected, newShopper, openBrowser, pause } from "./support.mjs";

const WATCHED_MS = 30_000;
// The waits are drawn; a mean run has seven attempts, one in a thousand more than fourteen.
const ATTEMPTS_MAX = 14;
// How a connection fails depends on the moment (refused, reset, cut short); whose it was does not.
const isSocket = (engine, { text }) => text.startsWith(`WebSocket connection to '${engine.replace("http", "ws")}/v1/socket' failed: `);
const isPost = (engine, { text, url }) => /^Failed to load resource: net::ERR_[A-Z_]+$/.test(text) && url.startsWith(`${engine}/v1/`);
// The stream that was open when the engine died.
const isStream = (engine, line) => isPost(engine, line) && line.url.startsWith(`${engine}/v1/stream`);

describe("a page whose engine was killed", { concurrency: true }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser?.close());

  /** Opens a page, kills its engine, and gives the lines of the console and how often the client tried. */
  const watch = async (t, { limit, act }) => {
    const stand = await openStand();
    const { shopper } = await newShopper(browser, { consent: null });
    t.after(async () => {
      await shopper.close();
      await stand.close();
    });
    if (limit) await shopper.addInitScript(limit);
    const page = await shopper.newPage();
    const lines = [];
    page.on("console", (message) => lines.push({ text: message.text(), url: message.location().url }));
    page.on("pageerror", (error) => lines.push({ text: `exception: ${error}`, url: "" }));
    await page.goto(`${stand.base}/p/1`);
    await connected(page);
    await page.evaluate(() => {
      window.__attempts = 0;
      window.floorwalker.on("connection", ({ phase }) => (window.__attempts += phase === "connecting" ? 1 : 0));
    });
    assert.deepEqual(lines, []);
    await stand.engine.kill();
    await act?.(page);
    const from = lines.length;
    for (const end = Date.now() + WATCHED_MS; Date.now() < end; await pause(1_000)) {
      await page.mouse.move(100 + (Date.now() % 50), 200);
      await page.click("button");
    }
    const attempts = await page.evaluate(() => window.__attempts);
    t.diagnostic(`${lines.length - from} lines in ${WATCHED_MS / 1_000} s, ${attempts} attempts`);
    return { stand, page, attempts, engine: stand.engine.base, lines: lines.slice(from) };
  };

  it("has one line per attempt, and the attempts are few", async (t) => {
    const { attempts, engine, lines } = await watch(t, {});
    const sockets = lines.filter((line) => isSocket(engine, line));
    // What was being sent by another way when the engine died may have a line too.
    assert.deepEqual(lines.filter((line) => !isSocket(engine, line) && !isPost(engine, line)), []);
    assert.ok(lines.length - sockets.length <= 1, JSON.stringify(lines));
    assert.ok(attempts >= 3 && attempts <= ATTEMPTS_MAX, `${attempts} attempts`);
    assert.ok(Math.abs(sockets.length - attempts) <= 1, `${sockets.length} lines of ${attempts} attempts`);
  });

  it("has no more of them by the fallback", async (t) => {
    const limit = () => {
      window.WebSocket = class {
        constructor() {
          throw new DOMException("The operation is insecure.", "SecurityError");
        }
      };
    };
    const { attempts, engine, lines } = await watch(t, { limit });
    assert.deepEqual(lines.filter((line) => !isPost(engine, line)), []);
    assert.ok(lines.filter((line) => isStream(engine, line)).length <= 1);
    assert.ok(attempts <= ATTEMPTS_MAX && lines.length <= attempts + 2, `${lines.length} lines of ${attempts} attempts`);
  });

  it("has none while nobody looks, and comes back when somebody does", async (t) => {
    const act = async (page) => {
      // The driver keeps every page on screen, so that this one must be told.
      await page.evaluate(() => {
        Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
        document.dispatchEvent(new Event("visibilitychange"));
      });
      await pause(200);
    };
    const { stand, page, engine, lines } = await watch(t, { act });
    // What was sent on leaving the screen finds nobody.
    assert.deepEqual(lines.filter((line) => !isPost(engine, line)), []);
    assert.ok(lines.length <= 1, JSON.stringify(lines));
    await stand.engine.start();
    await page.evaluate(() => {
      delete document.visibilityState;
      document.dispatchEvent(new Event("visibilitychange"));
    });
    const connections = async () => (await stand.engine.sessions()).map((session) => session.summary.connections);
    assert.deepEqual(await until(connections, ([count]) => count === 1), [1]);
  });
});
