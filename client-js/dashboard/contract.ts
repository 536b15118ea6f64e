// What the server says to the dashboard: the shapes of `/admin/v1`, times in ms since the epoch, money in minor units.

export interface Percentiles {
  count: number;
  p50: number;
  p99: number;
  max: number;
  p90?: number;
  p999?: number;
}

export interface HealthCheck {
  name: string;
  ok: boolean;
  detail: string;
}

export interface Overview {
  version: string;
  startedMs: number;
  nowMs: number;
  currency: string;
  sessions: number;
  connections: number;
  eventsTotal: number;
  pushesTotal: number;
  decisionsTotal: number;
  droppedTotal: number;
  campaigns: number;
  campaignErrors: number;
  snapshot: string | number;
  durability: string;
  epoch: string | number;
  health: HealthCheck[];
  reactionUs: Percentiles;
  ackUs: Percentiles;
  residentBytes: number;
  /** True while the switch for everything is off; absent on servers that do not report it. */
  off?: boolean;
}

export interface PageView {
  kind: string;
  path: string;
  product?: string | null;
  category?: string | null;
  title?: string | null;
}

export interface LastDecision {
  campaign: string;
  variant: string;
  outcome: string;
  atMs: number;
}

export interface Summary {
  id: string;
  startedMs: number;
  lastMs: number;
  returning: boolean;
  preview: boolean;
  device: string;
  country: string;
  language: string;
  referrer: string;
  page: PageView;
  attentive: boolean;
  attentionMs: number;
  pageAttentionMs: number;
  cartValue: number;
  cartItems: number;
  /** 0..=1, how likely an order looks. */
  intent: number;
  interest: string;
  connections: number;
  events: number;
  pushes: number;
  lastDecision?: LastDecision | null;
}

export interface Spark {
  session: string;
  campaign: string;
  variant: string;
  placement: string;
  atMs: number;
  outcome: string;
}

export interface LiveState {
  overview: Overview;
  sessions: Summary[];
}

export interface LiveDiff {
  overview: Overview;
  changed: Summary[];
  gone: string[];
  sparks: Spark[];
}

export type Plain = string | number | boolean | null;

export interface Read {
  name: string;
  value: Plain;
  clause: string;
  passed: boolean;
}

export interface LimitUse {
  name: string;
  used: number;
  max: number;
}

export interface Considered {
  campaign: string;
  name: string;
  priority: number;
  outcome: "won" | "refused" | "baseline";
  reason?: string | null;
  variant?: string | null;
  propensity?: number | null;
  reads: Read[];
  limits: LimitUse[];
  placements: unknown[];
  why: string;
}

export interface Proof {
  id: string;
  trigger: string;
  outcome: "pushed" | "baseline" | "nothing";
  tookUs: number;
  considered: Considered[];
}

export type EntryKind = "event" | "decision" | "receipt" | "connection" | "timer";

export interface Entry {
  seq: number;
  atMs: number;
  kind: EntryKind;
  title: string;
  detail?: Record<string, Plain> | null;
  proof?: Proof | null;
}

export type Scored = [name: string, score: number];

export interface Interests {
  categories: Scored[];
  brands: Scored[];
  priceBand: string | number | null;
}

export interface PlacementNow {
  stream: string | number;
  page: string | number;
  placement: string;
  campaign: string;
  variant: string;
  text: string;
}

export interface SessionView {
  summary: Summary;
  entries: Entry[];
  interests: Interests;
  placements: PlacementNow[];
}

export interface CampaignCounts {
  triggered: number;
  pushed: number;
  baseline: number;
  holdout: number;
  received: number;
  shown: number;
  clicked: number;
  dismissed: number;
  failed: number;
  suppressed: number;
  refused: Record<string, number>;
  orders: number;
}

export interface Campaign {
  id: string;
  name: string;
  goal: string;
  priority: number;
  baseline: number;
  purpose: string;
  trust: string;
  enabled: boolean;
  file: string;
  when: string;
  triggers: string[];
  placements: string[];
  actions: string[];
  variants: { id: string; weight: number }[];
  counts: CampaignCounts;
  /** Absent where it has made no offers. */
  offers?: OfferSums;
  budgets: BudgetLimit[];
}

export interface LoadError {
  file: string;
  line: number;
  column: number;
  message: string;
  /** What was most likely meant. */
  suggestion?: string | null;
}

export interface Lint {
  severity: "error" | "warning";
  campaign: string;
  code: string;
  message: string;
}

export interface CampaignList {
  campaigns: Campaign[];
  errors: LoadError[];
  lint: Lint[];
}

export interface SourceError {
  line: number;
  column: number;
  message: string;
  suggestion?: string | null;
}

export interface CheckResult {
  errors: SourceError[];
  lint: Lint[];
}

