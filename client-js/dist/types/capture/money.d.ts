/** `12.5` EUR is 1250; `12.5` JPY is 13. An unknown currency counts as one with two decimals. */
export declare const toMinor: (amount: unknown, currency: string) => number;
