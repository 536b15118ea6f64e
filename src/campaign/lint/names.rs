//! Names that the shop does not have: placements, templates, products, categories, brands, attributes, campaigns.

use super::Report;
use super::World;
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
    for (kind, name) in named.chain(filters(&campaign.source)) {
        if !name.is_empty() && !kind.is_in(world.catalog, &name) {
            let message = format!("the catalog has no {} `{name}`{}", kind.noun(), ask(kind.nearest(world.catalog, &name)));
            report.warn(campaign, kind.code(), message);
        }
    }
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

/// Names in the filters of triggers and steps. Triggers keep only keys, so they are read from the file once more.
fn filters(source: &str) -> Vec<(Named, String)> {
    let mut found = Vec::new();
    if let Some(triggers) = source.parse::<toml::Table>().ok().as_ref().and_then(|table| table.get("trigger")) {
        collect(triggers, &mut found);
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
