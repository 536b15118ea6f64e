/** Encodes a frame. Keys whose value is `undefined` are left out; a number that is not finite becomes nil. */
export declare const encode: (frame: unknown) => Uint8Array<ArrayBuffer>;
/** Decodes one frame. Maps become objects without a prototype. Throws on anything outside the subset and on bytes left over. */
export declare const decode: (input: Uint8Array) => unknown;
