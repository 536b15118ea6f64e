// The vocabulary of experiment pages: what a verdict's tone is, how numbers of a metric are written. Pure.

import { count, money, plain, signedMoney, signedPercent } from "../format";
import type { Locale } from "../format";
import { meaningOf } from "../ui/interval-scale";
import type { Interval } from "../ui/interval-scale";

/** What is to be thought of a verdict or a check; shape and color follow it. */
export type Tone = "better" | "worse" | "unknown" | "fine" | "waiting" | "alarm";

/** How the values of a metric are written. */
export type Unit = "share" | "money" | "seconds" | "number";

/** A mean or a share of one arm: 3.21%, $4.18, 42 s. */
export function valueWords(value: number, unit: Unit, currency: string, locale?: Locale): string {
  if (!Number.isFinite(value)) return "–";
  switch (unit) {
    case "share":
      return `${plain(value * 100, locale)}%`;
    case "money":
      return money(value, currency, locale);
    case "seconds":
      return `${plain(value, locale)} s`;
    case "number":
      return plain(value, locale);
  }
}

/** A difference between two arms; shares differ by percentage points. */
export function differenceWords(value: number, unit: Unit, currency: string, locale?: Locale): string {
  if (!Number.isFinite(value)) return "–";
  const sign = value > 0 ? "+" : "";
  switch (unit) {
    case "share":
      return `${sign}${plain(value * 100, locale)} points`;
    case "money":
      return signedMoney(value, currency, locale);
    case "seconds":
      return `${sign}${plain(value, locale)} s`;
    case "number":
      return `${sign}${plain(value, locale)}`;
  }
}

/** `−1% to +9.4%`. */
export function boundsWords(interval: Interval, write: (value: number) => string = (value) => signedPercent(value)): string {
  return `${write(interval.lower)} to ${write(interval.upper)}`;
}

/** An interval in a sentence for those who do not see it drawn. */
export function intervalSentence(interval: Interval | null | undefined, higherIsBetter: boolean, write: (value: number) => string = (value) => signedPercent(value)): string {
  if (!interval) return "Not enough data yet";
  const holds = { unknown: "holds zero, nothing to conclude", better: "better", worse: "worse" }[meaningOf(interval, higherIsBetter)];
  return `${write(interval.value)}, between ${write(interval.lower)} and ${write(interval.upper)}: ${holds}`;
}

/** Weeks as a rough length: less than a week, 1 week, 12 weeks. */
export function weeksWords(weeks: number, locale?: Locale): string {
  if (!Number.isFinite(weeks)) return "unknown";
  if (weeks < 1) return "less than a week";
  const whole = Math.ceil(weeks);
  return whole === 1 ? "1 week" : whole > 104 ? "more than two years" : `${count(whole, locale)} weeks`;
}
