//! Triggers in plain words, for people who do not write campaign files.

use crate::campaign::Campaign;
use crate::campaign::CartChange;
use crate::campaign::DwellOf;
use crate::campaign::PageMask;
use crate::campaign::ProductFilter;
use crate::campaign::SearchOutcome;
use crate::campaign::Step;
use crate::campaign::Trigger;
use crate::campaign::ViewsOf;
use crate::catalog::Catalog;
use crate::model::Key;
use crate::model::Money;
use crate::model::key_of;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::time::Duration;

/// Describes each trigger of a campaign.
pub(super) fn triggers(campaign: &Campaign, catalog: &Catalog) -> Vec<String> {
    let words = Words { source: &campaign.source, catalog, names: OnceCell::new() };
    campaign.triggers.iter().map(|trigger| words.trigger(trigger)).collect()
}

struct Words<'a> {
    source: &'a str,
    catalog: &'a Catalog,
    /// What the file calls things: a compiled trigger only knows their keys.
    names: OnceCell<BTreeMap<Key, String>>,
}

impl Words<'_> {
    fn trigger(&self, trigger: &Trigger) -> String {
        match trigger {
            Trigger::SessionStart => "a visit begins".to_owned(),
            Trigger::PageView { pages } if *pages == PageMask::ANY => "any page view".to_owned(),
            Trigger::PageView { pages } => format!("page view{}", on(*pages)),
            Trigger::Dwell { of, after, pages } => {
                let of = match of {
                    DwellOf::Page => "one page",
                    DwellOf::Product => "one product",
                    DwellOf::Category => "one category",
                    DwellOf::Session => "the whole visit",
                };
                format!("{} of attention to {of}{}", span(*after), on(*pages))
            }
            Trigger::Idle { after, pages } => format!("{} without input{}", span(*after), on(*pages)),
            Trigger::Scroll { depth, pages } => format!("scrolled to {depth} %{}", on(*pages)),
            Trigger::Click { target } => format!("click on {}", self.name(*target)),
            Trigger::Search { results } => search(*results).to_owned(),
            Trigger::ExitIntent { pages } => format!("exit intent{}", on(*pages)),
            Trigger::CartValue { edge, hold } => {
                let way = if edge.above { "rises above" } else { "falls below" };
                let hold = hold.map_or_else(String::new, |hold| format!(" for {}", span(hold)));
                format!("cart value {way} {}{hold}", Money::new(edge.threshold, self.catalog.currency()))
            }
            Trigger::CartItem { change, filter } => self.cart_item(*change, filter),
            Trigger::ProductViews { count, of, filter, again } => {
                let filter = self.filter(filter);
                let what = match of {
                    ViewsOf::Same => format!("{count} views of the same product{filter}"),
                    ViewsOf::Category => format!("{count} different products of one category viewed{filter}"),
                    ViewsOf::Any => format!("{count} different products viewed{filter}"),
                };
                if *again { format!("{what}, and every {count} after that") } else { what }
            }
            Trigger::ReturnVisit => "a remembered visitor returns".to_owned(),
            Trigger::Score { above, .. } => format!("purchase intent rises above {:.0} %", above * 100.0),
            Trigger::Checkout { step } => format!("checkout reaches {}", format!("{step:?}").to_lowercase()),
            Trigger::Order => "an order is placed".to_owned(),
            Trigger::Custom { name } => format!("the shop's event {}", self.name(*name)),
            Trigger::Sequence { steps, without, within } => {
                let steps: Vec<String> = steps.iter().map(|step| self.step(step)).collect();
                let steps = steps.join(", then ");
                match without {
                    Some(without) => format!("{steps}, then for {} no {}", span(*within), self.step(without)),
                    None => format!("{steps}, within {}", span(*within)),
                }
            }
        }
    }

    fn step(&self, step: &Step) -> String {
        match step {
            Step::PageView { pages } => format!("page view{}", on(*pages)),
            Step::ProductView { filter } => format!("product view{}", self.filter(filter)),
            Step::CartItem { change, filter } => self.cart_item(*change, filter),
            Step::Search { results } => search(*results).to_owned(),
            Step::Click { target } => format!("click on {}", self.name(*target)),
            Step::Checkout { step } => format!("checkout {}", format!("{step:?}").to_lowercase()),
            Step::Order => "order".to_owned(),
            Step::Custom { name } => format!("event {}", self.name(*name)),
        }
    }

    fn cart_item(&self, change: CartChange, filter: &ProductFilter) -> String {
        let change = match change {
            CartChange::Added => "added to",
            CartChange::Removed => "removed from",
        };
        format!("product {change} the cart{}", self.filter(filter))
    }

    /// ` (brand Sony, category Headphones)`.
    fn filter(&self, filter: &ProductFilter) -> String {
        let product = || self.catalog.product(filter.product).map(|product| &*product.name);
        let parts: Vec<String> = [
            ("product", filter.product, product()),
            ("brand", filter.brand, self.catalog.brand_name(filter.brand)),
            ("category", filter.category, self.catalog.category_label(filter.category)),
        ]
        .into_iter()
        .filter(|(_, key, _)| !key.is_none())
        .map(|(kind, key, known)| format!("{kind} {}", known.map_or_else(|| self.name(key), str::to_owned)))
        .collect();
        if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
    }

    fn name(&self, key: Key) -> String {
        self.names.get_or_init(|| names(self.source)).get(&key).cloned().unwrap_or_else(|| format!("{key:?}"))
    }
}

