//! `[[trigger]]` tables.

use super::Reader;
use super::reader::Given;
use super::table::table;
use crate::campaign::CartChange;
use crate::campaign::DwellOf;
use crate::campaign::Edge;
use crate::campaign::PageMask;
use crate::campaign::ProductFilter;
use crate::campaign::SearchOutcome;
use crate::campaign::Step;
use crate::campaign::Trigger;
use crate::campaign::ViewsOf;
use crate::campaign::condition::nearest;
use crate::model::CheckoutStep;
use crate::model::Key;
use crate::model::PageKind;
use crate::model::key_of;
use toml::Spanned;

const STEPS_MAX: usize = 6;

table! {
    TriggerTable {
        on "on": String,
        pages "pages": Vec<Spanned<String>>,
        of "of": String,
        lasting "for": String,
        above "above": f64,
        below "below": f64,
        rearm "rearm": f64,
        depth "depth": i64,
        target "target": String,
        results "results": String,
        change "change": String,
        product "product": String,
        category "category": String,
        brand "brand": String,
        count "count": i64,
        again "again": bool,
        name "name": String,
        step "step": String,
        steps "steps": Vec<Spanned<TriggerTable>>,
        without "without": Box<TriggerTable>,
        within "within": String,
    }
}

const FILTER: [&str; 3] = ["product", "category", "brand"];

/// Fields that mean something next to each `on`.
fn takes(on: &str) -> &'static [&'static str] {
    match on {
        "page_view" | "exit_intent" => &["pages"],
        "dwell" => &["for", "of", "pages"],
        "idle" => &["for", "pages"],
        "scroll" => &["depth", "pages"],
        "click" => &["target"],
        "search" => &["results"],
        "cart_value" => &["above", "below", "rearm", "for"],
        "cart_item" => &["change", "product", "category", "brand"],
        "product_view" => &FILTER,
        "product_views" => &["count", "of", "again", "product", "category", "brand"],
        "score" => &["name", "above", "rearm"],
        "checkout" => &["step"],
        "custom" => &["name"],
        "sequence" => &["steps", "without", "within"],
        _ => &[],
    }
}

/// What a step of a sequence may be.
const STEPS: [&str; 8] = ["page_view", "product_view", "cart_item", "search", "click", "checkout", "order", "custom"];

