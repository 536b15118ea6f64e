import { describe, expect, it } from "vitest";
import type { Event } from "../src/protocol.generated.js";
import { createOutbox, QUEUE_BYTES, QUEUE_EVENTS, WINDOW } from "../src/outbox.js";
import { seeded } from "./random.js";

const click = (target: string): Event => ({ click: { target } });
const scroll = (depth: number): Event => ({ scroll: { depth } });
const order = (id: string): Event => ({ order: { id, value: 1, currency: "EUR" } });

describe("batches", () => {
  it("wait 50 ms", () => {
    const outbox = createOutbox();
    outbox.add(click("a"), 0, 1_000);
    expect(outbox.take(1_049)).toBeUndefined();
    outbox.add(click("b"), 20, 1_020);
    expect(outbox.take(1_050)).toEqual({ first: 1, list: [{ at: 0, event: click("a") }, { at: 20, event: click("b") }] });
    expect(outbox.take(1_050)).toBeUndefined();
  });
  it("leave at once with an urgent event or 32 events", () => {
    const urgent = createOutbox();
    urgent.add(click("a"), 0, 0);
    urgent.add({ exit: { signal: "pointerTop" } }, 1, 1);
    expect(urgent.take(1)?.list).toHaveLength(2);
    const many = createOutbox();
    for (let i = 0; i < 33; i++) many.add(click("a"), 0, 1_000);
    expect(many.take(1_000)?.list).toHaveLength(32);
  });
  it("keep under the size of a message", () => {
    const outbox = createOutbox();
    for (let i = 0; i < 8; i++) outbox.add(click("x".repeat(5_000)), 0, 0);
    expect(outbox.take(100)?.list).toHaveLength(2);
  });
  it("keep under the engine's rate", () => {
    const outbox = createOutbox();
    for (let i = 0; i < 300; i++) outbox.add(click("a"), 0, 0);
    let sent = 0;
    for (let now = 0; now <= 1_000; now += 10) for (let batch; (batch = outbox.take(now, true)); ) sent += batch.list.length;
    expect(sent).toBeLessThanOrEqual(120);
    expect(sent).toBeGreaterThanOrEqual(100);
  });
});

describe("acknowledgement", () => {
  it("is cumulative and ignores what was never sent", () => {
    const outbox = createOutbox();
    for (const name of "abc") outbox.add(click(name), 0, 0);
    outbox.take(0, true);
    outbox.ack(2);
    outbox.ack(1);
    expect([outbox.size, outbox.acked]).toEqual([1, 2]);
    outbox.ack(99);
    expect([outbox.size, outbox.acked]).toEqual([0, 3]);
    outbox.add(click("d"), 0, 10_000);
    outbox.ack(99);
    expect(outbox.size).toBe(1);
    expect(outbox.take(10_050)?.first).toBe(4);
  });
  it("sends again after a lost connection, with the same numbers", () => {
    const outbox = createOutbox();
    for (const name of "abc") outbox.add(click(name), 0, 0);
    outbox.take(0, true);
    outbox.ack(1);
    outbox.rewind(10);
    expect(outbox.take(60)).toMatchObject({ first: 2, list: [{ event: click("b") }, { event: click("c") }] });
  });
  it("follows the engine's mark after a gap", () => {
    const outbox = createOutbox();
    for (const name of "abcd") outbox.add(click(name), 0, 0);
    outbox.take(0, true);
    outbox.ack(2);
    outbox.reset(0, 10);
    expect(outbox.take(60)).toMatchObject({ first: 1, list: [{ event: click("c") }, { event: click("d") }] });
  });
});

describe("bounds", () => {
  it("drops what is worth least, oldest first, and counts it", () => {
    const outbox = createOutbox();
    outbox.add(order("1"), 0, 0);
    for (let i = 0; i < QUEUE_EVENTS; i++) outbox.add(i % 2 ? click(String(i)) : scroll(i), 0, 0);
    expect(outbox.size).toBe(QUEUE_EVENTS);
    expect(outbox.drops()).toEqual({ scroll: 1 });
    expect(outbox.drops()).toBeUndefined();
    for (let i = 0; i < QUEUE_EVENTS; i++) outbox.add(order(String(i + 2)), 0, 0);
    expect(outbox.drops()).toEqual({ scroll: 249, click: 250, order: 1 });
  });
  it("never drops what was sent, because the engine may have it", () => {
    const outbox = createOutbox();
    for (let i = 0; i < 20; i++) outbox.add(scroll(i), 0, 0);
    outbox.take(0, true);
    outbox.rewind(0);
    for (let i = 0; i < QUEUE_EVENTS; i++) outbox.add(order(String(i)), 0, 0);
    expect(outbox.drops()).toEqual({ order: 20 });
    expect(outbox.peek(QUEUE_BYTES)?.list.slice(0, 20).every((timed) => "scroll" in timed.event)).toBe(true);
  });
  it("refuses an event that no message could carry", () => {
    const outbox = createOutbox();
    outbox.add(click("x".repeat(20_000)), 0, 0);
    expect([outbox.size, outbox.drops()]).toEqual([0, { click: 1 }]);
  });
});

it("delivers every kept event once and in order, whatever the network does", () => {
  for (let seed = 1; seed <= 15; seed++) {
    const random = seeded(seed);
    const outbox = createOutbox();
    const received: string[] = [];
    let mark = 0;
    let added = 0;
    let now = 0;
    for (let i = 0; i < 2_000; i++) {
      now += random() * 40;
      const chance = random();
      if (chance < 0.5) outbox.add(click(String(added++)), now, now);
      else if (chance < 0.9) {
        const batch = outbox.take(now, chance < 0.6);
        if (!batch || random() < 0.1) continue;
        // The engine's rule: duplicates are skipped, the next is applied, a gap drops the rest.
        batch.list.forEach((timed, k) => {
          if (batch.first + k !== mark + 1 || !("click" in timed.event)) return;
          mark++;
          received.push(timed.event.click.target);
        });
        if (batch.first > mark + 1) outbox.reset(mark, now);
        else if (random() < 0.7) outbox.ack(mark);
      } else if (chance < 0.95) outbox.rewind(now);
      if (outbox.size > QUEUE_EVENTS || (outbox.peek(QUEUE_BYTES)?.list.length ?? 0) > WINDOW) throw new Error(`unbounded, seed ${seed}`);
    }
    for (let i = 0; i < 2_000 && outbox.size; i++) {
      now += 60;
      outbox.rewind(now);
      for (let batch; (batch = outbox.take(now + 60, true)); ) {
        batch.list.forEach((timed, k) => {
          if (batch.first + k !== mark + 1 || !("click" in timed.event)) return;
          mark++;
          received.push(timed.event.click.target);
        });
        outbox.ack(mark);
      }
    }
    const dropped = outbox.drops()?.["click"] ?? 0;
    expect(received.length).toBe(added - dropped);
    expect(received).toEqual([...received].sort((a, b) => Number(a) - Number(b)));
    expect(new Set(received).size).toBe(received.length);
  }
});