/// Every text in the trigger tables of a file by its key.
fn names(source: &str) -> BTreeMap<Key, String> {
    fn collect(value: &toml::Value, names: &mut BTreeMap<Key, String>) {
        match value {
            toml::Value::String(text) => {
                names.insert(key_of(text), text.clone());
            }
            toml::Value::Array(list) => list.iter().for_each(|value| collect(value, names)),
            toml::Value::Table(table) => table.iter().for_each(|(_, value)| collect(value, names)),
            _ => {}
        }
    }
    let mut names = BTreeMap::new();
    // The file was parsed before, so its depth is known to be small.
    if let Ok(table) = source.parse::<toml::Table>()
        && let Some(triggers) = table.get("trigger")
    {
        collect(triggers, &mut names);
    }
    names
}

fn search(results: SearchOutcome) -> &'static str {
    match results {
        SearchOutcome::None => "search without results",
        SearchOutcome::Some => "search with results",
        SearchOutcome::Any => "any search",
    }
}

/// ` on home, category`; nothing for all pages.
fn on(pages: PageMask) -> String {
    if pages == PageMask::ANY {
        return String::new();
    }
    let names: Vec<&str> = pages.kinds().map(|kind| kind.name()).collect();
    format!(" on {}", names.join(", "))
}

/// A duration in its largest whole unit.
fn span(duration: Duration) -> String {
    let millis = duration.as_millis();
    let units = [(86_400_000, "days"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")];
    match units.into_iter().find(|(size, _)| millis >= *size && millis.is_multiple_of(*size)) {
        Some((86_400_000, _)) if millis == 86_400_000 => "1 day".to_owned(),
        Some((size, unit)) => format!("{} {unit}", millis / size),
        None => format!("{millis} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Currency;

    fn check(trigger: &str, expect: &str) {
        let source = format!(
            "id = \"x\"\nname = \"x\"\n{trigger}\n[[variant]]\nid = \"a\"\n[[variant.action]]\ndo = \"notice\"\ntext = \"hello\"\n"
        );
        let campaign = Campaign::parse("x.toml", &source, Currency::USD).unwrap_or_else(|mistakes| panic!("{trigger}: {mistakes:?}"));
        assert_eq!(triggers(&campaign, &Catalog::empty()), [expect], "{trigger}");
    }

    #[test]
    fn every_trigger_reads_like_a_sentence() {
        for (trigger, expect) in [
            ("on = \"session_start\"", "a visit begins"),
            ("on = \"page_view\"", "any page view"),
            ("on = \"page_view\"\npages = [\"home\", \"category\"]", "page view on home, category"),
            ("on = \"dwell\"\nfor = \"20s\"\nof = \"product\"", "20 s of attention to one product"),
            ("on = \"idle\"\nfor = \"90s\"\npages = [\"checkout\"]", "90 s without input on checkout"),
            ("on = \"scroll\"\ndepth = 50", "scrolled to 50 %"),
            ("on = \"click\"\ntarget = \"size-guide\"", "click on size-guide"),
            ("on = \"search\"\nresults = \"none\"", "search without results"),
            ("on = \"exit_intent\"\npages = [\"product\", \"cart\"]", "exit intent on product, cart"),
            ("on = \"cart_value\"\nabove = 30.0", "cart value rises above $30.00"),
            ("on = \"cart_value\"\nbelow = 1299\nfor = \"2m\"", "cart value falls below $1,299.00 for 2 min"),
            ("on = \"cart_item\"\nbrand = \"Sony\"", "product added to the cart (brand Sony)"),
            ("on = \"cart_item\"\nchange = \"removed\"", "product removed from the cart"),
            ("on = \"product_views\"\ncount = 3\nof = \"same\"", "3 views of the same product"),
            (
                "on = \"product_views\"\ncount = 4\nagain = true\ncategory = \"a.b\"",
                "4 different products viewed (category a.b), and every 4 after that",
            ),
            ("on = \"return_visit\"", "a remembered visitor returns"),
            ("on = \"score\"\nabove = 0.6", "purchase intent rises above 60 %"),
            ("on = \"checkout\"\nstep = \"shipping\"", "checkout reaches shipping"),
            ("on = \"order\"", "an order is placed"),
            ("on = \"custom\"\nname = \"quiz-done\"", "the shop's event quiz-done"),
            (
                "on = \"sequence\"\nwithin = \"1d\"\nsteps = [{ on = \"click\", target = \"sizes\" }, { on = \"product_view\" }]",
                "click on sizes, then product view, within 1 day",
            ),
            (
                "on = \"sequence\"\nwithin = \"10m\"\nsteps = [{ on = \"cart_item\" }]\nwithout = { on = \"checkout\" }",
                "product added to the cart, then for 10 min no checkout begin",
            ),
        ] {
            check(&format!("[[trigger]]\n{trigger}"), expect);
        }
    }
}
