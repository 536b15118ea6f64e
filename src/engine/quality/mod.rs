//! What comes in, as seen for its quality: how much of each kind from each library version, what was refused, what looks wrong, who is a
//! program.
//!
//! Counts are plain atomics by library version. Only what is wrong takes a lock, and a page that sends nothing but wrong events runs into
//! its rate limit first.

mod inspect;

pub use inspect::Finding;
pub use inspect::Findings;
pub use inspect::inspect;

use crate::model::PageKind;
use crate::model::Timestamp;
use crate::protocol::wire;
use crate::quality::Base;
use crate::quality::Book;
use crate::quality::Place;
use crate::quality::Problem;
use crate::quality::redact;
use crate::traffic::Class;
use crate::traffic::Sign;
use crate::traffic::Signs;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Library versions told apart; further ones are `other`. Chosen: a shop has a handful, and names come from outside.
const LIBRARIES_MAX: usize = 64;
/// Characters of a library's name.
const LIBRARY_CHARS_MAX: usize = 32;
/// A drop report that claims more is made up.
const DROPS_MAX: f64 = 1e6;

/// An event that was refused: its kind, the error code and the field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    pub kind: &'static str,
    pub reason: &'static str,
    pub field: Box<str>,
}

/// Counters of one library version.
#[derive(Debug)]
pub struct Library {
    pub name: Box<str>,
    /// Events taken, by kind and page.
    events: [[AtomicU64; PageKind::ALL.len()]; wire::Event::KINDS.len()],
    pub hellos: AtomicU64,
    pub duplicates: AtomicU64,
    pub rejected: AtomicU64,
    /// Those of the rejected whose kind or fields could not be read.
    unreadable: AtomicU64,
    pub late: AtomicU64,
    pub dropped: AtomicU64,
    pub gaps: AtomicU64,
    pub clock_off: AtomicU64,
    products: AtomicU64,
    lines: AtomicU64,
}

impl Library {
    fn new(name: Box<str>) -> Library {
        Library {
            name,
            events: Default::default(),
            hellos: AtomicU64::new(0),
            duplicates: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
            unreadable: AtomicU64::new(0),
            late: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            gaps: AtomicU64::new(0),
            clock_off: AtomicU64::new(0),
            products: AtomicU64::new(0),
            lines: AtomicU64::new(0),
        }
    }

    /// Events that were taken or refused.
    pub fn received(&self) -> u64 {
        self.events.iter().flatten().map(|counter| counter.load(Relaxed)).sum::<u64>() + self.unreadable.load(Relaxed)
    }

    /// Share of the events that pages tell of which arrived: the rest they had to drop.
    pub fn delivery(&self) -> Option<f64> {
        let (received, dropped) = (self.received(), self.dropped.load(Relaxed));
        (received + dropped > 0).then(|| received as f64 / (received + dropped) as f64)
    }

    /// Events of a kind on a kind of page that could be read, also those that were refused later.
    pub fn of(&self, kind: &str, page: PageKind) -> u64 {
        let index = wire::Event::KINDS.iter().position(|known| *known == kind);
        index.and_then(|index| self.events.get(index)?.get(page as usize)).map_or(0, |counter| counter.load(Relaxed))
    }

    fn kind(&self, kind: &str) -> u64 {
        PageKind::ALL.into_iter().map(|page| self.of(kind, page)).sum()
    }

    fn base(&self, base: Base) -> u64 {
        match base {
            Base::Events => self.received() + self.dropped.load(Relaxed),
            Base::Hellos => self.hellos.load(Relaxed),
            Base::Pages => self.kind("pageView"),
            Base::Products => self.products.load(Relaxed),
            Base::CartLines => self.lines.load(Relaxed),
            Base::Orders => self.kind("order"),
        }
    }
}

/// The two books.
#[derive(Debug, Default)]
pub struct Books {
    pub problems: Book<Problem>,
    pub refused: Book<Refusal>,
}

/// Everything about quality, of one engine since it started.
#[derive(Debug, Default)]
pub struct Quality {
    libraries: papaya::HashMap<Box<str>, Arc<Library>>,
    books: Mutex<Books>,
    /// Visits that are suspects and bots at the moment or were at their end; the others are people.
    suspected: AtomicI64,
    bots: AtomicI64,
    signs: [AtomicU64; Sign::ALL.len()],
}

