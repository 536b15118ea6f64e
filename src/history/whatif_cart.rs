//! A cart of another value that is as believable as the recorded one.

use super::Note;
use crate::catalog::Catalog;
use crate::model::Cart;
use crate::model::CartLine;
use crate::model::Key;

/// Makes a cart worth exactly `minor`: by lower prices where it is worth less, else with further pieces at no more than their price in
/// the catalog, because a price above that would cost the cart its credibility.
pub(super) fn worth(cart: &Cart, minor: i64, catalog: &Catalog) -> (Cart, Vec<Note>) {
    let now = cart.value().minor;
    let currency = if cart.lines.is_empty() { catalog.currency() } else { cart.currency };
    if minor == now {
        return (cart.clone(), Vec::new());
    }
    if minor == 0 {
        return (Cart { currency, lines: Vec::new() }, Vec::new());
    }
    if minor < now {
        return (Cart { currency, lines: scaled(cart, minor) }, vec![Note::CartScaled]);
    }
    let mut lines = cart.lines.clone();
    let missing = minor - now;
    // The cheapest that costs as much as is missing; where none does, pieces of the dearest. By price, then key: a total order.
    let priced = || catalog.products().iter().filter(|product| product.price.minor > 0);
    let cheapest = priced().filter(|product| product.price.minor >= missing).min_by_key(|product| (product.price.minor, product.key));
    let Some(product) = cheapest.or_else(|| priced().max_by_key(|product| (product.price.minor, product.key))) else {
        lines.push(CartLine { product: Key(u64::MAX), quantity: 1, price: missing });
        return (Cart { currency, lines }, vec![Note::CartClaimed]);
    };
    let price = product.price.minor;
    let (whole, rest) = (missing / price, missing % price);
    if whole > 0 {
        lines.push(CartLine { product: product.key, quantity: u32::try_from(whole).unwrap_or(u32::MAX), price });
    }
    if rest > 0 {
        lines.push(CartLine { product: product.key, quantity: 1, price: rest });
    }
    let pieces = u32::try_from(whole).unwrap_or(u32::MAX).saturating_add(u32::from(rest > 0));
    (Cart { currency, lines }, vec![Note::CartFilled { pieces, product: product.name.clone() }])
}

/// Every line is worth the same share of what it was. Where that is no whole price, some of its pieces cost one minor unit more.
fn scaled(cart: &Cart, minor: i64) -> Vec<CartLine> {
    let worth = |line: &CartLine| line.price.saturating_mul(i64::from(line.quantity));
    let now = i128::from(cart.value().minor.max(1));
    let mut shares: Vec<i64> =
        cart.lines.iter().map(|line| i64::try_from(i128::from(worth(line)) * i128::from(minor) / now).unwrap_or(0)).collect();
    let mut left = minor - shares.iter().sum::<i64>();
    for (share, line) in shares.iter_mut().zip(&cart.lines) {
        if left > 0 && *share < worth(line) {
            *share += 1;
            left -= 1;
        }
    }
    let mut lines = Vec::with_capacity(cart.lines.len());
    for (share, line) in shares.into_iter().zip(&cart.lines).filter(|(_, line)| line.quantity > 0) {
        let (price, more) = (share / i64::from(line.quantity), (share % i64::from(line.quantity)) as u32);
        if more > 0 {
            lines.push(CartLine { quantity: more, price: price + 1, ..*line });
        }
        lines.push(CartLine { quantity: line.quantity - more, price, ..*line });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Draft;
    use crate::model::Currency;
    use crate::model::key_of;

    fn catalog(prices: &[i64]) -> Catalog {
        let draft = |price: &i64| Draft { id: format!("p{price}"), name: format!("Product {price}"), price: *price, ..Draft::default() };
        Catalog::build(prices.iter().map(draft).collect(), Currency::USD).0
    }

    fn cart(lines: &[(&str, u32, i64)]) -> Cart {
        let line = |(id, quantity, price): &(&str, u32, i64)| CartLine { product: key_of(id), quantity: *quantity, price: *price };
        Cart { currency: Currency::USD, lines: lines.iter().map(line).collect() }
    }

    #[test]
    fn is_exactly_worth_what_was_asked_and_never_above_the_catalog() {
        let prices = [700, 2_000, 9_900];
        let catalog = catalog(&prices);
        let carts = [
            cart(&[]),
            cart(&[("p700", 1, 700)]),
            cart(&[("p700", 3, 700)]),
            cart(&[("p2000", 2, 1_900), ("p9900", 3, 9_899)]),
            cart(&[("p700", 1, 700), ("p2000", 900, 1)]),
        ];
        for before in &carts {
            for minor in [0, 1, 2, 3, 699, 700, 701, 2_100, 4_900, 9_900, 9_901, 19_800, 123_457] {
                let (after, notes) = worth(before, minor, &catalog);
                assert_eq!(after.value().minor, minor, "{before:?} {notes:?}");
                for line in &after.lines {
                    assert!(line.price <= catalog.product(line.product).unwrap().price.minor, "{before:?} at {minor}: {line:?}");
                }
            }
        }
    }

    #[test]
    fn less_keeps_the_pieces_and_more_adds_the_cheapest_that_suffices() {
        let catalog = catalog(&[700, 2_000, 9_900]);
        let (less, notes) = worth(&cart(&[("p9900", 2, 9_900)]), 4_900, &catalog);
        assert_eq!((less, notes), (cart(&[("p9900", 2, 2_450)]), vec![Note::CartScaled]));
        let (more, notes) = worth(&cart(&[("p700", 1, 700)]), 2_000, &catalog);
        assert_eq!(more, cart(&[("p700", 1, 700), ("p2000", 1, 1_300)]));
        assert_eq!(notes, [Note::CartFilled { pieces: 1, product: "Product 2000".into() }]);
        let (claimed, notes) = worth(&cart(&[]), 500, &Catalog::empty());
        assert_eq!((claimed.value().minor, notes), (500, vec![Note::CartClaimed]));
    }
}
