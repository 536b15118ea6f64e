//! The demo: shop back end, sample campaigns, simulated shoppers over real sockets.

pub mod campaigns;
pub mod data;
pub mod picture;
pub mod shop;
pub mod shoppers;
pub mod status;
pub mod world;

/// Placements of the demo shop, with the pages they stand on.
pub const PLACEMENTS: [&str; 18] = [
    "banner",
    "main-nav",
    "hero@home",
    "home-shelf@home",
    "trending@home",
    "recent@home",
    "shortcuts@home",
    "home-layout@home",
    "listing@category,search",
    "listing-top@category",
    "search-rescue@search",
    "related@product",
    "goes-with@product",
    "next@product",
    "buy@product",
    "product-help@product",
    "cart-upsell@cart",
    "cart-progress@cart",
];

/// Templates on every page of the demo shop.
pub const TEMPLATES: [&str; 9] = ["hero", "banner", "tile", "product-card", "help", "progress", "overlay", "exit-offer", "notice"];
