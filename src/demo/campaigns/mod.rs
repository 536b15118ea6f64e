//! The campaigns of the demo shop, as a merchant would write them: every trigger and every action at least once.

#[cfg(test)]
mod tests;

/// Name and source of each file, by name.
pub fn files() -> Vec<(&'static str, &'static str)> {
    macro_rules! file {
        ($name:literal) => {
            ($name, include_str!($name))
        };
    }
    vec![
        file!("after-adding.toml"),
        file!("after-order.toml"),
        file!("also-viewed.toml"),
        file!("buy-now.toml"),
        file!("cart-upsell.toml"),
        file!("cart-waiting.toml"),
        file!("category-first-steps.toml"),
        file!("category-known.toml"),
        file!("checkout-calm.toml"),
        file!("code-copied.toml"),
        file!("exit-offer.toml"),
        file!("exit-save-cart.toml"),
        file!("free-shipping-banner.toml"),
        file!("free-shipping-progress.toml"),
        file!("free-shipping-reached.toml"),
        file!("goes-with.toml"),
        file!("home-by-interest.toml"),
        file!("home-layout.toml"),
        file!("home-next.toml"),
        file!("home-recent.toml"),
        file!("home-trending.toml"),
        file!("idle-browsing.toml"),
        file!("intent-shortcut.toml"),
        file!("listing-by-interest.toml"),
        file!("product-help.toml"),
        file!("product-next.toml"),
        file!("search-rescue.toml"),
        file!("shortcuts-by-interest.toml"),
        file!("step-up.toml"),
        file!("tools-first.toml"),
        file!("welcome-back.toml"),
        file!("welcome-new.toml"),
        file!("welcome-newsletter.toml"),
    ]
}
