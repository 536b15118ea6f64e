//! Whether an event that is of the schema is also plausible: its products are in the catalog, its prices near the catalog's, its sums right.

use crate::catalog::Catalog;
use crate::model::Money;
use crate::model::PageKind;
use crate::model::key_of;
use crate::protocol::wire;
use crate::quality::PRICE_TOLERANCE;
use crate::quality::Problem;
use crate::session::Session;
use smallvec::SmallVec;

/// One thing that looks wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub problem: Problem,
    pub count: u64,
    pub sample: Option<String>,
}

/// What was found in one event, and how much was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    pub list: SmallVec<[Finding; 1]>,
    /// Products that the event names.
    pub products: u64,
    /// Lines of its cart.
    pub lines: u64,
}

impl Findings {
    /// One entry a problem and event, with the first sample.
    fn add(&mut self, problem: Problem, sample: impl FnOnce() -> String) {
        match self.list.iter_mut().find(|finding| finding.problem == problem) {
            Some(finding) => finding.count += 1,
            None => self.list.push(Finding { problem, count: 1, sample: Some(sample()) }),
        }
    }

    fn product(&mut self, id: &str, catalog: &Catalog) {
        self.products += 1;
        if catalog.product(key_of(id)).is_none() {
            self.add(Problem::UnknownProduct, || format!("product=`{id}`"));
        }
    }
}

/// Looks at an event before it is applied to the visit.
pub fn inspect(event: &wire::Event, session: &Session, catalog: &Catalog) -> Findings {
    let mut found = Findings::default();
    match event {
        wire::Event::PageView(page) => self::page(page, catalog, &mut found),
        wire::Event::ProductView(view) => found.product(&view.product, catalog),
        wire::Event::ListView(view) => view.items.iter().for_each(|item| found.product(item, catalog)),
        wire::Event::Click(click) => click.product.iter().for_each(|product| found.product(product, catalog)),
        wire::Event::Cart(cart) => self::cart(cart, catalog, &mut found),
        wire::Event::Order(order) => self::order(order, session, catalog, &mut found),
        _ => {}
    }
    found
}

fn page(page: &wire::Page, catalog: &Catalog, found: &mut Findings) {
    let path = || format!("{} on {}", page.kind, crate::engine::translate::path_of(&page.url));
    match PageKind::parse(&page.kind) {
        None | Some(PageKind::Other) => found.add(Problem::PageWithoutKind, path),
        Some(PageKind::Product) if page.product.as_deref().unwrap_or_default().is_empty() => {
            found.add(Problem::ProductPageWithoutProduct, path);
        }
        Some(_) => {}
    }
    if let Some(product) = page.product.as_deref().filter(|product| !product.is_empty()) {
        found.product(product, catalog);
    }
}

fn cart(cart: &wire::Cart, catalog: &Catalog, found: &mut Findings) {
    let currency = catalog.currency();
    let is_same = cart.currency == currency.code();
    if !is_same && cart.currency.len() == 3 && !cart.lines.is_empty() {
        found.add(Problem::CurrencyDiffers, || format!("{} instead of {}", cart.currency, currency.code()));
    }
    for line in &cart.lines {
        found.lines += 1;
        found.product(&line.product, catalog);
        if line.price == 0 {
            found.add(Problem::MissingPrice, || format!("product=`{}` price=0", line.product));
        } else if let Some(known) = catalog.product(key_of(&line.product)).filter(|known| is_same && known.price.minor > 0) {
            let differs = (line.price - known.price.minor).unsigned_abs() as f64 > known.price.minor as f64 * PRICE_TOLERANCE;
            if differs {
                let told = Money::new(line.price, currency);
                found.add(Problem::PriceDiffers, || format!("product=`{}` {told} instead of {}", line.product, known.price));
            }
        }
    }
}

