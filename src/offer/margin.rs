//! Whether an offer suits the cart it is made for: its currency, its categories, and what is left to the shop.

use super::Kind;
use super::Refusal;
use super::Terms;
use crate::catalog::Catalog;
use crate::model::Cart;

/// What a floor means where the cost of something is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnknownCost {
    /// No offer: a floor that cannot be checked is not kept.
    #[default]
    Refuse,
    /// Goods of unknown cost are left out of the sum.
    Ignore,
}

/// Checks an offer against the cart of the moment.
///
/// The floor is that of the goods the offer is valid for: `(price - discount - cost) / (price - discount)` must not be under it. Prices are
/// the lower of what the page says and what the catalog says, so that a claimed price cannot make room for a discount.
///
/// # Errors
/// [`Refusal::Currency`], [`Refusal::Categories`], [`Refusal::Margin`] or [`Refusal::CostUnknown`].
pub fn suits(terms: &Terms, cart: &Cart, catalog: &Catalog, unknown: UnknownCost) -> Result<(), Refusal> {
    if terms.kind == Kind::Message {
        return Ok(());
    }
    if !cart.lines.is_empty() && cart.currency != catalog.currency() {
        return Err(Refusal::Currency { expected: catalog.currency(), actual: cart.currency });
    }
    let is_limited = terms.categories().next().is_some();
    if is_limited && !cart.lines.iter().any(|line| terms.covers(line.product, catalog)) {
        return Err(Refusal::Categories);
    }
    let Some(floor) = terms.margin_floor else { return Ok(()) };
    let (mut price, mut cost) = (0_i128, 0_i128);
    for line in cart.lines.iter().filter(|line| terms.covers(line.product, catalog)) {
        let known = catalog.product(line.product).and_then(|product| Some((product.price.minor, product.cost?)));
        match (known, unknown) {
            (Some((listed, each)), _) => {
                price += i128::from(line.price.min(listed)) * i128::from(line.quantity);
                cost += i128::from(each) * i128::from(line.quantity);
            }
            (None, UnknownCost::Refuse) => return Err(Refusal::CostUnknown),
            (None, UnknownCost::Ignore) => {}
        }
    }
    if price == 0 && unknown == UnknownCost::Ignore {
        return Ok(());
    }
    // Nothing in the cart: nothing is known of what the code will be used for.
    if price == 0 {
        return Err(Refusal::CostUnknown);
    }
    let goods = i64::try_from(price).unwrap_or(i64::MAX);
    let left = price - i128::from(terms.cost(goods));
    if (left - cost) * 10_000 >= i128::from(floor) * left && left > 0 { Ok(()) } else { Err(Refusal::Margin) }
}
