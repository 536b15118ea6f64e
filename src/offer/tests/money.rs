//! Amounts: rounding, overflow, currencies, worst cases, margins, categories.

use super::*;
use crate::catalog::Catalog;
use crate::catalog::Draft;
use crate::model::Cart;
use crate::model::CartLine;
use proptest::prelude::*;

#[test]
fn benefits_never_exceed_the_goods() {
    let of = |kind, amount, cart| Terms { kind, amount, ..ten_percent() }.benefit(cart);
    assert_eq!(of(Kind::Percent, 15, 999).discount_minor, 149);
    assert_eq!(of(Kind::Percent, 100, i64::MAX).discount_minor, i64::MAX);
    assert_eq!(of(Kind::Fixed, 500, 300).discount_minor, 300);
    assert_eq!(of(Kind::Fixed, 500, -1).discount_minor, 0);
    assert_eq!(of(Kind::FreeShipping, 0, 300), Benefit { discount_minor: 0, free_shipping: true });
    assert_eq!(Terms { most: Some(50), ..ten_percent() }.benefit(9_999).discount_minor, 50);
    assert_eq!(Terms { kind: Kind::FreeShipping, most: Some(590), ..ten_percent() }.cost(9_999), 590);
}

#[test]
fn terms_that_make_no_sense_are_named() {
    let limits = Budget { value: Some(1_000), ..budget(1, 60) };
    let limited = Terms { budget: Some(limits), ..ten_percent() };
    for (terms, error) in [
        (Terms { amount: 101, ..ten_percent() }, TermsError::Percent { actual: 101 }),
        (Terms { kind: Kind::Fixed, amount: 0, ..ten_percent() }, TermsError::Fixed { actual: 0 }),
        (Terms { minimum: -1, ..ten_percent() }, TermsError::Minimum { actual: -1 }),
        (Terms { most: Some(0), ..ten_percent() }, TermsError::Most { actual: 0 }),
        (Terms { margin_floor: Some(10_001), ..ten_percent() }, TermsError::MarginFloor { actual: 10_001 }),
        (limited, TermsError::Unbounded { field: "value", kind: Kind::Percent }),
        (Terms { single_use: false, most: Some(1), ..limited }, TermsError::ManyOrders { field: "value" }),
        (Terms { budget: Some(budget(1, 367 * 86_400)), ..ten_percent() }, TermsError::BudgetEvery),
    ] {
        assert_eq!(terms.validate(), Err(error));
    }
    assert_eq!(Terms { most: Some(1), ..limited }.validate(), Ok(()));
}

#[test]
fn value_is_reserved_spent_and_released() {
    let limits = Budget { value: Some(1_500), ..budget(100, 3_600) };
    let terms = Terms { most: Some(1_000), budget: Some(limits), ..ten_percent() };
    let mut ledger = Ledger::default();
    let first = minted(&mut ledger, at(1), &request("a", terms));
    let full = Answer::Refused(Refusal::Value { field: "value", limit: 1_500 });
    assert_eq!(ledger.grant(at(2), &request("b", terms), &SECRET), full, "the worst case of the first is reserved");
    redeem(&mut ledger, at(3), &first.code, "order", 5_000);
    let second = minted(&mut ledger, at(4), &request("b", terms));
    assert_eq!(ledger.grant(at(5), &request("c", terms), &SECRET), full, "500 spent and 1,000 reserved");
    let exit = |ledger: &Ledger| ledger.totals()[&key_of("exit")];
    assert_eq!((exit(&ledger).spent_minor, exit(&ledger).reserved_minor), (500, 1_000));
    expire(&mut ledger, second.expires);
    assert_eq!((exit(&ledger).spent_minor, exit(&ledger).reserved_minor), (500, 0));
    minted(&mut ledger, at(700), &request("c", terms));
    assert_eq!(ledger.grant(at(701), &request("d", terms), &SECRET), full);
}

#[test]
fn the_till_says_what_it_gave_and_may_not_give_more() {
    let mut ledger = Ledger::default();
    let grant = minted(&mut ledger, at(1), &request("a", ten_percent()));
    let goods = Some(dollars(6_000));
    assert_eq!(ledger.redeem(at(2), &grant.code, "1", goods, Some(601)), Err(CodeError::TooMuch { most: 600, gave: 601 }));
    let euros = Some(Money::new(6_000, Currency::parse("EUR").unwrap()));
    let mixed = ledger.redeem(at(2), &grant.code, "1", euros, None);
    assert!(matches!(mixed, Err(CodeError::Currency { .. })), "{mixed:?}");
    assert!(mixed.unwrap_err().to_string().contains("good for USD, the cart is in EUR"));
    let Ok(Redemption::New(record)) = ledger.redeem(at(2), &grant.code, "1", goods, Some(300)) else { panic!() };
    assert!(matches!(record, Record::Redeemed { value: 300, .. }));
}

