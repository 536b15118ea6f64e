//! A shop with every trigger, action and limit, published in several states.
//!
//! Its offers give nothing away by themselves: whoever simulates says how many codes a campaign may make.

use super::Shop;
use crate::campaign::Campaign;
use crate::campaign::CampaignSet;
use crate::catalog::Catalog;
use crate::catalog::Draft;
use crate::decide::Settings;
use crate::decide::Snapshot;
use crate::model::Currency;
use crate::recommend::Model;
use std::sync::Arc;

const FILL: &str = "{ do = 'fill', placement = 'PLACE', template = 't', data = { title = '{cart.items} on {page.path}' } }";
const OFFER: &str = "{ do = 'offer', placement = 'PLACE', template = 'o', offer = { kind = 'percent', amount = 10, budget = { count = BUDGET, every = '1d' } } }";

/// Id, trigger, head, action, placement.
const CAMPAIGNS: [[&str; 5]; 28] = [
    ["start", "on = 'session_start'", "purpose = 'context'", FILL, "hero"],
    ["home", "on = 'page_view', pages = ['home']", "purpose = 'context'\npriority = 40", FILL, "hero"],
    ["cart-page", "on = 'page_view', pages = ['cart']", "limits = { per_session = 2 }", FILL, "banner"],
    ["dwell-page", "on = 'dwell', for = '12s'", "limits = { per_page = 1 }", FILL, "help"],
    ["dwell-product", "on = 'dwell', of = 'product', for = '20s'", "", FILL, "help"],
    ["dwell-category", "on = 'dwell', of = 'category', for = '25s'", "", FILL, "side"],
    ["dwell-visit", "on = 'dwell', of = 'session', for = '40s'", "", "{ do = 'notice', text = 'Still here?' }", ""],
    ["idle", "on = 'idle', for = '15s'", "limits = { per_session = 3, cooldown = '1m' }", FILL, "overlay"],
    [
        "scroll",
        "on = 'scroll', depth = 60",
        "limits = { per_page = 1 }",
        "{ do = 'layout', placement = 'PLACE', layout = 'dense' }",
        "shape",
    ],
    ["click", "on = 'click', target = 'size'", "", "{ do = 'cta', placement = 'PLACE', label = 'Buy {product.id}' }", "button"],
    [
        "empty",
        "on = 'search', results = 'none'",
        "",
        "{ do = 'recommend', placement = 'PLACE', template = 'r', strategy = 'popular', count = 4 }",
        "list-a",
    ],
    ["found", "on = 'search', results = 'some'", "", "{ do = 'order', list = 'PLACE', strength = 1.0 }", "grid"],
    ["leave", "on = 'exit_intent'", "trust = 'claimed'\npriority = 70\nlimits = { per_session = 2 }", OFFER, "overlay"],
    ["leave-2", "on = 'exit_intent'", "limits = { spacing = '20s' }\nbaseline = 0.3", FILL, "overlay"],
    ["threshold", "on = 'cart_value', above = 50, rearm = 30", "hold = 'while'\nwhen = 'cart.value >= 30.0'\ntarget = 80", FILL, "banner"],
    ["low", "on = 'cart_value', below = 20", "purpose = 'context'", FILL, "banner"],
    ["lasting", "on = 'cart_value', above = 60, for = '10s'", "hold = 'while'\nwhen = 'cart.value >= 60.0'", FILL, "overlay"],
    [
        "added",
        "on = 'cart_item', category = 'c1'",
        "",
        "{ do = 'recommend', placement = 'PLACE', template = 'r', strategy = 'similar', count = 2 }",
        "list-b",
    ],
    ["removed", "on = 'cart_item', change = 'removed'", "", "{ do = 'emit', name = 'removed' }", ""],
    ["views-any", "on = 'product_views', count = 3, again = true", "", "{ do = 'nav', placement = 'PLACE', interests = 2 }", "menu"],
    ["views-same", "on = 'product_views', of = 'same', count = 2", "trust = 'claimed'", OFFER, "side"],
    ["views-category", "on = 'product_views', of = 'category', count = 3", "", "{ do = 'order', list = 'PLACE', strength = 1.0 }", "grid"],
    ["return", "on = 'return_visit'", "purpose = 'remember'", FILL, "hero"],
    ["keen", "on = 'score', above = 0.8, rearm = 0.4", "limits = { per_visitor = { count = 1, every = '1h' } }", FILL, "button-b"],
    ["checkout", "on = 'checkout', step = 'begin'", "", "{ do = 'notice', text = 'Safe and sound' }", ""],
    ["ordered", "on = 'order'", "", FILL, "overlay"],
    ["quiz", "on = 'custom', name = 'quiz'", "trust = 'claimed'\nlimits = { per_visitor = { count = 2, every = '10m' } }", OFFER, "hero"],
    [
        "abandon",
        "on = 'sequence', steps = [{ on = 'cart_item' }, { on = 'page_view' }], without = { on = 'checkout' }, within = '30s'",
        "",
        FILL,
        "overlay",
    ],
];