/** What one strategy has shown and what came of it since the server started. Shares and rates are 0..=1; unknown is `null`. */
export interface StrategyCounts {
  name: string;
  lists: number;
  /** Products in all lists. */
  items: number;
  distinct_items: number;
  /** Share of the catalog. */
  coverage: number | null;
  /** 1 minus the mean popularity of what was shown. */
  novelty: number | null;
  clicks: number;
  carts: number;
  /** Of the lists. */
  click_rate: number | null;
  cart_rate: number | null;
  /** Of the lists, those another strategy had to complete. */
  fallback_share: number | null;
}

/** The index that learns from live visits. */
export interface IndexHealth {
  enabled: boolean;
  sessions: number | null;
  interactions: number | null;
  bytes: number | null;
  segments: number | null;
  /** ms since the epoch. */
  published_at: number | null;
  learned_total: number | null;
  learned_per_s: number | null;
  questions: number | null;
  p50_us: number | null;
  p99_us: number | null;
  horizon_days: number | null;
}

export interface Recommendations {
  strategies: StrategyCounts[];
  index: IndexHealth;
}

/** One recorded turn, gone through again. */
export interface Step extends Entry {
  turn: number;
  same: boolean;
  /** Version of the snapshot it was decided with. */
  snapshot: number;
  digest: string;
  decisions: Proof[];
}

export interface Side {
  digest: string;
  decisions: Proof[];
  /** Absent on the recorded side, which keeps only the digest. */
  effects?: string[] | null;
}

export interface Replayed {
  session: string;
  startedMs: number;
  turns: number;
  same: number;
  /** The first records are gone; it was verified from a later one on. */
  cut: boolean;
  stopped?: string | null;
  difference?: { turn: number; expected: Side; got: Side } | null;
  steps: Step[];
}

export interface Done {
  decisions: string[];
  effects: string[];
}

/** One moment of a visit as recorded and with something changed. */
export interface Beside {
  turn: number;
  atMs: number;
  cause: "recorded" | "replaced" | "changed" | "deadline";
  title: string;
  /** What the page really said, where that was replaced. */
  was?: string | null;
  recorded: Done | null;
  changed: Done;
  same: boolean;
  /** After the first divergence: a real shopper might have done otherwise. */
  after: boolean;
  notes: string[];
}

export interface Otherwise {
  session: string;
  startedMs: number;
  at: number;
  turns: number;
  diverged: number | null;
  unanswered: number;
  hole?: number | null;
  moments: Beside[];
}

/** What is changed; the cart in minor units. */
export interface Change {
  at: number;
  set: { cart?: number };
  pause: string[];
  deny: string[];
  allow: string[];
}

/** What comes in, as seen for its quality, since the server started. */
export interface Quality {
  sinceMs: number;
  nowMs: number;
  totals: { received: number; rejected: number; duplicates: number; late: number; dropped: number };
  libraries: LibraryQuality[];
  problems: Problem[];
  refused: RefusedEvents[];
  traffic: { visits: number; suspected: number; bots: number; signs: { name: string; sentence: string; count: number }[] };
}

export interface LibraryQuality {
  name: string;
  hellos: number;
  received: number;
  rejected: number;
  duplicates: number;
  late: number;
  dropped: number;
  gaps: number;
  clockOff: number;
  delivery: number | null;
}

export interface QualitySample {
  atMs: number;
  page: string;
  library: string;
  text: string;
}

export interface Problem {
  code: string;
  title: string;
  effect: string;
  fix: string;
  count: number;
  recent: number;
  share: number;
  tolerated: number;
  isSerious: boolean;
  lastMs: number;
  places: { page: string; library: string; count: number; recent: number }[];
  samples: QualitySample[];
}

export interface RefusedEvents {
  kind: string;
  reason: string;
  field: string;
  page: string;
  library: string;
  count: number;
  recent: number;
  share: number;
  lastMs: number;
  samples: QualitySample[];
}

/** What a campaign's codes came to. Money in minor units. */
export interface OfferSums {
  open: number;
  redeemed: number;
  expired: number;
  revoked: number;
  reservedMinor: number;
  spentMinor: number;
}

/** One limit of a campaign's budget; `count` and `open` in codes, the rest in minor units. */
export interface BudgetLimit {
  variants: string[];
  limit: string;
  used: number;
  most: number;
  /** A grant counts this long; absent: while it is open, or for good. */
  windowMs?: number;
}

export interface Offer {
  code: string;
  campaign: string;
  state: string;
  kind: string;
  /** Percent, or minor units. */
  amount: number;
  minimumMinor: number;
  mostMinor?: number;
  categories: string[];
  singleUse: boolean;
  pool?: string;
  currency: string;
  grantedMs: number;
  expiresMs: number;
  changedMs: number;
  order?: string;
  valueMinor: number;
}

export interface Pool {
  name: string;
  free: number;
  given: number;
  low: boolean;
}

export interface OfferList {
  offers: Offer[];
  open: number;
  openMax: number;
  currency: string;
  totals: Record<string, OfferSums>;
  budgets: Record<string, BudgetLimit[]>;
  /** Of the last hours, oldest first. */
  hours: { fromMs: number; granted: number; valueMinor: number }[];
  /** Since the server started, by reason. */
  refused: Record<string, number>;
  redemptions: Record<string, number>;
  pools: Pool[];
}

