// The fallback for pages whose sockets are blocked: server-sent events down, `POST` up, behind the same face as a socket.

import type { ClientFrame, Hello, ServerFrame } from "./protocol.generated.js";
import type { Environment } from "./environment.js";
import type { Transport, TransportEvents } from "./transport.js";
import { guarded } from "./environment.js";
import { post } from "./post.js";

const LOST = 1006;

export const openStream = (environment: Environment, endpoint: string, events: TransportEvents): Transport => {
  let done = false;
  let token = "";
  let hello: Hello | undefined;
  let waiting: ClientFrame[] = [];
  let busy = false;
  let source: EventSource | undefined;

  const fail = (): void => {
    if (done) return;
    close();
    events.closed(LOST);
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
    stream.onerror = fail;
    return stream;
  };
  // One request at a time keeps the order of the events.
  const pump = async (): Promise<void> => {
    if (busy || done || (!hello && !waiting.length)) return;
    busy = true;
    const frames = waiting;
    const opening = hello;
    waiting = [];
    hello = undefined;
    const answer = await post(environment, endpoint, opening ? { hello: opening, frames } : { resume: token, frames });
    busy = false;
    if (done) return;
    if (answer === undefined) return fail();
    const list = (answer as { frames?: ServerFrame[] } | null)?.frames;
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
