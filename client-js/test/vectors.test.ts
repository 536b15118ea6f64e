import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, describe, it } from "vitest";
import { decode, encode } from "../src/codec.js";

// The same files are read by the Rust tests. One file holds a list of {name, json, msgpackHex}.
interface Vector {
  readonly name: string;
  readonly json: unknown;
  readonly msgpackHex: string;
}

const folder = new URL("../../tests/vectors/", import.meta.url);
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

it("finds vectors", () => expect(files).not.toHaveLength(0));

describe.each(files)("%s", (file) => {
  const vectors = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Vector[];
  it.each(vectors.map((vector) => [vector.name, vector] as const))("%s", (_, { json, msgpackHex }) => {
    expect(plain(decode(new Uint8Array(Buffer.from(msgpackHex, "hex"))))).toEqual(json);
    // The bytes may differ (a float that is whole is an integer here); the meaning may not.
    expect(plain(decode(encode(json)))).toEqual(json);
  });
});
