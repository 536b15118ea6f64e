//! How a visit behaves: whether anybody touches anything, how even its rhythm is, how fast it opens pages.

use super::Sign;
use super::Signs;
use crate::model::Timestamp;
use smallvec::SmallVec;
use std::time::Duration;

/// One thing a page reports, as far as it says who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    PageView,
    /// A click, a search, a change of the cart, a step of the checkout.
    Press,
    Scroll,
    /// The page is looked at; whether a person's input was seen on it so far, if it says.
    Attention(Option<bool>),
}

/// A person needs longer than this for so many pages.
const PAGES: usize = 8;
const PAGES_WITHIN: Duration = Duration::from_secs(10);
/// Acts whose rhythm is looked at, and how little it may vary: hands are not even to 5 ms.
const RHYTHM_ACTS: usize = 20;
const RHYTHM_DEVIATION_US: f64 = 5_000.0;
/// Acts closer than this are one act told in several events.
const RHYTHM_GAP_MIN_US: f64 = 20_000.0;
/// Whoever acts for so long has touched something.
const TOUCHED_WITHIN: Duration = Duration::from_secs(60);
/// Scroll steps without input. One or two are the browser putting a page back where it was.
const SCROLLS: u8 = 3;

/// What is remembered of one visit. Bounded: nine pages, twenty acts.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    signs: Signs,
    began: Option<Timestamp>,
    pages: SmallVec<[Timestamp; PAGES + 1]>,
    acts: SmallVec<[Timestamp; RHYTHM_ACTS + 1]>,
    /// Somebody touched something, on any page.
    touched: bool,
    /// A page was looked at and said that nobody had.
    untouched: bool,
    scrolls: u8,
}

impl Watch {
    pub fn signs(&self) -> Signs {
        self.signs
    }

    /// Adds what is known from elsewhere.
    pub fn add(&mut self, signs: Signs) {
        self.signs = self.signs.and(signs);
    }

    /// Takes an act. `at` is when it happened on the engine's clock, which the acts of a page keep in order.
    pub fn note(&mut self, at: Timestamp, act: Act) {
        let began = *self.began.get_or_insert(at);
        match act {
            Act::PageView => {
                push(&mut self.pages, at, PAGES + 1);
                self.scrolls = 0;
                let fast = self.pages.len() > PAGES && self.pages.first().is_some_and(|first| at.since(*first) < PAGES_WITHIN);
                self.sign_if(Sign::Rate, fast);
                self.rhythm(at);
            }
            Act::Press => self.rhythm(at),
            Act::Scroll => self.scrolls = self.scrolls.saturating_add(1),
            Act::Attention(Some(true)) => self.touched = true,
            Act::Attention(Some(false)) => {
                self.untouched = true;
                self.sign_if(Sign::Scroll, !self.touched && self.scrolls >= SCROLLS);
            }
            Act::Attention(None) => {}
        }
        if matches!(act, Act::PageView | Act::Press) {
            self.sign_if(Sign::NoInput, self.untouched && !self.touched && at.since(began) >= TOUCHED_WITHIN);
        }
    }

    fn rhythm(&mut self, at: Timestamp) {
        push(&mut self.acts, at, RHYTHM_ACTS + 1);
        if self.acts.len() <= RHYTHM_ACTS {
            return;
        }
        let gaps = || self.acts.iter().zip(self.acts.iter().skip(1)).map(|(a, b)| b.since(*a).as_micros() as f64);
        let count = RHYTHM_ACTS as f64;
        let mean = gaps().sum::<f64>() / count;
        let variance = gaps().map(|gap| (gap - mean) * (gap - mean)).sum::<f64>() / count;
        self.sign_if(Sign::Rhythm, mean > RHYTHM_GAP_MIN_US && variance < RHYTHM_DEVIATION_US * RHYTHM_DEVIATION_US);
    }

    fn sign_if(&mut self, sign: Sign, is: bool) {
        if is {
            self.signs = self.signs.with(sign);
        }
    }
}

fn push<A: smallvec::Array<Item = Timestamp>>(list: &mut SmallVec<A>, at: Timestamp, most: usize) {
    if list.len() == most {
        list.remove(0);
    }
    list.push(at);
}
