//! The one place that knows both the wire's types and the core's.
//!
//! It lives beside the session actor because the actor reads and writes its sockets itself. Inward, every text is cut or refused by the
//! limits of the protocol and every number is checked; outward, products get the name, price and picture of the moment.

use crate::consent::Signal;
use crate::consent::Source;
use crate::consent::tcf;
use crate::decide::Content;
use crate::decide::Held;
use crate::decide::Snapshot;
use crate::model::Cart;
use crate::model::CartLine;
use crate::model::CheckoutStep;
use crate::model::Currency;
use crate::model::DecisionId;
use crate::model::Event;
use crate::model::ExitSignal;
use crate::model::Key;
use crate::model::Language;
use crate::model::Money;
use crate::model::Order;
use crate::model::Page;
use crate::model::PageKind;
use crate::model::PlacementKind;
use crate::model::PlacementSpec;
use crate::model::Preference;
use crate::model::Receipt;
use crate::model::ReceiptState;
use crate::model::StreamId;
use crate::model::key_of;
use crate::offer;
use crate::protocol::ErrorCode;
use crate::protocol::Limits;
use crate::protocol::wire;
use crate::session::Input;
use crate::session::Patch;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why an event was consumed but not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    pub code: ErrorCode,
    pub field: &'static str,
    pub message: String,
}

fn reject<T>(code: ErrorCode, field: &'static str, message: impl Into<String>) -> Result<T, Rejection> {
    Err(Rejection { code, field, message: message.into() })
}

/// Turns an event into an input. `vendors` are as for [`consent`].
///
/// # Errors
/// [`Rejection`] names the field and the limit.
pub fn input(stream: StreamId, late: bool, event: wire::Event, vendors: &[u16]) -> Result<Input, Rejection> {
    let event = match event {
        wire::Event::PageView(page) => Event::PageView(Box::new(self::page(*page)?)),
        wire::Event::ProductView(view) => Event::ProductView { product: name("product", &view.product)? },
        wire::Event::ListView(view) => {
            Event::ListView { list: name("list", &view.list)?, items: items(&view.items)?.into_iter().collect() }
        }
        wire::Event::Click(click) => Event::Click {
            target: name("target", &click.target)?,
            product: click.product.as_deref().map(|product| name("product", product)).transpose()?.unwrap_or(Key::NONE),
        },
        wire::Event::Scroll(scroll) => {
            if scroll.depth > 100 {
                return reject(ErrorCode::OutOfRange, "depth", "0 to 100");
            }
            Event::Scroll { depth: scroll.depth }
        }
        wire::Event::Search(search) => Event::Search { query: cut(search.query.trim(), Limits::QUERY_BYTES_MAX), results: search.results },
        wire::Event::Cart(cart) => Event::Cart(self::cart(&cart)?),
        wire::Event::Checkout(checkout) => Event::Checkout {
            step: match checkout.step.as_str() {
                "begin" => CheckoutStep::Begin,
                "contact" => CheckoutStep::Contact,
                "address" => CheckoutStep::Address,
                "shipping" => CheckoutStep::Shipping,
                "payment" => CheckoutStep::Payment,
                _ => return reject(ErrorCode::Invalid, "step", "one of begin, contact, address, shipping, payment"),
            },
        },
        wire::Event::Order(order) => Event::Order(Box::new(self::order(&order)?)),
        wire::Event::Custom(custom) => {
            if custom.data.len() > Limits::CUSTOM_FIELDS_MAX {
                return reject(ErrorCode::TooLong, "data", format!("at most {} fields", Limits::CUSTOM_FIELDS_MAX));
            }
            Event::Custom { name: name("name", &custom.name)? }
        }
        wire::Event::Attention(attention) => Event::Attention { active: attention.active },
        wire::Event::Exit(exit) => {
            if !exit.speed.is_finite() || !(0.0..=1e6).contains(&exit.speed) {
                return reject(ErrorCode::OutOfRange, "speed", "0 to 1,000,000");
            }
            let signal = match exit.signal {
                wire::ExitSignal::PointerTop => ExitSignal::PointerTop,
                wire::ExitSignal::ScrollUp => ExitSignal::ScrollUp,
                wire::ExitSignal::Back => ExitSignal::Back,
                wire::ExitSignal::Hidden => ExitSignal::Hidden,
                wire::ExitSignal::Idle => ExitSignal::Idle,
                wire::ExitSignal::Returned => ExitSignal::Returned,
            };
            Event::Exit { signal, speed: exit.speed as f32 }
        }
        wire::Event::Visibility(visibility) => Event::Visibility { visible: visibility.visible },
        wire::Event::Consent(consent) => return Ok(self::consent(&consent, vendors)),
        wire::Event::Preference(preference) => Event::Preference {
            choice: match preference.choice {
                wire::PreferenceChoice::Less => Preference::Less,
                wire::PreferenceChoice::Reset => Preference::Reset,
                wire::PreferenceChoice::Off => Preference::Off,
                wire::PreferenceChoice::On => Preference::On,
            },
            decision: preference.decision.as_deref().and_then(decision_id),
        },
    };
    Ok(Input::Event { stream, late, event })
}

