// Amounts as shops write them, in the integer minor units of the wire.

import { guarded } from "../environment.js";

/** `12.5` EUR is 1250; `12.5` JPY is 13. An unknown currency counts as one with two decimals. */
export const toMinor = (amount: unknown, currency: string): number => {
  const digits = guarded(() => new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits) ?? 2;
  const value = Number(amount);
  return Number.isFinite(value) ? Math.round(Number((value * 10 ** digits).toPrecision(15))) : 0;
};