/** Bounds of an estimate; for the primary metric they hold at all looks together. */
export interface Bounds {
  lower: number;
  upper: number;
}

/** A test with its own p-value and, where it has one, its interval. */
export interface TestReport {
  pValue: number;
  estimate: number | null;
  interval: Bounds | null;
}

/** One metric of a variant against the control. Money in minor units; shares and lifts are fractions. */
export interface MetricReport {
  metric: string;
  title: string;
  kind: "proportion" | "mean" | "ratio";
  anchor: string;
  higherIsBetter: boolean;
  isPrimary: boolean;
  control: number | null;
  treated: number | null;
  difference: number | null;
  interval: Bounds | null;
  lift: number | null;
  liftInterval: Bounds | null;
  pValue: number | null;
  isSignificant: boolean;
  isFrozen: boolean;
  /** Absent until the planned visitors are reached. */
  oneLook: TestReport | null;
  adjusted: { lift: number | null; liftInterval: Bounds | null; varianceRatio: number } | null;
  posterior: { chanceToWin: number; risk: number; lift: number; interval: Bounds } | null;
  exact: TestReport | null;
  randomization: TestReport | null;
  uncapped: TestReport | null;
  /** Why there is no difference. */
  missing: string | null;
}

export interface LookReport {
  at: number;
  metric: string;
  visitors: number;
  difference: number;
  interval: Bounds;
  lift: number | null;
  liftInterval: Bounds | null;
}

export type VerdictCode = "not_enough_data" | "undecided" | "better" | "worse" | "inconclusive" | "harmful" | "split_mismatch";

export interface Comparison {
  arm: string;
  slot: number;
  control: string;
  visitors: number;
  verdict: VerdictCode;
  sentence: string;
  /** The primary one first. */
  metrics: MetricReport[];
  power: {
    progress: number;
    detectableNow: number | null;
    detectableAtEnd: number | null;
    visitorsMore: number | null;
    visitorsPerDay: number | null;
    weeks: number | null;
    hint: string | null;
  };
  guardrails: { metric: string; margin: number; state: "watching" | "safe" | "breached"; interval: Bounds | null }[];
  segments: { axis: string; segment: string; metric: string; visitors: number; lift: number | null; shrunkLift: number | null; interval: Bounds | null; isFlagged: boolean }[];
  novelty: { metric: string; days: number; fades: boolean; slopePValue: number; lastThird: number | null } | null;
  /** The primary metric with its confidence sequence, oldest first. */
  overTime: LookReport[];
  /** Conversion, revenue and profit over all days up to each. */
  byDay: LookReport[];
  /** The same of each day by itself, each interval for that day alone. */
  daily: LookReport[];
  money: { metric: string; perThousandVisitors: number; perThousandInterval: Bounds; perMonth: number | null; perMonthInterval: Bounds | null } | null;
  discountAnyway: number | null;
  /** Said beside what was decided early. */
  exaggeration: string | null;
}

export interface ArmReport {
  arm: string;
  slot: number;
  share: number;
  visitors: number;
  closed: number;
  received: number;
  shown: number;
  missed: number;
  late: number;
  crossovers: number;
  quarantined: number;
  orders: number;
  discount: number;
  refunded: number;
  metrics: { metric: string; mean: number | null; error: number | null }[];
}

export interface SplitReport {
  /** By slot: holdout, baseline, variants. */
  counts: number[];
  expected: number[];
  pValue: number;
  isAlarm: boolean;
  hasChangedShares: boolean;
  /** Parts of the visitors whose own split is off. */
  segments: string[];
}

/** What an experiment has shown. Variants go by their place: `variant 1` is in slot 2. */
export interface ExperimentReport {
  startedAt: number | null;
  primary: string;
  rule: "horizon" | "open";
  plannedVisitors: number;
  alpha: number;
  power: number;
  currency: string;
  arms: ArmReport[];
  comparisons: Comparison[];
  triggeredSplit: SplitReport;
  quality: { quarantined: number; crossovers: number; isCrossoverAlarm: boolean; capped: number };
  /** Visitors by the day they entered, by slot. */
  traffic: { at: number; visitors: number[] }[];
  notes: string[];
}

/** One experiment: a campaign against its baseline, or the whole shop against the holdout. */
export interface Experiment {
  id: string;
  campaign: string;
  name: string;
  /** Ids of the variants, from slot 2 on. */
  variants: string[];
  /** Visitors who come now enter it. */
  running: boolean;
  watermarkMs: number;
  /** The guardrail that paused its campaign. */
  paused?: { atMs: number; reason: string };
  report: ExperimentReport;
}

/** Reports without curves and segments. */
export interface ExperimentList {
  watermarkMs: number;
  experiments: Experiment[];
}
