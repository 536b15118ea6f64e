// What a campaign's counts say: shares of what triggered it, and refusals by how often. Pure.

import type { Campaign, CampaignCounts } from "../contract";

export interface Split {
  pushed: number;
  baseline: number;
  refused: number;
}

export function refusedTotal(counts: CampaignCounts): number {
  let sum = 0;
  for (const n of Object.values(counts.refused ?? {})) sum += n;
  return sum;
}

/** Splits everything that triggered a campaign into shares of 0..=1. */
export function splitOf(counts: CampaignCounts): Split {
  const refused = refusedTotal(counts);
  const whole = Math.max(counts.triggered, counts.pushed + counts.baseline + refused);
  if (whole === 0) return { pushed: 0, baseline: 0, refused: 0 };
  return { pushed: counts.pushed / whole, baseline: counts.baseline / whole, refused: refused / whole };
}

/** Refusal reasons, most frequent first. */
export function refusalsOf(counts: CampaignCounts): [string, number][] {
  return Object.entries(counts.refused ?? {})
    .filter(([, n]) => n > 0)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

export type CampaignSort = "name" | "priority" | "triggered" | "pushed" | "clicked" | "lift";

/** Sorted, most first; by lift, who has none yet stands last. */
export function sortCampaigns(campaigns: readonly Campaign[], sort: CampaignSort, lift: (campaign: Campaign) => number | null = () => null): Campaign[] {
  const number = (campaign: Campaign): number => {
    switch (sort) {
      case "priority":
        return campaign.priority;
      case "clicked":
        return campaign.counts.shown > 0 ? campaign.counts.clicked / campaign.counts.shown : -1;
      case "lift":
        return lift(campaign) ?? -1e9;
      case "triggered":
      case "pushed":
        return campaign.counts[sort];
      case "name":
        return 0;
    }
  };
  return [...campaigns].sort((a, b) => number(b) - number(a) || a.name.localeCompare(b.name));
}
