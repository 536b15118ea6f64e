//! A whole engine above a disk that fills up or fails: what was acknowledged stays, what needs no money goes on, and health says so.

use super::support::*;
use super::*;
use crate::api;
use crate::api::Admin;
use crate::campaign::Campaign;
use crate::campaign::CampaignSet;
use crate::engine::CampaignFiles;
use crate::model::Currency;
use crate::protocol::wire::Op;
use crate::store::journal::Disk;
use crate::store::journal::Faults;
use crate::store::journal::Health;
use crate::store::journal::Identity;
use crate::store::journal::Journal;
use axum::body::Body;
use axum::http::Request;
use std::path::PathBuf;
use tower::ServiceExt;

/// An engine whose journal is on a simulated disk.
struct Sick {
    engine: Arc<Engine>,
    disk: Disk,
    directory: PathBuf,
}

impl Sick {
    async fn open(disk: Disk) -> Sick {
        let directory = std::env::temp_dir().join(format!("floorwalker-sick-{}", StreamId(random_id())));
        let journal_config = journal::Config { disk_full_retry_ms: 5, ..journal::Config::default() };
        let fresh = Identity { epoch: 5, salt: 6 };
        let (journal, _) = Journal::open_on(Arc::new(disk.clone()), journal_config, fresh, Engine::committed()).unwrap();
        // Nothing but the journal survives here, so whatever comes back comes from it.
        let stores = Stores::of(Arc::new(MemoryStore::default()));
        let engine = Engine::start_on(Box::new(journal), config(&directory), stores, Clock::system(), shop()).await.unwrap();
        Sick { engine, disk, directory }
    }

