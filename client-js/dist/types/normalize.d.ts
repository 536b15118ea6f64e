import type { CartLine, Scalar } from "./protocol.generated.js";
export type Given = Readonly<Record<string, unknown>>;
export declare const whole: (value: unknown) => number;
export declare const count: (value: unknown) => number;
export declare const text: (value: unknown) => string | undefined;
export declare const lines: (given: readonly CartLine[] | undefined) => CartLine[];
export declare const scalars: (given: Given | undefined) => Record<string, Scalar> | undefined;
