// Generated from src/protocol/wire; do not edit.

export type ClientFrame = { "hello": Hello } | { "events": EventBatch } | { "applied": Applied } | { "pong": Pong } | { "bye": Bye };

export type Hello = { 
/**
 * Lowest and highest protocol version the client speaks.
 */
versions: [number, number], 
/**
 * Publishable key of the shop.
 */
key: string, 
/**
 * 16 random bytes as 32 hex digits, made once per page load.
 */
stream: string, 
/**
 * Name and version of the client library, for diagnosis.
 */
sdk?: string, page: Page, 
/**
 * Whether the page is on screen.
 */
visible: boolean, 
/**
 * Consent known so far; a missing purpose is "unknown", which counts as no.
 */
consent?: Consent, 
/**
 * Milliseconds since the page started (monotonic).
 */
now: number, 
/**
 * The client's clock, milliseconds since the Unix epoch.
 */
wall: number, 
/**
 * BCP 47 tag, as `navigator.language`.
 */
language?: string, 
/**
 * Minutes east of UTC on the visitor's clock.
 */
utcOffset?: number, 
/**
 * Width and height of the viewport in CSS pixels.
 */
viewport?: [number, number], 
/**
 * Whether the main pointer is a finger.
 */
touch?: boolean, 
/**
 * Signs of a browser that no person drives.
 */
automation?: Automation, 
/**
 * Token that names the visitor, from an earlier `welcome`; only stored with consent.
 */
visitor?: string, 
/**
 * Token that names the visit, from an earlier `welcome` of this browser (any tab).
 */
session?: string, 
/**
 * Compact JWS by which the shop's server vouches for a customer.
 */
customer?: string, 
/**
 * Continues this stream after a lost connection.
 */
resume?: Resume, 
/**
 * Preview token from the dashboard: forces campaigns, never counted.
 */
preview?: string, 
/**
 * How many events the client holds unacknowledged.
 */
queued?: number, };

export type Resume = { token: string, epoch: string, 
/**
 * Last revision the page applied.
 */
rev: number, };

export type Page = { 
/**
 * Absolute address; the engine keeps the path and the campaign parameters only.
 */
url: string, referrer?: string, 
/**
 * `home category product search cart checkout order account content other`.
 */
kind: string, product?: string, 
/**
 * Dotted path, such as `computers.notebook`.
 */
category?: string, 
/**
 * Placements that stand on this page.
 */
placements?: Array<Placement>, 
/**
 * Names of the shop's `<template>`s that stand on this page.
 */
templates?: Array<string>, 
/**
 * BCP 47, the language of its text; without it sentences are in that of the `hello`.
 */
language?: string, };

export type Placement = { name: string, kind: PlacementKind, 
/**
 * Whether its top edge was above the fold when the page was announced.
 */
above?: boolean, 
/**
 * Whether the shop allows changes here after the first input (`data-floorwalker-live`).
 */
live?: boolean, 
/**
 * Product ids in the shop's own order; lists only.
 */
items?: Array<string>, };

export type PlacementKind = "block" | "list" | "cta" | "nav";

export type Consent = { 
/**
 * The shop's own word: act within this visit.
 */
session?: boolean, 
/**
 * Choose content by behavior in this visit.
 */
personalize?: boolean, 
/**
 * Link visits of this browser.
 */
remember?: boolean, 
/**
 * Measure lift and traffic.
 */
measure?: boolean, 
/**
 * Send out to third parties.
 */
share?: boolean, 
/**
 * Global Privacy Control, as `navigator.globalPrivacyControl`.
 */
gpc?: boolean, 
/**
 * What the shop platform's privacy settings say (Shopify).
 */
platform?: Purposes, 
/**
 * What Google's Consent Mode says.
 */
mode?: Purposes, 
/**
 * What the consent platform of IAB's framework says.
 */
tcf?: Tcf, };

export type Purposes = { session?: boolean, personalize?: boolean, remember?: boolean, measure?: boolean, share?: boolean, };

