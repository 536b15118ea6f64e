//! Who may come in: a `hello` is checked, its visitor recognized, its session found or made.

use super::Attach;
use super::Engine;
use super::Socket;
use super::quality::Library;
use super::random_id;
use super::recovery::Head;
use super::session::Origin;
use super::session::SessionActor;
use super::session::SessionMsg;
use super::session::Starting;
use super::translate;
use crate::consent::Purpose;
use crate::delivery::Token;
use crate::experiment::Unit;
use crate::history::Visit;
use crate::integrations::customer_token;
use crate::model::Context;
use crate::model::DeviceKind;
use crate::model::Page;
use crate::model::ReferrerKind;
use crate::model::SessionId;
use crate::model::StreamId;
use crate::model::VisitorId;
use crate::offer::Network;
use crate::protocol::Close;
use crate::protocol::Encoding;
use crate::protocol::Inbound;
use crate::protocol::Limits;
use crate::protocol::VERSION;
use crate::protocol::wire;
use crate::quality::CLOCK_TOLERANCE;
use crate::quality::Problem;
use crate::session::Input;
use crate::session::Profile;
use crate::session::Start;
use crate::store::journal::Position;
use crate::traffic::Greeting;
use crate::traffic::Signs;
use ractor::Actor;
use ractor::ActorRef;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What the gateway knows of the other side.
#[derive(Debug, Clone, Default)]
pub struct Peer {
    pub user_agent: String,
    /// ISO 3166-1 alpha-2 from the configured header.
    pub country: String,
    /// `Sec-GPC: 1` on the request.
    pub gpc: bool,
    /// A preview token was checked.
    pub preview: bool,
    /// `Accept-Language` of the request.
    pub accept_language: String,
    /// Where it is, if that says anything.
    pub network: Option<Network>,
}

/// Why a `hello` is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", close.reason())]
pub struct Refused {
    pub close: Close,
    pub detail: String,
}

/// A `hello` that was checked, and the session it belongs to.
struct Prepared {
    session: ActorRef<SessionMsg>,
    stream: StreamId,
    page: Page,
    visible: bool,
    consent: Input,
    profile: Option<Box<Profile>>,
    /// Generation and revision of a good resume token.
    resume: Option<(u32, u64)>,
    signs: Signs,
    library: Arc<Library>,
}

impl Engine {
    /// Lets a connection in whose first frame was `hello`.
    ///
    /// # Errors
    /// [`Refused`] says which close code; the socket is given back so that the caller can close it.
    pub async fn admit(
        self: &Arc<Self>,
        socket: Socket,
        encoding: Encoding,
        hello: wire::Hello,
        peer: Peer,
    ) -> Result<StreamId, (Socket, Refused)> {
        let network = peer.network;
        match self.prepare(hello, peer).await {
            Ok(Prepared { session, stream, page, visible, consent, profile, resume, signs, library }) => {
                let attach =
                    Attach { socket, encoding, network, stream, page, visible, consent: Some(consent), profile, resume, signs, library };
                // An actor that ended in this very moment drops the socket; the page comes back by itself.
                let _ = session.cast(SessionMsg::Attach(Box::new(attach)));
                Ok(stream)
            }
            Err(refused) => {
                self.stats.refused.fetch_add(1, Ordering::Relaxed);
                Err((socket, refused))
            }
        }
    }

