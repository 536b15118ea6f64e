// A browser without the driver, for what the driver's own settings prevent: it keeps every page focused, so that none can be frozen.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHROMIUM, FLAGS } from "./support.mjs";

/** Opens `url` in a browser of its own and speaks the debugging protocol over a pipe. Nothing is attached until `attach`. */
export async function openBare(url) {
  const profile = mkdtempSync(join(tmpdir(), "floorwalker-profile-"));
  const flags = ["--headless", ...FLAGS, "--remote-debugging-pipe", `--user-data-dir=${profile}`, url];
  const running = spawn(CHROMIUM, flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => running.once("exit", resolve));
  process.once("exit", () => running.kill("SIGKILL"));
  const [, , , input, output] = running.stdio;
  const waiting = new Map();
  let text = "";
  let ids = 0;
  let sessionId;
  input.on("error", () => undefined);
  output.setEncoding("utf8").on("data", (chunk) => {
    const messages = (text + chunk).split("\0");
    text = messages.pop();
    for (const message of messages.map((one) => JSON.parse(one))) {
      const { resolve, reject } = waiting.get(message.id) ?? {};
      waiting.delete(message.id);
      if (message.error) reject?.(new Error(message.error.message));
      else resolve?.(message.result);
    }
  });
  const call = (method, params = {}, session = undefined) =>
    new Promise((resolve, reject) => {
      waiting.set(++ids, { resolve, reject });
      input.write(`${JSON.stringify({ id: ids, method, params, sessionId: session })}\0`);
    });
  return {
    async attach() {
      const { targetInfos } = await call("Target.getTargets");
      const { targetId } = targetInfos.find((target) => target.type === "page");
      ({ sessionId } = await call("Target.attachToTarget", { targetId, flatten: true }));
    },
    send: (method, params) => call(method, params, sessionId),
    async evaluate(expression) {
      const { result, exceptionDetails } = await call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true }, sessionId);
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    },
    async close() {
      // It ends its own helpers, which would write into the profile while that is removed.
      call("Browser.close").catch(() => undefined);
      const late = setTimeout(() => running.kill("SIGKILL"), 3_000);
      await ended;
      clearTimeout(late);
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
