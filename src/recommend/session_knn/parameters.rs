//! What the merchant may choose, and what is tuned; both compiled into tables.

use super::SECONDS_PER_DAY;
use super::SESSION_PRODUCTS_MAX;
use crate::stats::exp;
use crate::stats::ln;
use serde::Deserialize;
use serde::Serialize;

/// How neighbors are found and weighed. The defaults are what held best on the last tenth of two shops' training data together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Neighbor sessions that vote (k of VS-kNN). 1 to 2,000.
    pub neighborhood_size_k: usize,
    /// Latest sessions that each product of the session brings as candidates (m of VMIS-kNN). 1 to 1,000.
    pub sample_size_m: usize,
    /// Products back in the session over which weight falls to 1/e (lambda 1 of STAN).
    pub position_decay: f64,
    /// Power of the inverse document frequency in the similarity of sessions (VSTAN).
    pub idf_power: f64,
    /// Power of a neighbor's length that its similarity is divided by; 0.5 is the cosine of STAN.
    pub length_power: f64,
    /// Power of (1 + age in days) that a neighbor's similarity is divided by. STAN decays exponentially, which forgets the far past
    /// altogether: with a power the same number serves shops with sessions of hours and of months.
    pub age_power: f64,
    /// Places after the matched product in a neighbor over which weight falls to 1/e (lambda 3 of STAN).
    pub proximity_after: f64,
    /// The same for places before it.
    pub proximity_before: f64,
    /// What directly follows the matched product counts this much more (the sequential weight of SF-SKNN).
    pub next_boost: f64,
    /// Power of the inverse document frequency of a candidate product.
    pub candidate_idf_power: f64,
    /// What neighbors of the best candidates add, relative to the best score. Used where neighbors know few products.
    pub second_hop_weight: f64,
    /// What a return to the product before the current one scores, relative to the best candidate.
    pub revisit_weight: f64,
    /// Products further back over which that falls to 1/e.
    pub revisit_decay: f64,
    /// What the current product itself scores where it is allowed, relative to the best candidate.
    pub own_weight: f64,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters {
            neighborhood_size_k: 250,
            sample_size_m: 250,
            position_decay: 2.0,
            idf_power: 2.5,
            length_power: 0.25,
            age_power: 0.3,
            proximity_after: 6.0,
            proximity_before: 4.0,
            next_boost: 0.5,
            candidate_idf_power: 0.5,
            second_hop_weight: 0.2,
            revisit_weight: 2.0,
            revisit_decay: 3.0,
            own_weight: 0.1,
        }
    }
}

impl Parameters {
    pub const NEIGHBORHOOD_MAX: usize = 2_000;
    pub const SAMPLE_MAX: usize = 1_000;

    /// The same with every value brought into its range; what is not a number becomes the default.
    pub fn clamped(self) -> Parameters {
        let usual = Parameters::default();
        let within = |value: f64, low: f64, high: f64, usual: f64| if value.is_nan() { usual } else { value.clamp(low, high) };
        Parameters {
            neighborhood_size_k: self.neighborhood_size_k.clamp(1, Self::NEIGHBORHOOD_MAX),
            sample_size_m: self.sample_size_m.clamp(1, Self::SAMPLE_MAX),
            position_decay: within(self.position_decay, 0.05, 1_000.0, usual.position_decay),
            idf_power: within(self.idf_power, 0.0, 6.0, usual.idf_power),
            length_power: within(self.length_power, 0.0, 2.0, usual.length_power),
            age_power: within(self.age_power, 0.0, 3.0, usual.age_power),
            proximity_after: within(self.proximity_after, 0.05, 1_000.0, usual.proximity_after),
            proximity_before: within(self.proximity_before, 0.05, 1_000.0, usual.proximity_before),
            next_boost: within(self.next_boost, 0.0, 4.0, usual.next_boost),
            candidate_idf_power: within(self.candidate_idf_power, 0.0, 2.0, usual.candidate_idf_power),
            second_hop_weight: within(self.second_hop_weight, 0.0, 1.0, usual.second_hop_weight),
            revisit_weight: within(self.revisit_weight, 0.0, 8.0, usual.revisit_weight),
            revisit_decay: within(self.revisit_decay, 0.05, 1_000.0, usual.revisit_decay),
            own_weight: within(self.own_weight, 0.0, 4.0, usual.own_weight),
        }
    }
}

/// What the merchant chooses: how far back sessions count, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// A session whose last click is older than this does not count. Default 180 days.
    pub horizon_seconds: u32,
    /// Sessions that count, the latest ones. Default 1,000,000.
    pub sessions_max: usize,
    /// Products known at a time. What is clicked beyond that is not learned until others have aged out. Default 1,000,000.
    pub products_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { horizon_seconds: 180 * SECONDS_PER_DAY, sessions_max: 1_000_000, products_max: 1_000_000 }
    }
}

