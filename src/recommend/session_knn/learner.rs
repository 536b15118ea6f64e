//! The writer: takes clicks, keeps growing sessions apart, and publishes an [`Index`].
//!
//! Sessions that still grow are `live`; the index sees them as one small segment that is built anew at every publication. When there are
//! too many, the longest silent half becomes a segment of its own, and segments of like size are merged, so that each session is copied a
//! logarithmic number of times. A session that goes on after it was put into a segment is marked there as moved and is live again.

use super::Index;
use super::Limits;
use super::Parameters;
use super::SESSION_PRODUCTS_MAX;
use super::dictionary::Dictionary;
use super::index::Part;
use super::pages::Pages;
use super::parameters::Weights;
use super::segment::Row;
use super::segment::Segment;
use crate::model::Key;
use crate::model::Timestamp;
use crate::recommend::Lookup;
use smallvec::SmallVec;
use std::sync::Arc;

/// Growing sessions that are built into a segment at each publication. Chosen: 2,000 take about 0.2 ms.
pub(super) const LIVE_MAX: usize = 2_048;
/// Silence after which a click of the same session begins a new one. It bounds how far back a click looks for its session.
const SESSION_GAP_SECONDS: u32 = 1_800;
/// Products that are offered where neighbors say nothing.
const POPULAR_MAX: usize = 64;
/// Products before it is worth to forget the numbers of those nobody clicked in the horizon.
const COMPACT_MIN: usize = 4_096;

#[derive(Debug)]
struct Live {
    key: u64,
    time: u32,
    /// Count of clicks learned when the latest of this session came: the order of sessions.
    turn: u64,
    products: SmallVec<[u32; 8]>,
}

/// Learns sessions, one owner at a time. Clicks become visible to readers with the next [`Learner::publish`].
#[derive(Debug)]
pub struct Learner {
    live_max: usize,
    limits: Limits,
    weights: Arc<Weights>,
    dictionary: Dictionary,
    frequency: Pages<u32>,
    parts: Vec<Part>,
    live: Vec<Live>,
    /// Places in `live`.
    places: Lookup<usize>,
    turn: u64,
    clock: u32,
    sessions: usize,
    clicks: usize,
    numbers: Vec<u32>,
}

impl Learner {
    pub fn new(parameters: Parameters, limits: Limits) -> Learner {
        Self::with_live_max(parameters, limits, LIVE_MAX)
    }

    /// With another bound of growing sessions, which no answer depends on.
    pub(super) fn with_live_max(parameters: Parameters, limits: Limits, live_max: usize) -> Learner {
        Learner {
            live_max: live_max.max(2),
            limits,
            weights: Arc::new(Weights::new(parameters)),
            dictionary: Dictionary::default(),
            frequency: Pages::default(),
            parts: Vec::new(),
            live: Vec::new(),
            places: Lookup::default(),
            turn: 0,
            clock: 0,
            sessions: 0,
            clicks: 0,
            numbers: Vec::new(),
        }
    }

    pub fn parameters(&self) -> Parameters {
        self.weights.parameters
    }

    /// Changes how the following publications weigh; what was learned stays.
    pub fn set_parameters(&mut self, parameters: Parameters) {
        self.weights = Arc::new(Weights::new(parameters));
    }