#[test]
fn the_shop_has_ceilings_of_its_own() {
    let limits = Limits { per_day: Some(2), value_per_day: Some(2_500), ..Limits::default() };
    let mut ledger = Ledger::new(limits);
    let endless = ledger.grant(at(1), &request("a", ten_percent()), &SECRET);
    assert_eq!(endless, Answer::Refused(Refusal::Unbounded), "a percentage of anything may cost anything");
    let fixed = |amount| Terms { kind: Kind::Fixed, amount, ..ten_percent() };
    minted(&mut ledger, at(1), &request("a", fixed(2_000)));
    let other = Request { campaign: key_of("other"), ..request("b", fixed(1_000)) };
    assert_eq!(ledger.grant(at(2), &other, &SECRET), Answer::Refused(Refusal::ShopValue { limit: 2_500 }));
    minted(&mut ledger, at(2), &request("b", fixed(500)));
    assert_eq!(ledger.grant(at(3), &request("c", fixed(1)), &SECRET), Answer::Refused(Refusal::ShopCount { limit: 2 }));
    expire(&mut ledger, at(80_000));
    minted(&mut ledger, at(86_401), &request("c", fixed(2_000)));
}

#[test]
fn a_network_has_its_share_of_an_hour() {
    let limits = Limits { per_network: Some(2), ..Limits::default() };
    let mut ledger = Ledger::new(limits);
    let from = |network: u32, subject: &str| Request { network: Some(Network::of_v4(network << 8)), ..request(subject, ten_percent()) };
    minted(&mut ledger, at(1), &from(1, "a"));
    minted(&mut ledger, at(2), &from(1, "b"));
    let third = from(1, "c");
    assert_eq!(ledger.grant(at(3), &third, &SECRET), Answer::Refused(Refusal::Network { limit: 2 }));
    assert!(matches!(ledger.grant(at(3), &from(1, "a"), &SECRET), Answer::Again(_)), "who has an offer keeps it");
    minted(&mut ledger, at(3), &from(2, "c"));
    minted(&mut ledger, at(3), &Request { network: None, ..from(1, "d") });
    minted(&mut ledger, at(3_601), &from(1, "e"));
    assert_eq!(ledger.grant(at(3_601), &from(1, "f"), &SECRET), Answer::Refused(Refusal::Network { limit: 2 }));
}

fn shop() -> Catalog {
    let draft = |id: &str, category: &str, price, cost| Draft {
        id: id.into(),
        name: id.into(),
        category: category.into(),
        price,
        cost,
        ..Draft::default()
    };
    let drafts = vec![
        draft("laptop", "computers.notebook", 100_000, Some(80_000)),
        draft("cable", "electronics.cable", 1_000, Some(100)),
        draft("gift", "gifts", 2_000, None),
    ];
    Catalog::build(drafts, Currency::USD).0
}

fn cart(lines: &[(&str, u32, i64)]) -> Cart {
    let line = |(id, quantity, price): &(&str, u32, i64)| CartLine { product: key_of(id), quantity: *quantity, price: *price };
    Cart { currency: Currency::USD, lines: lines.iter().map(line).collect() }
}