export type Tcf = { 
/**
 * The TC string, at most 8,192 bytes.
 */
string?: string, 
/**
 * `gdprApplies`; unknown counts as no consent.
 */
applies?: boolean, 
/**
 * Whether the shopper has answered, now or earlier: `tcloaded` or `useractioncomplete`.
 */
answered?: boolean, };

export type Automation = { 
/**
 * `navigator.webdriver`.
 */
webdriver?: boolean, 
/**
 * The window has no outer size, as in a browser without a screen.
 */
windowless?: boolean, 
/**
 * How many languages the browser prefers; a person's has at least one.
 */
languages?: number, };

export type EventBatch = { 
/**
 * Number of the first event; a stream starts at 1.
 */
first: number, 
/**
 * When the batch left, milliseconds since the page started.
 */
sentAt: number, list: Array<TimedEvent>, 
/**
 * Last revision applied.
 */
rev?: number, };

export type TimedEvent = { 
/**
 * Milliseconds since the page started.
 */
at: number, event: Event, };

export type Event = { "pageView": Page } | { "productView": ProductView } | { "listView": ListView } | { "click": Click } | { "scroll": Scroll } | { "search": Search } | { "cart": Cart } | { "checkout": Checkout } | { "order": Order } | { "custom": Custom } | { "attention": Attention } | { "exit": Exit } | { "visibility": Visibility } | { "consent": Consent } | { "preference": Preference };

export type ProductView = { product: string, };

export type ListView = { 
/**
 * Name of the list, as declared.
 */
list: string, items: Array<string>, };

export type Click = { 
/**
 * Name of the declared element (`data-floorwalker-click`).
 */
target: string, product?: string, };

export type Scroll = { 
/**
 * 0 to 100.
 */
depth: number, };

export type Search = { query: string, 
/**
 * How many products the shop found.
 */
results: number, };

export type Cart = { 
/**
 * ISO 4217.
 */
currency: string, lines: Array<CartLine>, 
/**
 * The shop's server's word for this cart: a signed token that carries the cart itself.
 */
token?: string, };

export type CartLine = { product: string, sku?: string, quantity: number, 
/**
 * Unit price after discount, integer minor units.
 */
price: number, };

export type Checkout = { 
/**
 * `begin contact address shipping payment`.
 */
step: string, };

export type Order = { id: string, 
/**
 * Integer minor units, without tax and shipping.
 */
value: number, currency: string, lines?: Array<CartLine>, coupon?: string, };

export type Custom = { name: string, data?: { [key in string]: Scalar }, };

export type Scalar = boolean | number | string;

export type Attention = { 
/**
 * Visible, focused and not idle.
 */
active: boolean, 
/**
 * Whether a person's input (`isTrusted`: pointer, key, touch, wheel) was seen on this page so far; absent where it is not watched.
 */
trusted?: boolean, };

export type Exit = { signal: ExitSignal, 
/**
 * Pointer or scroll speed, CSS pixels a second.
 */
speed?: number, };

export type ExitSignal = "pointerTop" | "scrollUp" | "back" | "hidden" | "idle" | "returned";

export type Visibility = { visible: boolean, };

export type Preference = { choice: PreferenceChoice, 
/**
 * Decision the choice was made on; needed for `less`.
 */
decision?: string, };

export type PreferenceChoice = "less" | "reset" | "off" | "on";

export type Applied = { rev: number, receipts?: Array<Receipt>, };

export type Receipt = { decision: string, state: ReceiptState, 
/**
 * Why it failed or was suppressed: `late missing template hidden`.
 */
reason?: string, };

export type ReceiptState = "received" | "shown" | "dismissed" | "clicked" | "failed" | "suppressed";

export type Pong = { n: number, now: number, };

export type Bye = { 
/**
 * `pagehide` or `off`.
 */
reason: string, };

export type ServerFrame = { "welcome": Welcome } | { "ack": Ack } | { "push": Push } | { "state": State } | { "ping": Ping } | { "goaway": Goaway } | { "error": ErrorFrame };

