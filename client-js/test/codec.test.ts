import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { decode, encode } from "../src/codec.js";
import { seeded } from "./random.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replace(/ /g, ""), "hex"));
// Maps are decoded without a prototype; JSON gives ordinary ones to compare with.
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("encode", () => {
  // Bytes from the MessagePack specification.
  const cases: [unknown, string][] = [
    [0, "00"], [127, "7f"], [128, "cd0080"], [65535, "cdffff"], [65536, "ce00010000"], [2 ** 32 - 1, "ceffffffff"],
    [2 ** 32, "cf0000000100000000"], [Number.MAX_SAFE_INTEGER, "cf001fffffffffffff"],
    [-1, "ff"], [-32, "e0"], [-33, "d3ffffffffffffffdf"], [Number.MIN_SAFE_INTEGER, "d3ffe0000000000001"],
    [1.5, "cb3ff8000000000000"], [NaN, "c0"], [Infinity, "c0"], [null, "c0"], [true, "c3"], [false, "c2"],
    ["", "a0"], ["é", "a2c3a9"], [[1, "a"], "9201a161"], [{ a: 1, b: undefined }, "81a16101"],
  ];
  it.each(cases)("%j is %s", (value, expected) => expect(hex(encode(value))).toBe(expected));
  it("uses the long forms", () => {
    expect(hex(encode("x".repeat(32))).slice(0, 6)).toBe("da0020");
    expect(hex(encode("x".repeat(65536))).slice(0, 10)).toBe("db00010000");
    expect(hex(encode(Array(16).fill(0))).slice(0, 6)).toBe("dc0010");
    expect(hex(encode(Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`k${i}`, 0])))).slice(0, 6)).toBe("de0010");
  });
});

describe("decode", () => {
  const cases: [string, unknown][] = [
    ["cc80", 128], ["d080", -128], ["d1ff00", -256], ["d2ffffffff", -1], ["d3ffffffffffffffdf", -33],
    ["cf0000000100000000", 2 ** 32], ["ca3fc00000", 1.5], ["d90161", "a"], ["da000161", "a"], ["db0000000161", "a"],
    ["dc000101", [1]], ["dd0000000101", [1]], ["de0001a16101", { a: 1 }], ["df00000001a16101", { a: 1 }], ["ff", -1],
  ];
  it.each(cases)("%s is %j", (text, expected) => expect(plain(decode(bytes(text)))).toEqual(expected));

  it.each([
    ["nothing", ""], ["trailing bytes", "0101"], ["a truncated text", "a361"], ["a huge text", "dbffffffff61"], ["a huge list", "ddffffffff"],
    ["a huge map", "dfffffffff"], ["a number as key", "810101"], ["binary", "c40100"], ["an extension", "d40000"], ["an unused tag", "c1"],
    ["bad UTF-8", "a2c328"], ["__proto__", "81a95f5f70726f746f5f5f80"], ["constructor", "81ab636f6e7374727563746f7280"],
    ["deep nesting", "91".repeat(1000) + "00"],
  ])("refuses %s", (_, text) => expect(() => decode(bytes(text))).toThrow());

  it("makes maps without a prototype", () => expect(Object.getPrototypeOf(decode(bytes("80")))).toBeNull());

  it("never does worse than throw on arbitrary bytes", () => {
    const random = seeded(7);
    for (let i = 0; i < 5_000; i++) {
      const input = Uint8Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * 256));
      try {
        decode(input);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  });
});

// Tens of megabytes go through; a machine that does other things too needs its time.
it("gives back what it was given", () => {
  const random = seeded(42);
  const value = (depth: number): unknown => {
    const kind = Math.floor(random() * (depth > 4 ? 4 : 6));
    if (kind === 0) return Math.floor((random() - 0.5) * 2 ** Math.floor(random() * 53));
    if (kind === 1) return (random() - 0.5) * 1e6;
    if (kind === 2) return Array.from({ length: Math.floor(random() * 40) }, () => "aé漢🦉"[Math.floor(random() * 3)]).join("");
    if (kind === 3) return random() < 0.5;
    if (kind === 4) return Array.from({ length: Math.floor(random() * 20) }, () => value(depth + 1));
    return Object.fromEntries(Array.from({ length: Math.floor(random() * 20) }, (_, i) => ["k" + i, value(depth + 1)]));
  };
  for (let i = 0; i < 500; i++) {
    const given = value(0);
    const [found, wanted] = [plain(decode(encode(given))), plain(given)];
    // The matcher walks such values ten times as long, and is only needed to show a difference.
    if (!isDeepStrictEqual(found, wanted)) expect(found).toEqual(wanted);
  }
}, 60_000);