fn campaign([id, trigger, head, action, place]: [&str; 5], more: &str, budget: u32) -> Arc<Campaign> {
    let baseline = if head.contains("baseline") { "" } else { "baseline = 0.05\n" };
    let action = action.replace("PLACE", place).replace("BUDGET", &budget.to_string());
    let source = format!(
        "id = '{id}'\nname = '{id}'\n{baseline}{head}\n{more}\ntrigger = [{{ {trigger} }}]\nvariant = [{{ id = 'a', action = [{action}] }}, {{ id = 'b', action = [{action}, {{ do = 'emit', name = '{id}' }}] }}]\n"
    );
    Arc::new(Campaign::parse("sim.toml", &source, Currency::USD).expect("the campaigns above are good"))
}

/// The shop; every campaign with an offer may make `budget` codes a day.
pub(super) fn shop(budget: u32) -> Shop {
    let draft = |n: i64| Draft {
        id: format!("p{n}"),
        name: format!("Product {n}"),
        category: format!("c{}.d{}", n % 3, n % 7),
        brand: format!("Brand {}", n % 5),
        price: 500 + 370 * n,
        ..Draft::default()
    };
    let catalog = Arc::new(Catalog::build((0..60).map(draft).collect(), Currency::USD).0);
    let all = || CAMPAIGNS.map(|one| campaign(one, "", budget));
    let half = all().into_iter().step_by(2).collect();
    let off = CAMPAIGNS.map(|one| campaign(one, "enabled = false", budget));
    let edited = CAMPAIGNS.map(|mut one| {
        // Every campaign takes another's trigger.
        let other = CAMPAIGNS.iter().position(|each| each[0] == one[0]).unwrap_or(0) + 5;
        one[1] = CAMPAIGNS[other % CAMPAIGNS.len()][1];
        campaign(one, "", budget)
    });
    let mut settings = Settings::default();
    settings.guard.interruption_spacing = std::time::Duration::from_secs(10);
    let strict = Arc::new(Settings { guard: crate::decide::Guard { changes_per_page: 3, ..settings.guard.clone() }, ..settings.clone() });
    let settings = Arc::new(settings);
    let states = [
        (all().to_vec(), &settings, false),
        (half, &settings, false),
        (off.to_vec(), &settings, false),
        (edited.to_vec(), &strict, false),
        (all().to_vec(), &settings, true),
        (all().to_vec(), &strict, false),
    ];
    let snapshots = states.into_iter().enumerate().map(|(number, (campaigns, settings, off))| Snapshot {
        trends: Default::default(),
        policies: Default::default(),
        scores: Default::default(),
        version: number as u64 + 1,
        catalog: catalog.clone(),
        campaigns: Arc::new(CampaignSet::build(campaigns)),
        model: Arc::new(Model::empty()),
        settings: settings.clone(),
        off,
    });
    Shop::of(snapshots.collect())
}