    async fn ready(&self) -> (u16, String) {
        let campaigns = Arc::new(CampaignFiles::open(&self.directory, Currency::USD));
        let router = api::router(Admin::new(self.engine.clone(), campaigns, Box::new(|_, _| Vec::new())));
        let answer = router.oneshot(Request::get("/readyz").body(Body::empty()).unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }
}

impl Drop for Sick {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// The banner, and a code for whoever searches.
fn shop() -> Snapshot {
    let text = r#"
        id = "code"
        name = "Code"
        purpose = "context"
        trust = "claimed"
        [[trigger]]
        on = "search"
        results = "none"
        [[variant]]
        id = "a"
        [[variant.action]]
        do = "offer"
        placement = "overlay"
        template = "offer"
        data = { title = "Ten percent" }
        offer = { kind = "percent", amount = 10, expires = "20m", budget = { count = 5, every = "1d" } }
    "#;
    let code = Campaign::parse("code.toml", text, Currency::USD).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    let banner = banner();
    let campaigns = banner.campaigns.campaigns().iter().cloned().chain([Arc::new(code)]).collect();
    Snapshot { campaigns: Arc::new(CampaignSet::build(campaigns)), ..banner }
}

fn visitor() -> wire::Hello {
    let hello = shopper();
    let page = wire::Page { templates: vec!["banner".to_owned(), "offer".to_owned()], ..hello.page };
    wire::Hello { page, ..hello }
}

async fn search(pipe: &Pipe, seq: u64) {
    let text = r#"{"events":{"first":SEQ,"sentAt":1,"list":[{"at":1,"event":{"search":{"query":"sofa","results":0}}}]}}"#;
    pipe.send(text.replace("SEQ", &seq.to_string()).into_bytes().into()).await.unwrap();
}

/// What a page is told for a while: the highest acknowledgement, names of placements filled or cleared, and codes.
#[derive(Debug, Default, PartialEq)]
struct Told {
    ack: u64,
    changes: usize,
    codes: usize,
}

/// Listens until it is quiet for a tenth of a second.
async fn listen(pipe: &Pipe) -> Told {
    let mut told = Told::default();
    while let Ok(Some(frame)) = tokio::time::timeout(Duration::from_millis(150), pipe.recv()).await {
        match serde_json::from_slice(&frame).unwrap() {
            ServerFrame::Ack(ack) => told.ack = told.ack.max(ack.seq),
            ServerFrame::Push(push) => {
                for patch in &push.patches {
                    match patch.op {
                        Op::Offer { .. } => told.codes += 1,
                        _ => told.changes += 1,
                    }
                }
            }
            _ => {}
        }
    }
    told
}

#[tokio::test]
async fn a_full_disk_stops_acknowledgements_and_codes_but_no_reactions_and_loses_nothing() {
    let sick = Sick::open(Disk::default()).await;
    let engine = &sick.engine;
    let hello = visitor();
    let (page, welcome) = open(engine, hello.clone()).await;
    put_in_cart(&page, 1, 1_000).await;
    put_in_cart(&page, 2, 4_000).await;
    assert_eq!(listen(&page).await, Told { ack: 2, changes: 1, codes: 0 });
    assert_eq!(sick.ready().await, (200, r#"{"ready":true,"reasons":[]}"#.to_owned()));

    sick.disk.set_faults(Faults { space_left: Some(100), ..Faults::default() });
    put_in_cart(&page, 3, 1_000).await;
    until("the disk is full", || matches!(engine.journal_health(), Health::DiskFull)).await;
    put_in_cart(&page, 4, 5_000).await;
    search(&page, 5).await;
    let (other, _) = open(engine, visitor()).await;
    search(&other, 1).await;
    assert_eq!(listen(&page).await, Told { ack: 0, changes: 2, codes: 0 }, "reactions go on, acknowledgements and codes do not");
    assert_eq!(listen(&other).await, Told::default());
    let (status, text) = sick.ready().await;
    assert!(status == 503 && text.contains("the disk is full"), "{text}");
    // A power cut now takes what was not acknowledged and nothing else.
    let cut = sick.disk.after_power_cut(|_| 0);

    sick.disk.set_faults(Faults::default());
    until("there is space", || matches!(engine.journal_health(), Health::Good)).await;
    assert_eq!(listen(&page).await.ack, 5, "acknowledgements go on, with those that waited");
    assert_eq!(sick.ready().await.0, 200);
    let (third, _) = open(engine, visitor()).await;
    search(&third, 1).await;
    assert_eq!(listen(&third).await, Told { ack: 1, changes: 0, codes: 1 }, "and so do codes");

    for (disk, acknowledged) in [(cut, 2), (sick.disk.after_power_cut(|_| 0), 5)] {
        let after = Sick::open(disk).await;
        let (page, again) = open(&after.engine, back(&hello, &welcome)).await;
        assert_eq!((again.ack, again.resumed), (acknowledged, true), "the page sends what was not acknowledged again");
        put_in_cart(&page, acknowledged + 1, 2_000).await;
        assert_eq!(listen(&page).await.ack, acknowledged + 1);
    }
}

/// A `hello` that goes on where the page was.
fn back(hello: &wire::Hello, welcome: &wire::Welcome) -> wire::Hello {
    let resume = wire::Resume { token: welcome.resume.clone(), epoch: welcome.epoch.clone(), rev: 0 };
    wire::Hello { resume: Some(resume), session: Some(welcome.session.clone()), ..hello.clone() }
}

#[tokio::test]
async fn after_a_failed_sync_nothing_is_acknowledged_until_a_restart_which_loses_nothing_acknowledged() {
    let sick = Sick::open(Disk::default()).await;
    let engine = &sick.engine;
    let hello = visitor();
    let (page, welcome) = open(engine, hello.clone()).await;
    put_in_cart(&page, 1, 1_000).await;
    put_in_cart(&page, 2, 4_000).await;
    assert_eq!(listen(&page).await, Told { ack: 2, changes: 1, codes: 0 });

    // It fails once, and from then on says that all is well: what was lost is lost.
    sick.disk.set_faults(Faults { syncs_left: Some(0), ..Faults::default() });
    put_in_cart(&page, 3, 1_000).await;
    until("the journal has failed", || matches!(engine.journal_health(), Health::Failed(_))).await;
    for seq in 4..10 {
        put_in_cart(&page, seq, if seq % 2 == 0 { 4_000 } else { 1_000 }).await;
    }
    search(&page, 10).await;
    assert_eq!(listen(&page).await, Told { ack: 0, changes: 7, codes: 0 }, "reactions go on, acknowledgements and codes do not");
    let (status, text) = sick.ready().await;
    assert!(status == 503 && text.contains("the journal has failed"), "{text}");

    // On the very same files, whose unsynced bytes can still be read, and after a power cut, which takes them.
    let cut = sick.disk.after_power_cut(|_| 0);
    engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
    assert_eq!(listen(&page).await.ack, 0, "not even in the end");
    for disk in [Disk::with(sick.disk.files()), cut] {
        let after = Sick::open(disk).await;
        let (page, again) = open(&after.engine, back(&hello, &welcome)).await;
        assert!(
            again.resumed && (2..=3).contains(&again.ack),
            "all that was acknowledged, and at most what was also written: {}",
            again.ack
        );
        for seq in again.ack + 1..=10 {
            put_in_cart(&page, seq, 1_000).await;
        }
        assert_eq!(listen(&page).await.ack, 10);
        assert_eq!(after.ready().await.0, 200);
    }
}
