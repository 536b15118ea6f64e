//! A visit whose actor fails is brought back by the supervisor, and given up when it fails again and again.

use super::support::*;
use super::*;

/// Sends `count` clicks numbered from `first` and waits until all up to `acked` are acknowledged.
async fn click(page: &Pipe, first: u64, count: u64, acked: u64) {
    let clicks: Vec<String> = (0..count).map(|_| r#"{"at":1,"event":{"click":{"target":"x"}}}"#.to_owned()).collect();
    let batch = format!(r#"{{"events":{{"first":{first},"sentAt":1,"list":[{}]}}}}"#, clicks.join(","));
    page.send(batch.into_bytes().into()).await.expect("open");
    loop {
        let frame = tokio::time::timeout(Duration::from_secs(5), page.recv()).await.unwrap().expect("open");
        if let ServerFrame::Ack(ack) = serde_json::from_slice(&frame).unwrap() {
            assert!(ack.rejected.is_empty(), "{ack:?}");
            if ack.seq == acked {
                return;
            }
        }
    }
}

async fn view(engine: &Engine, id: crate::model::SessionId) -> Box<crate::engine::view::SessionView> {
    let session = engine.directory.get(id).expect("live");
    ractor::call_t!(session, SessionMsg::Inspect, 5_000).unwrap()
}

#[tokio::test]
async fn a_visit_that_failed_is_brought_back_without_the_event_that_failed() {
    let shop = Shop::open(Clock::system(), Snapshot::empty()).await;
    let engine = &shop.engine;
    let first = hello();
    let stream: StreamId = first.stream.parse().unwrap();
    let (hurt, welcome) = open(engine, first.clone()).await;
    let (other, _) = open(engine, hello()).await;
    click(&hurt, 1, 3, 3).await;
    let id = engine.directory.of_stream(stream).unwrap();
    assert_eq!(view(engine, id).await.summary.events, 3);

    engine.directory.get(id).unwrap().cast(SessionMsg::Panic(stream)).unwrap();
    assert_eq!(tokio::time::timeout(Duration::from_secs(5), hurt.recv()).await.unwrap(), None, "its socket closes");
    tokio::time::timeout(Duration::from_secs(5), async {
        while engine.stats.panics.load(std::sync::atomic::Ordering::Relaxed) == 0 || engine.directory.get(id).is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("the supervisor brings it back, with no page asking");
    assert_eq!(view(engine, id).await.summary.events, 3, "nothing that counted is forgotten, though no state was ever stored");
    assert_eq!(other.closed(), None, "the others notice nothing");
    assert_eq!(engine.stats.connections.load(std::sync::atomic::Ordering::Relaxed), 1);

    let resume = wire::Resume { token: welcome.resume.clone(), epoch: welcome.epoch.clone(), rev: 0 };
    let (back, again) = open(engine, wire::Hello { resume: Some(resume), ..first }).await;
    assert!(again.resumed);
    click(&back, 4, 2, 5).await;
    assert_eq!(view(engine, id).await.summary.events, 4, "the number of the event that failed is used up, or it would fail for ever");
}

#[tokio::test]
async fn a_visit_that_fails_again_and_again_is_given_up() {
    let shop = Shop::open(Clock::system(), Snapshot::empty()).await;
    let engine = &shop.engine;
    let first = hello();
    let stream: StreamId = first.stream.parse().unwrap();
    let (_page, _) = open(engine, first).await;
    let id = engine.directory.of_stream(stream).unwrap();
    for fall in 1..=4 {
        tokio::time::timeout(Duration::from_secs(5), async {
            loop {
                if let Some(session) = engine.directory.get(id) {
                    let _ = session.cast(SessionMsg::Panic(stream));
                }
                if engine.stats.panics.load(std::sync::atomic::Ordering::Relaxed) >= fall {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
        .expect("it comes back three times");
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(engine.directory.get(id).is_none(), "and not a fourth time");
}

#[tokio::test]
async fn a_ninth_page_takes_the_place_of_the_first_which_is_told() {
    let shop = Shop::open(Clock::system(), Snapshot::empty()).await;
    let engine = &shop.engine;
    let (first, welcome) = open(engine, hello()).await;
    let mut pages = Vec::new();
    for _ in 0..8 {
        assert_eq!(first.closed(), None, "eight pages have room");
        pages.push(open(engine, wire::Hello { session: Some(welcome.session.clone()), ..hello() }).await);
    }
    until("the first is closed", || first.closed().is_some()).await;
    assert_eq!(first.closed(), Some(crate::protocol::Close::SessionEnded.code()));
    assert!(pages.iter().all(|(page, _)| page.closed().is_none()));
}

async fn stored(engine: &Engine, id: crate::model::SessionId) -> Option<Vec<u8>> {
    engine.stores.states.state(id.0).await.unwrap()
}

/// A click that comes by request, when no page is connected.
async fn click_by_request(engine: &Arc<Engine>, welcome: &wire::Welcome, seq: u64) {
    let text = format!(r#"{{"events":{{"first":{seq},"sentAt":1,"list":[{{"at":1,"event":{{"click":{{"target":"x"}}}}}}]}}}}"#);
    let frame = crate::protocol::decode(Encoding::Json, text.as_bytes()).unwrap();
    engine.post(&welcome.resume, vec![frame]).await.unwrap();
}

#[tokio::test]
async fn a_visit_that_came_back_is_saved_before_a_checkpoint_passes_it() {
    let shop = Shop::open(Clock::system(), Snapshot::empty()).await;
    let engine = &shop.engine;
    let first = hello();
    let stream: StreamId = first.stream.parse().unwrap();
    let (page, welcome) = open(engine, first).await;
    click(&page, 1, 3, 3).await;
    let id = engine.directory.of_stream(stream).unwrap();
    drop(page);
    until("the page is gone", || engine.stats.connections.load(std::sync::atomic::Ordering::Relaxed) == 0).await;
    engine.checkpoint_after(0).await;
    let before = stored(engine, id).await.expect("a state");
    // Nobody is connected, so coming back changes nothing by itself.
    click_by_request(engine, &welcome, 4).await;
    engine.directory.get(id).unwrap().cast(SessionMsg::Panic(StreamId([0; 16]))).unwrap();
    let failed = || engine.stats.panics.load(std::sync::atomic::Ordering::Relaxed) == 1;
    until("it is back", || failed() && engine.directory.get(id).is_some()).await;
    assert_eq!(view(engine, id).await.summary.events, 4);
    engine.checkpoint_after(0).await;
    assert!(stored(engine, id).await.expect("a state") != before, "the fourth event is in the stored state");
}

#[tokio::test]
async fn a_number_that_is_used_up_is_saved_before_a_checkpoint_passes_it() {
    let shop = Shop::open(Clock::system(), Snapshot::empty()).await;
    let engine = &shop.engine;
    let first = hello();
    let stream: StreamId = first.stream.parse().unwrap();
    let (page, _) = open(engine, first).await;
    click(&page, 1, 1, 1).await;
    let id = engine.directory.of_stream(stream).unwrap();
    engine.checkpoint_after(0).await;
    let before = stored(engine, id).await.expect("a state");
    page.send(br#"{"events":{"first":2,"sentAt":1,"list":[{"at":1,"event":{"scroll":{"depth":"deep"}}}]}}"#.to_vec().into())
        .await
        .expect("open");
    until("it is refused", || engine.stats.rejected.load(std::sync::atomic::Ordering::Relaxed) == 1).await;
    engine.checkpoint_after(0).await;
    assert!(stored(engine, id).await.expect("a state") != before, "the number is in the stored state");
}
