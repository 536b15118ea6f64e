//! Exact sums of what the units of one arm brought.

use super::CUSTOM_MAX;
use super::Metric;
use super::Outcome;
use super::outcome::VALUE_MAX;
use crate::stats::Moments;
use crate::stats::covariance;
use crate::stats::ratio;
use serde::Deserialize;
use serde::Serialize;

/// What is summed of every unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Converted,
    Orders,
    Revenue,
    Profit,
    RevenueCapped,
    ProfitCapped,
    Discount,
    Refunded,
    Attention,
    PageViews,
    Bounced,
    Completed,
    TaskMs,
    Custom(u8),
}

/// Number of columns.
pub const COLUMNS: usize = 13 + CUSTOM_MAX;

impl Column {
    pub fn index(self) -> usize {
        match self {
            Column::Converted => 0,
            Column::Orders => 1,
            Column::Revenue => 2,
            Column::Profit => 3,
            Column::RevenueCapped => 4,
            Column::ProfitCapped => 5,
            Column::Discount => 6,
            Column::Refunded => 7,
            Column::Attention => 8,
            Column::PageViews => 9,
            Column::Bounced => 10,
            Column::Completed => 11,
            Column::TaskMs => 12,
            Column::Custom(index) => 13 + usize::from(index).min(CUSTOM_MAX - 1),
        }
    }
}

/// A unit's values in column order, with the caps of revenue and profit it entered with.
pub(super) fn values(outcome: &Outcome, caps: [i64; 2]) -> [i64; COLUMNS] {
    let bounded = |value: i64| value.clamp(-VALUE_MAX, VALUE_MAX);
    let mut values = [0; COLUMNS];
    values[0] = i64::from(outcome.is_converted());
    values[1] = i64::from(outcome.orders);
    values[2] = bounded(outcome.revenue);
    values[3] = bounded(outcome.profit);
    values[4] = values[2].min(caps[0]);
    values[5] = values[3].min(caps[1]);
    values[6] = bounded(outcome.discount);
    values[7] = bounded(outcome.refunded);
    values[8] = i64::from(outcome.attention_seconds);
    values[9] = i64::from(outcome.page_views);
    values[10] = i64::from(outcome.bounced);
    values[11] = i64::from(outcome.task_ms.is_some());
    values[12] = i64::from(outcome.task_ms.unwrap_or(0));
    for (value, custom) in values[13..].iter_mut().zip(outcome.custom) {
        *value = bounded(custom);
    }
    values
}

/// Streaming sums over units: of every column, of its square and of its product with the covariate; and what ratio metrics need besides.
///
/// Integers in 128 bits: exact, the same in any order, added to merge. A unit's change replaces its old values by its new ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    pub n: u64,
    sum: [i128; COLUMNS],
    squares: [i128; COLUMNS],
    with_covariate: [i128; COLUMNS],
    covariate: i128,
    covariate_squares: i128,
    /// Orders times capped revenue.
    orders_revenue: i128,
    /// Units whose revenue or profit is above its cap.
    capped: u64,
}

impl Sums {
    pub(super) fn enter(&mut self, covariate: i64) {
        let covariate = i128::from(covariate.clamp(-VALUE_MAX, VALUE_MAX));
        self.n += 1;
        self.covariate += covariate;
        self.covariate_squares += covariate * covariate;
    }

    pub(super) fn leave(&mut self, covariate: i64) {
        let covariate = i128::from(covariate.clamp(-VALUE_MAX, VALUE_MAX));
        self.n = self.n.saturating_sub(1);
        self.covariate -= covariate;
        self.covariate_squares -= covariate * covariate;
    }

    pub(super) fn change(&mut self, before: &[i64; COLUMNS], after: &[i64; COLUMNS], covariate: i64) {
        let covariate = i128::from(covariate.clamp(-VALUE_MAX, VALUE_MAX));
        for column in 0..COLUMNS {
            if before[column] == after[column] {
                continue;
            }
            let (old, new) = (i128::from(before[column]), i128::from(after[column]));
            self.sum[column] += new - old;
            self.squares[column] += new * new - old * old;
            self.with_covariate[column] += (new - old) * covariate;
        }
        let product = |values: &[i64; COLUMNS]| i128::from(values[1]) * i128::from(values[4]);
        self.orders_revenue += product(after) - product(before);
        let is_capped = |values: &[i64; COLUMNS]| values[2] != values[4] || values[3] != values[5];
        match (is_capped(before), is_capped(after)) {
            (false, true) => self.capped += 1,
            (true, false) => self.capped = self.capped.saturating_sub(1),
            _ => {}
        }
    }

    /// Adds another arm's, stratum's or node's sums.
    pub fn add(&mut self, other: &Sums) {
        self.n += other.n;
        for column in 0..COLUMNS {
            self.sum[column] += other.sum[column];
            self.squares[column] += other.squares[column];
            self.with_covariate[column] += other.with_covariate[column];
        }
        self.covariate += other.covariate;
        self.covariate_squares += other.covariate_squares;
        self.orders_revenue += other.orders_revenue;
        self.capped += other.capped;
    }