    /// Checks a `hello` and finds or makes its session.
    async fn prepare(self: &Arc<Self>, hello: wire::Hello, peer: Peer) -> Result<Prepared, Refused> {
        let refuse = |close, detail: String| Err(Refused { close, detail });
        if self.is_draining() {
            return refuse(Close::Draining, "try another time".to_owned());
        }
        if hello.versions.0 > VERSION || hello.versions.1 < crate::protocol::VERSION_MIN {
            return refuse(Close::Version, format!("versions {} to {} are not spoken, {VERSION} is", hello.versions.0, hello.versions.1));
        }
        if !self.config.keys.contains(&hello.key) {
            return refuse(Close::UnknownKey, "`key` is not a key of this shop".to_owned());
        }
        let Ok(stream) = hello.stream.parse::<StreamId>() else {
            return refuse(Close::BadFrame, "`stream`: 32 hexadecimal digits".to_owned());
        };
        let page = match translate::page(hello.page.clone()) {
            Ok(page) => page,
            Err(rejection) => return refuse(Close::BadFrame, format!("`page.{}`: {}", rejection.field, rejection.message)),
        };
        let now = self.seconds();
        let check = |text: &Option<String>| text.as_deref().and_then(|text| self.signer.check(text, now).ok());
        let resume = hello.resume.as_ref().filter(|resume| resume.epoch == format!("{:016x}", self.epoch())).and_then(|resume| match self
            .signer
            .check(&resume.token, now)
        {
            Ok(Token::Resume { session, stream: owner, generation }) if owner == stream.0 => {
                Some((SessionId(session), generation, resume.rev))
            }
            _ => None,
        });
        let visitor = match check(&hello.visitor) {
            Some(Token::Visitor { visitor }) => Some(VisitorId(visitor)),
            _ => None,
        };
        let named = resume.map(|(session, ..)| session).or(match check(&hello.session) {
            Some(Token::Session { session }) => Some(SessionId(session)),
            _ => None,
        });
        let mut consent = hello.consent.clone();
        consent.gpc |= peer.gpc;
        let mut folded = self.config.consent;
        let said = translate::consent(&consent, &self.config.intake.tcf_vendors);
        if let Input::Consent { source, signal, gpc, others } = &said {
            folded.apply(*source, *signal, *gpc);
            others.iter().for_each(|(source, signal)| folded.apply(*source, *signal, false));
        }
        let may_remember = folded.capabilities().allows(Purpose::Remember);
        // A known shopper is the same visitor in every browser.
        let visitor = self.customer(&hello).or(visitor).filter(|_| may_remember);
        let profile = match visitor {
            Some(visitor) => Some(Box::new(self.load_profile(visitor).await.unwrap_or_else(|| Profile::new(visitor, self.clock.now())))),
            None => None,
        };
        let preview = peer.preview || matches!(check(&hello.preview), Some(Token::Preview { .. }));
        let named =
            named.or_else(|| self.directory.of_stream(stream)).or_else(|| visitor.and_then(|visitor| self.directory.of_visitor(visitor)));
        // A visitor stays what they were assigned as first.
        let unit = profile.as_ref().map(|profile| profile.unit.unwrap_or(Unit(profile.visitor.0)));
        let session = self.find_or_start(named, visitor, unit, || context(&hello, &peer), preview).await?;
        let resume = resume.map(|(_, generation, rev)| (generation, rev));
        let signs = greeting(&hello, &peer).signs(self.config.intake.agents());
        let library = self.quality.library(&hello.sdk);
        library.hellos.fetch_add(1, Ordering::Relaxed);
        let now = self.clock.now();
        let ahead_ms = hello.wall - now.millis() as f64;
        if hello.wall > 0.0 && ahead_ms.abs() > CLOCK_TOLERANCE.as_millis() as f64 {
            let sample =
                format!("{} minutes {}", (ahead_ms.abs() / 60_000.0).min(1e9) as u64, if ahead_ms > 0.0 { "ahead" } else { "behind" });
            self.quality.note(now, &library, page.kind, Problem::ClockOff, 1, Some(&sample));
        }
        Ok(Prepared { session, stream, page, visible: hello.visible, consent: said, profile, resume, signs, library })
    }

    /// The visitor that stands for the customer the shop's server vouches for.
    fn customer(&self, hello: &wire::Hello) -> Option<VisitorId> {
        let (token, secret) = (hello.customer.as_deref()?, self.config.customer_secret.as_deref()?);
        match customer_token::read(token, secret, &self.config.keys, u64::from(self.seconds())) {
            Ok(visitor) => Some(visitor),
            Err(error) => {
                tracing::warn!(%error, "a customer token was not taken");
                None
            }
        }
    }