const DAYS_PER_SECOND: f32 = 1.0 / SECONDS_PER_DAY as f32;

/// Entries per doubling in the tables of powers: a step is 4.4%, far below what moves a rank on purpose.
const STEPS: usize = 16;
/// Doublings in those tables; what is beyond counts as the last.
const DOUBLINGS: usize = 32;

/// `x^power` for x of at least 1, by a table over the first bits of the number: the same on every machine, and no logarithm at serving time.
#[derive(Debug, Clone)]
struct PowerTable(Box<[f32]>);

impl PowerTable {
    fn new(value: impl Fn(f64) -> f64) -> PowerTable {
        let entry = |index: usize| {
            let base = f64::from(1_u32 << (index / STEPS).min(31)) * (1.0 + (index % STEPS) as f64 / STEPS as f64);
            value(base) as f32
        };
        PowerTable((0..STEPS * DOUBLINGS).map(entry).collect())
    }

    fn at(&self, x: f32) -> f32 {
        // Exponent and the first four bits of the fraction, counted from 1.0.
        let index = (x.max(1.0).to_bits() >> 19) as usize - (127 << 4);
        self.0[index.min(STEPS * DOUBLINGS - 1)]
    }
}

/// [`Parameters`] ready for use.
#[derive(Debug, Clone)]
pub(super) struct Weights {
    pub parameters: Parameters,
    pub position: [f32; SESSION_PRODUCTS_MAX],
    pub revisit: [f32; SESSION_PRODUCTS_MAX],
    length: [f32; SESSION_PRODUCTS_MAX + 1],
    /// By place less the anchor's, from the longest way before it on.
    proximity: [u32; 2 * SESSION_PRODUCTS_MAX],
    idf: PowerTable,
    candidate_idf: PowerTable,
    age: PowerTable,
}

impl Weights {
    /// A proximity of 1 is this power of two: whole numbers are multiplied faster than fractions are rounded.
    pub const PROXIMITY_BITS: u32 = 15;
    const PROXIMITY_ONE: u16 = 1 << Self::PROXIMITY_BITS;

    pub fn new(parameters: Parameters) -> Weights {
        let parameters = parameters.clamped();
        let fall = |steps: usize, decay: f64| exp(-(steps as f64) / decay) as f32;
        let power = |base: f64, power: f64| exp(power * ln(base));
        // A product in nearly every session says little, but not nothing.
        let idf = |share: f64, exponent: f64| power(ln(share).max(0.05), exponent);
        let proximity = |index: usize| {
            let weight = match index.checked_sub(SESSION_PRODUCTS_MAX) {
                None => fall(SESSION_PRODUCTS_MAX - index - 1, parameters.proximity_before),
                Some(1) => 1.0 + parameters.next_boost as f32,
                Some(after) => fall(after.saturating_sub(1), parameters.proximity_after),
            };
            (weight * f32::from(Self::PROXIMITY_ONE)) as u32
        };
        Weights {
            parameters,
            position: std::array::from_fn(|place| fall(place, parameters.position_decay)),
            revisit: std::array::from_fn(|place| {
                parameters.revisit_weight as f32 * fall(place.saturating_sub(1), parameters.revisit_decay)
            }),
            length: std::array::from_fn(|length| power(length.max(1) as f64, -parameters.length_power) as f32),
            proximity: std::array::from_fn(proximity),
            idf: PowerTable::new(|share| idf(share, parameters.idf_power)),
            candidate_idf: PowerTable::new(|share| idf(share, parameters.candidate_idf_power)),
            age: PowerTable::new(|age| power(age, -parameters.age_power)),
        }
    }

    /// Inverse document frequency in the similarity of sessions: of `sessions`, `frequency` hold the product.
    pub fn idf(&self, sessions: usize, frequency: u32) -> f32 {
        self.idf.at(sessions as f32 / frequency.max(1) as f32)
    }

    pub fn candidate_idf(&self, sessions: usize, frequency: u32) -> f32 {
        self.candidate_idf.at(sessions as f32 / frequency.max(1) as f32)
    }

    /// What a neighbor's length and age leave of its similarity.
    pub fn neighbor(&self, length: usize, age_seconds: u32) -> f32 {
        self.length[length.min(SESSION_PRODUCTS_MAX)] * self.age.at(1.0 + age_seconds as f32 * DAYS_PER_SECOND)
    }

    /// Weights of a neighbor's products, from the first on, when the matched one is at `anchor`. In parts of 2^[`Weights::PROXIMITY_BITS`].
    pub fn proximity(&self, anchor: usize) -> &[u32] {
        &self.proximity[SESSION_PRODUCTS_MAX - anchor..]
    }
}