/// Turns what all sources of consent say into one input. `vendors` are those of the framework that data is shared with.
pub fn consent(consent: &wire::Consent, vendors: &[u16]) -> Input {
    let wire::Consent { session, personalize, remember, measure, share, gpc, platform, mode, tcf } = consent;
    let signal = Signal { session: *session, personalize: *personalize, remember: *remember, measure: *measure, share: *share };
    let purposes = |said: &wire::Purposes| Signal {
        session: said.session,
        personalize: said.personalize,
        remember: said.remember,
        measure: said.measure,
        share: said.share,
    };
    let others = [
        (Source::Platform, platform.as_ref().map(purposes)),
        (Source::ConsentMode, mode.as_ref().map(purposes)),
        (Source::Tcf, tcf.as_ref().map(|said| tcf::answer(&said.string, said.applies, said.answered, vendors))),
    ];
    let others = others.into_iter().filter_map(|(source, said)| Some((source, said?))).collect();
    Input::Consent { source: Source::Page, signal, gpc: *gpc, others }
}

/// Turns a page into the core's.
pub fn page(page: wire::Page) -> Result<Page, Rejection> {
    if page.url.len() > Limits::URL_BYTES_MAX {
        return reject(ErrorCode::TooLong, "url", format!("at most {} bytes", Limits::URL_BYTES_MAX));
    }
    if page.placements.len() > Limits::PLACEMENTS_MAX {
        return reject(ErrorCode::TooLong, "placements", format!("at most {}", Limits::PLACEMENTS_MAX));
    }
    if page.templates.len() > Limits::TEMPLATES_MAX {
        return reject(ErrorCode::TooLong, "templates", format!("at most {}", Limits::TEMPLATES_MAX));
    }
    let mut placements = Vec::with_capacity(page.placements.len());
    for placement in &page.placements {
        placements.push(PlacementSpec {
            name: name("placements.name", &placement.name)?,
            kind: match placement.kind {
                wire::PlacementKind::Block => PlacementKind::Block,
                wire::PlacementKind::List => PlacementKind::List,
                wire::PlacementKind::Cta => PlacementKind::Cta,
                wire::PlacementKind::Nav => PlacementKind::Nav,
            },
            above: placement.above,
            live: placement.live,
            items: items(&placement.items)?,
        });
    }
    let product_id = page.product.unwrap_or_default();
    Ok(Page {
        kind: PageKind::parse(&page.kind).unwrap_or_default(),
        path: cut(path_of(&page.url), Limits::PATH_BYTES_MAX),
        product: if product_id.is_empty() { Key::NONE } else { name("product", &product_id)? },
        product_id: cut(&product_id, 64),
        category: cut(page.category.as_deref().unwrap_or_default(), Limits::NAME_BYTES_MAX),
        placements,
        templates: page.templates.iter().map(|template| name("templates", template)).collect::<Result<_, _>>()?,
        language: page.language.as_deref().and_then(Language::parse),
    })
}

/// Path of an address, without host, query and fragment.
pub fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest.find('/').map_or("/", |at| rest.get(at..).unwrap_or("/")));
    rest.split(['?', '#']).next().unwrap_or("/")
}

