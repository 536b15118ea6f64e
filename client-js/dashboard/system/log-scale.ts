// A place on a logarithmic scale. Pure.

/** Where a value lies between two others on a logarithmic scale, as 0..=1; values outside lie at the ends. */
export function logShare(value: number, from: number, to: number): number {
  if (!(value > from)) return 0;
  return Math.min(1, Math.log(value / from) / Math.log(to / from));
}
