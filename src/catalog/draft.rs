//! What an importer hands in, and why it may be refused.

use crate::model::Timestamp;
use serde::Deserialize;
use serde::Serialize;

/// A product as a feed gives it: texts and numbers, not yet checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The shop's own id, also used on its pages.
    pub id: String,
    pub name: String,
    /// Dotted path; empty for none.
    pub category: String,
    /// Name of the category for people; empty to derive it from the path.
    pub category_label: String,
    pub brand: String,
    /// Minor units of the catalog's currency.
    pub price: i64,
    pub cost: Option<i64>,
    pub stock: Option<u32>,
    pub attributes: Vec<(String, String)>,
    pub href: String,
    pub image: String,
    /// Zero if unknown.
    pub added: Timestamp,
}

/// A draft that did not become a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Place among the drafts, from 0.
    pub index: usize,
    pub id: String,
    pub error: DraftError,
}

/// Why a draft is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    #[error("{field} is empty")]
    Empty { field: &'static str },
    #[error("{field} is {actual_bytes} bytes long, at most {limit_bytes} are allowed")]
    TooLong { field: &'static str, limit_bytes: usize, actual_bytes: usize },
    #[error("{field} contains a control character")]
    Control { field: &'static str },
    #[error("{field} is {actual}, it must be between 0 and {limit}")]
    OutOfRange { field: &'static str, limit: i64, actual: i64 },
    #[error("category has {actual} levels, at most {limit} are allowed")]
    TooDeep { limit: usize, actual: usize },
    #[error("category has an empty level")]
    EmptyLevel,
    #[error("attributes are {actual}, at most {limit} are allowed")]
    TooManyAttributes { limit: usize, actual: usize },
    #[error("id is used by an earlier product")]
    Duplicate,
    #[error("catalog is full with {limit} products")]
    CatalogFull { limit: usize },
}

impl Draft {
    pub const ID_BYTES_MAX: usize = 64;
    pub const NAME_BYTES_MAX: usize = 300;
    pub const CATEGORY_BYTES_MAX: usize = 128;
    pub const CATEGORY_LEVELS_MAX: usize = 8;
    pub const BRAND_BYTES_MAX: usize = 80;
    pub const URL_BYTES_MAX: usize = 2_048;
    pub const ATTRIBUTES_MAX: usize = 16;
    pub const ATTRIBUTE_BYTES_MAX: usize = 80;
    /// Largest integer a browser can hold exactly, so that a price survives the trip.
    pub const AMOUNT_MAX: i64 = 9_007_199_254_740_991;

    /// Reports the first thing that is wrong.
    pub fn check(&self) -> Result<(), DraftError> {
        text("id", &self.id, Self::ID_BYTES_MAX, true)?;
        text("name", &self.name, Self::NAME_BYTES_MAX, true)?;
        text("category", &self.category, Self::CATEGORY_BYTES_MAX, false)?;
        text("category_label", &self.category_label, Self::CATEGORY_BYTES_MAX, false)?;
        text("brand", &self.brand, Self::BRAND_BYTES_MAX, false)?;
        text("href", &self.href, Self::URL_BYTES_MAX, false)?;
        text("image", &self.image, Self::URL_BYTES_MAX, false)?;
        let category = self.category.trim();
        if !category.is_empty() {
            let levels = category.split('.').count();
            if levels > Self::CATEGORY_LEVELS_MAX {
                return Err(DraftError::TooDeep { limit: Self::CATEGORY_LEVELS_MAX, actual: levels });
            }
            if category.split('.').any(|level| level.trim().is_empty()) {
                return Err(DraftError::EmptyLevel);
            }
        }
        if self.attributes.len() > Self::ATTRIBUTES_MAX {
            return Err(DraftError::TooManyAttributes { limit: Self::ATTRIBUTES_MAX, actual: self.attributes.len() });
        }
        for (name, value) in &self.attributes {
            text("attributes", name, Self::ATTRIBUTE_BYTES_MAX, true)?;
            text("attributes", value, Self::ATTRIBUTE_BYTES_MAX, true)?;
        }
        amount("price", self.price)?;
        amount("cost", self.cost.unwrap_or(0))
    }
}

fn text(field: &'static str, value: &str, limit_bytes: usize, required: bool) -> Result<(), DraftError> {
    let value = value.trim();
    if required && value.is_empty() {
        return Err(DraftError::Empty { field });
    }
    if value.len() > limit_bytes {
        return Err(DraftError::TooLong { field, limit_bytes, actual_bytes: value.len() });
    }
    if value.chars().any(char::is_control) {
        return Err(DraftError::Control { field });
    }
    Ok(())
}

fn amount(field: &'static str, value: i64) -> Result<(), DraftError> {
    if (0..=Draft::AMOUNT_MAX).contains(&value) {
        Ok(())
    } else {
        Err(DraftError::OutOfRange { field, limit: Draft::AMOUNT_MAX, actual: value })
    }
}
