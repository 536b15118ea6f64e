// Sessions, sparks and overviews for tests, with only what a test names being special.

import type { Overview, Spark, Summary } from "../contract";

export function summary(id: string, special: Partial<Summary> = {}): Summary {
  return {
    id,
    startedMs: 0,
    lastMs: 0,
    returning: false,
    preview: false,
    device: "desktop",
    country: "DE",
    language: "de",
    referrer: "",
    page: { kind: "home", path: "/" },
    attentive: true,
    attentionMs: 0,
    pageAttentionMs: 0,
    cartValue: 0,
    cartItems: 0,
    intent: 0,
    interest: "",
    connections: 1,
    events: 1,
    pushes: 0,
    ...special,
  };
}

export function spark(session: string, atMs: number, outcome = "pushed"): Spark {
  return { session, campaign: "hello", variant: "a", placement: "hero", atMs, outcome };
}

export function overview(special: Partial<Overview> = {}): Overview {
  return {
    version: "0.1.0",
    startedMs: 0,
    nowMs: 0,
    currency: "EUR",
    sessions: 0,
    connections: 0,
    eventsTotal: 0,
    pushesTotal: 0,
    decisionsTotal: 0,
    droppedTotal: 0,
    campaigns: 0,
    campaignErrors: 0,
    snapshot: 1,
    durability: "group_commit",
    epoch: 1,
    health: [],
    reactionUs: { count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 },
    ackUs: { count: 0, p50: 0, p99: 0, max: 0 },
    residentBytes: 0,
    ...special,
  };
}