fn cart(cart: &wire::Cart) -> Result<Cart, Rejection> {
    Ok(Cart { currency: currency(&cart.currency)?, lines: lines(&cart.lines)? })
}

fn lines(lines: &[wire::CartLine]) -> Result<Vec<CartLine>, Rejection> {
    if lines.len() > Limits::CART_LINES_MAX {
        return reject(ErrorCode::TooLong, "lines", format!("at most {}", Limits::CART_LINES_MAX));
    }
    lines
        .iter()
        .map(|line| {
            if line.quantity == 0 || line.quantity > Limits::QUANTITY_MAX {
                return reject(ErrorCode::OutOfRange, "lines.quantity", format!("1 to {}", Limits::QUANTITY_MAX));
            }
            if !(0..=Limits::MONEY_MAX).contains(&line.price) {
                return reject(ErrorCode::OutOfRange, "lines.price", format!("0 to {} minor units", Limits::MONEY_MAX));
            }
            Ok(CartLine { product: name("lines.product", &line.product)?, quantity: line.quantity, price: line.price })
        })
        .collect()
}

fn order(order: &wire::Order) -> Result<Order, Rejection> {
    if order.id.is_empty() || order.id.len() > Limits::NAME_BYTES_MAX {
        return reject(ErrorCode::TooLong, "id", format!("1 to {} bytes", Limits::NAME_BYTES_MAX));
    }
    if !(0..=Limits::MONEY_MAX).contains(&order.value) {
        return reject(ErrorCode::OutOfRange, "value", format!("0 to {} minor units", Limits::MONEY_MAX));
    }
    Ok(Order {
        id: order.id.as_str().into(),
        value: Money::new(order.value, currency(&order.currency)?),
        products: lines(&order.lines)?.iter().map(|line| line.product).collect(),
        coupon: cut(order.coupon.as_deref().unwrap_or_default(), 64),
    })
}

fn currency(code: &str) -> Result<Currency, Rejection> {
    Currency::parse(code).map_or_else(|| reject(ErrorCode::Invalid, "currency", "three capital letters (ISO 4217)"), Ok)
}

fn name(field: &'static str, text: &str) -> Result<Key, Rejection> {
    if text.is_empty() || text.len() > Limits::NAME_BYTES_MAX {
        return reject(ErrorCode::TooLong, field, format!("1 to {} bytes", Limits::NAME_BYTES_MAX));
    }
    Ok(key_of(text))
}

fn items(list: &[String]) -> Result<Vec<Key>, Rejection> {
    if list.len() > Limits::ITEMS_MAX {
        return reject(ErrorCode::TooLong, "items", format!("at most {}", Limits::ITEMS_MAX));
    }
    list.iter().map(|item| name("items", item)).collect()
}

/// At most `bytes` of a text, cut at a character.
pub fn cut(text: &str, bytes: usize) -> Box<str> {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Box::from(text.get(..end).unwrap_or_default())
}

/// Turns receipts into the core's; those of decisions that cannot exist are left out.
pub fn receipts(list: &[wire::Receipt]) -> impl Iterator<Item = Receipt> + '_ {
    list.iter().take(Limits::RECEIPTS_MAX).filter_map(|receipt| {
        let state = match receipt.state {
            wire::ReceiptState::Received => ReceiptState::Received,
            wire::ReceiptState::Shown => ReceiptState::Shown,
            wire::ReceiptState::Dismissed => ReceiptState::Dismissed,
            wire::ReceiptState::Clicked => ReceiptState::Clicked,
            wire::ReceiptState::Failed => ReceiptState::Failed,
            wire::ReceiptState::Suppressed => ReceiptState::Suppressed,
        };
        Some(Receipt { decision: decision_id(&receipt.decision)?, state })
    })
}

fn decision_id(text: &str) -> Option<DecisionId> {
    text.strip_prefix('d')?.parse().ok().map(DecisionId)
}

/// Turns a change into the wire's, with the catalog of the moment, in the page's language.
pub fn patch(patch: &Patch, snapshot: &Snapshot, language: Language) -> wire::Patch {
    match patch {
        Patch::Clear(placement) => wire::Patch { op: wire::Op::Clear { placement: placement.to_string() }, decision: None, ttl_ms: 0 },
        Patch::Set(held) => set(held, snapshot, language),
    }
}

