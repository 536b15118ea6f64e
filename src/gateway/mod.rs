//! The edge: WebSocket, its fallback by request, the beacon, decisions and codes for servers, and the script itself.
//!
//! Checks in this order and before anything is kept: budgets, origin, subprotocol, the `hello`. Cookies play no part: a page of another
//! site that opens our socket has nothing of the visitor's.

mod accept;
mod fallback;
mod offers;
mod orders;
mod origin;
mod server_side;
mod socket;

pub use accept::Accept;
pub use accept::serve;
pub use origin::Origins;

use crate::engine::Engine;
use crate::engine::Peer;
use crate::offer::Network;
use axum::Router;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Instant;

/// What the edge may be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    pub origins: Origins,
    /// Header that carries the visitor's country (ISO 3166-1 alpha-2), set by a proxy that overwrites what visitors send.
    pub country_header: Option<String>,
    /// Header that carries the visitor's address, set or appended to by a proxy; of several addresses the last one counts. Without it
    /// nobody knows where a visitor is: the other end of the connection is the proxy or this machine.
    pub address_header: Option<String>,
    /// Handshakes a second in the long run; twice as many at once. Past it: 503 with `Retry-After`.
    pub handshakes_per_second: u32,
}

impl Default for Config {
    fn default() -> Self {
        Config { origins: Origins::default(), country_header: None, address_header: None, handshakes_per_second: 2_000 }
    }
}

/// State of the edge.
pub struct Gateway {
    engine: Arc<Engine>,
    config: Config,
    fallbacks: fallback::Fallbacks,
    handshakes: Mutex<Handshakes>,
}

/// The script that shops include, as built.
const SDK: &str = include_str!("../../client-js/dist/floorwalker.js");
/// Its second half, which it loads beside opening the socket.
const SDK_MORE: &str = include_str!("../../client-js/dist/floorwalker-more.js");
const ASYNCAPI: &str = include_str!("../protocol/asyncapi.json");
/// Bodies of requests that carry events.
const BODY_BYTES_MAX: usize = crate::protocol::Limits::MESSAGE_BYTES_MAX;

/// The routes of the edge.
pub fn router(engine: Arc<Engine>, config: Config) -> Router {
    let handshakes = Mutex::new(Handshakes { tokens: f64::from(config.handshakes_per_second) * 2.0, at: Instant::now() });
    let state = Arc::new(Gateway { engine, config, fallbacks: fallback::Fallbacks::default(), handshakes });
    Router::new()
        .route("/v1/socket", get(socket::upgrade))
        .route("/v1/stream", get(fallback::stream))
        .route("/v1/events", post(fallback::events))
        .route("/v1/decide", post(server_side::decide))
        .route("/v1/offers/{code}", get(offers::check).post(offers::check))
        .route("/v1/offers/{code}/redeem", post(offers::redeem))
        .route("/v1/orders", post(orders::take))
        .route("/v1/orders/{order}/refunds", post(orders::refund))
        .route("/v1/asyncapi.json", get(|| async { ([(header::CONTENT_TYPE, "application/json")], ASYNCAPI) }))
        .route("/sdk/floorwalker.js", get(|| async { script(SDK) }))
        .route("/sdk/floorwalker-more.js", get(|| async { script(SDK_MORE) }))
        .layer(axum::extract::DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(state)
}

impl Gateway {
    fn peer(&self, headers: &HeaderMap) -> Peer {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Peer {
            user_agent: text("user-agent").chars().take(512).collect(),
            country: self.config.country_header.as_deref().map(text).unwrap_or_default().chars().take(2).collect(),
            // W3C GPC: only the exact value counts, and one of several headers is enough.
            gpc: headers.get_all("sec-gpc").iter().any(|value| value.as_bytes() == b"1"),
            preview: false,
            accept_language: text("accept-language").chars().take(128).collect(),
            network: self.config.address_header.as_deref().and_then(|name| address(headers, name)).and_then(network),
        }
    }

    /// Takes a handshake from the budget.
    #[expect(clippy::result_large_err, reason = "a refusal is the answer itself and leaves at once")]
    fn admit_handshake(&self) -> Result<(), Response> {
        if self.engine.is_draining() {
            return Err((StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "2")], "draining").into_response());
        }
        let rate = f64::from(self.config.handshakes_per_second);
        let mut handshakes = self.handshakes.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if handshakes.take(rate) {
            Ok(())
        } else {
            Err((StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], "too many handshakes").into_response())
        }
    }

    /// The origin of a request, if it is allowed.
    #[expect(clippy::result_large_err, reason = "a refusal is the answer itself and leaves at once")]
    fn origin(&self, headers: &HeaderMap) -> Result<String, Response> {
        let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if self.config.origins.allow(origin) {
            Ok(origin.to_owned())
        } else {
            Err((StatusCode::FORBIDDEN, "this origin is not on the shop's list (gateway.origins)").into_response())
        }
    }
}