#[test]
fn a_margin_floor_holds_on_the_cart_of_the_moment() {
    let catalog = shop();
    let terms = |amount, floor| Terms { amount, margin_floor: Some(floor), ..ten_percent() };
    let check = |terms: Terms, cart: &Cart| suits(&terms, cart, &catalog, UnknownCost::Refuse);
    let laptop = cart(&[("laptop", 1, 100_000)]);
    // 100,000 - 10,000 = 90,000 for goods of 80,000: 11.11 percent are left.
    assert_eq!(check(terms(10, 1_111), &laptop), Ok(()));
    assert_eq!(check(terms(10, 1_112), &laptop), Err(Refusal::Margin));
    assert_eq!(check(terms(20, 0), &laptop), Ok(()), "at cost");
    assert_eq!(check(terms(21, 0), &laptop), Err(Refusal::Margin), "below cost");
    assert_eq!(check(terms(10, 1_112), &cart(&[("laptop", 1, 100_000), ("cable", 20, 1_000)])), Ok(()), "cables carry it");
    assert_eq!(check(terms(10, 1_112), &cart(&[("laptop", 1, 900_000)])), Err(Refusal::Margin), "a claimed price makes no room");
    let gift = cart(&[("laptop", 1, 100_000), ("gift", 1, 2_000)]);
    assert_eq!(check(terms(1, 0), &gift), Err(Refusal::CostUnknown));
    assert_eq!(suits(&terms(1, 0), &gift, &catalog, UnknownCost::Ignore), Ok(()));
    assert_eq!(check(terms(1, 0), &cart(&[("nothing", 1, 5)])), Err(Refusal::CostUnknown));
    assert_eq!(check(terms(1, 0), &cart(&[])), Err(Refusal::CostUnknown), "nobody knows what it will be used for");
    assert_eq!(check(ten_percent(), &cart(&[])), Ok(()), "no floor, no question");
    let parcel = Terms { kind: Kind::FreeShipping, most: Some(590), margin_floor: Some(1_000), ..ten_percent() };
    assert_eq!(check(parcel, &cart(&[("cable", 1, 1_000)])), Ok(()), "410 left of which 100 is cost");
    assert_eq!(check(Terms { most: Some(950), ..parcel }, &cart(&[("cable", 1, 1_000)])), Err(Refusal::Margin));
}

#[test]
fn a_code_for_some_categories_is_worth_only_what_is_in_them() {
    let catalog = shop();
    let mut terms = ten_percent();
    terms.categories[0] = key_of("computers");
    let mixed = cart(&[("laptop", 1, 100_000), ("cable", 3, 1_000)]);
    assert_eq!(terms.covered(&mixed.lines, &catalog), 100_000, "what lies below a category is in it");
    assert_eq!(suits(&terms, &mixed, &catalog, UnknownCost::Refuse), Ok(()));
    assert_eq!(suits(&terms, &cart(&[("cable", 3, 1_000)]), &catalog, UnknownCost::Refuse), Err(Refusal::Categories));
    assert_eq!(ten_percent().covered(&mixed.lines, &catalog), 103_000);
}

#[test]
fn a_cart_in_another_currency_gets_no_offer() {
    let euros = Cart { currency: Currency::parse("EUR").unwrap(), ..cart(&[("laptop", 1, 100_000)]) };
    let refused = suits(&ten_percent(), &euros, &shop(), UnknownCost::Refuse).unwrap_err();
    assert_eq!(refused.to_string(), "the cart is in EUR, the campaign in USD");
    let empty = Cart { lines: Vec::new(), ..euros };
    assert_eq!(suits(&ten_percent(), &empty, &shop(), UnknownCost::Refuse), Ok(()), "an empty cart is in no currency");
}

fn any_terms() -> impl Strategy<Value = Terms> {
    let kind = prop_oneof![Just(Kind::Percent), Just(Kind::Fixed), Just(Kind::FreeShipping)];
    (kind, any::<i64>(), any::<i64>(), proptest::option::of(any::<i64>()), any::<bool>()).prop_map(
        |(kind, amount, minimum, most, single_use)| {
            // Half of the percentages are percentages.
            let amount = if kind == Kind::Percent && amount % 2 == 0 { amount.rem_euclid(100) + 1 } else { amount };
            Terms { kind, amount, minimum, most, single_use, ..ten_percent() }
        },
    )
}

