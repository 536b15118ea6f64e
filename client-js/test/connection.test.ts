import { describe, expect, it } from "vitest";
import { createConnection, type Connection, type Effect, type Input } from "../src/connection.js";
import { seeded } from "./random.js";

const TOKEN = { token: "t", epoch: "e" };
const names = (effects: Effect[]): string[] => effects.map((effect) => (effect.do === "changed" ? effect.phase : effect.do));

/** Steps through `inputs` at their times and gives the effects of the last one. */
const play = (connection: Connection, inputs: readonly (readonly [number, Input])[]): string[] => {
  let last: string[] = [];
  for (const [at, input] of inputs) last = names(connection.step(input, at));
  return last;
};
const open = (random = () => 0.5): Connection => {
  const connection = createConnection(true, random);
  play(connection, [[0, { do: "start" }], [10, { do: "opened" }], [20, { do: "welcomed", resume: TOKEN }]]);
  return connection;
};

describe("opening", () => {
  it("connects, greets and is open after the welcome", () => {
    const connection = createConnection(true, () => 0);
    expect(names(connection.step({ do: "start" }, 0))).toEqual(["connect", "connecting"]);
    expect(connection.step({ do: "opened" }, 5)).toEqual([{ do: "hello", resume: undefined }]);
    expect(names(connection.step({ do: "welcomed", resume: TOKEN }, 9))).toEqual(["open"]);
    expect(connection.deadline).toBe(40_009);
  });
  it("waits while the page is hidden", () => {
    const connection = createConnection(false, () => 0);
    expect(names(connection.step({ do: "start" }, 0))).toEqual([]);
    expect(names(connection.step({ do: "visible", visible: true }, 9_000))).toEqual(["connect", "connecting"]);
  });
  it("gives up an attempt after ten seconds", () => {
    const connection = createConnection(true, () => 0);
    expect(play(connection, [[0, { do: "start" }], [10_000, { do: "tick" }]])).toEqual(["close", "backoff"]);
  });
  it("takes the fallback after three sockets that never opened, and never before", () => {
    const connection = createConnection(true, () => 0);
    const routes: string[] = [];
    let now = 0;
    for (let i = 0; i < 4; i++) {
      const effects = connection.step(i ? { do: "tick" } : { do: "start" }, now);
      for (const effect of effects) if (effect.do === "connect") routes.push(effect.route);
      connection.step({ do: "closed", code: 1006 }, now + 1);
      now = connection.deadline;
    }
    expect(routes).toEqual(["socket", "socket", "socket", "stream"]);
  });
  it("stays with sockets once one has opened", () => {
    const connection = open();
    let now = 100;
    for (let i = 0; i < 6; i++) {
      connection.step({ do: "closed", code: 1006 }, now);
      now = connection.deadline;
      expect(connection.step({ do: "tick" }, now)[0]).toEqual({ do: "connect", route: "socket" });
    }
  });
});

describe("close codes", () => {
  const cases: [number, string[]][] = [
    [1006, ["backoff"]], [1001, ["backoff"]], [1000, ["backoff"]],
    [4000, ["stopped"]], [4003, ["stopped"]], [4005, ["stopped"]], [4099, ["stopped"]],
    [4100, ["backoff"]], [4101, ["backoff"]], [4110, ["backoff"]],
    [4200, ["backoff"]], [4201, ["stopped"]], [4202, ["backoff"]],
    [4300, ["backoff"]], [4301, ["backoff"]],
  ];
  it.each(cases)("%i leads to %j", (code, expected) => expect(play(open(), [[50, { do: "closed", code }]])).toEqual(expected));

  it.each([[1006, TOKEN], [4101, TOKEN], [4200, TOKEN], [4300, undefined], [4301, undefined]])("%i: the next hello resumes %j", (code, resume) => {
    const connection = open();
    connection.step({ do: "closed", code }, 50);
    connection.step({ do: "tick" }, connection.deadline);
    expect(connection.step({ do: "opened" }, 9_000)).toEqual([{ do: "hello", resume }]);
  });
  it("does nothing after it has stopped", () => {
    const connection = open();
    connection.step({ do: "closed", code: 4003 }, 50);
    for (const input of [{ do: "online" }, { do: "tick" }, { do: "restore" }, { do: "renew" }] as const) expect(connection.step(input, 99_999)).toEqual([]);
  });
});