    /// Sum of a column in its stored unit.
    pub fn sum(&self, column: Column) -> i128 {
        self.sum[column.index()]
    }

    /// Sum of squares of a column.
    pub(super) fn squares(&self, column: Column) -> i128 {
        self.squares[column.index()]
    }

    /// Units whose revenue or profit was pulled in to the cap.
    pub fn capped(&self) -> u64 {
        self.capped
    }

    /// Mean and variance of a column over units.
    pub fn column(&self, column: Column) -> Option<Moments> {
        let index = column.index();
        Moments::from_sums(self.n, self.sum[index], self.squares[index])
    }

    /// Mean and variance of a metric. Money is capped unless `raw`. Of a ratio the mean is the ratio, and the variance that of its
    /// linearized values by the delta method, so that variance over n is the squared error as it is for means (Deng, Knoblich, Lu 2018).
    /// `None` without units, or without a denominator.
    pub fn metric(&self, metric: Metric, raw: bool) -> Option<Moments> {
        match metric {
            Metric::Conversion => Moments::of_share(self.sum(Column::Converted) as f64, self.n as f64),
            Metric::Bounce => Moments::of_share(self.sum(Column::Bounced) as f64, self.n as f64),
            Metric::AverageOrderValue => {
                let cross = self.orders_revenue;
                self.ratio(Column::RevenueCapped, Column::Orders, cross)
            }
            // A unit that did not complete has no time, so time times completed is time.
            Metric::TaskCompletionTime => self.ratio(Column::TaskMs, Column::Completed, self.sum(Column::TaskMs)),
            metric => self.column(mean_column(metric, raw)),
        }
    }

    fn ratio(&self, numerator: Column, denominator: Column, cross: i128) -> Option<Moments> {
        let (top, bottom) = (self.column(numerator)?, self.column(denominator)?);
        if bottom.mean <= 0.0 {
            return None;
        }
        let cross = covariance(self.n, self.sum(numerator), self.sum(denominator), cross);
        ratio(&top, &bottom, cross)
    }

    /// Moments of the covariate, and its covariance with a metric that is a mean or a share of units. `None` for ratios.
    pub fn covariate(&self, metric: Metric, raw: bool) -> Option<(Moments, f64)> {
        if matches!(metric, Metric::AverageOrderValue | Metric::TaskCompletionTime) {
            return None;
        }
        let index = mean_column(metric, raw).index();
        let moments = Moments::from_sums(self.n, self.covariate, self.covariate_squares)?;
        Some((moments, covariance(self.n, self.sum[index], self.covariate, self.with_covariate[index])))
    }
}

/// The column whose mean over units a metric is.
pub(super) fn mean_column(metric: Metric, raw: bool) -> Column {
    match metric {
        Metric::Conversion => Column::Converted,
        Metric::RevenuePerVisitor if raw => Column::Revenue,
        Metric::RevenuePerVisitor | Metric::AverageOrderValue => Column::RevenueCapped,
        Metric::ProfitPerVisitor if raw => Column::Profit,
        Metric::ProfitPerVisitor => Column::ProfitCapped,
        Metric::EngagementDepth => Column::PageViews,
        Metric::Attention => Column::Attention,
        Metric::Bounce => Column::Bounced,
        Metric::TaskCompletionTime => Column::TaskMs,
        Metric::Custom(index) => Column::Custom(index),
    }
}

/// Sums of a slice of an arm (a segment, a day) that are cheap enough to keep for many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    pub n: u64,
    converted: i64,
    orders: i64,
    revenue: i128,
    revenue_squares: i128,
    profit: i128,
    profit_squares: i128,
}

impl Cell {
    pub(super) fn change(&mut self, before: &[i64; COLUMNS], after: &[i64; COLUMNS]) {
        self.converted += after[0] - before[0];
        self.orders += after[1] - before[1];
        let square = |value: i64| i128::from(value) * i128::from(value);
        self.revenue += i128::from(after[4] - before[4]);
        self.revenue_squares += square(after[4]) - square(before[4]);
        self.profit += i128::from(after[5] - before[5]);
        self.profit_squares += square(after[5]) - square(before[5]);
    }

    /// Adds another slice.
    pub fn add(&mut self, other: &Cell) {
        self.n += other.n;
        self.converted += other.converted;
        self.orders += other.orders;
        self.revenue += other.revenue;
        self.revenue_squares += other.revenue_squares;
        self.profit += other.profit;
        self.profit_squares += other.profit_squares;
    }

    /// Units that converted.
    pub fn converted(&self) -> u64 {
        self.converted.max(0) as u64
    }

    /// Conversion, revenue or profit per visitor of the slice; other metrics are not kept.
    pub fn metric(&self, metric: Metric) -> Option<Moments> {
        match metric {
            Metric::Conversion => Moments::of_share(self.converted as f64, self.n as f64),
            Metric::RevenuePerVisitor => Moments::from_sums(self.n, self.revenue, self.revenue_squares),
            Metric::ProfitPerVisitor => Moments::from_sums(self.n, self.profit, self.profit_squares),
            _ => None,
        }
    }
}
