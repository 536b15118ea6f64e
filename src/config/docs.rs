//! The reference of the configuration, for `floorwalker config docs`.

/// `(key, default, what it does)`.
const ROWS: &[(&str, &str, &str)] = &[
    ("shop.keys", "none", "Publishable keys; a page must name one in `data-key`. They are no secret: origins protect the engine."),
    ("shop.currency", "`USD`", "ISO 4217 code of amounts in campaign files and of the catalog."),
    ("shop.products", "none", "Product file (CSV or TSV), read at the start. Without it conditions on products never hold."),
    (
        "shop.customer_secret",
        "none",
        "Secret of at least 32 bytes with which the shop's server signs customer tokens (HS256; `sub`, `aud` = a key, `exp` at most an hour ahead) for `identify`.",
    ),
    (
        "shop.server_secret",
        "none",
        "Secret of at least 32 bytes that the shop's server shows when it checks and redeems codes (`Authorization: Bearer`), and signs carts with (HS256). With it, orders that pages claim redeem nothing.",
    ),
    (
        "shop.placements",
        "none",
        "Placements of the shop, `banner` or with the pages it stands on `hero@home` and `related@product,cart`; campaigns are checked against them.",
    ),
    ("shop.templates", "none", "Templates of the shop; campaigns are checked against them."),
    ("store.dir", "`data`", "Directory of the journal, states, profiles and the ledger. One process at a time."),
    (
        "store.durability",
        "`fsync`",
        "When an event is acknowledged: `fsync` survives a power cut, `os` a crash of the process, `memory` neither.",
    ),
    ("gateway.address", "`127.0.0.1`", "Address to listen on. Others than loopback need `behind_proxy`, because the engine speaks no TLS."),
    ("gateway.port", "`8080`", "Port to listen on; 0 takes a free one."),
    ("gateway.behind_proxy", "`false`", "A proxy with TLS stands in front."),
    ("gateway.origins", "none", "Pages that may connect: `https://shop.example`, `https://*.shop.example`. Others get 403."),
    ("gateway.allow_missing_origin", "`false`", "Lets clients in that send no Origin, such as servers and tests."),
    ("gateway.country_header", "none", "Header with the visitor's country. Only with a proxy that overwrites what visitors send."),
    (
        "gateway.address_header",
        "none",
        "Header with the visitor's address, such as `x-forwarded-for`; the last address in it counts. Only with a proxy that sets or \
         appends it. Needed for `offers.per_network`.",
    ),
    ("gateway.handshakes_per_second", "`2000`", "New connections a second, twice as many in a burst; past it 503 with `Retry-After`."),
    ("gateway.connections_max", "`100000`", "Connections at a time; further ones are closed."),
    ("gateway.connections_per_address", "`500`", "Connections of one address at a time; loopback is exempt."),
    ("engine.sessions_max", "`1000000`", "Live sessions; past it new visitors get the neutral shop."),
    ("engine.visit_ends_after", "`30m`", "Silence that ends a visit, 1 min to 24 h."),
    ("engine.resume_within", "`120s`", "A lost page may come back within this time, 5 s to 1 h."),
    ("engine.exit_confirmation", "`700ms`", "From a leaving signal to acting on it unless the shopper returns, 100 ms to 10 s."),
    ("engine.idle_after", "`30s`", "Without input for this long a shopper is idle and attention stops, 5 s to 10 min."),
    ("engine.changes_per_page", "`12`", "Placement changes per page view, 1 to 50."),
    ("engine.interruptions_per_session", "`3`", "Overlays and notices per visit, 0 to 20."),
    ("engine.interruption_spacing", "`60s`", "Least time between interruptions of different campaigns."),
    ("campaigns.dir", "`campaigns`", "Folder of campaign files; watched, changes are live within a second."),
    ("consent.contextual", "`true`", "Campaigns of purpose `context` may act before the shopper has answered."),
    ("consent.remember", "`366d`", "Life of a visitor's token, 1 h to 395 d."),
    (
        "consent.tcf_vendors",
        "none",
        "Vendors of IAB's global vendor list that data is shared with; a TC string allows sharing if the shopper agreed to all of them, and without any it does not.",
    ),
    ("offers.open_max", "`100000`", "Offers that may be open in the whole shop at a time; 0 makes none."),
    ("offers.per_day", "none", "Offers made in the whole shop in any 24 hours."),
    (
        "offers.value_per_day",
        "none",
        "What the offers of any 24 hours may cost the whole shop, major units: worst case of open codes, real value of redeemed ones. Offers without a worst case (`most`) are then not made.",
    ),
    (
        "offers.per_network",
        "`100`",
        "New offers of one network (IPv4 /24, IPv6 /48) in any hour; 0 for no bound. Needs \
         `gateway.address_header`; private addresses are exempt.",
    ),
    (
        "offers.unknown_cost",
        "`refuse`",
        "What `margin_floor` does when something in the cart has no cost: `refuse` the offer, or `ignore` those goods.",
    ),
    ("offers.pool_low", "`100`", "A pool of uploaded codes with fewer left than this is announced as low; 0 never."),
    ("offers.keep_days", "`396`", "Days a closed offer is kept after its expiry, 366 to 3650; its numbers are kept for good."),
    ("experiments.holdout", "`0.02`", "Share of visitors who see no campaign at all, 0 to 0.5."),
    ("experiments.baseline_max", "`0.5`", "Caps the baseline of every campaign; 0 switches baselines off."),
    ("experiments.window", "`14d`", "How long after a visitor entered an experiment their orders count in it, 1 min to 90 d."),
    (
        "experiments.margin",
        "`1`",
        "Share of the price of goods of unknown cost that counts as profit, 0 to 1. Costs come from the product file (`cost_of_goods_sold`) or with the order.",
    ),
    ("experiments.metrics", "none", "Names of at most 4 events of the shop (`custom`) that are counted per visitor as metrics."),
    (
        "recommend.sessions",
        "none",
        "Recorded visits (CSV, TSV or JSON Lines with session, time, product and perhaps event: view, cart, purchase) that popularity counts, and that a shop which has learned nothing yet begins with.",
    ),
    ("recommend.horizon", "`180d`", "Visits older than this teach nothing any more, 1 h to 3650 d."),
    (
        "recommend.visits_max",
        "`1000000`",
        "Visits that recommendations learn from, the latest ones, 1,000 to 100,000,000; about 20 bytes per click.",
    ),
    ("recommend.trends_every", "`5m`", "How often what is popular and trending is worked out anew, 5 s to 24 h."),
    (
        "learn.every",
        "`15m`",
        "How often campaigns that learn get new chances for their variants, 5 s to 24 h. Between two of them the chances in a situation stay the same.",
    ),
    (
        "learn.lift",
        "`0.5`",
        "A campaign learns as soon as a test would find a relative difference as large as this between two of its variants four times in five, 0.01 to 10. Until then their weights decide.",
    ),
    (
        "learn.model",
        "none",
        "Models of the shop's own, each a table `[[learn.model]]`: `name` (conditions read `score.model[\"name\"]`), `file` (ONNX), `features` (names of the vocabulary in the model's order), and perhaps `output`, `place` (which number of it; 1) and `fallback` (0).",
    ),
    (
        "traffic.agents",
        "the shipped list",
        "File of user agents of programs, one pattern a line (`^`, `$` and `*` as in the shipped `crawlers.txt`), used instead of it.",
    ),
    ("traffic.serve_bots", "`false`", "Programs get what people get and count like them; for shops that are driven by tests."),
    ("admin.enabled", "`true`", "Serves the dashboard and the admin interface; they need a token in any case."),
];

/// Returns the reference as a Markdown table.
pub fn docs() -> String {
    let mut out = String::from("| key | default | what it does |\n| --- | --- | --- |\n");
    for (key, default, text) in ROWS {
        out.push_str(&format!("| `{key}` | {default} | {text} |\n"));
    }
    out
}
