//! A session's history in plain words, read back from the journal or told as it happens.

use super::proof;
use super::session::SessionMsg;
use super::view::Entry;
use super::view::ProofView;
use crate::consent::Signal;
use crate::decide::Snapshot;
use crate::history;
use crate::model::Event;
use crate::model::Key;
use crate::model::Preference;
use crate::session::Input;
use crate::store::Log;
use crate::store::journal::Position;
use crate::store::journal::Record;
use crate::traffic::Sign;
use ractor::ActorRef;
use serde_json::Value;
use std::collections::BTreeMap;

/// Records read back for one page of history.
const RECORDS_MAX: usize = 400;

type Detail = BTreeMap<String, Value>;

/// Reads the newest part of a session's history, oldest first.
pub fn read(journal: &dyn Log<ActorRef<SessionMsg>>, head: Position, snapshot: &Snapshot) -> Vec<Entry> {
    if head.is_none() {
        return Vec::new();
    }
    let mut entries: Vec<Entry> = match journal.read_back(head, RECORDS_MAX) {
        Ok(records) => records.iter().filter_map(|record| entry(record, snapshot)).collect(),
        Err(error) => {
            tracing::warn!(%error, "a session's history could not be read");
            Vec::new()
        }
    };
    entries.reverse();
    entries
}

fn entry(record: &Record, snapshot: &Snapshot) -> Option<Entry> {
    let at_ms = record.at_us / 1_000;
    let seq = record.position.0;
    match record.kind & !history::MEASURED {
        history::TURN => {
            let history::Entry::Turn(turn) = history::Entry::read(record.kind, &record.payload).ok()? else { return None };
            let (kind, title, detail) = describe(&turn.input, snapshot)?;
            Some(Entry { seq, at_ms, kind: kind.to_owned(), title, detail, proof: None })
        }
        history::DECISION => {
            let proof = proof::read(&record.payload)?;
            let (title, detail) = describe_proof(&proof);
            Some(Entry { seq, at_ms, kind: "decision".to_owned(), title, detail, proof: Some(proof) })
        }
        _ => None,
    }
}

/// Kind, sentence and facts of an input; `None` for those that say nothing to people.
pub fn describe(input: &Input, snapshot: &Snapshot) -> Option<(&'static str, String, Detail)> {
    let mut detail = Detail::new();
    let product =
        |key: Key| snapshot.catalog.product(key).map_or_else(|| "an unknown product".to_owned(), |product| product.name.to_string());
    Some(match input {
        Input::Event { event, late, .. } => {
            if *late {
                detail.insert("late".into(), Value::Bool(true));
            }
            ("event", describe_event(event, snapshot, &mut detail, &product)?, detail)
        }
        Input::Attach { page, .. } => {
            detail.insert("path".into(), Value::from(&*page.path));
            ("connection", "Connected".to_owned(), detail)
        }
        Input::Detach { bye, .. } => ("connection", if *bye { "Left the page" } else { "Connection lost" }.to_owned(), detail),
        Input::Consent { signal, others, gpc, .. } => {
            let words = |signal: &Signal| {
                [("personalize", signal.personalize), ("remember", signal.remember), ("measure", signal.measure), ("share", signal.share)]
                    .into_iter()
                    .filter_map(|(purpose, answer)| Some((purpose.to_owned(), Value::Bool(answer?))))
                    .collect::<serde_json::Map<String, Value>>()
            };
            detail.extend(words(signal));
            for (source, said) in others {
                detail.insert(source.name().to_owned(), Value::Object(words(said)));
            }
            if *gpc {
                detail.insert("privacy_control".to_owned(), Value::Bool(true));
            }
            // A page that does not know yet says so in its hello; that is no answer.
            if detail.is_empty() {
                return None;
            }
            ("event", "Answered the consent question".to_owned(), detail)
        }
        Input::Receipts { list, .. } => {
            let states: Vec<String> = list.iter().map(|receipt| format!("d{} {}", receipt.decision.0, receipt.state.name())).collect();
            ("receipt", format!("The page reports: {}", states.join(", ")), detail)
        }
        Input::Granted { expires, .. } => {
            detail.insert("expiresMs".into(), Value::from(expires.millis()));
            ("timer", "The offer was granted".to_owned(), detail)
        }
        Input::Recalled(_) => return None,
        Input::Sold(sale) => {
            detail.insert("valueMinor".into(), Value::from(sale.value));
            ("event", "The shop confirmed an order".to_owned(), detail)
        }
        Input::Refunded(refund) => {
            detail.insert("amountMinor".into(), Value::from(refund.amount));
            ("event", "The shop gave money back".to_owned(), detail)
        }
        Input::GrantRefused { .. } => ("timer", "The offer's budget is used up".to_owned(), detail),
        Input::Remembered(profile) => {
            let title =
                if profile.sessions == 0 { "Will be remembered".to_owned() } else { format!("Recognized: visit {}", profile.sessions + 1) };
            ("connection", title, detail)
        }
        Input::Traffic(signs) => {
            detail.insert("class".into(), Value::from(signs.class().name()));
            let reasons: Vec<&str> = signs.iter().map(Sign::sentence).collect();
            ("connection", format!("May be a program: {}", reasons.join("; ")), detail)
        }
        Input::Timer | Input::Published | Input::Foreseen(_) | Input::Taught(_) => return None,
    })
}

