//! The small world of the stories: a catalog, pages, the words of the script and of the outcome.

use crate::campaign::Campaign;
use crate::campaign::CampaignSet;
use crate::catalog::Catalog;
use crate::catalog::Draft;
use crate::consent::Consent;
use crate::consent::Signal;
use crate::consent::Source;
use crate::decide::Content;
use crate::decide::Settings;
use crate::decide::Snapshot;
use crate::decide::Verdict;
use crate::decide::WHOLE_SHOP;
use crate::experiment::Arm;
use crate::experiment::Outcome;
use crate::experiment::Unit;
use crate::model::Cart;
use crate::model::CartLine;
use crate::model::CheckoutStep;
use crate::model::Context;
use crate::model::Currency;
use crate::model::DecisionId;
use crate::model::Event;
use crate::model::ExitSignal;
use crate::model::Key;
use crate::model::Money;
use crate::model::Order;
use crate::model::Page;
use crate::model::PageKind;
use crate::model::PlacementKind;
use crate::model::PlacementSpec;
use crate::model::Preference;
use crate::model::Receipt;
use crate::model::ReceiptState;
use crate::model::Refund;
use crate::model::Sale;
use crate::model::SessionId;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::model::VisitorId;
use crate::model::key_of;
use crate::recommend::Model;
use crate::session::Effect;
use crate::session::Effects;
use crate::session::Input;
use crate::session::Patch;
use crate::session::Profile;
use crate::session::Session;
use crate::session::Start;
use crate::traffic::Sign;
use crate::traffic::Signs;
use smallvec::smallvec;
use std::sync::Arc;

/// Zero of every story: a Sunday evening.
const ZERO: u64 = 1_795_374_000_000_000;

pub struct Story {
    pub snapshot: Snapshot,
    pub session: Session,
    /// Every effect as it was, for those who look closer.
    pub effects: Vec<Effect>,
    /// Choices of all decisions: arm, probabilities, context.
    pub choices: Vec<(Arm, Vec<f32>, Vec<f32>)>,
    campaigns: Vec<Arc<Campaign>>,
    /// Tells what is measured, too.
    measures: bool,
}

fn catalog() -> Catalog {
    let product = |id: &str, category: &str, brand: &str, price: i64| Draft {
        id: id.into(),
        name: format!("Product {id}"),
        category: category.into(),
        brand: brand.into(),
        price,
        ..Draft::default()
    };
    let drafts = vec![
        product("s1", "shoes.run", "Acme", 1_000),
        product("s2", "shoes.run", "Acme", 2_000),
        product("s3", "shoes.walk", "Bolt", 3_000),
        product("h1", "hats", "Acme", 1_000),
        product("h2", "hats", "Bolt", 2_500),
        product("x1", "", "", 500),
    ];
    let (catalog, rejected) = Catalog::build(drafts, Currency::USD);
    assert!(rejected.is_empty());
    catalog
}

/// `live` may change above the fold, `fold` may not; the others are below it.
pub fn page(words: &[&str]) -> Page {
    let kind = PageKind::parse(words[0]).expect("a page kind");
    let subject = words.get(1).copied().unwrap_or("");
    let catalog = catalog();
    let product = if kind == PageKind::Product { key_of(subject) } else { Key::NONE };
    let category = match kind {
        PageKind::Product => catalog.product(product).map_or("", |found| &found.category_path),
        PageKind::Category => subject,
        _ => "",
    };
    let spot = |name: &str, kind, above, live| PlacementSpec { name: key_of(name), kind, above, live, items: Vec::new() };
    let mut grid = spot("grid", PlacementKind::List, false, false);
    grid.items = ["h1", "s1", "h2", "s3"].map(key_of).into();
    Page {
        kind,
        path: format!("/{}", words.join("/")).into(),
        product,
        product_id: if kind == PageKind::Product { subject.into() } else { "".into() },
        category: category.into(),
        placements: vec![
            spot("fold", PlacementKind::Block, true, false),
            spot("live", PlacementKind::Block, true, true),
            spot("banner", PlacementKind::Block, false, false),
            spot("side", PlacementKind::Block, false, false),
            spot("button", PlacementKind::Cta, false, false),
            spot("menu", PlacementKind::Nav, false, false),
            spot("overlay", PlacementKind::Overlay, false, true),
            grid,
        ],
        templates: vec![key_of("t")],
        language: None,
    }
}

