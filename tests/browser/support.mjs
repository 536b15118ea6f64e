// A demo shop of our own, a browser, and a door between them that can be shut.

import { spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
// Chromium's checks of local networks refuse a page's own server now and then; shoppers are not on the shop's machine.
const LOCAL_NETWORK = "--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets";
export const FLAGS = [LOCAL_NETWORK, "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
export const BINARY = process.env.FLOORWALKER_BINARY ?? "target/debug/floorwalker";

/** Starts the demo with the given campaigns (name -> TOML). Without `visitors` nobody is simulated and everybody is treated. */
export async function openShop(campaigns, { visitors = 0, speed = 4 } = {}) {
  const data = mkdtempSync(join(tmpdir(), "floorwalker-browser-"));
  if (campaigns) {
    mkdirSync(join(data, "campaigns"));
    for (const [name, text] of Object.entries(campaigns)) writeFileSync(join(data, "campaigns", `${name}.toml`), text);
  }
  const process_ = spawn(BINARY, ["demo", "--port", "0", "--visitors", String(visitors), "--speed", String(speed), "--data", data], {
    env: { ...process.env, FLOORWALKER__GATEWAY__ALLOW_MISSING_ORIGIN: "true", ...(visitors > 0 ? {} : { FLOORWALKER__EXPERIMENTS__HOLDOUT: "0", FLOORWALKER__EXPERIMENTS__BASELINE_MAX: "0" }) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = await new Promise((resolve, reject) => {
    let text = "";
    process_.stdout.on("data", (chunk) => {
      text += chunk;
      if (/^visitors /m.test(text)) resolve(text);
    });
    process_.once("exit", (code) => reject(new Error(`the demo ended with ${code}: ${text}`)));
  });
  const base = /^shop +(\S+?)\/?$/m.exec(lines)[1];
  const login = /^dashboard +(\S+)$/m.exec(lines)[1];
  return {
    base,
    login,
    folder: join(data, "campaigns"),
    async close() {
      const ended = new Promise((resolve) => process_.once("exit", resolve));
      process_.kill("SIGTERM");
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** A proxy to the shop whose engine half can be killed: pages go on, the script's endpoints are dead. */
export async function openDoor(base) {
  const target = new URL(base);
  const sockets = new Set();
  let dead = false;
  const isEngine = (url) => url.startsWith("/v1/") || url.startsWith("/sdk/");
  const server = http.createServer((request, response) => {
    if (dead && isEngine(request.url)) return request.socket.destroy();
    const headers = { ...request.headers, host: target.host };
    if (headers.origin) headers.origin = target.origin;
    const inner = http.request({ host: target.hostname, port: target.port, path: request.url, method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    inner.on("error", () => response.destroy());
    request.pipe(inner);
  });
  server.on("upgrade", (request, socket, head) => {
    if (dead) return socket.destroy();
    const inner = net.connect(Number(target.port), target.hostname, () => {
      const lines = Object.entries({ ...request.headers, host: target.host, origin: target.origin }).map(([name, value]) => `${name}: ${value}`);
      inner.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      inner.write(head);
      inner.pipe(socket);
      socket.pipe(inner);
    });
    for (const end of [inner, socket]) {
      sockets.add(end);
      end.on("close", () => sockets.delete(end));
      end.on("error", () => end.destroy());
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    base: `http://127.0.0.1:${server.address().port}`,
    kill() {
      dead = true;
      for (const socket of sockets) socket.destroy();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The driver turns the back/forward cache off; `backForward` leaves it on, as shoppers have it. */
export function openBrowser({ backForward = false } = {}) {
  return chromium.launch({
    executablePath: CHROMIUM,
    ignoreDefaultArgs: backForward ? ["--disable-back-forward-cache"] : [],
    args: FLAGS,
  });
}

/** A shopper's browser: everything that goes wrong is written down, layout shifts and policy violations too. */
export async function newShopper(browser, options = {}) {
  const { consent = "all", ...context } = options;
  const shopper = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...context });
  const trouble = [];
  await shopper.addInitScript((answer) => {
    window.__shifts = [];
    window.__violations = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.__shifts.push({ value: entry.value, input: entry.hadRecentInput, at: entry.startTime, nodes: entry.sources.map((source) => source.node?.outerHTML?.slice(0, 120) ?? String(source.node)) });
    }).observe({ type: "layout-shift", buffered: true });
    document.addEventListener("securitypolicyviolation", (event) => window.__violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
    // The first, empty document has no storage.
    if (answer && location.protocol === "http:") localStorage.setItem("kilowatt-consent", answer);
  }, consent);
  shopper.on("weberror", (error) => trouble.push(`exception: ${error.error().stack}`));
  shopper.on("console", (message) => {
    // What the browser itself says of a page that was left while it connected.
    if (/\/v1\/socket' failed: WebSocket is closed before the connection is established/.test(message.text())) return;
    if (message.type() === "error" || message.type() === "warning") trouble.push(`${message.type()}: ${message.text()}`);
  });
  return { shopper, trouble };
}

export const shifts = (page) => page.evaluate(() => window.__shifts);
export const violations = (page) => page.evaluate(() => window.__violations);

/** Waits until the page's client has its welcome. */
export async function connected(page) {
  await page.waitForFunction(() => window.floorwalker?.ready !== undefined);
  await page.evaluate(() => {
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error("no welcome within 30 s")), 30_000));
    return Promise.race([window.floorwalker.ready, late]);
  });
}

/** Text of the open overlay, or null. */
export const overlayText = (page) =>
  page.evaluate(() => {
    const own = [...document.querySelectorAll("[data-floorwalker-own]")];
    const dialogs = own.flatMap((host) => [...(host.shadowRoot?.querySelectorAll("[role=dialog]") ?? [])].map((dialog) => [host, dialog]));
    const open = dialogs.find(([, dialog]) => dialog.isConnected && (dialog.open ?? true));
    return open ? `${open[0].textContent} ${open[1].textContent}`.replace(/\s+/g, " ").trim() : null;
  });

/** The pointer leaves through the top edge, fast. */
export async function leave(page) {
  await page.mouse.move(600, 300);
  for (const y of [200, 120, 60, 20, 4, 0]) await page.mouse.move(640, y);
  await page.evaluate(() => {
    const leaving = { bubbles: true, clientX: 640, clientY: -5, relatedTarget: null };
    document.documentElement.dispatchEvent(new MouseEvent("mouseleave", { ...leaving, bubbles: false }));
    document.dispatchEvent(new MouseEvent("mouseout", leaving));
    document.documentElement.dispatchEvent(new PointerEvent("pointerleave", { ...leaving, bubbles: false, pointerType: "mouse" }));
  });
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
