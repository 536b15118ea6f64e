// One connection attempt: a WebSocket, or the fallback that looks the same from outside.

import type { ClientFrame, ServerFrame } from "./protocol.generated.js";
import type { Environment } from "./environment.js";
import { decode, encode } from "./codec.js";
import { guarded } from "./environment.js";

export interface Transport {
  send(frame: ClientFrame): void;
  /** Ends it as far as the page is concerned; `closed` is not called after it. */
  close(): void;
}

export interface TransportEvents {
  opened(): void;
  frame(frame: ServerFrame): void;
  closed(code: number): void;
}

const JSON_PROTOCOL = "floorwalker.v1.json";

export const openSocket = (environment: Environment, endpoint: string, events: TransportEvents): Transport => {
  const socket = environment.openSocket(endpoint.replace(/^http/, "ws") + "/v1/socket", ["floorwalker.v1.msgpack", JSON_PROTOCOL]);
  let done = false;
  socket.binaryType = "arraybuffer";
  socket.onopen = () => done || guarded(events.opened);
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (done) return;
    // A frame that cannot be read is skipped: the next push does not fit and brings the whole state.
    guarded(() => events.frame((typeof data === "string" ? JSON.parse(data) : decode(new Uint8Array(data as ArrayBuffer))) as ServerFrame));
  };
  socket.onclose = ({ code }) => {
    if (!done) guarded(() => events.closed(code));
    done = true;
  };
  return {
    send: (frame) => void guarded(() => socket.send(socket.protocol === JSON_PROTOCOL ? JSON.stringify(frame) : encode(frame))),
    close() {
      done = true;
      guarded(() => socket.close(1000));
    },
  };
};
