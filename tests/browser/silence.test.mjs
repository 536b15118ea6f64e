// What the console of a page says in the half minute after its engine was killed: one line of the browser's own per attempt, nothing of
// ours, and nothing at all while nobody looks. No page can keep the browser from reporting a connection that failed.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openStand, until } from "./stand.mjs";
import { connected, newShopper, openBrowser, pause } from "./support.mjs";

const WATCHED_MS = 30_000;
// The waits are drawn; a mean run has seven attempts, one in a thousand more than fourteen.
const ATTEMPTS_MAX = 14;
const SOCKET = /^WebSocket connection to 'ws:\/\/127\.0\.0\.1:\d+\/v1\/socket' failed: Error in connection establishment: net::ERR_CONNECTION_REFUSED$/;
const POST = /^Failed to load resource: net::ERR_CONNECTION_REFUSED$/;
// The stream that was open when the engine died.
const CUT = /^Failed to load resource: net::ERR_INCOMPLETE_CHUNKED_ENCODING$/;

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
    page.on("console", (message) => lines.push(message.text()));
    page.on("pageerror", (error) => lines.push(`exception: ${error}`));
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
    return { stand, page, attempts, lines: lines.slice(from) };
  };

  it("has one line per attempt, and the attempts are few", async (t) => {
    const { attempts, lines } = await watch(t, {});
    assert.deepEqual(lines.filter((line) => !SOCKET.test(line)), []);
    assert.ok(attempts >= 3 && attempts <= ATTEMPTS_MAX, `${attempts} attempts`);
    assert.ok(Math.abs(lines.length - attempts) <= 1, `${lines.length} lines of ${attempts} attempts`);
  });

  it("has no more of them by the fallback", async (t) => {
    const limit = () => {
      window.WebSocket = class {
        constructor() {
          throw new DOMException("The operation is insecure.", "SecurityError");
        }
      };
    };
    const { attempts, lines } = await watch(t, { limit });
    assert.deepEqual(lines.filter((line) => !POST.test(line) && !CUT.test(line)), []);
    assert.ok(lines.filter((line) => CUT.test(line)).length <= 1);
    assert.ok(attempts <= ATTEMPTS_MAX && lines.length <= attempts + 1, `${lines.length} lines of ${attempts} attempts`);
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
    const { stand, page, lines } = await watch(t, { act });
    assert.deepEqual(lines, []);
    await stand.engine.start();
    await page.evaluate(() => {
      delete document.visibilityState;
      document.dispatchEvent(new Event("visibilitychange"));
    });
    const connections = async () => (await stand.engine.sessions()).map((session) => session.summary.connections);
    assert.deepEqual(await until(connections, ([count]) => count === 1), [1]);
  });
});