describe("back-off", () => {
  it("spreads the first try after a crash over two seconds", () => {
    for (const [chance, delay] of [[0, 480], [0.5, 1_000], [0.999, 1_998]] as const) {
      const connection = open(() => chance);
      connection.step({ do: "closed", code: 1006 }, 100);
      expect(connection.deadline).toBe(100 + (chance ? delay : 0));
    }
  });
  it("grows with full jitter to the cap", () => {
    const connection = open(() => 1);
    const delays: number[] = [];
    let now = 1_000;
    for (let i = 0; i < 9; i++) {
      connection.step({ do: "closed", code: 1006 }, now);
      delays.push(connection.deadline - now);
      now = connection.deadline;
      connection.step({ do: "tick" }, now);
    }
    expect(delays).toEqual([2_000, 1_500, 2_500, 4_500, 8_500, 16_500, 20_000, 20_000, 20_000]);
  });
  it("is tired after ten failures", () => {
    const connection = open(() => 0);
    let now = 1_000;
    for (let i = 0; i < 10; i++) {
      connection.step({ do: "closed", code: 1006 }, now);
      if (i < 9) connection.step({ do: "tick" }, (now = connection.deadline));
    }
    expect(connection.deadline - now).toBe(60_000);
    connection.step({ do: "visible", visible: false }, now + 1);
    expect(names(connection.step({ do: "visible", visible: true }, now + 5_000))).toEqual(["connect", "connecting"]);
  });
  it("begins anew after ten good seconds", () => {
    const connection = open(() => 1);
    for (const at of [100, 20_000]) connection.step({ do: "closed", code: 1006 }, at);
    connection.step({ do: "tick" }, 40_000);
    play(connection, [[40_001, { do: "opened" }], [40_002, { do: "welcomed", resume: TOKEN }], [51_000, { do: "closed", code: 1006 }]]);
    expect(connection.deadline - 51_000).toBe(2_000);
  });
  it("hurries when the network is back", () => {
    const connection = open(() => 1);
    play(connection, [[10, { do: "closed", code: 1006 }], [2_010, { do: "tick" }], [2_011, { do: "closed", code: 1006 }], [2_020, { do: "online" }]]);
    expect(connection.deadline).toBeLessThanOrEqual(3_020);
  });
  it("never tries twice within half a second, whatever happens", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = seeded(seed);
      const connection = createConnection(true, random);
      const inputs: Input[] = [
        { do: "start" }, { do: "opened" }, { do: "welcomed", resume: TOKEN }, { do: "heard" }, { do: "closed", code: 1006 }, { do: "closed", code: 4200 },
        { do: "visible", visible: true }, { do: "visible", visible: false }, { do: "online" }, { do: "leave" }, { do: "restore" }, { do: "tick" },
        { do: "goaway", minMs: 0, maxMs: 2_000 },
      ];
      let last = -Infinity;
      for (let now = 0, i = 0; i < 400; i++, now += random() * 700) {
        const effects = connection.step(i ? inputs[Math.floor(random() * inputs.length)]! : { do: "start" }, now);
        if (!effects.some((effect) => effect.do === "connect")) continue;
        expect(now - last).toBeGreaterThanOrEqual(500);
        last = now;
      }
    }
  });
});

describe("heartbeat", () => {
  it("drops a silent connection while visible", () => {
    const connection = open();
    connection.step({ do: "heard" }, 5_000);
    expect(connection.deadline).toBe(45_000);
    expect(names(connection.step({ do: "tick" }, 45_000))).toEqual(["close", "backoff"]);
  });
  it("has no time limit while hidden, and probes on return", () => {
    const connection = open();
    connection.step({ do: "visible", visible: false }, 1_000);
    expect(connection.deadline).toBe(0);
    connection.step({ do: "visible", visible: true }, 300_000);
    expect(connection.deadline).toBe(303_000);
    connection.step({ do: "heard" }, 300_100);
    expect(connection.deadline).toBe(340_100);
  });
});

describe("leaving", () => {
  it("says goodbye, closes, and resumes from the back/forward cache", () => {
    const connection = open();
    expect(play(connection, [[1_000, { do: "leave" }]])).toEqual(["bye", "close", "waiting"]);
    expect(play(connection, [[9_000, { do: "restore" }]])).toEqual(["connect", "connecting"]);
    expect(connection.step({ do: "opened" }, 9_001)).toEqual([{ do: "hello", resume: TOKEN }]);
  });
  it("moves within the announced window", () => {
    const connection = open(() => 0.5);
    connection.step({ do: "goaway", minMs: 1_000, maxMs: 3_000 }, 1_000);
    expect(connection.deadline).toBe(3_000);
    expect(play(connection, [[3_000, { do: "tick" }]])).toEqual(["close", "waiting", "connect", "connecting"]);
  });
  it("greets anew when the identity changes", () => {
    const connection = open();
    expect(play(connection, [[1_000, { do: "renew" }]])).toEqual(["close", "waiting", "connect", "connecting"]);
    expect(connection.step({ do: "opened" }, 1_001)).toEqual([{ do: "hello", resume: undefined }]);
  });
});