pub fn snapshot(campaigns: Vec<Arc<Campaign>>, version: u64) -> Snapshot {
    let mut settings = Settings::default();
    settings.experiments.holdout = 0.0;
    Snapshot {
        trends: Default::default(),
        policies: Default::default(),
        scores: Default::default(),
        version,
        catalog: Arc::new(catalog()),
        campaigns: Arc::new(CampaignSet::build(campaigns)),
        model: Arc::new(Model::empty()),
        settings: Arc::new(settings),
        off: false,
    }
}

fn parse(sources: &[String]) -> Vec<Arc<Campaign>> {
    sources
        .iter()
        .map(|source| {
            Arc::new(Campaign::parse("test.toml", source, Currency::USD).unwrap_or_else(|mistakes| panic!("{source}\n{mistakes:?}")))
        })
        .collect()
}

impl Story {
    /// A shopper on a desktop who agreed to everything.
    pub fn new(sources: &[String]) -> Story {
        Story::with_consent(sources, true)
    }

    pub fn with_consent(sources: &[String], agreed: bool) -> Story {
        let campaigns = parse(sources);
        let mut consent = Consent::default();
        if agreed {
            consent.apply(Source::Page, Signal::all(true), false);
        }
        let id = SessionId([7; 16]);
        let start = Start { id, unit: Unit::from(id), context: Context::default(), consent, preview: false };
        let session = Session::new(Timestamp(ZERO - 1), start);
        Story { snapshot: snapshot(campaigns.clone(), 1), session, effects: Vec::new(), choices: Vec::new(), campaigns, measures: false }
    }

    pub fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Story {
        change(Arc::make_mut(&mut self.snapshot.settings));
        self
    }

    /// A shopper whose browser speaks this language.
    pub fn speaking(mut self, language: &str) -> Story {
        let session = &self.session;
        let context = Context { language: language.into(), ..session.context().clone() };
        let start = Start { id: session.id(), unit: Unit::from(session.id()), context, consent: session.consent, preview: false };
        self.session = Session::new(session.started(), start);
        self
    }

    /// Tells what is measured, too.
    pub fn measuring(mut self) -> Story {
        self.measures = true;
        self
    }

    pub fn preview(mut self) -> Story {
        let session = &self.session;
        let start = Start {
            id: session.id(),
            unit: Unit::from(session.id()),
            context: session.context().clone(),
            consent: session.consent,
            preview: true,
        };
        self.session = Session::new(session.started(), start);
        self
    }

