//! What one visit does, the next is told of: at once, after a restart, and after the file with it is lost.

use super::support::*;
use super::*;
use crate::catalog::Catalog;
use crate::catalog::Draft;
use crate::engine::learning::Learned;
use crate::engine::learning::SavedError;
use crate::history;
use crate::history::Entry;
use crate::model::Currency;
use crate::model::Key;
use crate::model::Timestamp;
use crate::model::key_of;
use crate::recommend::Click;
use crate::recommend::ClickKind;
use crate::recommend::Foreseen;
use crate::recommend::RecordedVisit;
use crate::recommend::session_knn::Limits;
use crate::session::Input;
use crate::store::journal::Position;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

/// Four products, and a campaign that shows what goes with them.
fn shelf() -> Snapshot {
    let draft = |id: &&str| Draft { id: (*id).into(), name: format!("Product {id}"), category: "c".into(), price: 100, ..Draft::default() };
    let (catalog, _) = Catalog::build(["p1", "p2", "p3", "p4"].iter().map(draft).collect(), Currency::USD);
    let text = r#"
        id = "next"
        name = "Next"
        [[trigger]]
        on = "custom"
        name = "never"
        [[variant]]
        id = "a"
        [[variant.action]]
        do = "recommend"
        placement = "shelf"
        template = "card"
        strategy = "also_viewed"
    "#;
    let campaign = crate::campaign::Campaign::parse("next.toml", text, Currency::USD).unwrap();
    let campaigns = Arc::new(crate::campaign::CampaignSet::build(vec![Arc::new(campaign)]));
    Snapshot { catalog: Arc::new(catalog), campaigns, ..Snapshot::empty() }
}

async fn start(directory: &std::path::Path, stores: &Stores) -> Arc<Engine> {
    let engine = Engine::start(config(directory), stores.clone(), Clock::system(), shelf()).await.unwrap();
    // The first publication says that what the journal holds is learned.
    until("learned", || engine.learning.stats.published_ms.load(Ordering::Relaxed) > 0).await;
    engine
}

