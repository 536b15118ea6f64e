//! Whether a product has better attributes than another of its kind, as far as their numbers tell.
//!
//! Nobody says whether more of something is better. Prices do: where the dearer products of a category have more of it, more is better,
//! and where they have less of it, less. An attribute that does not go with the price says nothing.

use crate::catalog::Product;

/// Least correlation with the price at which a number counts. Chosen: below it, one in twenty pairs of unrelated columns of 60 products
/// would count (two-sided t test).
const CORRELATION_MIN: f64 = 0.25;
/// Products with the number below which nothing can be said of it.
const PRODUCTS_MIN: usize = 5;

/// What the numbers of a product's attributes are worth in its category.
pub(super) struct Better<'a> {
    /// Name and unit of each number that counts, the product's own, and whether more is better.
    measures: Vec<(Number<'a>, bool)>,
}

/// A number among the attributes, as in `memory:16 GB`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Number<'a> {
    name: &'a str,
    value: f64,
    unit: &'a str,
}

impl<'a> Better<'a> {
    /// Learns from the products of a category what counts for one of them.
    pub fn than(anchor: &'a Product, members: impl Iterator<Item = &'a Product> + Clone) -> Better<'a> {
        let mut measures = Vec::new();
        for own in numbers(anchor) {
            let both = members.clone().filter_map(|product| Some((like(product, &own)?, product.price.minor as f64)));
            if let Some(more) = direction(both) {
                measures.push((own, more));
            }
        }
        Better { measures }
    }

    /// -1 if the product is worse in every number that counts, 1 if it is better in each, 0 where nothing can be said.
    pub fn is(&self, product: &Product) -> f32 {
        let mut sum = 0.0;
        for (own, more) in &self.measures {
            let value = like(product, own).unwrap_or(own.value);
            if value != own.value {
                sum += if (value > own.value) == *more { 1.0 } else { -1.0 };
            }
        }
        sum / self.measures.len().max(1) as f32
    }
}

/// The number of a product with the name and unit of another.
fn like(product: &Product, other: &Number<'_>) -> Option<f64> {
    numbers(product).find(|number| number.name == other.name && number.unit == other.unit).map(|number| number.value)
}

fn numbers(product: &Product) -> impl Iterator<Item = Number<'_>> {
    product.attributes.iter().filter_map(|(_, text)| {
        let (name, value) = text.split_once(':')?;
        let length = value.bytes().take_while(|&byte| byte.is_ascii_digit() || byte == b'.').count();
        let (digits, unit) = value.split_at_checked(length)?;
        Some(Number { name, value: digits.parse().ok()?, unit: unit.trim() })
    })
}

/// Whether more goes with a higher price; `None` if neither more nor less does.
fn direction(pairs: impl Iterator<Item = (f64, f64)>) -> Option<bool> {
    let (mut count, mut x, mut y, mut xx, mut yy, mut xy) = (0_usize, 0.0, 0.0, 0.0, 0.0, 0.0);
    for (value, price) in pairs {
        count += 1;
        (x, y, xx, yy, xy) = (x + value, y + price, xx + value * value, yy + price * price, xy + value * price);
    }
    let n = count as f64;
    let spread = ((n * xx - x * x) * (n * yy - y * y)).sqrt();
    // Pearson's r; of equal values there is none, whatever rounding leaves of their spread.
    let r = (n * xy - x * y) / spread;
    (count >= PRODUCTS_MIN && spread > 0.0 && (CORRELATION_MIN..=1.5).contains(&r.abs())).then_some(r > 0.0)
}