    /// The live session of that name, the stored one, or a new one.
    async fn find_or_start(
        self: &Arc<Self>,
        named: Option<SessionId>,
        visitor: Option<VisitorId>,
        unit: Option<Unit>,
        context: impl FnOnce() -> Context,
        preview: bool,
    ) -> Result<ActorRef<SessionMsg>, Refused> {
        if let Some(id) = named {
            if let Some(live) = self.directory.get(id) {
                return Ok(live);
            }
            // Two tabs may come back at once: the one that waits finds the session live.
            let _gate = self.gates.enter(id).await;
            if let Some(live) = self.directory.get(id) {
                return Ok(live);
            }
            if let Some(starting) = self.restore(id).await {
                return self.spawn(starting, visitor).await;
            }
        }
        if self.directory.len() >= self.config.sessions_max {
            return Err(Refused { close: Close::Overloaded, detail: format!("{} sessions are live", self.config.sessions_max) });
        }
        let id = SessionId(random_id());
        let unit = unit.unwrap_or(Unit(id.0));
        let start = Start { id, unit, context: context(), consent: self.config.consent, preview };
        let visit = Visit::new(self.clock.now(), start.clone());
        self.stats.sessions.fetch_add(1, Ordering::Relaxed);
        self.spawn(Starting { visit, head: Position::NONE, origin: Origin::New(start) }, visitor).await
    }

    /// Starts a visit's actor. Behind the visit's gate if it was known before.
    pub(super) async fn spawn(self: &Arc<Self>, starting: Starting, visitor: Option<VisitorId>) -> Result<ActorRef<SessionMsg>, Refused> {
        let id = starting.visit.session.id();
        let head = Head { position: starting.head, failed: None };
        let was_restored = matches!(starting.origin, Origin::Restored { .. });
        self.heads.remove(id);
        match Actor::spawn(None, SessionActor(self.clone()), Box::new(starting)).await {
            Ok((session, _)) => {
                self.directory.insert(id, session.clone(), visitor);
                Ok(session)
            }
            Err(error) => {
                tracing::error!(session = %id, %error, "a session did not start");
                if was_restored {
                    self.heads.note(id, head);
                }
                Err(Refused { close: Close::Internal, detail: "the session did not start".to_owned() })
            }
        }
    }

    /// Takes frames of a stream that has no socket: the beacon of a page that goes away, or the fallback. `token` is its resume token.
    ///
    /// # Errors
    /// [`Refused`] if the token is not good or the visit is over.
    pub async fn post(self: &Arc<Self>, token: &str, frames: Vec<Inbound>) -> Result<wire::Ack, Refused> {
        let over = || Refused { close: Close::SessionEnded, detail: "the visit is over".to_owned() };
        let Ok(Token::Resume { session, stream, .. }) = self.signer.check(token, self.seconds()) else {
            return Err(Refused { close: Close::SessionEnded, detail: "`resume` is not a token of this shop".to_owned() });
        };
        let id = SessionId(session);
        let session = match self.directory.get(id) {
            Some(live) => live,
            None => {
                let _gate = self.gates.enter(id).await;
                match self.directory.get(id) {
                    Some(live) => live,
                    None => self.spawn(self.restore(id).await.ok_or_else(over)?, None).await?,
                }
            }
        };
        let (reply, answer) = tokio::sync::oneshot::channel();
        session.cast(SessionMsg::Post { stream: StreamId(stream), frames, reply }).map_err(|_| over())?;
        answer.await.map_err(|_| over())
    }

    /// Decides for a page that the shop's server renders.
    ///
    /// # Errors
    /// [`Refused`] as for a connection.
    pub async fn decide(self: &Arc<Self>, hello: wire::Hello, peer: Peer) -> Result<(String, wire::State), Refused> {
        let Prepared { session, stream, page, consent, profile, signs, .. } = self.prepare(hello, peer).await?;
        let (reply, answer) = tokio::sync::oneshot::channel();
        let message = SessionMsg::Decide { stream, page: Box::new(page), consent: Some(Box::new(consent)), profile, signs, reply };
        let gone = || Refused { close: Close::Internal, detail: "the session ended".to_owned() };
        session.cast(message).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())
    }
}

/// What a visit says of itself.
fn greeting<'a>(hello: &'a wire::Hello, peer: &'a Peer) -> Greeting<'a> {
    Greeting {
        user_agent: &peer.user_agent,
        accept_language: &peer.accept_language,
        language: hello.language.as_deref().unwrap_or_default(),
        touch: hello.touch,
        viewport: hello.viewport,
        webdriver: hello.automation.map(|automation| automation.webdriver),
        windowless: hello.automation.is_some_and(|automation| automation.windowless),
        languages: hello.automation.map(|automation| automation.languages),
    }
}

