//! What the benches share: a shop with many campaigns, a shopper's page, the machine's load, and a table.

#![allow(dead_code, reason = "each bench is a crate of its own and uses a part")]

pub mod counted;
pub mod counting;

use floorwalker::campaign::Campaign;
use floorwalker::campaign::CampaignSet;
use floorwalker::catalog::Catalog;
use floorwalker::catalog::Draft;
use floorwalker::decide::Experiments;
use floorwalker::decide::Guard;
use floorwalker::decide::Settings;
use floorwalker::decide::Snapshot;
use floorwalker::model::Currency;
use floorwalker::protocol::wire;
use floorwalker::recommend::Model;
use std::sync::Arc;
use std::time::Duration;

/// Name of the custom event that campaigns answer.
pub const ASKED: &str = "asked";

/// Whether `--quick` was given: counts only, in seconds.
pub fn is_quick() -> bool {
    std::env::args().any(|argument| argument == "--quick")
}

/// A snapshot with `count` campaigns. `answering` of them listen to [`ASKED`]: the first acts every time, the others are refused by
/// their conditions. The rest wait for other things a shopper may do.
pub fn snapshot(count: usize, answering: usize) -> Snapshot {
    let drafts = (0..2_000).map(draft).collect();
    let (catalog, rejected) = Catalog::build(drafts, Currency::USD);
    assert!(rejected.is_empty(), "{rejected:?}");
    let model = Model::build(&catalog, std::iter::empty());
    let campaigns = (0..count).map(|number| {
        let text = if number < answering { answer(number) } else { bystander(number) };
        Arc::new(Campaign::parse("bench.toml", &text, Currency::USD).unwrap_or_else(|mistakes| panic!("{mistakes:#?}\n{text}")))
    });
    Snapshot {
        trends: Default::default(),
        policies: Default::default(),
        scores: Default::default(),
        version: 1,
        campaigns: Arc::new(CampaignSet::build(campaigns.collect())),
        catalog: Arc::new(catalog),
        model: Arc::new(model),
        settings: Arc::new(settings()),
        off: false,
    }
}

/// Nobody is held out, and the page's budget of changes is no limit, so that every event can be answered.
pub fn settings() -> Settings {
    Settings {
        experiments: Experiments { holdout: 0.0, baseline_max: 0.0, ..Experiments::default() },
        guard: Guard { changes_per_page: u8::MAX, interruptions_per_session: 20, interruption_spacing: Duration::ZERO },
        ..Settings::default()
    }
}

fn draft(number: usize) -> Draft {
    let category = ["computers.notebook", "electronics.audio", "home.kitchen", "apparel.shoes"][number % 4];
    Draft {
        id: number.to_string(),
        name: format!("Product number {number}"),
        category: category.to_owned(),
        brand: format!("Brand {}", number % 40),
        price: 1_000 + 37 * number as i64,
        stock: Some(5),
        href: format!("/p/{number}"),
        image: format!("/pictures/{number}.svg"),
        ..Draft::default()
    }
}

fn answer(number: usize) -> String {
    let (condition, priority) = match number {
        0 => ("device.kind == 'desktop' && session.events >= 0".to_owned(), 90),
        _ => (format!("cart.value > {}.0 && session.product_views > {number}", 1_000 * number), 50),
    };
    campaign(number, priority, Some(&condition), &format!("on = \"custom\"\nname = \"{ASKED}\""))
}

fn bystander(number: usize) -> String {
    let trigger = match number % 10 {
        0 => "on = \"page_view\"\npages = [\"checkout\"]".to_owned(),
        1 => format!("on = \"dwell\"\nof = \"page\"\nfor = \"{}s\"", 600 + number % 400),
        2 => "on = \"exit_intent\"\npages = [\"cart\"]".to_owned(),
        3 => format!("on = \"cart_value\"\nabove = {}.0", 500 + number),
        4 => format!("on = \"scroll\"\ndepth = {}\npages = [\"content\"]", 10 + number % 90),
        5 => format!("on = \"click\"\ntarget = \"button-{number}\""),
        6 => "on = \"search\"\nresults = \"none\"".to_owned(),
        7 => format!("on = \"custom\"\nname = \"event-{number}\""),
        8 => "on = \"cart_item\"\nchange = \"added\"\ncategory = \"home.kitchen\"".to_owned(),
        _ => "on = \"order\"".to_owned(),
    };
    campaign(number, 40, Some("session.page_views > 100000"), &trigger)
}

