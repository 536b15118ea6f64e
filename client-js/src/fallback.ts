// The fallback for pages whose sockets are blocked: server-sent events down, `POST` up, behind the same face as a socket.

import type { ClientFrame, Hello, ServerFrame } from "./protocol.generated.js";
import type { Environment } from "./environment.js";
import type { Transport, TransportEvents } from "./transport.js";
import { guarded } from "./environment.js";
import { PARCEL_BYTES, post, type Answer } from "./post.js";

const LOST = 1006;
const ORIGIN = 4004;
// Section 12 of the protocol.
const FRAMES_MAX = 64;

/** The close code that a refusal stands for. */
const codeOf = ({ status, body }: Answer): number => {
  const code = (body as { error?: { code?: unknown } } | undefined)?.error?.code;
  return typeof code === "number" ? code : status === 403 ? ORIGIN : LOST;
};

/** How many frames one request can carry, at least one. */
const fit = (frames: readonly ClientFrame[]): number => {
  let bytes = 0;
  const over = frames.findIndex((frame, i) => (bytes += JSON.stringify(frame).length) > PARCEL_BYTES && i > 0);
  return Math.min(FRAMES_MAX, over < 0 ? frames.length : over);
};

export const openStream = (environment: Environment, endpoint: string, events: TransportEvents): Transport => {
  let done = false;
  let token = "";
  let hello: Hello | undefined;
  const waiting: ClientFrame[] = [];
  let busy = false;
  let source: EventSource | undefined;

  const fail = (code = LOST): void => {
    if (done) return;
    close();
    events.closed(code);
  };
  const close = (): void => {
    done = true;
    source?.close();
  };
  const receive = (frame: ServerFrame): void => {
    if (done) return;
    if ("welcome" in frame) {
      token = frame.welcome.resume;
      source ??= listen();
    }
    events.frame(frame);
  };
  const listen = (): EventSource => {
    const stream = new environment.window.EventSource(endpoint + "/v1/stream?token=" + encodeURIComponent(token));
    stream.onmessage = (message: MessageEvent<string>) => void guarded(() => receive(JSON.parse(message.data) as ServerFrame));
    // The machine decides about reconnecting, not the browser.
    stream.onerror = () => fail();
    return stream;
  };
  // One request at a time keeps the order of the events.
  const pump = async (): Promise<void> => {
    if (busy || done || (!hello && !waiting.length)) return;
    busy = true;
    const frames = waiting.splice(0, fit(waiting));
    const opening = hello;
    hello = undefined;
    const answer = await post(environment, endpoint, opening ? { hello: opening, frames } : { resume: token, frames });
    busy = false;
    if (done) return;
    const { status, body, retryMs } = answer;
    if (status < 200 || status > 299) {
      if (retryMs) events.frame({ goaway: { minMs: retryMs, maxMs: 2 * retryMs, code: 4200 } });
      return fail(codeOf(answer));
    }
    const list = (body as { frames?: ServerFrame[] } | undefined)?.frames;
    guarded(() => list?.forEach(receive));
    await pump();
  };

  environment.setTimer(() => done || guarded(events.opened), 0);
  return {
    send(frame) {
      if ("hello" in frame) hello = frame.hello;
      else waiting.push(frame);
      // The events that follow a hello in the same turn travel with it.
      environment.setTimer(() => void pump(), 0);
    },
    close,
  };
};