    /// Changes what counts from the next click on.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Sessions that count.
    pub fn sessions(&self) -> usize {
        self.sessions
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Products of all sessions that count, each once per session.
    pub fn interactions(&self) -> usize {
        self.clicks
    }

    pub(super) fn clock(&self) -> u32 {
        self.clock
    }

    /// Keys in the order of their numbers.
    pub(super) fn products(&self) -> Vec<Key> {
        (0..self.dictionary.len() as u32).map(|number| self.dictionary.key(number)).collect()
    }

    /// Visits the sessions that count, in order of their last click.
    pub(super) fn visit(&self, mut visit: impl FnMut(Row<'_>)) {
        for part in &self.parts {
            part.sessions().for_each(|session| visit(part.segment.row(session)));
        }
        let mut live: Vec<&Live> = self.live.iter().collect();
        live.sort_unstable_by_key(|live| live.turn);
        live.into_iter().for_each(|live| visit(live.row()));
    }

    /// Names of the sessions that count.
    pub fn known(&self) -> Vec<Key> {
        let mut known = Vec::with_capacity(self.sessions());
        self.visit(|row| known.push(Key(row.key)));
        known
    }

    /// Adds a product without a session; none if it is there.
    pub(super) fn restore_product(&mut self, product: Key) -> Option<u32> {
        if self.dictionary.number(product).is_some() || product.is_none() {
            return None;
        }
        self.frequency.push(0);
        Some(self.dictionary.add(product))
    }

    /// Fills an empty learner with sessions in order of their last click, as one segment; none if one has an unknown product.
    pub(super) fn restore_sessions<'a>(&mut self, rows: impl Iterator<Item = Row<'a>> + Clone, clock: u32) -> Option<()> {
        for row in rows.clone() {
            for &product in row.products {
                if product as usize >= self.frequency.len() {
                    return None;
                }
                *self.frequency.get_mut(product) += 1;
            }
            self.sessions += 1;
            self.clicks += row.products.len();
        }
        self.parts.push(Part::new(Segment::build(rows, &mut self.numbers)));
        self.clock = clock;
        Some(())
    }

    /// Learns that `session` looked at `product`.
    ///
    /// A click on a product that is already there moves it to the end; of more than [`SESSION_PRODUCTS_MAX`] products the first are
    /// forgotten. Time does not go back: what comes late counts as the present. After half an hour without a click a session begins anew.
    /// Returns false if there are too many products to learn a new one.
    pub fn append(&mut self, session: Key, product: Key, at: Timestamp) -> bool {
        let second = (at.0 / 1_000_000).min(u64::from(u32::MAX - 1)) as u32;
        self.clock = self.clock.max(second);
        let Some(product) = self.number(product) else { return false };
        let place = self.place(session.0);
        self.turn += 1;
        let live = &mut self.live[place];
        (live.time, live.turn) = (self.clock, self.turn);
        if let Some(known) = live.products.iter().position(|&known| known == product) {
            live.products.remove(known);
        } else {
            *self.frequency.get_mut(product) += 1;
            self.clicks += 1;
            if live.products.len() == SESSION_PRODUCTS_MAX {
                *self.frequency.get_mut(live.products.remove(0)) -= 1;
                self.clicks -= 1;
            }
        }
        live.products.push(product);
        self.expire();
        true
    }

    /// Learns a whole recorded session at once. Sessions come in the order of their last clicks.
    pub fn append_session(&mut self, session: Key, products: impl IntoIterator<Item = Key>, last: Timestamp) {
        for product in products {
            self.append(session, product, last);
        }
    }

    /// Learns whole sessions, each at the time of its last click among those that are known; their order does not matter.
    ///
    /// Everything is built anew: the longest silent come first, as if they had been learned in time. Says now and then how many of how
    /// many sessions are learned.
    pub fn import(&mut self, sessions: Vec<(Key, Timestamp, Vec<Key>)>, progress: &mut dyn FnMut(usize, usize)) {
        let mut all = sessions;
        self.visit(|row| {
            let products = row.products.iter().map(|&product| self.dictionary.key(product)).collect();
            all.push((Key(row.key), Timestamp(u64::from(row.time) * 1_000_000), products));
        });
        // A stable sort; what was known comes after what is imported of the same second.
        all.sort_by_key(|session| session.1.0 / 1_000_000);
        let mut anew = Learner::with_live_max(self.parameters(), self.limits, self.live_max);
        let total = all.len();
        for (done, (key, last, products)) in all.into_iter().enumerate() {
            anew.append_session(key, products, last);
            if done % 4_096 == 0 {
                progress(done, total);
            }
        }
        progress(total, total);
        anew.clock = anew.clock.max(self.clock);
        *self = anew;
    }

    fn number(&mut self, product: Key) -> Option<u32> {
        if let Some(number) = self.dictionary.number(product) {
            return Some(number);
        }
        if self.dictionary.len() >= self.limits.products_max || product.is_none() {
            return None;
        }
        self.frequency.push(0);
        Some(self.dictionary.add(product))
    }

    /// The place of a session among the live ones; one that silently aged into a segment comes back, any other begins.
    fn place(&mut self, key: u64) -> usize {
        let oldest = self.clock.saturating_sub(SESSION_GAP_SECONDS);
        if let Some(&place) = self.places.get(&Key(key)) {
            if self.live[place].time >= oldest {
                return place;
            }
            // The old session stays where it is, without a way to reach it.
            self.places.remove(&Key(key));
        } else if let Some((part, session)) = self.find(key, oldest) {
            let row = self.parts[part].segment.row(session);
            let live = Live { key, time: row.time, turn: 0, products: row.products.into() };
            let part = &mut self.parts[part];
            Arc::make_mut(&mut part.moved)[session / 64] |= 1 << (session % 64);
            part.moved_count += 1;
            return self.begin(live);
        }
        self.sessions += 1;
        self.begin(Live { key, time: self.clock, turn: 0, products: SmallVec::new() })
    }

    fn begin(&mut self, live: Live) -> usize {
        if self.live.len() >= self.live_max {
            self.seal();
        }
        let place = self.live.len();
        self.places.insert(Key(live.key), place);
        self.live.push(live);
        place
    }

    fn find(&self, key: u64, oldest: u32) -> Option<(usize, usize)> {
        for (index, part) in self.parts.iter().enumerate().rev() {
            if part.segment.latest() < oldest {
                return None;
            }
            if let Some(session) = part.segment.find(key)
                && part.counts(session)
            {
                return (part.segment.time(session) >= oldest).then_some((index, session));
            }
        }
        None
    }

    /// Puts the longest silent half of the live sessions into a segment.
    fn seal(&mut self) {
        self.live.sort_unstable_by_key(|live| live.turn);
        let half = self.live.len() / 2;
        let segment = Segment::build(self.live[..half].iter().map(Live::row), &mut self.numbers);
        self.live.drain(..half);
        self.parts.push(Part::new(segment));
        self.index_live();
        self.merge();
    }

    fn index_live(&mut self) {
        self.places.clear();
        // In order of the last click, so that of two sessions with a key the later one is found.
        self.places.extend(self.live.iter().enumerate().map(|(place, live)| (Key(live.key), place)));
    }

    /// Merges the latest segments until each is less than half of the one before it.
    fn merge(&mut self) {
        let count = |part: &Part| part.segment.len() - part.first;
        while let [.., before, last] = &self.parts[..]
            && count(before) < 2 * count(last)
        {
            let segment = Self::joined([before, last].into_iter(), &mut self.numbers);
            self.parts.truncate(self.parts.len() - 2);
            self.parts.push(Part::new(segment));
        }
    }

    fn joined<'a>(parts: impl Iterator<Item = &'a Part>, numbers: &mut Vec<u32>) -> Segment {
        Segment::build(parts.flat_map(|part| part.sessions().map(|session| part.segment.row(session))), numbers)
    }