    pub fn play(&mut self, story: &str) -> Vec<String> {
        let mut told = Vec::new();
        for line in story.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let seconds: f64 = words[0].parse().unwrap_or_else(|_| panic!("{line}"));
            let at = Timestamp(ZERO + (seconds * 1e6).round() as u64);
            self.meet_deadlines(at, &mut told);
            self.line(at, words[1], words[2], &words[3..], &mut told);
        }
        told
    }

    /// Calls at every deadline before `at`, as the shell does.
    fn meet_deadlines(&mut self, at: Timestamp, told: &mut Vec<String>) {
        while let Some(deadline) = self.session.next_deadline().filter(|deadline| *deadline < at) {
            self.apply(deadline, Input::Timer, told);
        }
    }

    pub fn apply(&mut self, at: Timestamp, input: Input, told: &mut Vec<String>) {
        // Lines of one moment come a microsecond apart.
        let at = at.max(Timestamp(self.session.now().0 + 1));
        let mut out = Effects::default();
        self.session.apply(at, input, &self.snapshot, &mut out);
        let millis = (at.0 - ZERO) / 1_000;
        let time = if millis.is_multiple_of(1_000) { format!("{}", millis / 1_000) } else { format!("{}", millis as f64 / 1e3) };
        for effect in &out.list {
            if matches!(effect, Effect::Measured(_)) && !self.measures {
                continue;
            }
            told.push(format!("{time} {}", self.tell(effect, &out)));
        }
        let numbers = |range| out.proofs.numbers(range).to_vec();
        self.choices.extend(out.proofs.choices.iter().map(|choice| (choice.arm, numbers(choice.chances), numbers(choice.context))));
        self.effects.append(&mut out.list);
    }

    fn line(&mut self, at: Timestamp, tab: &str, verb: &str, words: &[&str], told: &mut Vec<String>) {
        let stream = StreamId([tab.as_bytes()[0]; 16]);
        let word = |index: usize| words.get(index).copied().unwrap_or("");
        let number = |index: usize| word(index).parse::<u32>().unwrap_or_else(|_| panic!("{verb} {words:?}"));
        let input = match verb {
            "open" => {
                self.apply(at, Input::Attach { stream, page: Box::new(page(words)), visible: true }, told);
                event(stream, "view", words)
            }
            "attach" => Input::Attach { stream, page: Box::new(page(words)), visible: true },
            "back" => Input::Attach { stream, page: Box::new(page(&["other"])), visible: true },
            "bye" => Input::Detach { stream, bye: true },
            "lost" => Input::Detach { stream, bye: false },
            // Attention by heartbeats every five seconds, with the word that it is over.
            "attend" => {
                let seconds = number(0);
                for beat in (0..seconds).step_by(5) {
                    let at = Timestamp(at.0 + u64::from(beat) * 1_000_000);
                    self.meet_deadlines(at, told);
                    self.apply(at, event(stream, "on", &[]), told);
                }
                let end = Timestamp(at.0 + u64::from(seconds) * 1_000_000);
                self.meet_deadlines(end, told);
                return self.apply(end, event(stream, "off", &[]), told);
            }
            "consent" => {
                let mut signal = Signal::all(word(0) == "all");
                signal.personalize = Some(word(0) != "none");
                Input::Consent { source: Source::Page, signal, gpc: false, others: Vec::new() }
            }
            "granted" => {
                let expires = Timestamp(at.0 + u64::from(number(2)) * 1_000_000);
                Input::Granted { decision: DecisionId(number(0)), code: word(1).into(), expires }
            }
            "refused" => Input::GrantRefused { decision: DecisionId(number(0)) },
            "remember" => {
                let mut profile = Profile::new(VisitorId([1; 16]), Timestamp(ZERO - 86_400_000_000));
                profile.sessions = number(0);
                profile.off = words.contains(&"off");
                Input::Remembered(Box::new(profile))
            }
            "signs" => {
                let named = |name: &&str| Sign::ALL.into_iter().find(|sign| sign.name() == *name).expect("a sign");
                Input::Traffic(words.iter().map(named).fold(Signs::default(), Signs::with))
            }
            // `sold ID VALUE`, `sold ID VALUE discount N`, with the goods of the story's catalog after `of`.
            "sold" => {
                let after = |name: &str| words.iter().position(|word| *word == name).map(|at| words[at + 1..].to_vec());
                let lines = after("of").unwrap_or_default().iter().map(|id| (key_of(id), 1)).collect();
                let discount = after("discount").map_or(0, |rest| rest[0].parse().expect("a discount"));
                Input::Sold(Box::new(Sale { order: key_of(word(0)), value: number(1).into(), discount, cost: None, lines }))
            }
            "refund" => {
                let (order, refund) = (key_of(word(0)), key_of(word(1)));
                Input::Refunded(Refund { order, refund, amount: number(2).into(), goods: words.get(3).map_or(0, |_| number(3).into()) })
            }
            "timer" => Input::Timer,
            "wait" => return,
            "publish" => {
                // Names of campaigns that stay.
                let left = self.campaigns.iter().filter(|campaign| words.contains(&&*campaign.id)).cloned().collect();
                self.republish(left);
                Input::Published
            }
            "silently" => {
                self.republish(Vec::new());
                Input::Timer
            }
            "switch-off" => {
                self.snapshot.version += 1;
                self.snapshot.off = true;
                Input::Published
            }
            "store" => {
                let bytes = rmp_serde::to_vec(&self.session).expect("a session can be stored");
                let back: Session = rmp_serde::from_slice(&bytes).expect("a session can be read");
                assert_eq!(back, self.session);
                self.session = back;
                return;
            }
            "received" | "shown" | "dismissed" | "clicked" | "failed" | "suppressed" => {
                let state = [
                    ReceiptState::Received,
                    ReceiptState::Shown,
                    ReceiptState::Dismissed,
                    ReceiptState::Clicked,
                    ReceiptState::Failed,
                    ReceiptState::Suppressed,
                ];
                let state = state.into_iter().find(|state| state.name() == verb).expect("a receipt");
                Input::Receipts { stream, list: smallvec![Receipt { decision: DecisionId(number(0)), state }] }
            }
            "late" => match event(stream, word(0), &words[1..]) {
                Input::Event { stream, event, .. } => Input::Event { stream, late: true, event },
                _ => unreachable!("an event"),
            },
            _ => event(stream, verb, words),
        };
        self.apply(at, input, told);
    }

    /// Swaps the campaigns for others.
    pub fn republish(&mut self, campaigns: Vec<Arc<Campaign>>) {
        let settings = self.snapshot.settings.clone();
        self.snapshot = snapshot(campaigns, self.snapshot.version + 1);
        self.snapshot.settings = settings;
    }

    pub fn edit(&mut self, sources: &[String]) {
        self.republish(parse(sources));
    }

    fn name(&self, campaign: Key) -> String {
        self.campaigns.iter().find(|one| one.key == campaign).map_or(format!("{campaign:?}"), |one| one.id.to_string())
    }

    fn tell(&self, effect: &Effect, out: &Effects) -> String {
        let tab = |stream: &StreamId| char::from(stream.0[0]);
        match effect {
            Effect::Push { stream, patches } => {
                let patches: Vec<String> = patches
                    .iter()
                    .map(|patch| match patch {
                        Patch::Set(held) => format!("{}={}#{}", held.placement, self.content(&held.content), held.decision.0),
                        Patch::Clear(placement) => format!("-{placement}"),
                    })
                    .collect();
                format!("push {} {}", tab(stream), patches.join(" "))
            }
            Effect::Decided { stream, considered, won } => {
                let list = out.proofs.of(considered);
                assert_eq!(list.iter().filter(|one| matches!(one.verdict, Verdict::Won(_))).count(), won.len());
                let verdicts: Vec<String> = list
                    .iter()
                    .map(|one| {
                        let verdict = match one.verdict {
                            Verdict::Won(variant) => format!("won{variant}"),
                            Verdict::Baseline => "baseline".to_owned(),
                            Verdict::Holdout => "holdout".to_owned(),
                            Verdict::Refused(refusal) => refusal.code().to_owned(),
                        };
                        format!("{}:{verdict}", self.name(one.campaign))
                    })
                    .collect();
                format!("decided {} {}", tab(stream), verdicts.join(" "))
            }
            Effect::RequestGrant { decision, campaign, terms } => {
                format!("grant? #{} {} {}", decision.0, self.name(*campaign), terms.kind.name())
            }
            Effect::Reported { decision, campaign, variant, state } => {
                format!("reported #{} {}/{variant} {}", decision.0, self.name(*campaign), state.name())
            }
            Effect::Exit { confirmed } => if *confirmed { "exit confirmed" } else { "exit cancelled" }.to_owned(),
            Effect::Ordered { order, acted } => {
                let acted: Vec<String> = acted.iter().map(|key| self.name(*key)).collect();
                format!("ordered {} after [{}]", order.id, acted.join(" "))
            }
            Effect::Followed { product, strategy, carted } => {
                let id = self.snapshot.catalog.product(*product).map_or("?", |product| &*product.id);
                format!("{} {id} of {}", if *carted { "carted" } else { "followed" }, strategy.name())
            }
            Effect::SaveProfile(profile) => {
                let caps: Vec<String> = profile
                    .caps
                    .iter()
                    .map(|cap| format!(" {}x{}{}", self.name(cap.campaign), cap.count, if cap.dismissed { "!" } else { "" }))
                    .collect();
                let off = if profile.off { " off" } else { "" };
                let interests = if profile.interests.is_empty() { "" } else { " interests" };
                format!("save visits={} orders={}{interests}{off}{}", profile.sessions, profile.orders, caps.join(""))
            }
            Effect::Measured(measured) => {
                let arm = match measured.entry.arm {
                    Arm::Holdout => "holdout".to_owned(),
                    Arm::Baseline => "baseline".to_owned(),
                    Arm::Variant(index) => format!("v{index}"),
                };
                let name = if measured.campaign == key_of(WHOLE_SHOP) { "shop".to_owned() } else { self.name(measured.campaign) };
                let apart = if measured.entry.quarantined { " apart" } else { "" };
                match &measured.before {
                    None => {
                        assert_eq!(measured.after, Outcome::default());
                        let covariate = measured.entry.covariate;
                        format!("enters {name}/{arm}{apart}{}", if covariate == 0 { String::new() } else { format!(" cart={covariate}") })
                    }
                    Some(before) => format!("{name}/{arm}{apart}{}", moved(before, &measured.after)),
                }
            }
            Effect::EraseProfile(_) => "erase".to_owned(),
            Effect::WantProfile => "want profile".to_owned(),
            Effect::Ended => "ended".to_owned(),
        }
    }

    fn content(&self, content: &Content) -> String {
        let fields = |data: &[(Arc<str>, Box<str>)]| data.iter().map(|(field, text)| format!(" {field}={text}")).collect::<String>();
        let id = |key: &Key| self.snapshot.catalog.product(*key).map_or(String::new(), |product| format!(" {}", product.id));
        let text = |text: &Option<Box<str>>| text.as_ref().map_or(String::new(), |text| format!(" {text}"));
        match content {
            Content::Fill { template, data } => format!("fill({template}{})", fields(data)),
            Content::Order { items } => format!("order({})", items.iter().map(id).collect::<String>().trim()),
            Content::Cta { label, href, tone } => {
                format!("cta({label}{}{})", text(href), tone.as_ref().map_or(String::new(), |tone| format!(" {tone}")))
            }
            Content::Nav { shortcuts, promote } => {
                let shortcuts: Vec<String> = shortcuts.iter().map(|(label, href)| format!("{label}>{href}")).collect();
                format!("nav({} ^{})", shortcuts.join(" "), promote.join(" ^"))
            }
            Content::Offer { template, data, code, .. } => format!("offer({template}{}{})", fields(data), text(code)),
            Content::Recommend { template, strategy, picks, .. } => {
                format!("recommend({template} {}{})", strategy.name(), picks.iter().map(|pick| id(&pick.product)).collect::<String>())
            }
            Content::Layout { layout } => format!("layout({layout})"),
            Content::Notice { text, .. } => format!("notice({text})"),
            Content::Emit { name, data } => format!("emit({name}{})", fields(data)),
        }
    }
}

