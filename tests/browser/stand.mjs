// A shop of our own beside the engine: its pages come from another origin, so that the engine can be killed while they stay.

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BINARY } from "./support.mjs";

const KEY = "pk_stand";
const SDK = new URL("../../client-js/dist/", import.meta.url);

const freePort = () =>
  new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** `floorwalker serve` on one port and one directory, which can be killed and started again. */
async function openEngine(origin, campaigns, settings) {
  const folder = mkdtempSync(join(tmpdir(), "floorwalker-stand-"));
  const port = await freePort();
  mkdirSync(join(folder, "campaigns"));
  for (const [name, text] of Object.entries(campaigns)) writeFileSync(join(folder, "campaigns", `${name}.toml`), text);
  writeFileSync(
    join(folder, "floorwalker.toml"),
    `[shop]\nkeys = ["${KEY}"]\n[store]\ndir = "data"\n[gateway]\nport = ${port}\norigins = ["${origin}"]\n[traffic]\nserve_bots = true\n[experiments]\nholdout = 0.0\nbaseline_max = 0.0\n${settings}`,
  );
  const base = `http://127.0.0.1:${port}`;
  let running;
  let ended;
  let cookie;
  const start = async () => {
    running = spawn(BINARY, ["serve", "--config", join(folder, "floorwalker.toml")], { stdio: ["ignore", "pipe", "inherit"] });
    ended = new Promise((resolve) => running.once("exit", resolve));
    const stray = running;
    process.once("exit", () => stray.kill("SIGKILL"));
    const text = await new Promise((resolve, reject) => {
      let said = "";
      running.stdout.on("data", (chunk) => {
        said += chunk;
        if (/^campaigns /m.test(said)) resolve(said);
      });
      running.once("exit", (code) => reject(new Error(`the engine ended with ${code}: ${said}`)));
    });
    const login = await fetch(/^dashboard +(\S+)$/m.exec(text)[1], { redirect: "manual" });
    cookie = login.headers.get("set-cookie").split(";")[0];
  };
  const end = async (signal) => {
    running.kill(signal);
    await ended;
  };
  const ask = (path) => fetch(base + path, { headers: { cookie } });
  /** Every live session with its timeline. */
  const sessions = async () => {
    const feed = await ask("/admin/v1/live");
    let text = "";
    for await (const chunk of feed.body) {
      text += Buffer.from(chunk).toString();
      if (text.includes("\n\n")) break;
    }
    const state = JSON.parse(/^data: ?(.*)$/m.exec(text)[1]);
    return Promise.all(state.sessions.map(async ({ id }) => (await ask(`/admin/v1/sessions/${id}`)).json()));
  };
  await start();
  return {
    base,
    start,
    kill: () => end("SIGKILL"),
    /** It keeps its connections and answers nobody. */
    stop: () => running.kill("SIGSTOP"),
    sessions,
    /** Ends the engine and replays its journal; what the command said, and its exit code. */
    async verify() {
      await end("SIGKILL");
      const { stdout, stderr, status } = spawnSync(BINARY, ["replay", "--all", "--config", join(folder, "floorwalker.toml")], { encoding: "utf8" });
      return { text: stdout + stderr, code: status };
    },
    /** Of a signed-in merchant. */
    cookie: () => cookie,
    async close() {
      if (running.exitCode === null && running.signalCode === null) await end("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The markup of a page: `/p/N` is a product, everything else the home page. */
function markup(path, engine, { head = "", consent = "granted", placements = "", lang = "en", language }) {
  const product = /^\/p\/(\w+)/.exec(path)?.[1];
  const facts = product ? `data-floorwalker-page="product" data-floorwalker-product="${product}"` : 'data-floorwalker-page="home"';
  return `<!doctype html><html${lang ? ` lang="${lang}"` : ""} ${facts}><head><meta charset="utf-8"><title>${path}</title><link rel="icon" href="data:,">
${head}<script async src="/sdk/floorwalker.js" data-key="${KEY}" data-endpoint="${engine}" data-consent="${consent}"${language ? ` data-language="${language}"` : ""}></script></head>
<body><h1>${path}</h1><nav>${[1, 2, 3].map((n) => `<a id="to-${n}" href="/p/${n}">Product ${n}</a>`).join(" ")}</nav>
<button data-floorwalker-click="buy">Buy</button>
<div data-floorwalker="banner" data-floorwalker-live style="height:60px;width:600px"><p>Own banner</p></div>${placements}
<template data-floorwalker-template="banner"><p><strong data-field="title"></strong> <a data-field="label" data-field-href="href" href="/">x</a></p></template>
<div style="height:2000px"></div></body></html>`;
}

/**
 * Opens the shop and its engine. `dress(path)` may add to a page: `head`, `consent`, `placements`, its `lang`, and the
 * `language` of the script tag; `settings` goes into the engine's
 * configuration. Pages may `POST /report` what they see, and a `GET /wait` is answered when the test calls `go`.
 */
export async function openStand({ campaigns = {}, dress = () => ({}), settings = "" } = {}) {
  let engine;
  let go;
  const gone = new Promise((resolve) => (go = resolve));
  const reports = [];
  const fetched = [];
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://stand");
    if (pathname.startsWith("/sdk/")) {
      fetched.push(pathname);
      response.setHeader("content-type", "text/javascript");
      return response.end(readFileSync(new URL(pathname.slice(5), SDK)));
    }
    if (pathname === "/wait") return void gone.then(() => response.end());
    if (pathname === "/report") {
      request.setEncoding("utf8").on("data", (text) => reports.push(text));
      return void request.on("end", () => response.end());
    }
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(markup(pathname, engine.base, dress(pathname)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${server.address().port}`;
  engine = await openEngine(base, campaigns, settings);
  return {
    base,
    engine,
    reports,
    fetched,
    go,
    async close() {
      await engine.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Timeline lines of all sessions, of one kind. */
export const entries = async (stand, kind = "event") =>
  (await stand.engine.sessions()).flatMap((session) => session.entries).filter((entry) => entry.kind === kind);

/** Their sentences, in order. */
export const titles = async (stand, kind) => (await entries(stand, kind)).map((entry) => entry.title);

/** How often each sentence that fits stands in the timelines. */
export const tally = async (stand, pattern) => {
  const counts = {};
  for (const title of await titles(stand)) if (pattern.test(title)) counts[title] = (counts[title] ?? 0) + 1;
  return counts;
};

/** Looks again until `read` gives what `wanted` says yes to; the last answer otherwise. */
export async function until(read, wanted, ms = 20_000) {
  for (const end = Date.now() + ms; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const found = await read();
    if (wanted(found) || Date.now() > end) return found;
  }
}
