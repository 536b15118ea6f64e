//! The `[experiment]` table: how the campaign's experiment is to be judged.

use super::reader::Given;
use super::reader::Reader;
use crate::campaign::PlanTerms;
use crate::campaign::condition::nearest;
use crate::experiment::GUARDRAILS_MAX;
use crate::experiment::Guardrail;
use crate::experiment::Metric;
use serde::Deserialize;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExperimentTable {
    primary: Given<String>,
    mode: Given<String>,
    visitors: Given<i64>,
    alpha: Given<f64>,
    power: Given<f64>,
    minimum_effect: Given<f64>,
    guardrails: Option<Vec<Spanned<String>>>,
    guardrail_margin: Given<f64>,
    guardrail_alpha: Given<f64>,
    revenue_cap: Given<f64>,
    profit_cap: Given<f64>,
}

/// Fewer visitors allow no look at all.
const VISITORS_MIN: i64 = 200;
const VISITORS_MAX: i64 = 1_000_000_000;

impl Reader<'_> {
    pub(super) fn experiment(&mut self, table: &ExperimentTable) -> PlanTerms {
        let margin = self.number("guardrail_margin", &table.guardrail_margin, 0.0..=1.0).unwrap_or(0.0);
        let guardrails = table.guardrails.as_ref().map(|names| {
            if names.len() > GUARDRAILS_MAX
                && let Some(first) = names.first()
            {
                self.wrong(first.span().start, format!("there are {} guardrails, the limit is {GUARDRAILS_MAX}", names.len()));
            }
            let metrics: Vec<Metric> = names.iter().filter_map(|name| self.metric("guardrails", name)).collect();
            metrics.into_iter().map(|metric| Guardrail { metric, margin }).collect()
        });
        if guardrails.is_none()
            && let Some(given) = &table.guardrail_margin
        {
            self.wrong(given.span().start, "`guardrail_margin` is for the metrics in `guardrails`, and there are none");
        }
        PlanTerms {
            primary: table.primary.as_ref().and_then(|name| self.metric("primary", name)),
            open: self.choose("mode", &table.mode, &[("horizon", false), ("open", true)]).unwrap_or(false),
            visitors: self.whole("visitors", &table.visitors, VISITORS_MIN..=VISITORS_MAX).map(|count| count as u64),
            alpha: self.number("alpha", &table.alpha, 0.0001..=0.2),
            power: self.number("power", &table.power, 0.5..=0.99),
            minimum_effect: self.number("minimum_effect", &table.minimum_effect, 0.001..=10.0),
            guardrails,
            guardrail_alpha: self.number("guardrail_alpha", &table.guardrail_alpha, 0.0001..=0.2),
            revenue_cap: self.cap_of_money("revenue_cap", &table.revenue_cap),
            profit_cap: self.cap_of_money("profit_cap", &table.profit_cap),
        }
    }

    fn metric(&mut self, field: &str, given: &Spanned<String>) -> Option<Metric> {
        let name = given.get_ref();
        let metric = Metric::parse(name);
        if metric.is_none() {
            let names: Vec<&str> = Metric::BUILT_IN.iter().map(|metric| metric.name()).collect();
            let suggestion = nearest(name, names.iter().copied()).map(str::to_owned);
            let message = format!("`{field}`: `{name}` is no metric, there are {} and custom_0 to custom_3", names.join(", "));
            self.suggest(given.span().start, message, suggestion);
        }
        metric
    }

    fn cap_of_money(&mut self, field: &str, given: &Given<f64>) -> Option<i64> {
        let minor = self.money(field, given)?;
        if minor == 0
            && let Some(given) = given
        {
            self.wrong(given.span().start, format!("`{field}` is 0, so nothing anybody brings would count"));
        }
        Some(minor)
    }
}
