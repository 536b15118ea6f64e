// Makes what a shop hands in fit the wire: whole numbers where it wants them, no values it does not know.
// One wrong type would cost the whole frame, and a frame may carry other events.

import type { CartLine, Scalar } from "./protocol.generated.js";

export type Given = Readonly<Record<string, unknown>>;

export const whole = (value: unknown): number => {
  const number = Math.round(Number(value));
  return Number.isSafeInteger(number) ? number : 0;
};

export const count = (value: unknown): number => Math.min(0xffffffff, Math.max(0, whole(value)));

export const text = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));

export const lines = (given: readonly CartLine[] | undefined): CartLine[] =>
  (given ?? []).map(({ product, sku, quantity, price }) => ({
    product: String(product),
    sku: text(sku),
    quantity: count(quantity),
    price: whole(price),
  }));

export const scalars = (given: Given | undefined): Record<string, Scalar> | undefined => {
  if (!given) return;
  const data: Record<string, Scalar> = {};
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "boolean" || typeof value === "string" || (typeof value === "number" && Number.isFinite(value))) data[name] = value;
  }
  return data;
};