/// What changed between two outcomes.
fn moved(before: &Outcome, after: &Outcome) -> String {
    let mut out = String::new();
    let mut note = |name: &str, before: i64, after: i64| {
        if before != after {
            out.push_str(&format!(" {name}{:+}", after - before));
        }
    };
    note("orders", before.orders.into(), after.orders.into());
    note("revenue", before.revenue, after.revenue);
    note("profit", before.profit, after.profit);
    note("discount", before.discount, after.discount);
    note("refunded", before.refunded, after.refunded);
    note("attention", before.attention_seconds.into(), after.attention_seconds.into());
    note("views", before.page_views.into(), after.page_views.into());
    note("bounced", before.bounced.into(), after.bounced.into());
    for (index, (before, after)) in before.custom.iter().zip(&after.custom).enumerate() {
        note(&format!("custom{index}"), *before, *after);
    }
    if let Some(task_ms) = after.task_ms.filter(|_| before.task_ms != after.task_ms) {
        out.push_str(&format!(" task={task_ms}"));
    }
    out
}

/// Prices are the catalog's unless a line says otherwise: `s1`, `s1*3`, `s1@900`.
fn line(word: &str, catalog: &Catalog) -> CartLine {
    let (word, price) = word.split_once('@').map_or((word, None), |(word, price)| (word, Some(price.parse().expect("a price"))));
    let (id, quantity) = word.split_once('*').map_or((word, 1), |(id, n)| (id, n.parse().expect("a quantity")));
    let product = key_of(id);
    CartLine { product, quantity, price: price.unwrap_or_else(|| catalog.product(product).map_or(0, |found| found.price.minor)) }
}

