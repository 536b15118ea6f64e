//! What one shopper will do: a recorded session with the habits it lacks, planned as a pure function of record, person and seed.

use super::chance::Chance;
use super::habits;
use super::person::Answer;
use super::person::Arrival;
use super::person::Person;
use super::place::Place;
use super::place::product;
use crate::demo::data::RecordedEvent;
use crate::demo::data::RecordedKind;
use crate::demo::data::RecordedSession;
use crate::protocol::wire::ExitSignal;

/// Queries that the shop cannot answer, as real shops see them: typing errors and things it does not sell.
pub const HOPELESS: [(&str, u32); 6] =
    [("hoverbord", 1), ("garden gnome", 1), ("ketttle kordless", 1), ("trampoline", 1), ("fidget spiner", 1), ("wedding dress", 1)];

/// One act and the time before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Looking, reading, deciding: divided by the speed.
    pub thought_ms: u64,
    /// Movements of a hand, and looking at what comes up; they take what they take at any speed, as do the engine's own windows.
    pub motion_ms: u64,
    pub act: Act,
}

/// What a shopper does.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// The visit begins; always the first.
    Arrive(Arrival),
    /// Opens a page in the tab.
    Open(Place),
    Scroll(u8),
    /// Presses a declared element.
    Click {
        target: &'static str,
        product: Option<String>,
    },
    /// One piece more of a product in the cart.
    Add(String),
    /// The last line of the cart goes.
    Remove,
    /// Places an order for all that is in the cart; its page opens.
    Order,
    /// Answers the consent question, if it still stands.
    Consent(Answer),
    Attention(bool),
    Exit {
        signal: ExitSignal,
        speed: f64,
    },
    Visible(bool),
    /// Closes the tab; always the last.
    Leave,
}

/// Plans a visit. The same arguments give the same steps.
///
/// Recorded steps keep their distances from the first one, with pauses cut to [`habits::PAUSE_MAX_MS`]; what is added between two of
/// them fits into the pause, except for checkouts, whose steps the record does not have.
pub fn plan(recorded: &RecordedSession, person: &Person, seed: u64) -> Vec<Step> {
    let mut planner = Planner {
        chance: Chance::new(seed, 0),
        person,
        steps: Vec::new(),
        clock_ms: 0,
        thought_ms: 0,
        place: Place::Home,
        cart: Vec::new(),
        is_asked: false,
    };
    planner.visit(&recorded.events);
    planner.steps
}

struct Planner<'a> {
    chance: Chance,
    person: &'a Person,
    steps: Vec<Step>,
    /// Thought planned since the start.
    clock_ms: u64,
    /// Thought planned since the last act.
    thought_ms: u64,
    place: Place,
    cart: Vec<String>,
    is_asked: bool,
}