/// How long a page may wait before it must drop a momentary or interrupting patch.
const MOMENTARY_TTL_MS: u32 = 10_000;

/// Turns content that stands into the wire's.
pub fn set(held: &Arc<Held>, snapshot: &Snapshot, language: Language) -> wire::Patch {
    let momentary = held.content.is_momentary() || &*held.placement == "overlay";
    wire::Patch {
        op: op(held, snapshot, language),
        decision: Some(wire::Decision {
            id: format!("d{}", held.decision.0),
            campaign: held.id.to_string(),
            variant: held.variant.to_string(),
            why: if held.why.is_empty() { held.because.cause.sentence(language) } else { &held.why }.to_owned(),
            used: held.because.used.words(language).map(str::to_owned).collect(),
            notice: held
                .disclosure
                .map(|disclosure| wire::Disclosure { kind: disclosure.name().to_owned(), text: disclosure.sentence(language).to_owned() }),
        }),
        ttl_ms: if momentary { MOMENTARY_TTL_MS } else { 0 },
    }
}

fn op(held: &Held, snapshot: &Snapshot, language: Language) -> wire::Op {
    let placement = held.placement.to_string();
    let text = |text: &Option<Box<str>>| text.as_ref().map(|text| text.to_string());
    let tone = |tone: &Option<Arc<str>>| tone.as_ref().map(|tone| tone.to_string());
    let catalog = &snapshot.catalog;
    match &held.content {
        Content::Fill { template, data } => wire::Op::Fill { placement, template: template.to_string(), data: fields(data) },
        Content::Order { items } => {
            let ids = items.iter().filter_map(|key| catalog.product(*key)).map(|product| product.id.to_string()).collect();
            wire::Op::Order { list: placement, ids }
        }
        Content::Cta { label, href, tone: t } => wire::Op::Cta { placement, label: label.to_string(), href: text(href), tone: tone(t) },
        Content::Nav { shortcuts, promote } => wire::Op::Nav {
            placement,
            shortcuts: shortcuts.iter().map(|(label, href)| wire::Shortcut { label: label.to_string(), href: href.to_string() }).collect(),
            promote: promote.iter().map(|entry| entry.to_string()).collect(),
        },
        Content::Offer { template, data, terms, code, expires } => wire::Op::Offer {
            placement,
            template: template.to_string(),
            data: fields(data),
            terms: wire::Terms {
                kind: match terms.kind {
                    offer::Kind::Percent => "percent",
                    offer::Kind::Fixed => "fixed",
                    offer::Kind::FreeShipping => "free_shipping",
                    offer::Kind::Message => "none",
                }
                .to_owned(),
                amount: terms.amount,
                minimum: terms.minimum,
            },
            code: text(code),
            expires_at: expires.map(|at| at.millis()),
        },
        Content::Recommend { template, title, strategy, picks } => wire::Op::Recommend {
            placement,
            template: template.to_string(),
            title: text(title),
            strategy: strategy.name().to_owned(),
            items: picks
                .iter()
                .filter_map(|pick| {
                    let product = catalog.product(pick.product)?;
                    Some(wire::Item {
                        id: product.id.to_string(),
                        name: product.name.to_string(),
                        href: product.href.to_string(),
                        image: product.image.to_string(),
                        price: product.price.to_string(),
                        brand: product.brand_name.to_string(),
                        reason: pick.reason.sentence(catalog, language),
                    })
                })
                .collect(),
        },
        Content::Layout { layout } => wire::Op::Layout { placement, layout: layout.to_string() },
        Content::Notice { text, tone: t } => wire::Op::Notice { text: text.to_string(), tone: tone(t) },
        Content::Emit { name, data } => wire::Op::Emit { name: name.to_string(), data: fields(data) },
    }
}

fn fields(data: &[(Arc<str>, Box<str>)]) -> BTreeMap<String, String> {
    data.iter().map(|(field, text)| (field.to_string(), text.to_string())).collect()
}
