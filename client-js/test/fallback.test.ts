import { expect, it } from "vitest";
import type { Hello, ServerFrame } from "../src/protocol.generated.js";
import { openStream } from "../src/fallback.js";
import { createPage, welcome } from "./dom.js";

class FakeSource {
  static readonly all: FakeSource[] = [];
  onmessage: ((message: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  isClosed = false;
  constructor(readonly url: string) {
    FakeSource.all.push(this);
  }
  close(): void {
    this.isClosed = true;
  }
}

it("opens with a POST, hears by server-sent events, and sends one request at a time in order", async () => {
  const page = createPage("");
  const bodies: unknown[] = [];
  const answers: ((text: string | undefined) => void)[] = [];
  Object.assign(page.window, {
    EventSource: FakeSource,
    fetch: (_: string, init: { body: string }) => {
      bodies.push(JSON.parse(init.body));
      return new Promise((resolve) => answers.push((text) => resolve(new Response(text, { status: text === undefined ? 410 : 200 }))));
    },
  });
  const frames: ServerFrame[] = [];
  const closed: number[] = [];
  const stream = openStream(page.environment, "https://fw.example", {
    opened: () => {
      stream.send({ hello: { key: "pk" } as Hello });
      stream.send({ events: { first: 1, sentAt: 0, list: [] } });
    },
    frame: (frame) => frames.push(frame),
    closed: (code) => closed.push(code),
  });
  await page.wait(1);
  expect(bodies).toEqual([{ hello: { key: "pk" }, frames: [{ events: { first: 1, sentAt: 0, list: [] } }] }]);
  stream.send({ pong: { n: 1, now: 1 } });
  stream.send({ bye: { reason: "off" } });
  await page.wait(1);
  expect(bodies).toHaveLength(1);
  answers[0]!(JSON.stringify({ frames: [welcome()] }));
  await page.wait(1);
  expect(frames).toMatchObject([{ welcome: { resume: "resume-token" } }]);
  expect(FakeSource.all[0]!.url).toBe("https://fw.example/v1/stream?token=resume-token");
  expect(bodies[1]).toEqual({ resume: "resume-token", frames: [{ pong: { n: 1, now: 1 } }, { bye: { reason: "off" } }] });
  FakeSource.all[0]!.onmessage?.({ data: JSON.stringify({ ack: { seq: 1 } }) });
  expect(frames[1]).toEqual({ ack: { seq: 1 } });
  answers[1]!(undefined);
  await page.wait(1);
  expect([closed, FakeSource.all[0]!.isClosed]).toEqual([[1006], true]);
});