    /// Forgets what is beyond the horizon or too much. Checked with every click, so that what counts does not depend on other work.
    fn expire(&mut self) {
        let oldest = self.clock.saturating_sub(self.limits.horizon_seconds);
        while let Some(part) = self.parts.first_mut() {
            let mut at_end = true;
            for session in part.first..part.segment.len() {
                let counts = part.counts(session);
                if counts && self.sessions <= self.limits.sessions_max && part.segment.time(session) >= oldest {
                    at_end = false;
                    break;
                }
                part.first = session + 1;
                if counts {
                    self.sessions -= 1;
                    self.clicks -= part.segment.products(session).len();
                    for &product in part.segment.products(session) {
                        *self.frequency.get_mut(product) -= 1;
                    }
                }
            }
            if !at_end {
                break;
            }
            self.parts.remove(0);
        }
        if self.parts.is_empty() {
            let too_many = self.sessions > self.limits.sessions_max;
            if !too_many && self.live.iter().all(|live| live.time >= oldest) {
                return;
            }
            self.live.sort_unstable_by_key(|live| live.turn);
            let mut gone = 0;
            while self.live.get(gone).is_some_and(|live| self.sessions > self.limits.sessions_max || live.time < oldest) {
                self.sessions -= 1;
                self.clicks -= self.live[gone].products.len();
                for &product in &self.live[gone].products {
                    *self.frequency.get_mut(product) -= 1;
                }
                gone += 1;
            }
            self.live.drain(..gone);
            self.index_live();
        } else if let Some(first) = self.parts.first_mut()
            && first.first > first.segment.len() / 2
        {
            // What has aged out of a large segment is given back at the latest when it is half of it.
            let segment = Self::joined(std::iter::once(&*first), &mut self.numbers);
            *first = Part::new(segment);
        }
    }