fn order(order: &wire::Order, session: &Session, catalog: &Catalog, found: &mut Findings) {
    order.lines.iter().for_each(|line| found.product(&line.product, catalog));
    let sum = order.lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.price.saturating_mul(i64::from(line.quantity))));
    if order.lines.is_empty() {
        found.add(Problem::OrderWithoutLines, String::new);
    } else if order.value.abs_diff(sum) as f64 > (sum as f64 * 0.01).max(1.0) {
        found.add(Problem::OrderValueDiffers, || format!("value {} and lines of {sum} {}", order.value, order.currency));
    }
    if !session.is_cart_known() {
        found.add(Problem::OrderWithoutCart, String::new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Draft;
    use crate::experiment::Unit;
    use crate::model::Currency;
    use crate::model::SessionId;
    use crate::model::Timestamp;
    use crate::session::Start;

    fn catalog() -> Catalog {
        let product = |id: &str, price: i64| Draft { id: id.into(), name: id.into(), price, ..Draft::default() };
        Catalog::build(vec![product("a", 1_000), product("b", 2_000)], Currency::USD).0
    }

    fn found(event: wire::Event) -> Vec<(&'static str, u64, String)> {
        let start =
            Start { id: SessionId([1; 16]), unit: Unit([1; 16]), context: Default::default(), consent: Default::default(), preview: false };
        let session = Session::new(Timestamp(1), start);
        let findings = inspect(&event, &session, &catalog());
        findings.list.into_iter().map(|one| (one.problem.code(), one.count, one.sample.unwrap_or_default())).collect()
    }

    fn line(product: &str, quantity: u32, price: i64) -> wire::CartLine {
        wire::CartLine { product: product.into(), sku: None, quantity, price }
    }

    fn cart(currency: &str, lines: Vec<wire::CartLine>) -> wire::Event {
        wire::Event::Cart(wire::Cart { currency: currency.into(), lines, token: None })
    }

    fn order(value: i64, lines: Vec<wire::CartLine>) -> wire::Event {
        wire::Event::Order(wire::Order { id: "o".into(), value, currency: "USD".into(), lines, coupon: None })
    }

    #[test]
    fn a_good_event_has_no_finding() {
        assert!(found(cart("USD", vec![line("a", 2, 1_000), line("b", 1, 1_905)])).is_empty());
        assert!(found(cart("EUR", vec![])).is_empty());
        let page = wire::Page { url: "https://x/p".into(), kind: "product".into(), product: Some("a".into()), ..Default::default() };
        assert!(found(wire::Event::PageView(Box::new(page))).is_empty());
        assert!(found(wire::Event::Scroll(wire::Scroll { depth: 5 })).is_empty());
    }

    #[test]
    fn every_problem_of_an_event_is_found_and_counted() {
        let codes = |event| found(event).into_iter().map(|(code, count, _)| (code, count)).collect::<Vec<_>>();
        assert_eq!(codes(cart("USD", vec![line("a", 1, 0), line("b", 1, 0)])), [("missing_price", 2)]);
        assert_eq!(
            found(cart("USD", vec![line("a", 1, 100_000)])),
            [("price_differs", 1, "product=`a` $1,000.00 instead of $10.00".into())]
        );
        assert_eq!(codes(cart("USD", vec![line("a", 1, 949)])), [("price_differs", 1)]);
        assert_eq!(found(cart("EUR", vec![line("a", 1, 999)])), [("currency_differs", 1, "EUR instead of USD".into())]);
        assert_eq!(codes(cart("USD", vec![line("z", 1, 5), line("y", 1, 5)])), [("unknown_product", 2)]);
        assert_eq!(codes(order(2_000, vec![line("a", 2, 1_000)])), [("order_without_cart", 1)]);
        assert_eq!(codes(order(20, vec![line("a", 2, 1_000)])), [("order_value_differs", 1), ("order_without_cart", 1)]);
        assert_eq!(codes(order(2_000, vec![])), [("order_without_lines", 1), ("order_without_cart", 1)]);
        let page = |kind: &str| wire::Page { url: "https://x/p?email=a@b".into(), kind: kind.into(), ..Default::default() };
        assert_eq!(found(wire::Event::PageView(Box::new(page("other")))), [("page_without_kind", 1, "other on /p".into())]);
        assert_eq!(codes(wire::Event::PageView(Box::new(page("produkt")))), [("page_without_kind", 1)]);
        assert_eq!(codes(wire::Event::PageView(Box::new(page("product")))), [("product_page_without_product", 1)]);
    }
}