/// Where the visitor is: the last word of the last such header, which is the proxy's own. What a visitor sends stands before it.
fn address(headers: &HeaderMap, name: &str) -> Option<IpAddr> {
    let said = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    let last = said.rsplit(',').next()?.trim();
    last.parse().ok().or_else(|| last.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// What an address counts as; `None` if it does not say where somebody is: of this machine, of a private network, of one link.
pub fn network(address: IpAddr) -> Option<Network> {
    match address.to_canonical() {
        IpAddr::V4(v4) if v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified() => None,
        IpAddr::V4(v4) => Some(Network::of_v4(v4.to_bits())),
        IpAddr::V6(v6) if v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_unspecified() => None,
        IpAddr::V6(v6) => Some(Network::of_v6(v6.to_bits())),
    }
}

struct Handshakes {
    tokens: f64,
    at: Instant,
}

impl Handshakes {
    fn take(&mut self, rate: f64) -> bool {
        let now = Instant::now();
        self.tokens = (self.tokens + now.duration_since(self.at).as_secs_f64() * rate).min(rate * 2.0);
        self.at = now;
        let granted = self.tokens >= 1.0;
        if granted {
            self.tokens -= 1.0;
        }
        granted
    }
}

fn script(text: &'static str) -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=3600"),
            // Modules are always fetched with CORS; the script is no secret.
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ],
        text,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_is_where_the_proxy_says_and_not_where_it_says_itself() {
        let said = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            lines.iter().for_each(|line| _ = headers.append("x-forwarded-for", line.parse().unwrap()));
            address(&headers, "x-forwarded-for").map(|address| address.to_string())
        };
        assert_eq!(said(&["203.0.113.7"]).as_deref(), Some("203.0.113.7"));
        assert_eq!(said(&["198.51.100.1, 203.0.113.7"]).as_deref(), Some("203.0.113.7"), "the visitor's own word comes first");
        assert_eq!(said(&["198.51.100.1", "203.0.113.7"]).as_deref(), Some("203.0.113.7"));
        assert_eq!(said(&["203.0.113.7:41234"]).as_deref(), Some("203.0.113.7"));
        assert_eq!(said(&["2001:db8::1"]).as_deref(), Some("2001:db8::1"));
        assert_eq!(said(&["[2001:db8::1]:443"]).as_deref(), Some("2001:db8::1"));
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("203.0.113.7"), of("::ffff:203.0.113.9"));
        for nowhere in ["127.0.0.1", "10.1.2.3", "192.168.0.9", "169.254.1.1", "0.0.0.0", "::1", "fd00::1", "fe80::1", "::"] {
            assert_eq!(of(nowhere), None, "{nowhere}");
        }
        for nothing in [&[][..], &["unknown"], &["203.0.113.7, "]] {
            assert_eq!(said(nothing), None, "{nothing:?}");
        }
    }
}
