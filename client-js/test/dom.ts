// A page to test on: happy-dom with the few things it lacks, a clock that the test moves, and sockets that the test plays.

import { Window } from "happy-dom";
import type { ClientFrame, ServerFrame, Welcome } from "../src/protocol.generated.js";
import type { Environment } from "../src/environment.js";

export class FakeSocket {
  readonly sent: ClientFrame[] = [];
  readonly protocol = "floorwalker.v1.json";
  binaryType = "";
  isClosed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor(readonly url: string) {}
  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientFrame);
  }
  close(): void {
    this.isClosed = true;
  }
  open(): void {
    this.onopen?.();
  }
  say(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  die(code = 1006): void {
    this.onclose?.({ code });
  }
  /** Bodies of all frames of one name. */
  heard<K extends string>(name: K): unknown[] {
    return this.sent.flatMap((frame) => (name in frame ? [(frame as unknown as Record<string, unknown>)[name]] : []));
  }
}

export interface TestPage {
  readonly window: Window;
  readonly document: Document;
  readonly environment: Environment;
  readonly sockets: FakeSocket[];
  readonly beacons: { url: string; body: Promise<string> }[];
  /** Boxes by element; others are 100 by 100 at the top. */
  readonly boxes: Map<unknown, { top: number; height: number }>;
  /** Moves the clock and runs what falls due. */
  wait(ms: number): Promise<void>;
  last(): FakeSocket;
}

export const createPage = (html: string, url = "https://shop.example/"): TestPage => {
  const window = new Window({ url, width: 1000, height: 800 });
  const document = window.document as unknown as Document;
  document.body.innerHTML = html;
  document.hasFocus = () => true;
  const boxes: TestPage["boxes"] = new Map();
  window.Element.prototype.getBoundingClientRect = function () {
    const { top, height } = boxes.get(this) ?? { top: 0, height: 100 };
    return { left: 0, right: 100, width: 100, top, bottom: top + height, height } as never;
  };
  let now = 100;
  let ids = 0;
  const timers = new Map<number, { at: number; run: () => void }>();
  const sockets: FakeSocket[] = [];
  const beacons: TestPage["beacons"] = [];
  Object.assign(window.navigator, {
    sendBeacon: (to: string, body: { text(): Promise<string> }) => (beacons.push({ url: to, body: body.text() }), true),
  });
  const environment: Environment = {
    window: window as unknown as Environment["window"],
    now: () => now,
    wall: () => 1_700_000_000_000 + now,
    random: () => 0.5,
    setTimer(run, ms) {
      timers.set(++ids, { at: now + ms, run });
      return ids;
    },
    clearTimer: (id) => void timers.delete(id),
    openSocket(address) {
      const socket = new FakeSocket(address);
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
  };
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 10; i++) await Promise.resolve();
  };
  return {
    window,
    document,
    environment,
    sockets,
    beacons,
    boxes,
    async wait(ms) {
      const until = now + ms;
      await settle();
      for (let runs = 0; ; runs++) {
        if (runs > 10_000) throw new Error("timers never settle");
        const due = [...timers].filter(([, timer]) => timer.at <= until).sort((a, b) => a[1].at - b[1].at)[0];
        if (!due) break;
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].run();
        await settle();
      }
      now = until;
    },
    last() {
      const socket = sockets.at(-1);
      if (!socket) throw new Error("no socket was opened");
      return socket;
    },
  };
};

export const welcome = (given: Partial<Welcome> = {}): ServerFrame => ({
  welcome: {
    version: 1,
    session: "visit-token",
    resume: "resume-token",
    epoch: "e1",
    resumed: false,
    durability: "fsync",
    ack: 0,
    wall: 1_700_000_000_000,
    resumeMs: 120_000,
    capture: { clicks: true, scroll: false, exit: false, attentionMs: 0, idleMs: 30_000 },
    ...given,
  },
});