fn event(stream: StreamId, verb: &str, words: &[&str]) -> Input {
    let word = |index: usize| words.get(index).copied().unwrap_or("");
    let key = |index: usize| words.get(index).map_or(Key::NONE, |name| key_of(name));
    let number = |index: usize| word(index).parse::<u32>().unwrap_or_else(|_| panic!("{verb} {words:?}"));
    let event = match verb {
        "view" => Event::PageView(Box::new(page(words))),
        "product" => Event::ProductView { product: key(0) },
        "list" => Event::ListView { list: key(0), items: words[1..].iter().map(|id| key_of(id)).collect() },
        "click" => Event::Click { target: key(0), product: key(1) },
        "scroll" => Event::Scroll { depth: number(0) as u8 },
        "search" => Event::Search { query: word(0).into(), results: number(1) },
        "cart" => Event::Cart(Cart { currency: Currency::USD, lines: words.iter().map(|word| line(word, &catalog())).collect() }),
        "checkout" => {
            let step = match word(0) {
                "begin" => CheckoutStep::Begin,
                "contact" => CheckoutStep::Contact,
                "payment" => CheckoutStep::Payment,
                other => panic!("step {other}"),
            };
            Event::Checkout { step }
        }
        "order" => {
            let products = words[1..].iter().map(|id| key_of(id)).collect();
            Event::Order(Box::new(Order { id: word(0).into(), value: Money::new(1_000, Currency::USD), products, coupon: "".into() }))
        }
        "custom" => Event::Custom { name: key(0) },
        "on" | "off" => Event::Attention { active: verb == "on" },
        "show" | "hide" => Event::Visibility { visible: verb == "show" },
        "exit" => {
            let signal = match word(0) {
                "top" => ExitSignal::PointerTop,
                "up" => ExitSignal::ScrollUp,
                "back" => ExitSignal::Back,
                "hidden" => ExitSignal::Hidden,
                "idle" => ExitSignal::Idle,
                "returned" => ExitSignal::Returned,
                other => panic!("signal {other}"),
            };
            Event::Exit { signal, speed: 1.0 }
        }
        "less" => Event::Preference { choice: Preference::Less, decision: Some(DecisionId(number(0))) },
        "forget" => Event::Preference { choice: Preference::Reset, decision: None },
        "opt-out" => Event::Preference { choice: Preference::Off, decision: None },
        "opt-in" => Event::Preference { choice: Preference::On, decision: None },
        other => panic!("no verb `{other}`"),
    };
    Input::Event { stream, late: false, event }
}