impl Reader<'_> {
    /// `at` is where the table begins.
    pub(super) fn trigger(&mut self, at: usize, mut table: TriggerTable) -> Option<Trigger> {
        let (on, at) = self.kind(at, "trigger", &mut table, &Trigger::NAMES)?;
        Some(match on.as_str() {
            "session_start" => Trigger::SessionStart,
            "page_view" => Trigger::PageView { pages: self.pages(&table) },
            "dwell" => {
                let options = DwellOf::ALL.map(|of| (of.name(), of));
                let of = self.choose("of", &table.of, &options).unwrap_or(DwellOf::Page);
                let pages = self.pages(&table);
                let after = self.required(at, "dwell", "for", table.lasting);
                Trigger::Dwell { of, after: self.duration("for", &after)?, pages }
            }
            "idle" => {
                let pages = self.pages(&table);
                let after = self.required(at, "idle", "for", table.lasting);
                Trigger::Idle { after: self.duration("for", &after)?, pages }
            }
            "scroll" => {
                let pages = self.pages(&table);
                let depth = self.required(at, "scroll", "depth", table.depth);
                Trigger::Scroll { depth: self.whole("depth", &depth, 1..=100)? as u8, pages }
            }
            "click" => Trigger::Click { target: self.target(at, table)? },
            "search" => Trigger::Search { results: self.results(&table) },
            "exit_intent" => Trigger::ExitIntent { pages: self.pages(&table) },
            "cart_value" => self.cart_value(at, table)?,
            "cart_item" => Trigger::CartItem { change: self.change(&table), filter: filter(&table) },
            "product_views" => {
                let options = [("any", ViewsOf::Any), ("same", ViewsOf::Same), ("category", ViewsOf::Category)];
                let of = self.choose("of", &table.of, &options).unwrap_or(ViewsOf::Any);
                let filter = filter(&table);
                let again = table.again.is_some_and(Spanned::into_inner);
                let count = self.required(at, "product_views", "count", table.count);
                Trigger::ProductViews { count: self.whole("count", &count, 1..=1_000)? as u32, of, filter, again }
            }
            "return_visit" => Trigger::ReturnVisit,
            "score" => self.score(at, table)?,
            "checkout" => Trigger::Checkout { step: self.checkout_step(&table) },
            "order" => Trigger::Order,
            "custom" => Trigger::Custom { name: self.event_name(at, table)? },
            _ => self.sequence(at, table)?,
        })
    }

    fn step(&mut self, at: usize, mut table: TriggerTable) -> Option<Step> {
        let (on, at) = self.kind(at, "step", &mut table, &STEPS)?;
        Some(match on.as_str() {
            "page_view" => Step::PageView { pages: self.pages(&table) },
            "product_view" => Step::ProductView { filter: filter(&table) },
            "cart_item" => Step::CartItem { change: self.change(&table), filter: filter(&table) },
            "search" => Step::Search { results: self.results(&table) },
            "click" => Step::Click { target: self.target(at, table)? },
            "checkout" => Step::Checkout { step: self.checkout_step(&table) },
            "order" => Step::Order,
            _ => Step::Custom { name: self.event_name(at, table)? },
        })
    }

    /// What the table is, and where it says so.
    fn kind(&mut self, at: usize, what: &str, table: &mut TriggerTable, known: &[&'static str]) -> Option<(String, usize)> {
        let on = self.required(at, what, "on", table.on.take())?;
        let (at, on) = (on.span().start, on.into_inner());
        if !known.contains(&on.as_str()) {
            let message = format!("unknown {what} `{on}`, it must be one of {}", known.join(", "));
            self.suggest(at, message, nearest(&on, known.iter().copied()).map(str::to_owned));
            return None;
        }
        self.strangers(&on, table.given(), takes(&on));
        Some((on, at))
    }

    fn pages(&mut self, table: &TriggerTable) -> PageMask {
        let Some(pages) = &table.pages else { return PageMask::ANY };
        if pages.get_ref().is_empty() {
            self.wrong(pages.span().start, "`pages` is empty, so the trigger could never fire; leave it out for any page");
        }
        let options = PageKind::ALL.map(|kind| (kind.name(), kind));
        PageMask::of(pages.get_ref().iter().filter_map(|page| self.choose("pages", &Some(page.clone()), &options)))
    }

    fn target(&mut self, at: usize, table: TriggerTable) -> Option<Key> {
        let target = self.required(at, "click", "target", table.target);
        self.name("target", &target).map(|target| key_of(&target))
    }

    fn event_name(&mut self, at: usize, table: TriggerTable) -> Option<Key> {
        let name = self.required(at, "custom", "name", table.name);
        self.name("name", &name).map(|name| key_of(&name))
    }

    fn results(&mut self, table: &TriggerTable) -> SearchOutcome {
        let options = [("any", SearchOutcome::Any), ("none", SearchOutcome::None), ("some", SearchOutcome::Some)];
        self.choose("results", &table.results, &options).unwrap_or(SearchOutcome::Any)
    }

    fn change(&mut self, table: &TriggerTable) -> CartChange {
        let options = [("added", CartChange::Added), ("removed", CartChange::Removed)];
        self.choose("change", &table.change, &options).unwrap_or(CartChange::Added)
    }

    fn checkout_step(&mut self, table: &TriggerTable) -> CheckoutStep {
        let options = [
            ("begin", CheckoutStep::Begin),
            ("contact", CheckoutStep::Contact),
            ("address", CheckoutStep::Address),
            ("shipping", CheckoutStep::Shipping),
            ("payment", CheckoutStep::Payment),
        ];
        self.choose("step", &table.step, &options).unwrap_or(CheckoutStep::Begin)
    }

    fn cart_value(&mut self, at: usize, table: TriggerTable) -> Option<Trigger> {
        let (field, given) = match (&table.above, &table.below) {
            (Some(_), None) => ("above", &table.above),
            (None, Some(_)) => ("below", &table.below),
            _ => {
                self.wrong(at, "`cart_value` needs either `above` or `below`");
                return None;
            }
        };
        let above = field == "above";
        let hold = self.duration("for", &table.lasting);
        let threshold = self.money(field, given)?;
        let rearm = if table.rearm.is_some() { self.money("rearm", &table.rearm)? } else { threshold };
        if let Some(given) = &table.rearm
            && (if above { rearm > threshold } else { rearm < threshold })
        {
            let message = format!("`rearm` lies beyond `{field}`: the trigger could fire twice for one crossing");
            self.wrong(given.span().start, message);
        }
        Some(Trigger::CartValue { edge: Edge { threshold, above, rearm }, hold })
    }

    fn score(&mut self, at: usize, table: TriggerTable) -> Option<Trigger> {
        self.choose("name", &table.name, &[("intent", ())]);
        let given = self.required(at, "score", "above", table.above);
        let above = self.number("above", &given, 0.0..=1.0)?;
        let rearm = if table.rearm.is_some() { self.number("rearm", &table.rearm, 0.0..=1.0)? } else { above };
        if let Some(given) = &table.rearm
            && rearm > above
        {
            self.wrong(given.span().start, "`rearm` lies beyond `above`: the trigger could fire twice for one crossing");
        }
        Some(Trigger::Score { above, rearm })
    }

    fn sequence(&mut self, at: usize, table: TriggerTable) -> Option<Trigger> {
        let tables = self.required(at, "sequence", "steps", table.steps)?;
        let steps_at = tables.span().start;
        let tables = tables.into_inner();
        let (count, is_lone) = (tables.len(), tables.len() == 1 && table.without.is_none());
        if count == 0 || count > STEPS_MAX {
            self.wrong(steps_at, format!("`steps` has {count} entries, it must have 1 to {STEPS_MAX}"));
        } else if is_lone {
            self.wrong(steps_at, "a sequence of one step needs `without`, or it is no sequence");
        }
        let mut steps = Vec::new();
        for table in tables {
            let at = table.span().start;
            steps.extend(self.step(at, table.into_inner()));
        }
        let without = table.without.and_then(|table| {
            let at = table.span().start;
            self.step(at, *table.into_inner())
        });
        let within = self.required(at, "sequence", "within", table.within);
        Some(Trigger::Sequence { steps, without, within: self.duration("within", &within)? })
    }
}

fn filter(table: &TriggerTable) -> ProductFilter {
    let key = |given: &Given<String>| given.as_ref().map(|name| key_of(name.get_ref())).unwrap_or_default();
    ProductFilter { product: key(&table.product), category: key(&table.category), brand: key(&table.brand) }
}
