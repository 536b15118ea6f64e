// Codes turned into plain words. What has no entry is spelled out from the code itself, so that a new one still reads.

import type { EntryKind, Plain, Summary } from "./contract";

const DEVICES: Record<string, string> = { phone: "Phone", mobile: "Phone", tablet: "Tablet", desktop: "Desktop", bot: "Bot" };

const REASONS: Record<string, string> = {
  condition: "A condition did not hold",
  consent: "No consent for this purpose",
  trust: "The facts are not trusted enough",
  baseline: "Held back to measure doing nothing",
  holdout: "Held back to measure doing nothing",
  per_page: "Limit per page reached",
  per_session: "Limit per visit reached",
  per_visitor: "Limit per visitor reached",
  per_period: "Limit for the period reached",
  cooldown: "Cooling down after the last one",
  spacing: "Too soon after another campaign",
  closed: "The shopper closed it before",
  dismissed: "The shopper closed it before",
  budget: "The budget is used up",
  outbid: "A stronger campaign took the placement",
  arbitration: "A stronger campaign took the placement",
  overlay: "Another overlay is open",
  guard: "Too much change on one page",
  change_budget: "Too much change on one page",
  paused: "Paused",
  placement: "The page has no such placement",
  placement_missing: "The page has no such placement",
};

const KINDS: Record<EntryKind, string> = {
  event: "Shopper",
  decision: "Decision",
  receipt: "Receipt",
  connection: "Connection",
  timer: "Timer",
};

const OUTCOMES: Record<string, string> = {
  won: "Chosen",
  pushed: "Pushed",
  baseline: "Baseline",
  refused: "Refused",
  nothing: "Nothing shown",
  shown: "Shown",
  clicked: "Clicked",
  dismissed: "Closed",
  failed: "Failed",
  received: "Received",
  suppressed: "Suppressed",
};

const STRATEGIES: Record<string, [name: string, words: string]> = {
  next_item: ["Next item", "What visits like this one went on to, from the live index"],
  similar: ["Similar", "Same need, near in price, brand and attributes"],
  also_viewed: ["Also viewed", "Often looked at in the same visits"],
  goes_with: ["Goes with", "Bought with what is in the cart"],
  upsell: ["One step up", "Same need, better and dearer"],
  trending: ["Trending", "Wanted more than usual just now"],
  trending_in_category: ["Trending in its category", "Wanted more than usual just now, of the same kind"],
  popular: ["Popular", "Most wanted in the shop"],
  popular_in_category: ["Popular in its category", "Most wanted of the same kind"],
  new_arrivals: ["New arrivals", "The youngest of the catalog"],
  recently_viewed: ["Recently viewed", "What this shopper looked at, newest first"],
  personal: ["Personal mix", "By the interests of this visit"],
  nearest: ["Nearest", "Near to the words searched for"],
};

/** Spells a code: `exit_intent` becomes `Exit intent`. */
export function spelled(code: string): string {
  const text = code.replace(/[_-]+/g, " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The last and most telling part of a category path: `computers.notebook` becomes `Notebook`. */
export function categoryName(path: string): string {
  return spelled(path.split(".").at(-1) ?? path);
}

/** The department a category path belongs to: `computers.notebook` becomes `computers`. */
export function department(path: string | null | undefined): string {
  return path ? (path.split(".")[0] ?? "") : "";
}

export const strategyName = (code: string): string => STRATEGIES[code]?.[0] ?? spelled(code);
export const strategyWords = (code: string): string => STRATEGIES[code]?.[1] ?? "";
export const deviceName = (code: string): string => DEVICES[code] ?? spelled(code || "unknown");
export const reasonName = (code: string): string => REASONS[code] ?? spelled(code);
export const kindName = (kind: EntryKind): string => KINDS[kind] ?? spelled(kind);
export const outcomeName = (code: string): string => OUTCOMES[code] ?? spelled(code);

/** The short name of a session: the end of its id, where ids differ most. */
export function shortId(id: string): string {
  return id.length > 6 ? id.slice(-6) : id;
}

/** What the visitor looks at, in words. */
export function pageTitle(summary: Summary): string {
  const page = summary.page;
  if (page?.title) return page.title;
  if (page?.category) return categoryName(page.category);
  return page?.path ?? "";
}

/** The page for use beside its path: its title, its category, or its kind in words; nothing if it is of no kind. */
export function pageName(summary: Summary): string {
  const page = summary.page;
  if (page?.title || page?.category) return pageTitle(summary);
  return page?.kind && page.kind !== "other" ? spelled(page.kind) : "";
}

/** A fact's value as text; numbers keep at most four digits after the point. */
export function plainValue(value: Plain): string {
  if (value === null) return "nothing";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : String(Math.round(value * 1e4) / 1e4);
  return value === "" ? "empty" : value;
}
