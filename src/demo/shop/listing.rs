//! Category and search pages: filters, sorting, pages of 48, and the list a campaign may reorder.

use super::Shop;
use super::actions::cart_of;
use super::card::card;
use super::card::picture;
use super::catalog::ancestry;
use super::frame;
use super::frame::Page;
use super::home::missing_page;
use crate::demo::data::Product;
use crate::demo::data::brand_title;
use crate::demo::data::category_title;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::Html;
use maud::Markup;
use maud::html;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const PAGE_SIZE: usize = 48;

/// Value in the address, label, lowest price and the price it stays below, in whole dollars.
const PRICE_BANDS: [(&str, &str, i64, i64); 5] = [
    ("under-25", "Under $25", 0, 25),
    ("25-100", "$25 to $100", 25, 100),
    ("100-250", "$100 to $250", 100, 250),
    ("250-500", "$250 to $500", 250, 500),
    ("over-500", "$500 and more", 500, i64::MAX / 100),
];

const SORTS: [(&str, &str); 4] =
    [("popular", "Most popular"), ("price", "Price, low to high"), ("price-down", "Price, high to low"), ("new", "Newest")];

/// What stands behind the question mark; anything unknown counts as not given.
#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    q: String,
    #[serde(default)]
    brand: String,
    #[serde(default)]
    price: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    page: String,
}

pub(super) async fn category(
    State(shop): State<Arc<Shop>>,
    Path(path): Path<String>,
    choice: Result<Query<Choice>, QueryRejection>,
    headers: HeaderMap,
) -> (StatusCode, Html<String>) {
    let (_, cart) = cart_of(&shop, &headers);
    let Some(members) = shop.catalog.category(&path) else { return (StatusCode::NOT_FOUND, missing_page(&shop, &cart)) };
    let choice = choice.map(|Query(choice)| choice).unwrap_or_default();
    let title = category_title(&path);
    let address = format!("/c/{path}");
    let listing = Listing { address: &address, members: &members, choice: &choice };
    let main = html! {
        (breadcrumb(&path))
        div.listing-head { h1 { (title) } p.quiet { (count_label(listing.filtered().len())) } (reason_line()) }
        @let children = shop.catalog.children(&path);
        @if !children.is_empty() {
            nav.chips aria-label="Within this department" {
                @for (child, count) in children { a href={ "/c/" (child) } { (category_title(child)) " " span.quiet { (count) } } }
            }
        }
        section.tile data-floorwalker="listing-top" { (default_tile(&title, &members)) }
        (listing.render())
    };
    let mut page = Page::new("category", title.clone());
    page.category = Some(&path);
    (StatusCode::OK, frame::render(&shop, page, &cart, main))
}

pub(super) async fn search(
    State(shop): State<Arc<Shop>>,
    choice: Result<Query<Choice>, QueryRejection>,
    headers: HeaderMap,
) -> Html<String> {
    let (_, cart) = cart_of(&shop, &headers);
    let choice = choice.map(|Query(choice)| choice).unwrap_or_default();
    let query: String = choice.q.trim().chars().take(super::search::QUERY_CHARS_MAX).collect();
    let all = crate::demo::data::products();
    let tie = |at: usize| all.get(at).map_or(0, |product| shop.catalog.popularity(product));
    let found: Vec<&'static Product> = shop.catalog.search().find(&query, tie).into_iter().filter_map(|at| all.get(at)).collect();
    let listing = Listing { address: "/search", members: &found, choice: &choice };
    let count = listing.filtered().len();
    let main = html! {
        @if query.is_empty() {
            div.listing-head { h1 { "What are you looking for?" } }
            (rescue(&shop, &query))
        } @else if found.is_empty() {
            div.listing-head { h1 { "Nothing found for “" (query) "”" } }
            (rescue(&shop, &query))
        } @else {
            div.listing-head { h1 { "“" (query) "”" } p.quiet { (count_label(count)) } (reason_line()) }
            (listing.render())
        }
    };
    let title = if query.is_empty() { "Search".to_owned() } else { format!("{query}: search") };
    let mut page = Page::new("search", title);
    page.query = &query;
    if !query.is_empty() {
        page.facts = json!({ "search": { "query": query, "results": count } });
    }
    frame::render(&shop, page, &cart, main)
}

/// Where the library says that the list stands in an order of its own; empty, but never without its room.
fn reason_line() -> Markup {
    html! { p.list-reason data-floorwalker-notice="listing" role="status" {} }
}

/// What a search without results offers: near spellings, and a placement that may do better than tips.
fn rescue(shop: &Shop, query: &str) -> Markup {
    let suggestions = shop.catalog.search().suggest(query);
    html! {
        @if !suggestions.is_empty() {
            p.suggestions {
                "Did you mean "
                @for (at, word) in suggestions.iter().enumerate() { @if at > 0 { ", " } a href={ "/search?q=" (word) } { (word) } }
                "?"
            }
        }
        section.shelf.rescue data-floorwalker="search-rescue" data-floorwalker-live {
            h2 data-field="title" { "Ways to find it" }
            ul.shelf-items.of-4 data-floorwalker-items {
                (tip(shop, "construction.tools.drill", "Fewer words", "A brand and a kind of thing:", "bosch drill"))
                (tip(shop, "computers.notebook", "The general word", "What it is, before the model:", "notebook"))
                (tip(shop, "electronics.audio.headphone", "Another word", "Headset or headphones? Try", "headphones"))
                (tip(shop, "appliances.kitchen.kettle", "Check the spelling", "Model codes look like FND-445:", "kettle"))
            }
        }
    }
}

