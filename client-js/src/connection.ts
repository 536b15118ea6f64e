// One stream's connection as a pure state machine: inputs in, effects out, time and chance as arguments.
//
//   waiting -> connecting -> open -> backoff -> connecting ...        any -> stopped (for this page load)
//
// `waiting` means nothing happens until the page is visible and started; one that left is started again. The shell keeps one timer at `deadline`.

import type { Resume } from "./protocol.generated.js";

export type Phase = "waiting" | "connecting" | "open" | "backoff" | "stopped";
export type Route = "socket" | "stream";

export type Input =
  | { do: "start" | "opened" | "heard" | "online" | "leave" | "renew" | "tick" | "off" }
  | { do: "welcomed"; resume: Pick<Resume, "token" | "epoch"> }
  | { do: "closed"; code: number }
  | { do: "visible"; visible: boolean }
  | { do: "goaway"; minMs: number; maxMs: number };

export type Effect =
  | { do: "connect"; route: Route }
  | { do: "hello"; resume: Pick<Resume, "token" | "epoch"> | undefined }
  | { do: "bye"; reason: string }
  | { do: "close" }
  | { do: "changed"; phase: Phase; code: number };

// The figures are the protocol's (sections 7 and 9), in milliseconds.
const CONNECT_MS = 10_000;
const SILENCE_MS = 40_000;
const PROBE_MS = 3_000;
const STEP_MS = 500;
const CAP_MS = 20_000;
const CRASH_SPREAD_MS = 2_000;
const GOOD_MS = 10_000;
const TIRED_AFTER = 10;
const TIRED_MS = 60_000;
const FALLBACK_AFTER = 3;
// For so long a hello that was sent on a connection we gave up may still arrive, and take over ours.
const LATE_MS = 60_000;

export interface Connection {
  readonly phase: Phase;
  /** When the shell must give `tick`; 0 is never. */
  readonly deadline: number;
  step(input: Input, now: number): Effect[];
}

export const createConnection = (visible: boolean, random: () => number): Connection => {
  let phase: Phase = "waiting";
  let deadline = 0;
  let moveAt = 0;
  let attempt = 0;
  let failures = 0;
  let dialedAt = -STEP_MS;
  let openedAt = 0;
  let heardAt = 0;
  let abandonedAt = -LATE_MS;
  let away = true;
  let everOpen = false;
  let route: Route = "socket";
  let resume: Pick<Resume, "token" | "epoch"> | undefined;
  let out: Effect[] = [];

  const draw = (least: number, most: number): number => least + random() * (most - least);
  const enter = (next: Phase, code = 0): void => {
    if (phase !== next) out.push({ do: "changed", phase: next, code });
    phase = next;
    if (next !== "open") moveAt = 0;
    if (next === "waiting" || next === "stopped") deadline = 0;
  };
  const dial = (now: number): void => {
    if (away || !visible || phase === "stopped") return;
    if (now < dialedAt + STEP_MS) {
      enter("backoff");
      deadline = dialedAt + STEP_MS;
      return;
    }
    dialedAt = now;
    deadline = now + CONNECT_MS;
    out.push({ do: "connect", route });
    enter("connecting");
  };
  const retryIn = (delay: number, now: number, code: number): void => {
    enter(visible && !away ? "backoff" : "waiting", code);
    if (phase === "backoff") deadline = now + Math.max(0, delay);
  };
  const lost = (code: number, now: number): void => {
    const wasOpen = phase === "open";
    if (wasOpen && now - openedAt >= GOOD_MS) attempt = failures = 0;
    failures++;
    // A page whose sockets never open sits behind something that blocks them; only then is the fallback tried, and sooner
    // where they are swallowed than where they are refused, which a dead engine does too.
    if (!everOpen && (!code || failures >= FALLBACK_AFTER)) route = "stream";
    attempt++;
    // The engine has named a window, and this page's moment in it was drawn when it did.
    const delay = moveAt
      ? moveAt - now
      : failures >= TIRED_AFTER
        ? draw(TIRED_MS / 2, TIRED_MS * 1.5)
        : // A dead server loses all its clients at once, so the first try is spread widely.
          wasOpen && attempt === 1
          ? draw(0, CRASH_SPREAD_MS)
          : draw(STEP_MS, Math.min(CAP_MS, STEP_MS + STEP_MS * 2 ** (attempt - 1)));
    retryIn(delay, now, code);
  };
  const hangUp = (now: number): void => {
    if (phase !== "open" && phase !== "connecting") return;
    out.push({ do: "close" });
    abandonedAt = now;
  };
  const listen = (now: number): void => {
    heardAt = now;
    deadline = visible ? now + SILENCE_MS : 0;
  };

  const handle = (input: Input, now: number): void => {
    if (phase === "stopped") return;
    switch (input.do) {
      case "start":
        away = false;
        if (phase === "waiting") dial(now);
        break;
      case "opened":
        if (phase === "connecting") out.push({ do: "hello", resume });
        break;
      case "welcomed":
        resume = input.resume;
        everOpen = true;
        openedAt = now;
        enter("open");
        listen(now);
        break;
      case "heard":
        if (phase === "open") listen(now);
        break;
      case "closed": {
        const { code } = input;
        if (phase === "waiting" || phase === "backoff") break;
        // 4000 to 4099 is our own fault or the shop's policy; 4201 means a newer socket holds this stream, which may be one we gave up.
        if ((code >= 4000 && code < 4100) || (code === 4201 && now >= abandonedAt + LATE_MS)) {
          enter("stopped", code);
          break;
        }
        if (code >= 4300 && code < 4400) resume = undefined;
        lost(code, now);
        break;
      }
      case "goaway":
        moveAt = now + draw(input.minMs, Math.max(input.minMs, input.maxMs));
        break;
      case "visible":
        visible = input.visible;
        if (phase === "open") {
          const silent = now - heardAt >= SILENCE_MS;
          deadline = !visible ? 0 : silent ? now + PROBE_MS : heardAt + SILENCE_MS;
        } else if (!visible && phase === "backoff") enter("waiting");
        else if (visible && phase === "waiting") dial(now);
        break;
      case "online":
        if (phase === "backoff") deadline = Math.max(dialedAt + STEP_MS, Math.min(deadline, now + random() * 1_000));
        break;
      case "leave":
        if (phase === "open") out.push({ do: "bye", reason: "pagehide" });
        hangUp(now);
        away = true;
        enter("waiting");
        break;
      case "renew":
        // The identity changed: the next hello must not continue under the old one.
        resume = undefined;
        hangUp(now);
        dialedAt = now - STEP_MS;
        enter("waiting");
        dial(now);
        break;
      case "off":
        if (phase === "open") out.push({ do: "bye", reason: "off" });
        hangUp(now);
        enter("stopped");
        break;
      case "tick":
        if (moveAt && now >= moveAt) {
          hangUp(now);
          enter("waiting");
          dial(now);
        } else if (deadline && now >= deadline) {
          if (phase === "backoff") dial(now);
          else {
            hangUp(now);
            lost(0, now);
          }
        }
    }
  };

  return {
    get phase() {
      return phase;
    },
    get deadline() {
      return moveAt && deadline ? Math.min(moveAt, deadline) : moveAt || deadline;
    },
    step(input, now) {
      out = [];
      handle(input, now);
      return out;
    },
  };
};