/// A visit that looks at products and puts them into the cart, until all of it is acknowledged.
async fn visit(engine: &Arc<Engine>, hello: wire::Hello, views: &[&str], cart: &[&str]) {
    let (page, _) = open(engine, hello).await;
    let mut events: Vec<String> = views.iter().map(|id| format!(r#"{{"at":1,"event":{{"productView":{{"product":"{id}"}}}}}}"#)).collect();
    if !cart.is_empty() {
        let lines: Vec<String> = cart.iter().map(|id| format!(r#"{{"product":"{id}","quantity":1,"price":100}}"#)).collect();
        events.push(format!(r#"{{"at":1,"event":{{"cart":{{"currency":"USD","lines":[{}]}}}}}}"#, lines.join(",")));
    }
    let batch = format!(r#"{{"events":{{"first":1,"sentAt":1,"list":[{}]}}}}"#, events.join(","));
    page.send(batch.into_bytes().into()).await.unwrap();
    loop {
        if let ServerFrame::Ack(ack) = next(&page).await
            && ack.seq == events.len() as u64
        {
            assert!(ack.rejected.is_empty(), "{ack:?}");
            return;
        }
    }
}

/// All answers in the journal, oldest first.
fn answers(engine: &Engine) -> Vec<Foreseen> {
    let mut answers = Vec::new();
    let read = |record: crate::store::journal::Record| {
        if record.kind & !history::MEASURED == history::TURN
            && let Entry::Turn(turn) = Entry::read(record.kind, &record.payload).unwrap()
            && let Input::Foreseen(foreseen) = turn.input
        {
            answers.push(*foreseen);
        }
        ControlFlow::Continue(())
    };
    let mut read = read;
    engine.journal.scan(Position::NONE, &mut read).unwrap();
    answers
}

/// What follows a product, and why, as the last answer says.
fn next_of(foreseen: &Foreseen) -> Vec<(Key, Key)> {
    match foreseen {
        Foreseen::Viewed { next, .. } => next.iter().map(|likely| (likely.product, likely.because)).collect(),
        Foreseen::Carted { with_cart, .. } => with_cart.iter().map(|likely| (likely.product, likely.because)).collect(),
        Foreseen::Bought(_) => Vec::new(),
    }
}

#[tokio::test]
async fn what_one_visit_does_the_next_is_told_of() {
    let directory = std::env::temp_dir().join(format!("floorwalker-learning-{}", StreamId(random_id())));
    let stores = Stores::of(Arc::new(MemoryStore::default()));
    let [p1, p2, p3] = ["p1", "p2", "p3"].map(key_of);
    let engine = start(&directory, &stores).await;
    visit(&engine, hello(), &["p1", "p2", "unheard-of"], &["p1", "p3"]).await;
    assert_eq!(answers(&engine).len(), 3, "two products and a cart are asked about, an unknown product is not");
    assert!(answers(&engine).iter().all(|answer| next_of(answer).is_empty()), "nobody has been here before");
    let published = || (engine.learning.views().interactions(), engine.learning.carts().interactions());
    until("both indexes know it", || published() == (2, 2)).await;

    visit(&engine, hello(), &["p1"], &["p3"]).await;
    let said = answers(&engine);
    assert_eq!(next_of(&said[3]), [(p2, p1)], "the other went on to p2, and it is p1 that says so");
    assert_eq!(next_of(&said[4]), [(p1, p3)], "the other had p1 with p3");
    until("the second visit too", || published() == (3, 3)).await;
    engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;

    // The file has it all.
    let saved = Learned::read(&config(&directory).learning.directory).unwrap().expect("written when the engine stopped");
    assert_eq!((saved.views.interactions(), saved.carts.interactions()), (3, 3));
    assert!(!saved.position.is_none());
    let engine = start(&directory, &stores).await;
    visit(&engine, hello(), &["p1"], &[]).await;
    assert_eq!(next_of(answers(&engine).last().unwrap()), [(p2, p1)], "a restart forgets nothing");
    until("a third visit", || engine.learning.views().sessions() == 3).await;
    // Nobody says goodbye: what was not written is in the journal.
    engine.journal.flush().unwrap();
    engine.tasks.lock().unwrap().drain(..).for_each(|task| task.abort());
    engine.journal.close().unwrap();
    drop(engine);

    let engine = start(&directory, &stores).await;
    assert_eq!(engine.learning.views().sessions(), 3);
    engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;

    // Without the file everything is learned again from the journal; a damaged one is seen.
    let file = directory.join("learned/learned");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(&file, bytes).unwrap();
    assert!(matches!(Learned::read(&directory.join("learned")), Err(SavedError::Damaged { .. })));
    let engine = start(&directory, &stores).await;
    assert_eq!((engine.learning.views().sessions(), engine.learning.views().interactions()), (3, 4));
    assert_eq!(engine.learning.carts().interactions(), 3);
    engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
    let _ = std::fs::remove_dir_all(&directory);
}

#[tokio::test]
async fn a_shop_begins_with_what_was_recorded_elsewhere() {
    let directory = std::env::temp_dir().join(format!("floorwalker-recorded-{}", StreamId(random_id())));
    let stores = Stores::of(Arc::new(MemoryStore::default()));
    let [p1, p2, p3, p4] = ["p1", "p2", "p3", "p4"].map(key_of);
    let now = Clock::system().now();
    let recorded = |session: &str, products: &[(Key, ClickKind)]| {
        let clicks = products.iter().map(|&(product, kind)| (Timestamp(now.0 - 3_600_000_000), Click { product, kind })).collect();
        RecordedVisit { session: key_of(session), clicks }
    };
    let learned = config(&directory).learning.directory;
    let visits = vec![recorded("a", &[(p1, ClickKind::View), (p2, ClickKind::View), (p2, ClickKind::Cart), (p3, ClickKind::Purchase)])];
    Learned::begin_with(&learned, Limits::default(), visits).unwrap();
    let engine = start(&directory, &stores).await;
    visit(&engine, hello(), &["p1"], &["p2"]).await;
    let said = answers(&engine);
    assert_eq!([next_of(&said[0]), next_of(&said[1])], [[(p2, p1)], [(p3, p2)]]);
    until("the visit is learned", || engine.learning.carts().interactions() == 3).await;
    engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;

    // Records are where it begins, once; what comes in later leaves what was learned here.
    Learned::begin_with(&learned, Limits::default(), vec![recorded("b", &[(p1, ClickKind::View), (p4, ClickKind::View)])]).unwrap();
    let mut knowledge = Learned::read(&learned).unwrap().unwrap();
    assert_eq!((knowledge.views.interactions(), knowledge.carts.interactions()), (3, 3));
    let position = knowledge.position;
    knowledge.import(&[recorded("b", &[(p1, ClickKind::View), (p4, ClickKind::View)])], &mut |_, _| ());
    Learned::write(&learned, &knowledge.to_bytes()).unwrap();
    assert!(knowledge.position == position && !position.is_none());
    let engine = start(&directory, &stores).await;
    assert_eq!((engine.learning.views().sessions(), engine.learning.views().interactions()), (3, 5));
    visit(&engine, hello(), &["p1"], &[]).await;
    let mut next: Vec<Key> = next_of(answers(&engine).last().unwrap()).into_iter().map(|(product, _)| product).collect();
    next.sort();
    let mut expect = vec![p2, p4];
    expect.sort();
    assert_eq!(next, expect);
    engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
    let _ = std::fs::remove_dir_all(&directory);
}

#[tokio::test]
async fn who_did_not_agree_teaches_nothing_and_is_told_nothing() {
    let shop = Shop::open(Clock::system(), shelf()).await;
    let mut silent = hello();
    silent.consent = Default::default();
    let mut config = config(&shop.directory.join("other"));
    config.consent = Consent::default();
    let engine = Engine::start(config, Stores::of(Arc::new(MemoryStore::default())), Clock::system(), shelf()).await.unwrap();
    visit(&engine, silent, &["p1", "p2"], &["p3"]).await;
    assert!(answers(&engine).is_empty());
    assert_eq!(engine.learning.stats.questions.load(Ordering::Relaxed), 0);
    let mut learned = Learned::new(Limits::default());
    assert_eq!((learned.views.publish().sessions(), engine.learning.views().sessions()), (0, 0));
    engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
}

/// A campaign with two banners that learns which of them lets shoppers look at a product.
fn learner() -> Snapshot {
    let variant = |id: &str| {
        format!(
            "[[variant]]\nid = '{id}'\n[[variant.action]]\ndo = 'fill'\nplacement = 'banner'\ntemplate = 'banner'\ndata = {{ title = '{id}' }}\n"
        )
    };
    let head =
        "id = 'pick'\nname = 'Pick'\ngoal = 'engagement'\nchoose = 'learn'\nbaseline = 0.0\n[[trigger]]\non = 'custom'\nname = 'go'\n";
    let text = format!("{head}{}{}", variant("one"), variant("two"));
    let campaign = crate::campaign::Campaign::parse("pick.toml", &text, Currency::USD).unwrap();
    Snapshot { campaigns: Arc::new(crate::campaign::CampaignSet::build(vec![Arc::new(campaign)])), ..banner() }
}

#[tokio::test]
async fn what_a_variant_brings_is_learned_from_the_visit_and_again_from_the_journal() {
    let directory = std::env::temp_dir().join(format!("floorwalker-lessons-{}", StreamId(random_id())));
    let stores = Stores::of(Arc::new(MemoryStore::default()));
    let begin = || async {
        let engine = Engine::start(config(&directory), stores.clone(), Clock::system(), learner()).await.unwrap();
        until("learned", || engine.learning.stats.published_ms.load(Ordering::Relaxed) > 0).await;
        engine
    };
    let engine = begin().await;
    let (page, _) = open(&engine, shopper()).await;
    let batch = r#"{"events":{"first":1,"sentAt":1,"list":[{"at":1,"event":{"custom":{"name":"go"}}},
        {"at":1,"event":{"productView":{"product":"p1"}}},{"at":1,"event":{"productView":{"product":"p2"}}}]}}"#;
    page.send(batch.as_bytes().to_vec().into()).await.unwrap();
    until("three events", || engine.stats.events.load(Ordering::Relaxed) == 3).await;
    engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
    let lessons = || Learned::read(&config(&directory).learning.directory).unwrap().expect("written at the stop").lessons;
    let told = lessons();
    let arms = &told.of(key_of("pick")).expect("a campaign that learns").arms;
    let sums: Vec<(f64, f64)> = arms.iter().map(|arm| (arm.count, arm.reward)).collect();
    assert!(sums == [(1.0, 1.0), (0.0, 0.0)] || sums == [(0.0, 0.0), (1.0, 1.0)], "one visit, one reward: {sums:?}");

    begin().await.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
    assert_eq!(lessons(), told, "what the file and the journal hold counts once");
    std::fs::remove_file(directory.join("learned/learned")).unwrap();
    begin().await.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
    assert_eq!(lessons(), told, "the journal holds it");
    let _ = std::fs::remove_dir_all(&directory);
}
