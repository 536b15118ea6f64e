// Numbers, money and times as people read them: tabular, with units, in the shop's currency.

/** Languages used for numbers and dates; the browser's own unless a test says otherwise. */
export type Locale = string | undefined;

const formatters = new Map<string, Intl.NumberFormat>();

function numberFormat(locale: Locale, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale ?? ""}|${JSON.stringify(options)}`;
  let found = formatters.get(key);
  if (!found) {
    found = new Intl.NumberFormat(locale, options);
    formatters.set(key, found);
  }
  return found;
}

/** Formats an amount in minor units, such as cents; an unknown currency code is printed before the plain number. */
export function money(minor: number, currency: string, locale?: Locale): string {
  try {
    const digits = numberFormat(locale, { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
    return numberFormat(locale, { style: "currency", currency }).format(minor / 10 ** digits);
  } catch {
    return `${currency} ${numberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(minor / 100)}`.trim();
  }
}

/** Formats an amount without its minor part, for sums where cents are noise. */
export function moneyRounded(minor: number, currency: string, locale?: Locale): string {
  try {
    const digits = numberFormat(locale, { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
    const options = { style: "currency", currency, maximumFractionDigits: 0, minimumFractionDigits: 0 } as const;
    return numberFormat(locale, options).format(minor / 10 ** digits);
  } catch {
    return money(minor, currency, locale);
  }
}

/** Formats a count: 1,234 in full, 1.2M from a million on. */
export function count(n: number, locale?: Locale): string {
  if (!Number.isFinite(n)) return "–";
  if (Math.abs(n) >= 1e6) return numberFormat(locale, { notation: "compact", maximumFractionDigits: 2 }).format(n);
  return numberFormat(locale, { maximumFractionDigits: 0 }).format(n);
}

/** Formats a rate with enough digits to see small ones: 0.4, 12.5, 143. */
export function rate(n: number | null, locale?: Locale): string {
  if (n === null || !Number.isFinite(n)) return "–";
  return numberFormat(locale, { maximumFractionDigits: n < 100 ? 1 : 0 }).format(n);
}

/** Formats a share of 0..=1 as a percentage; `null` when there is nothing to divide by. */
export function percent(part: number, whole: number, locale?: Locale): string | null {
  if (!(whole > 0)) return null;
  const share = part / whole;
  return numberFormat(locale, { style: "percent", maximumFractionDigits: share > 0 && share < 0.1 ? 1 : 0 }).format(share);
}

/** Formats a change with its sign, as a percentage: +4.2%, −12%. Small ones keep one digit after the point. */
export function signedPercent(share: number, locale?: Locale): string {
  if (!Number.isFinite(share)) return "–";
  const digits = Math.abs(share) < 0.1 ? 1 : 0;
  return minus(numberFormat(locale, { style: "percent", maximumFractionDigits: digits, signDisplay: "exceptZero" }).format(share));
}

/** Formats a difference of amounts in minor units with its sign; large ones without the minor part. */
export function signedMoney(minor: number, currency: string, locale?: Locale): string {
  const sign = minor > 0 ? "+" : minor < 0 ? "−" : "";
  const text = Math.abs(minor) >= 1e4 ? moneyRounded(Math.abs(minor), currency, locale) : money(Math.abs(minor), currency, locale);
  return sign + text;
}

/** A number with enough digits to be told from its neighbors. */
export function plain(n: number, locale?: Locale): string {
  if (!Number.isFinite(n)) return "–";
  return minus(numberFormat(locale, Math.abs(n) >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 }).format(n));
}

/** Hyphens are narrower than digits and plus signs; a true minus lines up. */
function minus(text: string): string {
  return text.replace("-", "−");
}

/** A number and its unit apart, so that the unit can be set smaller. */
export interface Measure {
  value: string;
  unit: string;
}

/** Splits microseconds into a readable number and unit: 84 µs, 1.42 ms, 3.1 s. */
export function microseconds(us: number, locale?: Locale): Measure {
  if (!Number.isFinite(us)) return { value: "–", unit: "" };
  if (us < 1000) return { value: count(us, locale), unit: "µs" };
  if (us < 1e6) return { value: numberFormat(locale, { maximumSignificantDigits: 3 }).format(us / 1000), unit: "ms" };
  return { value: numberFormat(locale, { maximumSignificantDigits: 3 }).format(us / 1e6), unit: "s" };
}

/** Splits bytes into a readable number and unit, in steps of 1024. */
export function bytes(n: number, locale?: Locale): Measure {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let step = 0;
  while (Math.abs(n) >= 1024 && step < units.length - 1) {
    n /= 1024;
    step += 1;
  }
  return { value: numberFormat(locale, { maximumSignificantDigits: 3 }).format(n), unit: units[step] ?? "B" };
}

/** Joins a measure for running text. */
export function joined(measure: Measure): string {
  return measure.unit ? `${measure.value} ${measure.unit}` : measure.value;
}

/** Formats a length of time as a clock: 0:42, 12:05, 1:02:09. */
export function clock(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const seconds = String(total % 60).padStart(2, "0");
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** Says a length of time in its largest unit: 42 s, 12 min, 3 h, 2 days. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h`;
  return `${Math.floor(hours / 24)} days`;
}

/** Says how long ago something was; the future counts as now, because clocks differ a little. */
export function ago(atMs: number, nowMs: number): string {
  const passed = nowMs - atMs;
  return passed < 1500 ? "now" : `${span(passed)} ago`;
}

/** Writes a moment in full, with seconds and zone, for hover and screen readers. */
export function exactly(atMs: number, locale?: Locale, timeZone?: string): string {
  const options: Intl.DateTimeFormatOptions = {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  };
  if (timeZone) options.timeZone = timeZone;
  return new Intl.DateTimeFormat(locale, options).format(atMs);
}