impl Quality {
    /// The counters of a library version, as a `hello` names it.
    pub fn library(&self, sdk: &str) -> Arc<Library> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | '-' | '+');
        let libraries = self.libraries.pin();
        let name = match sdk {
            "" => "unknown",
            _ if sdk.len() > LIBRARY_CHARS_MAX || !sdk.chars().all(is_plain) => "other",
            _ if libraries.len() >= LIBRARIES_MAX && libraries.get(sdk).is_none() => "other",
            _ => sdk,
        };
        libraries.get_or_insert_with(Box::from(name), || Arc::new(Library::new(Box::from(name)))).clone()
    }

    /// Every library version that was seen, by name.
    pub fn libraries(&self) -> Vec<Arc<Library>> {
        let mut all: Vec<Arc<Library>> = self.libraries.pin().values().cloned().collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    /// What a problem's share is of, over all libraries.
    pub fn base(&self, base: Base) -> u64 {
        self.libraries.pin().values().map(|library| library.base(base)).sum()
    }

    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Counts an event that was taken, and enters what looks wrong about it.
    pub fn note_event(&self, at: Timestamp, library: &Library, page: PageKind, kind: usize, findings: &Findings) {
        if let Some(counter) = library.events.get(kind).and_then(|pages| pages.get(page as usize)) {
            counter.fetch_add(1, Relaxed);
        }
        library.products.fetch_add(findings.products, Relaxed);
        library.lines.fetch_add(findings.lines, Relaxed);
        for Finding { problem, count, sample } in &findings.list {
            self.note(at, library, page, *problem, *count, sample.as_deref());
        }
    }

    /// Enters a problem.
    pub fn note(&self, at: Timestamp, library: &Library, page: PageKind, problem: Problem, count: u64, sample: Option<&str>) {
        match problem {
            Problem::Late => library.late.fetch_add(count, Relaxed),
            Problem::Dropped => library.dropped.fetch_add(count, Relaxed),
            Problem::ClockOff => library.clock_off.fetch_add(count, Relaxed),
            _ => 0,
        };
        let place = Place { page, library: library.name.clone() };
        self.books().problems.enter(at, problem, place, count, sample.filter(|sample| !sample.is_empty()).map(redact));
    }

    /// Enters an event that was refused. `is_counted`: it could be read, and was counted before.
    pub fn note_refused(&self, at: Timestamp, library: &Library, page: PageKind, refusal: Refusal, message: &str, is_counted: bool) {
        library.rejected.fetch_add(1, Relaxed);
        if !is_counted {
            library.unreadable.fetch_add(1, Relaxed);
        }
        let place = Place { page, library: library.name.clone() };
        let mut books = self.books();
        if refusal.kind == "cart" && &*refusal.field == "currency" {
            books.problems.enter(at, Problem::CartWithoutCurrency, place.clone(), 1, None);
        }
        let sample = if refusal.field.is_empty() { message.to_owned() } else { format!("{}: {message}", refusal.field) };
        books.problems.enter(at, Problem::Rejected, place.clone(), 1, None);
        books.refused.enter(at, refusal, place, 1, Some(redact(&sample)));
    }

    /// A page reports what it had to drop.
    pub fn note_drops(&self, at: Timestamp, library: &Library, page: PageKind, custom: &wire::Custom) {
        let counts = custom.data.values().filter_map(|value| if let wire::Scalar::Number(count) = value { Some(*count) } else { None });
        let sum = counts.filter(|count| count.is_finite() && *count > 0.0).sum::<f64>().min(DROPS_MAX) as u64;
        let kinds: Vec<&str> = custom.data.keys().map(String::as_str).filter(|kind| wire::Event::KINDS.contains(kind)).collect();
        self.note(at, library, page, Problem::Dropped, sum, Some(&format!("{sum} events: {}", kinds.join(" "))));
    }

    /// A visit is taken for something else than before.
    pub fn note_class(&self, before: Class, after: Class, had: Signs, has: Signs) {
        for sign in has.iter().filter(|sign| !had.has(*sign)) {
            if let Some(counter) = self.signs.get(sign as usize) {
                counter.fetch_add(1, Relaxed);
            }
        }
        let counter = |class| match class {
            Class::Human => None,
            Class::Suspected => Some(&self.suspected),
            Class::Bot => Some(&self.bots),
        };
        if before != after {
            for (class, by) in [(before, -1), (after, 1)] {
                if let Some(counter) = counter(class) {
                    counter.fetch_add(by, Relaxed);
                }
            }
        }
    }

    /// Suspects and bots among the visits since the start.
    pub fn programs(&self) -> (u64, u64) {
        let count = |counter: &AtomicI64| u64::try_from(counter.load(Relaxed)).unwrap_or(0);
        (count(&self.suspected), count(&self.bots))
    }

    /// How many visits showed a sign.
    pub fn sign(&self, sign: Sign) -> u64 {
        self.signs.get(sign as usize).map_or(0, |counter| counter.load(Relaxed))
    }
}
