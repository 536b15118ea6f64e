//! What shoppers find: pages with every placement, template, button and event that the campaigns speak of.

use crate::campaign::Action;
use crate::campaign::ActionKind;
use crate::campaign::Step;
use crate::campaign::Trigger;
use crate::decide::Snapshot;
use crate::model::Key;
use crate::model::Page;
use crate::model::PageKind;
use crate::model::PlacementKind;
use crate::model::PlacementSpec;
use crate::model::key_of;
use std::collections::BTreeMap;

/// A shop made to fit its snapshots.
#[derive(Debug)]
pub struct Shop {
    snapshots: Vec<Snapshot>,
    placements: Vec<(Key, PlacementKind)>,
    templates: Vec<Key>,
    pub(super) targets: Vec<Key>,
    pub(super) customs: Vec<Key>,
}

impl Shop {
    /// Items announced per list.
    const ITEMS: usize = 12;

    /// Publications of one shop, of which the first is in force at the start. Products and pages are those of the first.
    pub fn of(snapshots: Vec<Snapshot>) -> Shop {
        let campaigns = || snapshots.iter().flat_map(|snapshot| snapshot.campaigns.campaigns());
        let mut placements: BTreeMap<Key, PlacementKind> = BTreeMap::new();
        let mut templates = Vec::new();
        for action in campaigns().flat_map(|campaign| campaign.actions()) {
            if action.takes_placement() {
                placements.insert(action.key, kind_of(action));
            }
            templates.extend(action.template().map(|template| key_of(template)));
        }
        let mut targets = vec![key_of("anything")];
        let mut customs = vec![key_of("anything")];
        for trigger in campaigns().flat_map(|campaign| &campaign.triggers) {
            match trigger {
                Trigger::Click { target } => targets.push(*target),
                Trigger::Custom { name } => customs.push(*name),
                Trigger::Sequence { steps, without, .. } => {
                    for step in steps.iter().chain(without) {
                        match step {
                            Step::Click { target } => targets.push(*target),
                            Step::Custom { name } => customs.push(*name),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        for list in [&mut templates, &mut targets, &mut customs] {
            list.sort_unstable();
            list.dedup();
        }
        Shop { placements: placements.into_iter().collect(), templates, targets, customs, snapshots }
    }

    /// A publication by its number; the first if there is no such.
    pub fn snapshot(&self, number: usize) -> &Snapshot {
        self.snapshots.get(number).unwrap_or(&self.snapshots[0])
    }

    pub fn snapshots(&self) -> &[Snapshot] {
        &self.snapshots
    }

    /// A page of a kind. `chance` decides what it is about, and where its placements stand: some above the fold, of which some may change.
    pub fn page(&self, kind: PageKind, chance: u64) -> Page {
        let catalog = &self.snapshot(0).catalog;
        let products = catalog.products();
        let product = products.get(chance as usize % products.len().max(1)).filter(|_| kind == PageKind::Product);
        let categories = catalog.categories();
        let category = match kind {
            PageKind::Product => product.map_or("", |product| &product.category_path),
            PageKind::Category => categories.get(chance as usize % categories.len().max(1)).map_or("", |category| &category.path),
            _ => "",
        };
        let subject = product.map_or(category, |product| &product.id);
        Page {
            kind,
            path: format!("/{}/{subject}", kind.name()).into(),
            product: product.map_or(Key::NONE, |product| product.key),
            product_id: product.map_or_else(Box::default, |product| product.id.clone()),
            category: category.into(),
            placements: self
                .placements
                .iter()
                .map(|(name, kind)| PlacementSpec {
                    name: *name,
                    kind: *kind,
                    above: name.0.is_multiple_of(3),
                    live: name.0.is_multiple_of(2),
                    items: if *kind == PlacementKind::List { self.items(chance) } else { Vec::new() },
                })
                .collect(),
            templates: self.templates.clone(),
            language: None,
        }
    }

    /// Some products in the shop's order, beginning anywhere.
    pub fn items(&self, chance: u64) -> Vec<Key> {
        let products = self.snapshot(0).catalog.products();
        let start = chance as usize % products.len().max(1);
        products.iter().cycle().skip(start).take(Self::ITEMS.min(products.len())).map(|product| product.key).collect()
    }
}

fn kind_of(action: &Action) -> PlacementKind {
    match action.kind {
        ActionKind::Order { .. } => PlacementKind::List,
        ActionKind::Cta { .. } => PlacementKind::Cta,
        ActionKind::Nav { .. } => PlacementKind::Nav,
        _ => PlacementKind::Block,
    }
}
