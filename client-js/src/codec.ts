// The part of MessagePack that frames use: named maps, arrays, strings, numbers, booleans and nil.

const DEPTH_MAX = 16;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Encodes a frame. Keys whose value is `undefined` are left out; a number that is not finite becomes nil. */
export const encode = (frame: unknown): Uint8Array<ArrayBuffer> => {
  const out: number[] = [];
  // Two's complement, high byte first; exact for all safe integers of either sign.
  const integer = (tag: number, value: number, size: number): void => {
    out.push(tag);
    while (size--) out.push(Math.floor(value / 2 ** (8 * size)) & 255);
  };
  // `short` is the one-byte form for sizes below `limit`; `wide` the 16-bit form, which the 32-bit form follows.
  const header = (size: number, short: number, limit: number, wide: number): void => {
    if (size < limit) out.push(short | size);
    else size < 65536 ? integer(wide, size, 2) : integer(wide + 1, size, 4);
  };
  const write = (value: unknown): void => {
    if (typeof value === "number") {
      if (!Number.isSafeInteger(value)) {
        if (Number.isFinite(value)) out.push(0xcb, ...new Uint8Array(new Float64Array([value]).buffer).reverse());
        else out.push(0xc0);
      } else if (value < 0) value < -32 ? integer(0xd3, value, 8) : out.push(value & 255);
      else value < 2 ** 32 ? header(value, 0, 128, 0xcd) : integer(0xcf, value, 8);
    } else if (typeof value === "string") {
      const text = encoder.encode(value);
      header(text.length, 0xa0, 32, 0xda);
      // One by one: spreading a long text into arguments could overflow the stack.
      for (const byte of text) out.push(byte);
    } else if (Array.isArray(value)) {
      header(value.length, 0x90, 16, 0xdc);
      value.forEach(write);
    } else if (value && typeof value === "object") {
      const entries = Object.entries(value).filter((entry) => entry[1] !== undefined);
      header(entries.length, 0x80, 16, 0xde);
      entries.flat().forEach(write);
    } else out.push(value === true ? 0xc3 : value === false ? 0xc2 : 0xc0);
  };
  write(frame);
  return new Uint8Array(out);
};

/** Decodes one frame. Maps become objects without a prototype. Throws on anything outside the subset and on bytes left over. */
export const decode = (input: Uint8Array): unknown => {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  let at = 0;
  const check = (fine: boolean): void => {
    if (!fine) throw new RangeError("frame");
  };
  const take = (size: number): number => {
    check((at += size) <= input.length);
    return at - size;
  };
  const unsigned = (size: number): number => {
    let value = 0;
    for (const byte of input.subarray(take(size), at)) value = value * 256 + byte;
    return value;
  };
  const text = (size: number): string => decoder.decode(input.subarray(take(size), at));
  const list = (size: number, depth: number): unknown[] => {
    const items: unknown[] = [];
    while (size--) items.push(read(depth));
    return items;
  };
  const map = (size: number, depth: number): unknown => {
    const object: Record<string, unknown> = Object.create(null);
    while (size--) {
      const key = read(depth);
      // These names would reach a prototype if somebody copied the map into an ordinary object.
      check(typeof key === "string" && !/^(__proto__|constructor|prototype)$/.test(key));
      object[key as string] = read(depth);
    }
    return object;
  };
  const read = (depth: number): unknown => {
    check(depth < DEPTH_MAX);
    const tag = unsigned(1);
    const size = 1 << (tag & 3);
    if (tag < 0x80) return tag;
    if (tag < 0x90) return map(tag & 15, depth + 1);
    if (tag < 0xa0) return list(tag & 15, depth + 1);
    if (tag < 0xc0) return text(tag & 31);
    if (tag > 0xdf) return tag - 256;
    if (tag === 0xc0) return undefined;
    if (tag === 0xc2 || tag === 0xc3) return tag === 0xc3;
    if (tag === 0xca) return view.getFloat32(take(4));
    if (tag === 0xcb) return view.getFloat64(take(8));
    if (tag >= 0xcc && tag < 0xd0) return unsigned(size);
    if (tag >= 0xd0 && tag < 0xd4) {
      const value = unsigned(size);
      // 64 bits do not fit a number whole: there the high half carries the sign.
      return size === 8 ? Number(BigInt.asIntN(64, view.getBigUint64(at - 8))) : value < 2 ** (8 * size - 1) ? value : value - 2 ** (8 * size);
    }
    if (tag >= 0xd9 && tag < 0xdc) return text(unsigned(1 << (tag - 0xd9)));
    check(tag > 0xdb);
    const length = unsigned(tag & 1 ? 4 : 2);
    return tag < 0xde ? list(length, depth + 1) : map(length, depth + 1);
  };
  const value = read(0);
  check(at === input.length);
  return value;
};