proptest! {
    /// Whatever the amounts: no panic, never more than the goods or the bound, never less than nothing, rounded down.
    #[test]
    fn money_benefits_stay_within_bounds(terms in any_terms(), goods in any::<i64>()) {
        let discount = terms.benefit(goods).discount_minor;
        prop_assert!((0..=goods.max(0)).contains(&discount));
        prop_assert!(terms.most.is_none_or(|most| discount <= most.max(0)));
        if terms.validate().is_ok() && terms.kind == Kind::Percent && terms.most.is_none() {
            let exact = i128::from(goods.max(0)) * i128::from(terms.amount);
            prop_assert!(i128::from(discount) * 100 <= exact && exact < (i128::from(discount) + 1) * 100);
        }
        if let (Some(worst), Ok(())) = (terms.worst(), terms.validate()) {
            prop_assert!(terms.cost(goods) <= worst);
        }
    }

    /// A larger cart never gets a smaller discount, and never becomes cheaper than a smaller one that has no discount.
    #[test]
    fn money_grows_with_the_cart(terms in any_terms(), small in 0..i64::MAX / 2, more in 0..i64::MAX / 2) {
        prop_assert!(terms.benefit(small).discount_minor <= terms.benefit(small + more).discount_minor);
    }

    /// Sums of hostile carts do not overflow, and a ledger takes any value without losing count.
    #[test]
    fn money_never_overflows(prices in proptest::collection::vec((any::<u32>(), any::<i64>()), 0..9), values in proptest::collection::vec(any::<i64>(), 1..9)) {
        let catalog = shop();
        let lines = prices.iter().map(|(quantity, price)| CartLine { product: key_of("laptop"), quantity: *quantity, price: *price }).collect();
        let cart = Cart { currency: Currency::USD, lines };
        let terms = Terms { margin_floor: Some(10_000), ..ten_percent() };
        let _ = suits(&terms, &cart, &catalog, UnknownCost::Ignore);
        let _ = terms.covered(&cart.lines, &catalog);
        let mut ledger = Ledger::default();
        for (index, value) in values.iter().enumerate() {
            let grant = minted(&mut ledger, at(index as u64 + 1), &request(&index.to_string(), ten_percent()));
            let record = Record::Redeemed { key: grant.key, order: "o".into(), at: at(50), value: *value };
            ledger.apply(&record).unwrap();
        }
        let _ = ledger.totals();
    }

    /// With a budget of value, whatever is granted and redeemed in whatever order, the budget holds.
    #[test]
    fn money_budgets_hold(orders in proptest::collection::vec((0..40_u64, 0..20_000_i64, any::<bool>()), 1..60)) {
        let limits = Budget { value: Some(4_000), ..budget(1_000, 10_000) };
        let terms = Terms { most: Some(900), minimum: 0, budget: Some(limits), ..ten_percent() };
        let mut ledger = Ledger::default();
        let mut time = 20_000;
        for (index, (wait, goods, uses)) in orders.into_iter().enumerate() {
            time += wait;
            if let Answer::Granted(grant) = ledger.grant(at(time), &request(&index.to_string(), terms), &SECRET) {
                ledger.apply(&Record::Granted(Box::new(grant.clone()))).unwrap();
                step(&mut ledger, at(time), grant.key, State::Minted);
                if uses {
                    redeem(&mut ledger, at(time), &grant.code, "o", goods);
                }
            }
            expire(&mut ledger, at(time));
            let total: i64 = ledger.grants().map(|grant| grant.value).sum();
            prop_assert!(total <= 4_000, "{total}");
        }
    }
}

#[test]
fn budgets_and_hours_say_what_was_given() {
    let limits = Budget { open: Some(5), value_per_hour: Some(2_500), value_total: Some(9_000), ..budget(10, 7_200) };
    let terms = Terms { most: Some(1_000), budget: Some(limits), ..ten_percent() };
    let mut ledger = Ledger::default();
    let first = minted(&mut ledger, at(10_000), &request("a", terms));
    redeem(&mut ledger, at(10_001), &first.code, "order", 5_000);
    minted(&mut ledger, at(13_700), &request("b", terms));
    let of = |ledger: &Ledger, time: u64| -> Vec<(&str, i64, i64)> {
        ledger.budget_use(at(time), key_of("exit"), &limits).iter().map(|one| (one.limit, one.used, one.most)).collect()
    };
    let expected = [("count", 2, 10), ("open", 1, 5), ("value_per_hour", 1_000, 2_500), ("value_total", 1_500, 9_000)];
    assert_eq!(of(&ledger, 13_800), expected, "the first has left the hour, not the two hours");
    assert_eq!(of(&ledger, 17_199)[0], ("count", 2, 10));
    assert_eq!(of(&ledger, 17_200)[0], ("count", 1, 10), "it leaves its window after exactly two hours");
    assert_eq!(ledger.budget_use(at(13_800), key_of("other"), &limits)[0].used, 0);
    let hours = |campaign: Option<&str>| -> Vec<(u32, i64)> {
        ledger.hours(at(13_800), campaign.map(key_of), 3).iter().map(|hour| (hour.granted, hour.value_minor)).collect()
    };
    assert_eq!(hours(None), [(0, 0), (1, 500), (1, 1_000)]);
    assert_eq!((hours(Some("exit")), hours(Some("other"))), (hours(None), vec![(0, 0); 3]));
}
