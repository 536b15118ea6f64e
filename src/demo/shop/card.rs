//! Product cards and the shelves and grids they stand in.

use super::money::format_money;
use crate::demo::data::Product;
use crate::demo::data::brand_title;
use crate::demo::data::category_title;
use maud::Markup;
use maud::html;

/// Stock at or below this is worth a word; chosen, not measured.
const FEW_LEFT: u32 = 5;

/// Renders a card; a page's first pictures load at once.
pub(super) fn card(product: &Product, is_lazy: bool) -> Markup {
    let loading = is_lazy.then_some("lazy");
    html! {
        a.card href={ "/p/" (product.id) } data-floorwalker-click="product" data-floorwalker-product=(product.id) {
            span.card-picture { (picture(product, loading)) }
            span.card-brand { @if product.brand.is_empty() { (category_title(&product.category)) } @else { (brand_title(&product.brand)) } }
            span.card-name { (short_name(product)) }
            span.card-price { (format_money(product.price_minor)) }
            @if product.stock == 0 { span.card-stock.is-out { "Out of stock" } }
            @else if product.stock <= FEW_LEFT { span.card-stock { "Only " (product.stock) " left" } }
        }
    }
}

/// Renders a product's picture, which takes its place before it is loaded.
pub(super) fn picture(product: &Product, loading: Option<&str>) -> Markup {
    html! { img src={ "/pictures/" (product.id) ".svg" } alt=(product.name) width="400" height="400" loading=[loading]; }
}

/// Renders a shelf that a campaign may fill with recommendations; the default holds as many items as it would.
pub(super) fn shelf(placement: &str, title: &str, products: &[&Product]) -> Markup {
    html! {
        section.shelf data-floorwalker=(placement) {
            h2 data-field="title" { (title) }
            ul.shelf-items.{ "of-" (products.len()) } data-floorwalker-items {
                @for product in products { li.shelf-item { (card(product, true)) } }
            }
        }
    }
}

/// Renders a shelf that is the shop's own.
pub(super) fn fixed_shelf(title: &str, more: Option<&str>, products: &[&Product]) -> Markup {
    html! {
        section.shelf {
            div.shelf-head { h2 { (title) } @if let Some(path) = more { a href=(path) { "See all" } } }
            ul.shelf-items.{ "of-" (products.len()) } {
                @for product in products { li.shelf-item { (card(product, true)) } }
            }
        }
    }
}

/// Returns the name without the brand, which cards show above it.
pub(super) fn short_name(product: &Product) -> &str {
    let brand = brand_title(&product.brand);
    product.name.strip_prefix(&brand).map_or(product.name.as_str(), str::trim_start)
}