export type Welcome = { version: number, 
/**
 * Token that names the visit; give it in every `hello` of this browser.
 */
session: string, 
/**
 * Token that names the visitor; only with consent to remember.
 */
visitor?: string, 
/**
 * Token that continues this stream.
 */
resume: string, 
/**
 * Life of the engine's data; a changed epoch means history was lost.
 */
epoch: string, resumed: boolean, 
/**
 * `fsync os memory`: what an `ack` promises.
 */
durability: string, 
/**
 * Last event number that is already durable for this stream.
 */
ack: number, 
/**
 * The engine's clock, milliseconds since the Unix epoch.
 */
wall: number, 
/**
 * How long a lost connection may be resumed.
 */
resumeMs: number, capture: Capture, 
/**
 * The desired state; absent where `resumed` with an equal revision.
 */
state?: State, };

export type Capture = { clicks: boolean, scroll: boolean, exit: boolean, 
/**
 * Heartbeat while attentive; 0 turns attention off.
 */
attentionMs: number, 
/**
 * Without input for this long the shopper is idle.
 */
idleMs: number, };

export type Ack = { seq: number, rejected?: Array<Rejected>, };

export type Rejected = { seq: number, code: string, field?: string, message: string, };

export type Push = { from: number, rev: number, patches: Array<Patch>, };

export type State = { rev: number, patches: Array<Patch>, };

export type Patch = { op: Op, 
/**
 * Absent on `clear`.
 */
decision?: Decision, 
/**
 * Milliseconds the page may wait before it must drop the patch; 0 is no limit.
 */
ttlMs?: number, };

export type Decision = { id: string, campaign: string, variant: string, 
/**
 * A sentence for the shopper, in the page's language.
 */
why: string, 
/**
 * Kinds of data it rests on, in words.
 */
used?: Array<string>, 
/**
 * What must be told beside the placement.
 */
notice?: Disclosure, };

export type Disclosure = { 
/**
 * `ranking price`.
 */
kind: string, 
/**
 * The whole sentence, in the page's language.
 */
text: string, };

export type Op = { "fill": { placement: string, template: string, data: { [key in string]: string }, } } | { "order": { list: string, ids: Array<string>, } } | { "cta": { placement: string, label: string, href?: string, tone?: string, } } | { "nav": { placement: string, shortcuts: Array<Shortcut>, promote: Array<string>, } } | { "offer": { placement: string, template: string, data: { [key in string]: string }, terms: Terms, code?: string, 
/**
 * Milliseconds since the Unix epoch, the engine's clock.
 */
expiresAt?: number, } } | { "recommend": { placement: string, template: string, title?: string, strategy: string, items: Array<Item>, } } | { "layout": { placement: string, layout: string, } } | { "notice": { text: string, tone?: string, } } | { "emit": { name: string, data: { [key in string]: string }, } } | { "clear": { placement: string, } };

export type Shortcut = { label: string, href: string, };

export type Terms = { 
/**
 * `percent fixed free_shipping none`.
 */
kind: string, 
/**
 * Percent, or integer minor units.
 */
amount?: number, 
/**
 * Least cart value, integer minor units.
 */
minimum?: number, };

export type Item = { id: string, name: string, href: string, image: string, 
/**
 * Already formatted, such as `$ 1,299.00`.
 */
price: string, brand: string, 
/**
 * Why this product, a short sentence.
 */
reason: string, };

export type Ping = { n: number, wall: number, };

export type Goaway = { minMs: number, maxMs: number, code: number, };

export type ErrorFrame = { code: string, message: string, field?: string, retryable: boolean, };

/** Why the engine closes a connection. */
export const CLOSE = {
  BadFrame: 4000,
  NoHello: 4001,
  Version: 4002,
  UnknownKey: 4003,
  Origin: 4004,
  ConsentWithdrawn: 4005,
  Blocked: 4006,
  TooLarge: 4009,
  Internal: 4100,
  SlowConsumer: 4101,
  NoHeartbeat: 4103,
  Rate: 4108,
  Overloaded: 4110,
  Draining: 4200,
  TakenOver: 4201,
  Moved: 4202,
  SessionEnded: 4300,
  IdentityChanged: 4301,
} as const;