/// Freezes where a visit comes from.
pub fn context(hello: &wire::Hello, peer: &Peer) -> Context {
    let query = hello.page.url.split_once('?').map_or("", |(_, query)| query.split('#').next().unwrap_or(""));
    let parameter = |name: &str| {
        let found = query.split('&').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value));
        found.map(|value| translate::cut(&decode_component(value), 64)).unwrap_or_default()
    };
    let host = hello.page.referrer.as_deref().map(host_of).unwrap_or_default();
    let medium = parameter("utm_medium");
    let source = parameter("utm_source");
    Context {
        device: device(&peer.user_agent, hello.touch, hello.viewport.0),
        touch: hello.touch,
        referrer: referrer(host, host_of(&hello.page.url), &source, &medium),
        referrer_host: translate::cut(host, 64),
        utm_source: source,
        utm_medium: medium,
        utm_campaign: parameter("utm_campaign"),
        language: translate::cut(&hello.language.as_deref().unwrap_or_default().split('-').next().unwrap_or_default().to_lowercase(), 8),
        country: translate::cut(&peer.country.to_uppercase(), 2),
        utc_offset: hello.utc_offset.clamp(-14 * 60, 14 * 60),
    }
}

fn host_of(url: &str) -> &str {
    url.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?', '#', ':']).next().unwrap_or(""))
}

/// Percent and plus decoding; what is not UTF-8 then is dropped.
fn decode_component(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len().min(Limits::NAME_BYTES_MAX));
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        let hex = text.get(index + 1..index + 3).filter(|_| byte == b'%').and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match hex {
            Some(decoded) => {
                out.push(decoded);
                index += 3;
            }
            None => {
                out.push(if byte == b'+' { b' ' } else { byte });
                index += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_default()
}

fn device(user_agent: &str, touch: bool, width: u16) -> DeviceKind {
    let parsed = woothee::parser::Parser::new().parse(user_agent);
    match parsed.map(|result| result.category) {
        Some("crawler") => DeviceKind::Bot,
        _ if user_agent.contains("HeadlessChrome") && user_agent.contains("bot") => DeviceKind::Bot,
        Some("smartphone" | "mobilephone") => {
            let tablet = user_agent.contains("iPad") || (user_agent.contains("Android") && !user_agent.contains("Mobile"));
            if tablet { DeviceKind::Tablet } else { DeviceKind::Phone }
        }
        // iPadOS calls itself a Mac; only the finger gives it away.
        _ if touch && user_agent.contains("Macintosh") => DeviceKind::Tablet,
        _ if touch && (1..600).contains(&width) => DeviceKind::Phone,
        _ => DeviceKind::Desktop,
    }
}

fn referrer(host: &str, own: &str, source: &str, medium: &str) -> ReferrerKind {
    const SEARCH: [&str; 9] =
        ["google.", "bing.com", "duckduckgo.com", "yahoo.", "baidu.com", "yandex.", "ecosia.org", "qwant.com", "search.brave.com"];
    const SOCIAL: [&str; 12] = [
        "facebook.com",
        "instagram.com",
        "t.co",
        "twitter.com",
        "x.com",
        "tiktok.com",
        "pinterest.",
        "reddit.com",
        "linkedin.com",
        "youtube.com",
        "threads.net",
        "vk.com",
    ];
    // A host belongs to a name if it is it, ends in it after a dot, or has it between dots for names without a top level.
    let is = |names: &[&str]| {
        names.iter().any(|name| match name.strip_suffix('.') {
            Some(label) => host.split('.').rev().skip(1).any(|part| part == label),
            None => host == *name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')),
        })
    };
    match medium.to_ascii_lowercase().as_str() {
        "email" | "e-mail" | "newsletter" => return ReferrerKind::Email,
        "cpc" | "ppc" | "paid" | "paidsearch" | "display" | "banner" | "cpm" | "affiliate" | "paid_social" => return ReferrerKind::Ads,
        "social" | "social-media" | "sm" => return ReferrerKind::Social,
        _ => {}
    }
    if source.eq_ignore_ascii_case("newsletter") {
        ReferrerKind::Email
    } else if host.is_empty() {
        ReferrerKind::Direct
    } else if host == own {
        ReferrerKind::Internal
    } else if is(&SEARCH) {
        ReferrerKind::Search
    } else if is(&SOCIAL) {
        ReferrerKind::Social
    } else {
        ReferrerKind::Other
    }
}
