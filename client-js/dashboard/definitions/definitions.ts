// What every number of the dashboard means: one entry per anchor. Formulas are those the engine computes with.

export interface Definition {
  /** Anchor on the page of definitions. */
  id: string;
  name: string;
  text: string;
  formula?: string;
  /** Where the method is from. */
  source?: string;
}

export interface Chapter {
  name: string;
  definitions: Definition[];
}

export const CHAPTERS: readonly Chapter[] = [
  {
    name: "Metrics",
    definitions: [
      { id: "metric-conversion", name: "Conversion", text: "Share of visitors who placed at least one order after they entered the experiment.", formula: "visitors with an order / all visitors of the arm" },
      { id: "metric-revenue-per-visitor", name: "Revenue per visitor", text: "Order totals after discounts and refunds, divided by all visitors of the arm, buyers or not. Very large totals are winsorized." },
      { id: "metric-profit-per-visitor", name: "Profit per visitor", text: "Margin of what was ordered less the discounts given and less refunds, divided by all visitors of the arm. A campaign can bring more orders and less profit; this is where it shows.", formula: "(margin − discounts − refunds) / visitors" },
      { id: "metric-average-order-value", name: "Average order value", text: "Revenue divided by the number of orders. Its error counts visitors, not orders, by the delta method.", formula: "Σ revenue / Σ orders", source: "Deng, Knoblich, Lu 2018" },
      { id: "metric-engagement-depth", name: "Engagement depth", text: "Pages seen per visitor after entering the experiment." },
      { id: "metric-attention", name: "Attention", text: "Seconds of attention per visitor: the page was in sight and the shopper active." },
      { id: "metric-bounce", name: "Bounce", text: "Share of visitors who left without doing anything more after they entered the experiment. Less is better." },
      { id: "metric-task-completion-time", name: "Task completion time", text: "Seconds from entering the experiment until the shopper's task was done, over those who did it. Less is better." },
      { id: "metric-custom", name: "Custom metric", text: "A measure of the shop's own, as its pages report it; mean over visitors." },
      { id: "winsorized", name: "Winsorized", text: "Values above a cap count as the cap, so that one very large order does not decide an experiment. The cap is the 99.9% quantile of all values that are not zero, found without looking at arms. Shares are never capped." },
    ],
  },
  {
    name: "Who is counted",
    definitions: [
      { id: "visitors", name: "Visitors", text: "One browser or known shopper where remembering is allowed, else one visit. Who enters an arm stays in it and is counted there whether or not anything could be shown: intention to treat." },
      { id: "assigned", name: "Assigned and triggered", text: "A visitor is assigned by a hash of their id, and triggered when the campaign's moment comes. The moment is recognized in every arm, also where nothing will be shown; only triggered visitors are compared, from that moment on." },
      { id: "closed", name: "Closed", text: "A visitor whose window has passed: what they bring from then on counts no more." },
      { id: "baseline", name: "Baseline", text: "The share of a campaign's visitors who keep the shop's own content, so that there is something to compare with. What the campaign would have shown is recorded for them." },
      { id: "holdout", name: "Holdout", text: "Visitors who see no campaign at all. All others against them is what the whole engine is worth." },
      { id: "set-apart", name: "Set apart", text: "Bots, suspects and staff. They are counted in their own column and compared with nobody; nothing is dropped silently." },
      { id: "crossovers", name: "Crossovers", text: "Visitors who met two arms, for example by logging in on a second device. They are taken out of the comparison and counted. More than 1% is a reason to look." },
    ],
  },
  {
    name: "Lift and its certainty",
    definitions: [
      { id: "lift", name: "Lift", text: "How much more the variant brought than the control, relative to the control. Not shown where the control's mean is too uncertain to divide by; the plain difference is.", formula: "(mean of variant − mean of control) / mean of control; error by the delta method" },
      { id: "interval", name: "Interval", text: "Holds the true value in at least 95 of 100 experiments, at all times at once: it may be looked at as often as you like. While it holds zero it is gray, and there is nothing to conclude." },
      { id: "confidence-sequence", name: "Confidence sequence", text: "Intervals for every moment that hold together. The band over time shows it: in at least 95 of 100 experiments the truth never leaves the band.", formula: "open: se √(2 (Nρ²+1)/(Nρ²) · ln(√(Nρ²+1)/α))", source: "Howard et al. 2021; Waudby-Smith et al. 2024" },
      { id: "horizon", name: "Planned visitors", text: "The number of visitors in both arms that was fixed before the start. Looks at any time up to it count; after it the verdict is final. It costs 10% more visitors at most than a single look at the end, and ends 20% sooner on average.", formula: "decided when |z| ≥ 2.2414 · √(N / n)", source: "Lévy; Kurennoy et al. 2025" },
      { id: "open-mode", name: "Open mode", text: "No planned end: the interval is valid forever, and wider for it. It needs about 65% more visitors than a single look at the end." },
      { id: "p-value", name: "p-value", text: "How surprising the data would be if there were no difference; valid at every look, so it only ever falls." },
      { id: "exact-test", name: "Exact conversion test", text: "If nothing made a difference, each first order would fall into an arm by its share alone, at any hour and in any season. No approximation, at any number of visitors and however often you look.", formula: "log e = ln B(kp+s₁, k(1−p)+s₀) − ln B(kp, k(1−p)) − s₁ ln p − s₀ ln(1−p)", source: "Lindon & Malek 2022" },
      { id: "randomization-test", name: "Randomization test", text: "If nothing changed any visitor's outcome, arms are only labels. Valid for any metric, however rare its large values are; for even splits.", source: "de la Peña 1999; Howard et al. 2020" },
      { id: "one-look", name: "One look", text: "The classic test, right only if it is looked at once, when the planned visitors are reached. Hidden until then, because looking at it every day finds a difference in 20 of 100 experiments without any." },
      { id: "exaggeration", name: "Early winners look larger", text: "Who stops an experiment at its first good moment stops at a lucky one: the estimate is larger than the truth, typically by a fifth. The interval is right all the same; believe it rather than the point." },
      { id: "adjusted", name: "Adjusted (CUPED)", text: "What was known of a visitor before the experiment explains part of what they bring; taking it out narrows the interval and moves nothing on average.", formula: "mean − θ (x̄ − mean of x̄), θ = cov(Y, X) / var(X)", source: "Deng, Xu, Kohavi, Walker 2013" },
      { id: "many-comparisons", name: "Many comparisons", text: "The more one looks at, the more looks special by chance. The primary metric decides; several variants share its error rate, and other metrics are held to a stricter line.", source: "Holm 1979; Wang & Ramdas 2022" },
      { id: "bayesian", name: "Bayesian view", text: "The same data with a cautious expectation that large lifts are rare. Easy to read, but not protected against looking often: decisions follow the interval.", formula: "prior of the lift: normal, mean 0, standard deviation 0.3" },
      { id: "risk", name: "Risk", text: "The lift one can expect to lose by shipping the variant, over all cases in which it is worse." },
    ],
  },
  {
    name: "Can it be trusted",
    definitions: [
      { id: "srm", name: "Sample ratio", text: "Whether the arms have as many visitors as planned. If not, somebody is missing from one of them, and no comparison can be trusted until it is known why. The alarm is raised at 1,000 to 1, and may be watched all the time.", formula: "log e = ln B(kθ + n) − ln B(kθ) − Σ nᵢ ln θᵢ, k = 1,000", source: "Lindon & Malek 2022; Fabijan et al. 2019" },
      { id: "guardrail", name: "Guardrail", text: "A metric that must not get worse. When it is certain that it did, by more than the margin that was allowed, the arm is paused by itself. Nothing is ever promoted by itself." },
      { id: "power", name: "Power", text: "How often an experiment of this size finds a lift of the given size that is really there." },
      { id: "minimum-effect", name: "Smallest lift it can find", text: "With the visitors planned, a true lift of this size is found in 80 of 100 experiments; smaller ones less often.", formula: "(z(1 − α/2) + z(0.8)) · se, with 1.1 times the visitors by the planned rule and 1.65 times by the open one" },
      { id: "duration", name: "Weeks", text: "Planned visitors at the pace of the last days, rounded up to whole weeks, because days of the week differ." },
      { id: "segments", name: "Segments", text: "Parts of the visitors, for ideas and not for verdicts: of many parts some look special by chance. Their lifts are pulled towards the overall one, the less certain the more.", source: "DerSimonian & Laird 1986" },
      { id: "novelty", name: "Novelty", text: "The lift by day. What is new is looked at because it is new; if the effect fades from day to day, the last days say more than the average.", formula: "Cochran's Q and weighted slope; noted at p < 0.01" },
      { id: "received", name: "Received, shown, missed, late", text: "Received: the page confirmed the change. Shown: it was on the screen. Missed: its place was gone or did not fit. Late: it came after the moment it was for. None of them changes who is counted." },
    ],
  },
  {
    name: "Money and offers",
    definitions: [
      { id: "money-per-thousand", name: "Per 1,000 visitors", text: "The difference in profit per visitor, for a thousand visitors. The interval says how sure that is." },
      { id: "money-per-month", name: "A month", text: "The same for the number of visitors who meet this moment in 30 days at the present pace, if everybody got the variant." },
      { id: "discount-given", name: "Discount given", text: "What the codes really took off orders in this arm." },
      { id: "discount-anyway", name: "Given to those who would have bought anyway", text: "The part of the discount that changed nothing: the share of the control that ordered without it.", formula: "conversion of the control × discount per order × visitors of the variant" },
      { id: "bandit", name: "Traffic of each variant", text: "Where the engine learns, variants that do well get more visitors, and each keeps a floor. Plain means are biased then: the estimate is weighted by how likely each arm was.", source: "Hadad, Hirshberg, Zhan, Wager, Athey 2021" },
      { id: "granted", name: "Granted", text: "Codes that were made, one per visitor, campaign and period." },
      { id: "redeemed", name: "Redeemed", text: "Codes that an order used, as the shop's till reports." },
      { id: "spent", name: "Spent", text: "What redeemed codes took off orders." },
      { id: "reserved", name: "Reserved", text: "The most that open codes may still cost. It counts against budgets until they are redeemed or expire." },
      { id: "budget", name: "Budget", text: "What a campaign may give away, in codes or in money, in a window of time or in all. A window moves with the clock: a code leaves it exactly that long after it was made." },
      { id: "not-offered", name: "No offer made", text: "A campaign won the moment, but no code was made, for the reason given." },
    ],
  },
];

const BY_ID = new Map(CHAPTERS.flatMap((chapter) => chapter.definitions).map((definition) => [definition.id, definition]));

export function definitionOf(id: string): Definition | undefined {
  return BY_ID.get(id);
}

/** The anchor of a metric as the server names it: `revenue_per_visitor`, `custom_2`. */
export function metricAnchor(name: string): string {
  return name.startsWith("custom") ? "metric-custom" : `metric-${name.replace(/_/g, "-")}`;
}
