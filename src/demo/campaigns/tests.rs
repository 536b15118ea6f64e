//! The samples read well, have nothing the lint would mention, and show everything there is.

use super::files;
use crate::campaign::Action;
use crate::campaign::Campaign;
use crate::campaign::Needs;
use crate::campaign::Trigger;
use crate::campaign::World;
use crate::campaign::lint;
use crate::catalog::Catalog;
use crate::catalog::Draft;
use crate::model::Currency;
use crate::model::PageKind;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

fn campaigns() -> Vec<Arc<Campaign>> {
    let read = |(name, source)| match Campaign::parse(name, source, Currency::USD) {
        Ok(campaign) => Arc::new(campaign),
        Err(mistakes) => panic!("{name}: {}", mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    };
    files().into_iter().map(read).collect()
}

/// The placements of the demo shop with the pages they stand on.
fn placements() -> BTreeMap<String, Vec<PageKind>> {
    use PageKind::*;
    let everywhere = PageKind::ALL.to_vec();
    let entries: [(&str, &[PageKind]); 17] = [
        ("banner", &everywhere),
        ("main-nav", &everywhere),
        ("hero", &[Home]),
        ("home-shelf", &[Home]),
        ("trending", &[Home]),
        ("recent", &[Home]),
        ("shortcuts", &[Home]),
        ("home-layout", &[Home]),
        ("listing", &[Category, Search]),
        ("listing-top", &[Category]),
        ("search-rescue", &[Search]),
        ("related", &[Product]),
        ("goes-with", &[Product]),
        ("next", &[Product]),
        ("buy", &[Product]),
        ("product-help", &[Product]),
        ("cart-upsell", &[Cart]),
    ];
    let mut map: BTreeMap<String, Vec<PageKind>> = entries.iter().map(|(name, pages)| ((*name).to_owned(), pages.to_vec())).collect();
    map.insert("cart-progress".to_owned(), vec![Cart]);
    map
}

#[test]
fn each_file_is_named_after_its_campaign_and_in_order() {
    let mut last = String::new();
    for (campaign, (name, source)) in campaigns().iter().zip(files()) {
        assert_eq!(format!("{}.toml", campaign.id), name);
        assert!(last.as_str() < name, "{name}");
        assert!(source.starts_with("# "), "{name} says what it shows");
        last = name.to_owned();
    }
}

#[test]
fn nothing_to_find() {
    let draft =
        |id: &str, category: &str| Draft { id: id.into(), name: id.into(), category: category.into(), price: 100, ..Draft::default() };
    let drafts = vec![draft("1", "construction.tools.drill"), draft("2", "computers.components.cpu")];
    let catalog = Catalog::build(drafts, Currency::USD).0;
    let placements = placements();
    let names = ["hero", "banner", "tile", "product-card", "help", "progress", "overlay", "exit-offer"];
    let templates: BTreeSet<String> = names.map(str::to_owned).into();
    let findings = lint(&campaigns(), &World { catalog: &catalog, placements: Some(&placements), templates: Some(&templates) });
    assert_eq!(findings, []);
}

#[test]
fn every_trigger_and_every_action_is_shown() {
    let campaigns = campaigns();
    let triggers: BTreeSet<&str> = campaigns.iter().flat_map(|campaign| &campaign.triggers).map(Trigger::name).collect();
    let actions: BTreeSet<&str> = campaigns.iter().flat_map(|campaign| campaign.actions()).map(Action::name).collect();
    assert_eq!(triggers, BTreeSet::from(Trigger::NAMES));
    assert_eq!(actions, BTreeSet::from(Action::NAMES));
    for needs in [Needs::Context, Needs::Personalize, Needs::Remember] {
        assert!(campaigns.iter().filter(|campaign| campaign.needs == needs).count() >= 2, "{needs:?}");
    }
    assert!(campaigns.iter().all(|campaign| campaign.enabled && !campaign.why.is_empty()), "every sample tells the shopper why");
}