impl Planner<'_> {
    fn visit(&mut self, events: &[RecordedEvent]) {
        let arrival = Arrival::draw(&mut self.chance);
        self.act(Act::Arrive(arrival));
        let Some(first) = events.first() else {
            self.act(Act::Leave);
            return;
        };
        self.enter(&first.product);
        let mut due_ms = self.clock_ms;
        let mut index = 0;
        while let Some(event) = events.get(index) {
            self.until(due_ms);
            let mut last = index;
            match event.kind {
                RecordedKind::View => self.view(&event.product),
                RecordedKind::Cart => self.take(&event.product),
                RecordedKind::Purchase => {
                    // Several purchases in a row are the lines of one order.
                    last += events.iter().skip(index + 1).take_while(|next| next.kind == RecordedKind::Purchase).count();
                    let lines = events.iter().take(last + 1).skip(index).map(|event| event.product.as_str());
                    self.buy(lines);
                }
            }
            for pair in events.windows(2).skip(index).take(last + 1 - index) {
                let [done, next] = pair else { continue };
                due_ms += next.at_ms.saturating_sub(done.at_ms).min(habits::PAUSE_MAX_MS);
            }
            index = last + 1;
            if let Some(next) = events.get(index) {
                self.linger(due_ms.saturating_sub(self.clock_ms));
                self.approach(next, due_ms.saturating_sub(self.clock_ms));
            }
        }
        self.until(due_ms);
        self.leave();
    }

    fn act(&mut self, act: Act) {
        self.step(0, act);
    }

    fn step(&mut self, motion_ms: u64, act: Act) {
        self.steps.push(Step { thought_ms: std::mem::take(&mut self.thought_ms), motion_ms, act });
    }

    fn think(&mut self, ms: u64) {
        self.thought_ms += ms;
        self.clock_ms += ms;
    }

    fn ponder(&mut self, low_ms: u64, high_ms: u64) {
        let ms = self.chance.between(low_ms, high_ms);
        self.think(ms);
    }

    fn until(&mut self, due_ms: u64) {
        self.think(due_ms.saturating_sub(self.clock_ms));
    }

    fn click(&mut self, target: &'static str, product: Option<&str>) {
        self.act(Act::Click { target, product: product.map(str::to_owned) });
    }

    fn open(&mut self, place: Place) {
        self.place = place.clone();
        self.act(Act::Open(place));
    }

    /// The first page, where it is not the first recorded product.
    fn enter(&mut self, first: &str) {
        let share = self.chance.share();
        if share < habits::STARTS_AT_HOME {
            self.open(Place::Home);
        } else if share < habits::STARTS_AT_HOME + habits::STARTS_AT_CATEGORY {
            self.open(Place::Category(category_of(first)));
        } else if share < habits::STARTS_AT_HOME + habits::STARTS_AT_CATEGORY + habits::STARTS_AT_SEARCH {
            self.open(Place::Search(query_for(first)));
        } else {
            return;
        }
        let pause_ms = self.chance.between(4_000, 20_000);
        let due_ms = self.clock_ms + pause_ms;
        self.linger(pause_ms);
        self.until(due_ms);
    }

    fn view(&mut self, id: &str) {
        let place = Place::Product(id.to_owned());
        if self.place != place || self.steps.len() < 2 {
            if matches!(self.place, Place::Category(_) | Place::Search(_)) || self.is_similar(id) {
                self.click("product", Some(id));
            }
            self.open(place);
        }
    }

    /// Whether the page is of a product of the same category, whose shelf leads there.
    fn is_similar(&self, id: &str) -> bool {
        matches!(&self.place, Place::Product(here) if category_of(here) == category_of(id))
    }

    fn take(&mut self, id: &str) {
        self.view(id);
        self.click("add-to-cart", Some(id));
        self.step(150, Act::Add(id.to_owned()));
        self.cart.push(id.to_owned());
        if self.chance.happens(habits::LOOKS_AT_CART) {
            self.ponder(2_000, 5_000);
            self.click("cart", None);
            self.open(Place::Cart);
            if self.chance.happens(habits::REMOVES) {
                self.ponder(2_000, 6_000);
                self.act(Act::Remove);
                self.cart.pop();
            }
        }
    }

    fn buy<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        for id in lines {
            if !self.cart.iter().any(|held| held == id) {
                self.view(id);
                self.ponder(1_000, 4_000);
                self.click("add-to-cart", Some(id));
                self.step(150, Act::Add(id.to_owned()));
                self.cart.push(id.to_owned());
            }
        }
        if self.place != Place::Cart {
            self.ponder(500, 2_000);
            self.click("cart", None);
            self.open(Place::Cart);
        }
        self.ponder(3_000, 10_000);
        self.click("checkout", None);
        self.open(Place::Checkout);
        self.ponder(8_000, 25_000);
        self.click("place-order", None);
        self.act(Act::Order);
        self.place = Place::Order(String::new());
        self.cart.clear();
    }

    /// What happens on a page within a pause.
    fn linger(&mut self, pause_ms: u64) {
        let part = |of: u64| pause_ms / of;
        if let (false, Some(answer)) = (self.is_asked, self.person.answer) {
            self.is_asked = true;
            let ms = self.chance.between(1_500, 8_000).min(part(3));
            self.think(ms);
            self.act(Act::Consent(answer));
        }
        if self.chance.happens(habits::SCROLLS) {
            self.scroll(part(10));
        }
        if self.chance.happens(habits::LOOKS_AWAY) {
            self.think(part(10));
            self.look_away();
        }
        if pause_ms >= habits::HIDES_PAUSE_MIN_MS && self.chance.happens(habits::HIDES) {
            self.think(part(10));
            for act in [Act::Visible(false), Act::Exit { signal: ExitSignal::Hidden, speed: 0.0 }] {
                self.act(act);
            }
            let away_ms = self.chance.between(part(10), part(4));
            self.think(away_ms);
            for act in [Act::Visible(true), Act::Exit { signal: ExitSignal::Returned, speed: 0.0 }] {
                self.act(act);
            }
        } else if pause_ms >= habits::IDLES_PAUSE_MIN_MS && self.chance.happens(habits::IDLES) {
            // The library calls a shopper idle after 30 s without input.
            self.think(30_000);
            self.act(Act::Attention(false));
            self.act(Act::Exit { signal: ExitSignal::Idle, speed: 0.0 });
            self.ponder(500, 5_000);
            self.act(Act::Attention(true));
            self.act(Act::Exit { signal: ExitSignal::Returned, speed: 0.0 });
        }
    }

    fn scroll(&mut self, pause_ms: u64) {
        let deepest = self.chance.between(2, 10) * 10;
        let moves = self.chance.between(1, 4);
        for part in 1..=moves {
            let ms = self.chance.between(300, 2_500).min(pause_ms);
            self.think(ms);
            self.act(Act::Scroll((deepest * part / moves / 10 * 10).max(10) as u8));
        }
    }

    /// The pointer leaves through the top, or a finger flicks upward, and comes back.
    fn look_away(&mut self) {
        let signal = if self.person.touch { ExitSignal::ScrollUp } else { ExitSignal::PointerTop };
        let speed = self.chance.between(300, 3_000) as f64;
        self.act(Act::Exit { signal, speed });
        let stays = self.chance.happens(habits::STAYS_AWAY);
        let away_ms = if stays { self.chance.between(900, 4_000) } else { self.chance.between(120, 600) };
        self.step(away_ms, Act::Exit { signal: ExitSignal::Returned, speed: 0.0 });
    }

    /// Pages on the way to what the record says next.
    fn approach(&mut self, next: &RecordedEvent, pause_ms: u64) {
        let goes_on = next.kind == RecordedKind::View && pause_ms >= habits::WAY_PAUSE_MIN_MS;
        let share = self.chance.share();
        let by_search = habits::WAY_BY_CATEGORY + habits::WAY_BY_SEARCH;
        let place = if share < habits::WAY_BY_CATEGORY {
            Place::Category(category_of(&next.product))
        } else if share < by_search {
            Place::Search(query_for(&next.product))
        } else if share < by_search + habits::WAY_BY_HOME {
            Place::Home
        } else {
            return;
        };
        if !goes_on {
            return;
        }
        let due_ms = self.clock_ms + pause_ms;
        let lead = self.chance.between(20, 40);
        self.until(due_ms - pause_ms * lead / 100);
        if matches!(place, Place::Search(_)) && self.chance.happens(habits::SEARCH_FAILS) {
            let query = self.chance.pick(&HOPELESS);
            self.open(Place::Search(query.to_owned()));
            self.ponder(1_000, 2_000);
        }
        self.open(place);
        if self.chance.happens(habits::SCROLLS) {
            self.scroll(pause_ms / 20);
        }
    }

    fn leave(&mut self) {
        let pause_ms = self.chance.between(5_000, 30_000);
        let due_ms = self.clock_ms + pause_ms;
        self.linger(pause_ms);
        self.until(due_ms);
        if !self.cart.is_empty() && self.chance.happens(habits::LAST_LOOK_AT_CART) {
            if self.place != Place::Cart {
                self.click("cart", None);
                self.open(Place::Cart);
            }
            self.ponder(5_000, 15_000);
            if self.chance.happens(habits::ABANDONS_CHECKOUT) {
                self.click("checkout", None);
                self.open(Place::Checkout);
                self.ponder(5_000, 20_000);
            }
        }
        let share = self.chance.share();
        let by_hand = if self.person.touch { habits::LEAVES_BY_FLICK } else { habits::LEAVES_BY_POINTER };
        if share < by_hand {
            let signal = if self.person.touch { ExitSignal::ScrollUp } else { ExitSignal::PointerTop };
            let speed = self.chance.between(600, 4_000) as f64;
            self.act(Act::Exit { signal, speed });
            if self.person.touch {
                // One flick is ambiguous; who leaves flicks again.
                let again_ms = self.chance.between(300, 900);
                self.step(again_ms, Act::Exit { signal, speed });
            }
        } else if share < by_hand + habits::LEAVES_BY_BACK {
            self.act(Act::Exit { signal: ExitSignal::Back, speed: 0.0 });
        }
        let farewell_ms = self.chance.between(900, 2_500);
        self.step(farewell_ms, Act::Leave);
    }
}

fn category_of(id: &str) -> String {
    product(id).map_or_else(|| "computers".to_owned(), |product| product.category.clone())
}

/// What somebody types who looks for this product: the kind of thing it is.
fn query_for(id: &str) -> String {
    product(id).map_or_else(|| "notebook".to_owned(), |product| product.noun.to_lowercase())
}