    /// Gives new numbers to products if most of the old ones are of products nobody clicks any more.
    fn compact(&mut self) {
        if self.dictionary.len() < COMPACT_MIN.min(self.limits.products_max) {
            return;
        }
        let used = self.frequency.iter().filter(|&frequency| frequency > 0).count();
        if used * 2 > self.dictionary.len() {
            return;
        }
        let (mut dictionary, mut frequency) = (Dictionary::default(), Pages::default());
        let mut renumbered = vec![u32::MAX; self.dictionary.len()];
        for (old, count) in self.frequency.iter().enumerate().filter(|(_, count)| *count > 0) {
            renumbered[old] = dictionary.add(self.dictionary.key(old as u32));
            frequency.push(count);
        }
        for part in &mut self.parts {
            let rows: Vec<(u64, u32, Vec<u32>)> = part
                .sessions()
                .map(|session| {
                    let row = part.segment.row(session);
                    (row.key, row.time, row.products.iter().map(|&product| renumbered[product as usize]).collect())
                })
                .collect();
            let rows = rows.iter().map(|(key, time, products)| Row { key: *key, time: *time, products });
            *part = Part::new(Segment::build(rows, &mut self.numbers));
        }
        for product in self.live.iter_mut().flat_map(|live| &mut live.products) {
            *product = renumbered[*product as usize];
        }
        (self.dictionary, self.frequency) = (dictionary, frequency);
    }

    /// Returns a view of everything learned so far. Cost: the live sessions, and one pass over the frequencies of products.
    pub fn publish(&mut self) -> Index {
        self.compact();
        self.live.sort_unstable_by_key(|live| live.turn);
        self.index_live();
        let mut parts = self.parts.clone();
        parts.push(Part::new(Segment::build(self.live.iter().map(Live::row), &mut self.numbers)));
        let mut end = 0;
        let ends = parts.iter().map(|part| {
            end += part.segment.len() as u32;
            end
        });
        Index {
            ends: ends.collect(),
            weights: self.weights.clone(),
            dictionary: self.dictionary.clone(),
            frequency: self.frequency.clone(),
            parts,
            sessions: self.sessions,
            popular: self.popular(),
            clicks: self.clicks,
        }
    }

    /// The most frequent products, ties in order of their keys.
    fn popular(&self) -> Vec<u32> {
        let mut best: Vec<(u32, u32)> = Vec::with_capacity(POPULAR_MAX + 1);
        for (number, frequency) in self.frequency.iter().enumerate() {
            let number = number as u32;
            if frequency == 0 || best.len() == POPULAR_MAX && frequency < best[POPULAR_MAX - 1].0 {
                continue;
            }
            let key = self.dictionary.key(number);
            let place = best.partition_point(|other| other.0 > frequency || other.0 == frequency && self.dictionary.key(other.1) < key);
            best.insert(place, (frequency, number));
            best.truncate(POPULAR_MAX);
        }
        best.into_iter().map(|(_, number)| number).collect()
    }
}

impl Live {
    fn row(&self) -> Row<'_> {
        Row { key: self.key, time: self.time, products: &self.products }
    }
}
