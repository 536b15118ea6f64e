//! What is measured of a unit: names, directions and definitions.

use serde::Deserialize;
use serde::Serialize;

/// How a metric is made of what units brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricKind {
    /// Share of units with a property.
    Proportion,
    /// Mean over units.
    Mean,
    /// A sum over units divided by another sum over the same units.
    Ratio,
}

/// What is compared between the arms of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    Conversion,
    RevenuePerVisitor,
    ProfitPerVisitor,
    AverageOrderValue,
    /// Page views per visitor.
    EngagementDepth,
    /// Attentive seconds per visitor.
    Attention,
    Bounce,
    TaskCompletionTime,
    /// Place in [`Plan::custom`](super::Plan::custom), from 0.
    Custom(u8),
}

impl Metric {
    /// All metrics every shop has; custom ones follow from the plan.
    pub const BUILT_IN: [Metric; 8] = [
        Metric::Conversion,
        Metric::RevenuePerVisitor,
        Metric::ProfitPerVisitor,
        Metric::AverageOrderValue,
        Metric::EngagementDepth,
        Metric::Attention,
        Metric::Bounce,
        Metric::TaskCompletionTime,
    ];

    /// Stable name, for files, the API and links. Custom metrics are `custom_0` and so on; their titles are in the plan.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Conversion => "conversion",
            Metric::RevenuePerVisitor => "revenue_per_visitor",
            Metric::ProfitPerVisitor => "profit_per_visitor",
            Metric::AverageOrderValue => "average_order_value",
            Metric::EngagementDepth => "engagement_depth",
            Metric::Attention => "attention",
            Metric::Bounce => "bounce",
            Metric::TaskCompletionTime => "task_completion_time",
            Metric::Custom(0) => "custom_0",
            Metric::Custom(1) => "custom_1",
            Metric::Custom(2) => "custom_2",
            Metric::Custom(_) => "custom_3",
        }
    }

    /// The metric of that [`name`](Metric::name).
    pub fn parse(name: &str) -> Option<Metric> {
        let custom = (0..super::CUSTOM_MAX as u8).map(Metric::Custom);
        Metric::BUILT_IN.into_iter().chain(custom).find(|metric| metric.name() == name)
    }

    pub fn kind(self) -> MetricKind {
        match self {
            Metric::Conversion | Metric::Bounce => MetricKind::Proportion,
            Metric::AverageOrderValue | Metric::TaskCompletionTime => MetricKind::Ratio,
            _ => MetricKind::Mean,
        }
    }

    /// Whether more is better. A custom metric's direction is in the plan; this says `true` for it.
    pub fn higher_is_better(self) -> bool {
        !matches!(self, Metric::Bounce | Metric::TaskCompletionTime)
    }

    /// Whether its values are minor units of the shop's currency.
    pub fn is_money(self) -> bool {
        matches!(self, Metric::RevenuePerVisitor | Metric::ProfitPerVisitor | Metric::AverageOrderValue)
    }

    /// Whether it comes from orders, so that a first look waits for conversions.
    pub fn is_about_orders(self) -> bool {
        self == Metric::Conversion || self.is_money()
    }

    /// One sentence that says what the number is.
    pub fn definition(self) -> &'static str {
        match self {
            Metric::Conversion => "Share of visitors who placed at least one order after they entered the experiment.",
            Metric::RevenuePerVisitor => "Order totals after discounts and refunds, divided by all visitors; outliers are winsorized.",
            Metric::ProfitPerVisitor => {
                "Margin of what was ordered less discounts given and refunds, divided by all visitors; outliers are winsorized."
            }
            Metric::AverageOrderValue => "Revenue divided by the number of orders; its error counts visitors, by the delta method.",
            Metric::EngagementDepth => "Pages seen per visitor after entering the experiment.",
            Metric::Attention => "Seconds of attention per visitor: the page was in sight and the shopper active.",
            Metric::Bounce => "Share of visitors who left without doing anything more after they entered the experiment.",
            Metric::TaskCompletionTime => "Seconds from entering the experiment until the shopper's task was done, over those who did it.",
            Metric::Custom(_) => "A measure of the shop's own, mean over visitors.",
        }
    }

    /// Where the definition stands in the documentation.
    pub fn anchor(self) -> &'static str {
        match self {
            Metric::Conversion => "metric-conversion",
            Metric::RevenuePerVisitor => "metric-revenue-per-visitor",
            Metric::ProfitPerVisitor => "metric-profit-per-visitor",
            Metric::AverageOrderValue => "metric-average-order-value",
            Metric::EngagementDepth => "metric-engagement-depth",
            Metric::Attention => "metric-attention",
            Metric::Bounce => "metric-bounce",
            Metric::TaskCompletionTime => "metric-task-completion-time",
            Metric::Custom(_) => "metric-custom",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for metric in Metric::BUILT_IN.into_iter().chain((0..4).map(Metric::Custom)) {
            assert_eq!(Metric::parse(metric.name()), Some(metric));
        }
        assert_eq!(Metric::parse("clicks"), None);
    }
}
