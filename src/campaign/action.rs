//! What a campaign does to a page.

use super::Text;
use crate::model::Key;
use crate::offer;
use crate::recommend::Rules;
use crate::recommend::Strategy;
use smallvec::SmallVec;
use std::sync::Arc;

/// One change to one placement.
#[derive(Debug, Clone)]
pub struct Action {
    /// Name as the page knows it; `overlay` for the overlay, empty for page-wide actions.
    pub placement: Arc<str>,
    pub key: Key,
    pub kind: ActionKind,
}

impl Action {
    /// Whether it interrupts: at most one of these at a time, with spacing.
    pub fn interrupts(&self) -> bool {
        self.is_overlay() || matches!(self.kind, ActionKind::Notice { .. })
    }

    pub fn is_overlay(&self) -> bool {
        &*self.placement == "overlay"
    }

    /// Whether it takes a spot on the page.
    pub fn takes_placement(&self) -> bool {
        !matches!(self.kind, ActionKind::Notice { .. } | ActionKind::Emit { .. }) && !self.is_overlay()
    }

    /// Template it needs on the page.
    pub fn template(&self) -> Option<&Arc<str>> {
        match &self.kind {
            ActionKind::Fill { template, .. } | ActionKind::Offer { template, .. } | ActionKind::Recommend { template, .. } => {
                Some(template)
            }
            _ => None,
        }
    }

    /// Name as written after `do =`.
    pub fn name(&self) -> &'static str {
        match &self.kind {
            ActionKind::Fill { .. } => "fill",
            ActionKind::Order { .. } => "order",
            ActionKind::Cta { .. } => "cta",
            ActionKind::Nav { .. } => "nav",
            ActionKind::Offer { .. } => "offer",
            ActionKind::Recommend { .. } => "recommend",
            ActionKind::Layout { .. } => "layout",
            ActionKind::Notice { .. } => "notice",
            ActionKind::Emit { .. } => "emit",
        }
    }

    pub const NAMES: [&'static str; 9] = ["fill", "order", "cta", "nav", "offer", "recommend", "layout", "notice", "emit"];
}

#[derive(Debug, Clone)]
pub enum ActionKind {
    Fill {
        template: Arc<str>,
        data: Vec<(Arc<str>, Text)>,
    },
    /// Put a list in another order.
    Order {
        by: OrderBy,
        strength: f64,
    },
    Cta {
        label: Text,
        href: Option<Text>,
        tone: Option<Arc<str>>,
    },
    /// Add shortcuts and move entries to the front; never removes.
    Nav {
        shortcuts: ShortcutSource,
        promote: Vec<Arc<str>>,
    },
    Offer {
        template: Arc<str>,
        data: Vec<(Arc<str>, Text)>,
        terms: offer::Terms,
    },
    Recommend {
        template: Arc<str>,
        title: Option<Text>,
        /// One after the other until there are enough; not empty.
        chain: SmallVec<[Strategy; 4]>,
        rules: Rules,
        count: usize,
    },
    Layout {
        layout: Arc<str>,
    },
    Notice {
        text: Text,
        tone: Option<Arc<str>>,
    },
    Emit {
        name: Arc<str>,
        data: Vec<(Arc<str>, Text)>,
    },
}

impl ActionKind {
    /// Every text of it.
    pub fn texts(&self) -> SmallVec<[&Text; 8]> {
        match self {
            ActionKind::Fill { data, .. } | ActionKind::Offer { data, .. } | ActionKind::Emit { data, .. } => {
                data.iter().map(|(_, text)| text).collect()
            }
            ActionKind::Cta { label, href, .. } => std::iter::once(label).chain(href).collect(),
            ActionKind::Nav { shortcuts: ShortcutSource::Fixed(list), .. } => list.iter().flat_map(|(label, href)| [label, href]).collect(),
            ActionKind::Recommend { title, .. } => title.iter().collect(),
            ActionKind::Notice { text, .. } => std::iter::once(text).collect(),
            _ => SmallVec::new(),
        }
    }

    /// Whether it shows what other visits make likely.
    pub fn foresees(&self) -> bool {
        matches!(self, ActionKind::Recommend { .. } | ActionKind::Order { .. })
    }
}

/// What an order follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderBy {
    /// Categories, brands, attributes and price band the shopper turned to.
    Interest,
}

/// Where shortcuts come from.
#[derive(Debug, Clone)]
pub enum ShortcutSource {
    /// As written.
    Fixed(Vec<(Text, Text)>),
    /// The strongest categories of interest, at most this many, linked by a pattern in which `{category}` is the path.
    Interest { count: usize, href: Arc<str> },
}
