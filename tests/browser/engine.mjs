// An engine that a test plays: it serves one page and the script, takes frames and says whatever the test wants, well-formed or not.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";

const SDK = new URL("../../client-js/dist/", import.meta.url);
const ACCEPT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** One unmasked frame, as a server sends it (RFC 6455 section 5.2). */
const frameOf = (opcode, body) => {
  const size = body.length;
  const head = size < 126 ? Buffer.from([0x80 | opcode, size]) : Buffer.alloc(size < 65536 ? 4 : 10);
  if (size >= 126) {
    head[0] = 0x80 | opcode;
    head[1] = size < 65536 ? 126 : 127;
    if (size < 65536) head.writeUInt16BE(size, 2);
    else head.writeBigUInt64BE(BigInt(size), 2);
  }
  return Buffer.concat([head, body]);
};

/** Takes whole masked frames from the front of `bytes`; returns what is left. */
const takeFrames = (bytes, hear) => {
  for (;;) {
    if (bytes.length < 6) return bytes;
    let size = bytes[1] & 127;
    let at = 2;
    if (size === 126) [size, at] = [bytes.readUInt16BE(2), 4];
    else if (size === 127) [size, at] = [Number(bytes.readBigUInt64BE(2)), 10];
    if (bytes.length < at + 4 + size) return bytes;
    const mask = bytes.subarray(at, at + 4);
    const body = Buffer.from(bytes.subarray(at + 4, at + 4 + size)).map((byte, i) => byte ^ mask[i & 3]);
    hear(bytes[0] & 15, body);
    bytes = bytes.subarray(at + 4 + size);
  }
};

/** Opens it for a page of `html`, served with `headers`. */
export async function openEngine(html, headers = {}, style = "") {
  const heard = [];
  const reports = [];
  let socket;
  const server = http.createServer((request, response) => {
    if (request.url.startsWith("/sdk/")) {
      response.setHeader("content-type", "text/javascript");
      return response.end(readFileSync(new URL(request.url.slice(5).split("?")[0], SDK)));
    }
    if (request.url === "/report") {
      request.setEncoding("utf8").on("data", (text) => reports.push(text));
      return void request.on("end", () => response.end());
    }
    if (request.url === "/style.css") {
      response.setHeader("content-type", "text/css");
      return response.end(style);
    }
    if (request.url !== "/") return response.writeHead(404).end();
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...headers });
    response.end(html);
  });
  const say = (frame) => socket.write(frameOf(1, Buffer.from(typeof frame === "string" ? frame : JSON.stringify(frame))));
  server.on("upgrade", (request, upgraded) => {
    const accept = createHash("sha1").update(request.headers["sec-websocket-key"] + ACCEPT).digest("base64");
    upgraded.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: floorwalker.v1.json\r\n\r\n`);
    socket = upgraded;
    let bytes = Buffer.alloc(0);
    upgraded.on("error", () => undefined);
    upgraded.on("data", (chunk) => {
      bytes = takeFrames(Buffer.concat([bytes, chunk]), (opcode, body) => {
        if (opcode !== 1) return;
        const frame = JSON.parse(body.toString());
        heard.push(frame);
        if (frame.hello) {
          const capture = { clicks: true, scroll: true, exit: true, attentionMs: 0, idleMs: 30_000 };
          say({ welcome: { version: 1, session: "v", resume: "r", epoch: "e", resumed: false, durability: "memory", ack: 0, wall: Date.now(), resumeMs: 1_000, capture, state: { rev: 0, patches: [] } } });
        } else if (frame.events) say({ ack: { seq: frame.events.first + frame.events.list.length - 1 } });
      });
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    base: `http://127.0.0.1:${server.address().port}`,
    heard,
    reports,
    say,
    /** The same as MessagePack. */
    sayBytes: (bytes) => socket.write(frameOf(2, Buffer.from(bytes))),
    close() {
      socket?.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