fn describe_event(event: &Event, snapshot: &Snapshot, detail: &mut Detail, product: &dyn Fn(Key) -> String) -> Option<String> {
    Some(match event {
        Event::PageView(page) => {
            detail.insert("path".into(), Value::from(&*page.path));
            let about = snapshot.catalog.product(page.product).map_or_else(|| page.category.to_string(), |found| found.name.to_string());
            if about.is_empty() {
                format!("Opened the {} page", page.kind.name())
            } else {
                format!("Opened the {} page: {about}", page.kind.name())
            }
        }
        Event::ProductView { product: key } => format!("Looked at {}", product(*key)),
        Event::ListView { items, .. } => format!("Saw a list of {} products", items.len()),
        Event::Click { product: key, .. } if !key.is_none() => format!("Pressed a declared element of {}", product(*key)),
        Event::Click { .. } => "Pressed a declared element".to_owned(),
        Event::Scroll { depth } => format!("Scrolled to {depth} %"),
        Event::Search { query, results } => format!("Searched for “{query}”: {results} results"),
        Event::Cart(cart) | Event::ConfirmedCart { cart, .. } => {
            detail.insert("valueMinor".into(), Value::from(cart.value().minor));
            match cart.items() {
                0 => "The cart is empty".to_owned(),
                1 => format!("Cart: 1 piece, {}", cart.value()),
                items => format!("Cart: {items} pieces, {}", cart.value()),
            }
        }
        Event::Checkout { step } => format!("Checkout: {}", format!("{step:?}").to_lowercase()),
        Event::Order(order) => format!("Ordered for {}", order.value),
        Event::Custom { .. } => "An event of the shop".to_owned(),
        Event::Attention { .. } => return None,
        Event::Exit { signal, .. } => format!("Leaving signal: {}", words(&format!("{signal:?}"))),
        Event::Visibility { visible } => if *visible { "The page is on screen again" } else { "The page is hidden" }.to_owned(),
        Event::Preference { choice, .. } => match choice {
            Preference::Less => "Asked for less of this",
            Preference::Reset => "Reset this visit",
            Preference::Off => "Turned personalization off",
            Preference::On => "Turned personalization on",
        }
        .to_owned(),
    })
}

/// Sentence and facts of a decision.
pub fn describe_proof(proof: &ProofView) -> (String, Detail) {
    let mut detail = Detail::new();
    detail.insert("trigger".into(), Value::from(proof.trigger.clone()));
    let names = |outcome: &str| -> Vec<&str> {
        proof
            .considered
            .iter()
            .filter(|one| one.outcome == outcome)
            .map(|one| if one.name.is_empty() { one.campaign.as_str() } else { one.name.as_str() })
            .collect()
    };
    let title = match proof.outcome.as_str() {
        "pushed" => format!("Showed: {}", names("won").join(", ")),
        "baseline" => format!("Kept the shop's default (baseline of {})", names("baseline").join(", ")),
        _ => match proof.considered.first() {
            Some(nearest) => {
                let name = if nearest.name.is_empty() { &nearest.campaign } else { &nearest.name };
                format!("Showed nothing: {name}, {}", nearest.sentence.as_deref().unwrap_or("refused"))
            }
            None => "Showed nothing".to_owned(),
        },
    };
    (title, detail)
}

/// `PointerTop` as `pointer top`.
fn words(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.extend(c.to_lowercase());
    }
    out
}
