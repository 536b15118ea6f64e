//! Names that the shop does not have: placements, templates, products, categories, brands, attributes, campaigns.

use super::Report;
use super::World;
use crate::campaign::ActionKind;
use crate::campaign::Campaign;
use crate::campaign::condition::Slot;
use crate::campaign::condition::nearest;
use crate::catalog::Catalog;
use crate::model::key_of;
use std::sync::Arc;

/// Products compared for a suggestion; a larger catalog is searched in part.
const CANDIDATES_MAX: usize = 20_000;

pub(super) fn check(campaign: &Campaign, set: &[Arc<Campaign>], world: &World<'_>, report: &mut Report) {
    for action in campaign.actions() {
        if let Some(placements) = world.placements
            && action.takes_placement()
            && !placements.contains_key(&*action.placement)
        {
            let near = nearest(&action.placement, placements.keys().map(String::as_str));
            report.error(campaign, "unknown_placement", format!("no page has the placement `{}`{}", action.placement, ask(near)));
        }
        if let (Some(templates), Some(template)) = (world.templates, action.template())
            && !templates.contains(&**template)
        {
            let near = nearest(template, templates.iter().map(String::as_str));
            report.error(campaign, "unknown_template", format!("the shop has no template `{template}`{}", ask(near)));
        }
    }
    let mentions = campaign.when.as_ref().map(|when| when.mentions()).unwrap_or_default();
    for (slot, name) in &mentions {
        if *slot == Slot::SeenCampaigns && !set.iter().any(|known| *known.id == **name) {
            let near = nearest(name, set.iter().map(|known| &*known.id));
            report.warn(campaign, "unknown_campaign", format!("there is no campaign `{name}`{}", ask(near)));
        }
    }
    if world.catalog.is_empty() {
        return;
    }
    let named = mentions.iter().filter_map(|(slot, name)| Some((kind_of(*slot)?, name.clone())));
    if has_floor(campaign) && world.catalog.products().iter().all(|product| product.cost.is_none()) {
        let message = "`margin_floor` needs costs, and no product of the catalog has one: no offer is ever made".to_owned();
        report.warn(campaign, "floor_without_costs", message);
    }
    for (kind, name) in named.chain(filters(&campaign.source)) {
        if !name.is_empty() && !kind.is_in(world.catalog, &name) {
            let message = format!("the catalog has no {} `{name}`{}", kind.noun(), ask(kind.nearest(world.catalog, &name)));
            report.warn(campaign, kind.code(), message);
        }
    }
}

fn has_floor(campaign: &Campaign) -> bool {
    campaign.actions().any(|action| matches!(&action.kind, ActionKind::Offer { terms, .. } if terms.margin_floor.is_some()))
}

fn ask(near: Option<&str>) -> String {
    near.map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}

#[derive(Clone, Copy)]
enum Named {
    Product,
    Category,
    Brand,
    Attribute,
}

/// What the texts next to a slot are names of.
fn kind_of(slot: Slot) -> Option<Named> {
    match slot {
        Slot::ProductId | Slot::CartProducts | Slot::SeenProducts => Some(Named::Product),
        Slot::PageCategory
        | Slot::ProductCategory
        | Slot::CartCategories
        | Slot::SeenCategories
        | Slot::InterestCategory
        | Slot::InterestTopCategory => Some(Named::Category),
        Slot::ProductBrand | Slot::CartBrands | Slot::InterestBrand | Slot::InterestTopBrand => Some(Named::Brand),
        Slot::InterestAttribute => Some(Named::Attribute),
        _ => None,
    }
}

impl Named {
    fn noun(self) -> &'static str {
        match self {
            Named::Product => "product",
            Named::Category => "category",
            Named::Brand => "brand",
            Named::Attribute => "attribute",
        }
    }

    fn code(self) -> &'static str {
        match self {
            Named::Product => "unknown_product",
            Named::Category => "unknown_category",
            Named::Brand => "unknown_brand",
            Named::Attribute => "unknown_attribute",
        }
    }

    fn is_in(self, catalog: &Catalog, name: &str) -> bool {
        match self {
            Named::Product => catalog.product(key_of(name)).is_some(),
            Named::Category => catalog.has_category(name),
            Named::Brand => catalog.has_brand(name),
            Named::Attribute => catalog.attribute_name(key_of(name)).is_some(),
        }
    }

    fn nearest<'c>(self, catalog: &'c Catalog, name: &str) -> Option<&'c str> {
        let products = catalog.products().iter().take(CANDIDATES_MAX);
        match self {
            Named::Product => nearest(name, products.map(|product| &*product.id)),
            Named::Category => nearest(name, catalog.categories().iter().map(|category| &*category.path)),
            Named::Brand => nearest(name, catalog.brands().iter().map(|(_, brand)| &**brand)),
            Named::Attribute => nearest(name, products.flat_map(|product| &product.attributes).map(|(_, attribute)| &**attribute)),
        }
    }
}

/// Names in the filters of triggers and steps, and categories of offers. Campaigns keep only keys, so they are read from the file once
/// more.
fn filters(source: &str) -> Vec<(Named, String)> {
    let mut found = Vec::new();
    let Ok(table) = source.parse::<toml::Table>() else { return found };
    if let Some(triggers) = table.get("trigger") {
        collect(triggers, &mut found);
    }
    let list = |value: &toml::Value, field: &str| value.get(field).and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let variants = table.get("variant").and_then(toml::Value::as_array).into_iter().flatten();
    for action in variants.flat_map(|variant| list(variant, "action")) {
        let categories = action.get("offer").map(|offer| list(offer, "categories")).unwrap_or_default();
        found.extend(categories.iter().filter_map(toml::Value::as_str).map(|name| (Named::Category, name.to_owned())));
    }
    found
}

fn collect(value: &toml::Value, found: &mut Vec<(Named, String)>) {
    match value {
        toml::Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        toml::Value::Table(table) => {
            for (field, kind) in [("product", Named::Product), ("category", Named::Category), ("brand", Named::Brand)] {
                found.extend(table.get(field).and_then(toml::Value::as_str).map(|name| (kind, name.to_owned())));
            }
            for nested in ["steps", "without"] {
                table.get(nested).into_iter().for_each(|value| collect(value, found));
            }
        }
        _ => {}
    }
}