fn campaign(number: usize, priority: u8, condition: Option<&str>, trigger: &str) -> String {
    let when = condition.map_or_else(String::new, |condition| format!("when = \"{condition}\"\n"));
    format!(
        "id = \"campaign-{number}\"\nname = \"Campaign number {number}\"\npriority = {priority}\npurpose = \"personalize\"\n{when}\
         [[trigger]]\n{trigger}\n\
         [[variant]]\nid = \"a\"\n[[variant.action]]\ndo = \"fill\"\nplacement = \"banner\"\ntemplate = \"banner\"\n\
         data = {{ title = \"You did {{session.events}} things today\", text = \"See what goes with it\", href = \"/c/home.kitchen\" }}\n\
         [[variant]]\nid = \"b\"\n[[variant.action]]\ndo = \"fill\"\nplacement = \"banner\"\ntemplate = \"banner\"\n\
         data = {{ title = \"{{session.events}} things done today\", text = \"See what goes with it\", href = \"/c/home.kitchen\" }}\n"
    )
}

/// A page with placements and templates as a shop's home page has them.
pub fn page() -> wire::Page {
    let kinds = [wire::PlacementKind::Block, wire::PlacementKind::Block, wire::PlacementKind::Cta, wire::PlacementKind::Nav];
    let names = ["banner", "recommendations", "call", "navigation"];
    let placement = |(name, kind): (&str, wire::PlacementKind)| wire::Placement {
        name: name.to_owned(),
        kind,
        above: false,
        live: true,
        items: Vec::new(),
    };
    wire::Page {
        url: "https://shop.example/?utm_source=newsletter&utm_medium=email".to_owned(),
        kind: "home".to_owned(),
        placements: names.into_iter().zip(kinds).map(placement).collect(),
        templates: ["banner", "offer", "card", "notice"].map(str::to_owned).to_vec(),
        ..wire::Page::default()
    }
}

/// The first frame of a page.
pub fn hello(key: &str, stream: String) -> wire::Hello {
    wire::Hello {
        versions: (1, 1),
        key: key.to_owned(),
        stream,
        sdk: "bench".to_owned(),
        page: page(),
        visible: true,
        consent: wire::Consent { personalize: Some(true), remember: Some(true), measure: Some(true), ..wire::Consent::default() },
        now: 1.0,
        wall: 1.0,
        language: Some("en-US".to_owned()),
        utc_offset: 60,
        viewport: (1_280, 800),
        touch: false,
        automation: None,
        visitor: None,
        session: None,
        customer: None,
        resume: None,
        preview: None,
        queued: 0,
    }
}

/// One event that campaigns answer; about 155 bytes as MessagePack in a batch.
pub fn asked() -> wire::Event {
    let data = [
        ("place", wire::Scalar::Text("banner".to_owned())),
        ("step", wire::Scalar::Number(3.5)),
        ("kind", wire::Scalar::Text("size guide for running shoes".to_owned())),
    ];
    wire::Event::Custom(wire::Custom {
        name: ASKED.to_owned(),
        data: data.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    })
}

/// A batch of one event.
pub fn batch(first: u64, event: wire::Event) -> wire::ClientFrame {
    let list = vec![wire::TimedEvent { at: 60_000.25, event }];
    wire::ClientFrame::Events(wire::EventBatch { first, sent_at: 60_000.5, list, rev: 0 })
}

/// Load averages of the machine, to be read beside every number.
pub fn load() -> String {
    std::fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// Prints columns, the first to the left and the others to the right.
pub fn table(title: &str, head: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(head.get(column).map(|cell| cell.chars().count())).max().unwrap_or(0)
    };
    let line = |cells: Vec<&str>| {
        let mut out = String::new();
        for (column, cell) in cells.iter().enumerate() {
            let width = width(column);
            out += &if column == 0 { format!("{cell:<width$}") } else { format!("  {cell:>width$}") };
        }
        println!("{}", out.trim_end());
    };
    println!("\n{title} (load {})", load());
    line(head.to_vec());
    for row in rows {
        line(row.iter().map(String::as_str).collect());
    }
}

/// Collects broken budgets and ends the program with 1 if there are any.
#[derive(Default)]
pub struct Gate(Vec<String>);

impl Gate {
    pub fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(what());
        }
    }

    pub fn finish(self) {
        for broken in &self.0 {
            eprintln!("over budget: {broken}");
        }
        if !self.0.is_empty() {
            std::process::exit(1);
        }
    }
}