/// Takes exactly the room of a product card, which may come in its place.
fn tip(shop: &Shop, category: &str, title: &str, text: &str, example: &str) -> Markup {
    let product = shop.catalog.category(category).and_then(|members| members.into_iter().find(|product| !product.is_part()));
    html! {
        li.shelf-item {
            div.card.tip {
                span.card-picture { @if let Some(product) = product { (picture(product, None)) } }
                strong.tip-title { (title) }
                span.tip-text { (text) " " a href={ "/search?q=" (encode(example)) } { (example) } }
            }
        }
    }
}

fn default_tile(title: &str, members: &[&Product]) -> Markup {
    html! {
        div.tile-inner {
            @if let Some(product) = members.iter().max_by_key(|product| product.stock) {
                img src={ "/pictures/" (product.id) ".svg" } alt="" width="96" height="96";
            }
            div { strong { (title) ", at your door tomorrow" } p { "In stock until 4 pm means out of the door today. Free from $50." } }
            a.button.plain href="/help" { "How to choose" }
        }
    }
}

fn breadcrumb(path: &str) -> Markup {
    html! {
        nav.breadcrumb aria-label="You are here" {
            a href="/" { "Home" }
            @for part in ancestry(path) {
                @if part != path { a href={ "/c/" (part) } { (category_title(part)) } }
                @else { span aria-current="page" { (category_title(part)) } }
            }
        }
    }
}

fn count_label(count: usize) -> String {
    if count == 1 { "1 product".to_owned() } else { format!("{count} products") }
}

struct Listing<'a> {
    address: &'a str,
    members: &'a [&'static Product],
    choice: &'a Choice,
}

impl Listing<'_> {
    fn filtered(&self) -> Vec<&'static Product> {
        let band = PRICE_BANDS.iter().find(|(value, ..)| *value == self.choice.price);
        let fits = |product: &Product| {
            (self.choice.brand.is_empty() || product.brand == self.choice.brand)
                && band.is_none_or(|(_, _, from, below)| (from * 100..below * 100).contains(&product.price_minor))
        };
        let mut shown: Vec<&'static Product> = self.members.iter().copied().filter(|product| fits(product)).collect();
        match self.choice.sort.as_str() {
            "price" => shown.sort_by_key(|product| product.price_minor),
            "price-down" => shown.sort_by_key(|product| std::cmp::Reverse(product.price_minor)),
            "new" => shown.sort_by_key(|product| std::cmp::Reverse(product.id.parse::<u64>().unwrap_or(0))),
            _ => {}
        }
        shown
    }

    fn render(&self) -> Markup {
        let shown = self.filtered();
        let pages = shown.len().div_ceil(PAGE_SIZE).max(1);
        let page = self.choice.page.parse::<usize>().unwrap_or(1).clamp(1, pages);
        let on_page = shown.chunks(PAGE_SIZE).nth(page - 1).unwrap_or_default();
        html! {
            (self.filters())
            @if shown.is_empty() {
                @let all = Choice { q: self.choice.q.clone(), ..Choice::default() };
                p.nothing { "No product fits these filters. " a href=(self.link(&all, 1)) { "Show all" } }
            }
            ul.grid data-floorwalker-list="listing" {
                @for (at, product) in on_page.iter().enumerate() { li data-floorwalker-item=(product.id) { (card(product, at >= 12)) } }
            }
            @if pages > 1 { (self.pager(page, pages)) }
        }
    }

    fn filters(&self) -> Markup {
        let mut brands: BTreeMap<&str, usize> = BTreeMap::new();
        for product in self.members.iter().filter(|product| !product.brand.is_empty()) {
            *brands.entry(product.brand.as_str()).or_default() += 1;
        }
        let choice = self.choice;
        html! {
            form.filters action=(self.address) method="get" data-filters {
                @if !choice.q.is_empty() { input type="hidden" name="q" value=(choice.q); }
                label { span { "Brand" } select name="brand" {
                    option value="" { "All brands" }
                    @for (brand, count) in &brands {
                        option value=(brand) selected[*brand == choice.brand] { (brand_title(brand)) " (" (count) ")" }
                    }
                } }
                label { span { "Price" } select name="price" {
                    option value="" { "Any price" }
                    @for (value, label, ..) in PRICE_BANDS { option value=(value) selected[value == choice.price] { (label) } }
                } }
                label.filters-sort { span { "Sort" } select name="sort" {
                    @for (value, label) in SORTS { option value=(value) selected[value == choice.sort] { (label) } }
                } }
                button.button.plain type="submit" { "Apply" }
            }
        }
    }

    fn pager(&self, page: usize, pages: usize) -> Markup {
        html! {
            nav.pager aria-label="Pages" {
                @if page > 1 { a rel="prev" href=(self.link(self.choice, page - 1)) { "Previous" } }
                @for number in 1..=pages {
                    @if number == page { span aria-current="page" { (number) } }
                    @else { a href=(self.link(self.choice, number)) { (number) } }
                }
                @if page < pages { a rel="next" href=(self.link(self.choice, page + 1)) { "Next" } }
            }
        }
    }

    fn link(&self, choice: &Choice, page: usize) -> String {
        let mut link = String::from(self.address);
        let page = if page > 1 { page.to_string() } else { String::new() };
        let fields = [("q", &choice.q), ("brand", &choice.brand), ("price", &choice.price), ("sort", &choice.sort), ("page", &page)];
        for (at, (name, value)) in fields.into_iter().filter(|(_, value)| !value.is_empty()).enumerate() {
            link.push(if at == 0 { '?' } else { '&' });
            link.push_str(name);
            link.push('=');
            link.push_str(&encode(value));
        }
        link
    }
}

/// Percent-encodes a value for a query.
fn encode(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}
