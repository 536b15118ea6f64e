import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { createClient, VERSION } from "../src/index.js";
import { createFakeClient } from "../src/testing.js";

it("does nothing on a server", () => {
  const client = createClient({ key: "pk", endpoint: "https://fw.example" });
  client.track("x");
  expect(client.why("hero")).toBeUndefined();
  client.on("x", () => undefined)();
});

it("has a fake for shops' tests", async () => {
  const fake = createFakeClient();
  await fake.ready;
  const heard: unknown[] = [];
  const stop = fake.on("offer", (data) => heard.push(data));
  fake.track("a", { b: 1 });
  fake.emit("offer", { code: "X" });
  stop();
  fake.emit("offer", { code: "Y" });
  fake.decide("hero", { id: "d", campaign: "c", variant: "v", why: "W." });
  expect([fake.given("track"), heard, fake.why("hero")?.campaign]).toEqual([[["a", { b: 1 }]], [{ code: "X" }], "c"]);
});

it("says the version of the package", () => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  expect(VERSION).toBe(version);
});
