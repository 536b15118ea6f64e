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

/** A stream whose requests are answered by `answer`; gives the bodies and what the client was told. */
const posting = async (answer: (body: { frames: unknown[] }) => Response) => {
  const page = createPage("");
  const bodies: { frames: unknown[] }[] = [];
  const told: unknown[] = [];
  const fetch = (_: string, init: { body: string }) => {
    const body = JSON.parse(init.body) as { frames: unknown[] };
    bodies.push(body);
    return Promise.resolve(answer(body));
  };
  Object.assign(page.window, { EventSource: FakeSource, fetch });
  const stream = openStream(page.environment, "", {
    opened: () => stream.send({ hello: { key: "pk" } as Hello }),
    frame: (frame) => told.push(Object.keys(frame)[0]),
    closed: (code) => told.push(code),
  });
  await page.wait(1);
  return { page, stream, bodies, told };
};

it("splits what one request cannot carry", async () => {
  const { page, stream, bodies } = await posting(() => new Response(JSON.stringify({ frames: [welcome()] })));
  const large = { events: { first: 1, sentAt: 0, list: [{ at: 0, event: { custom: { name: "x".repeat(12_000) } } }] } };
  for (let i = 0; i < 9; i++) stream.send(large);
  for (let i = 0; i < 100; i++) stream.send({ pong: { n: i, now: 0 } });
  await page.wait(10);
  expect(bodies.map(({ frames }) => frames.length)).toEqual([0, 4, 4, 64, 37]);
});

it.each([
  [new Response(JSON.stringify({ error: { code: 4003, message: "unknown key" } }), { status: 400 }), [4003]],
  [new Response("", { status: 403 }), [4004]],
  [new Response("", { status: 410 }), [1006]],
  [new Response("", { status: 503, headers: { "retry-after": "30" } }), ["goaway", 1006]],
])("is told why it was refused: %#", async (response, expected) => {
  const { told } = await posting(() => response);
  expect(told).toEqual(expected);
});
