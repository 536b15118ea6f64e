//! Who may come in: bearer tokens, cookies, one-time links.
//!
//! All tokens are [`Token::Admin`], signed by the engine. A link's token differs from the others by the first bytes of its nonce, which
//! the signature covers: it opens nothing but the exchange, and nothing else opens the exchange. Guessing is hopeless (128-bit tags,
//! compared in constant time, every key tried), so wrong tokens are slowed down for the sake of the processor and the log only; a right
//! token is never refused because somebody else sent wrong ones.

use super::Admin;
use super::error::ApiError;
use crate::delivery::Token;
use crate::engine::Engine;
use crate::engine::random_id;
use crate::model::Timestamp;
use axum::extract::RawQuery;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware::Next;
use axum::response::IntoResponse;
use axum::response::Response;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

/// What a route asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Nothing.
    Open,
    /// An admin token.
    Read,
    /// An admin token, and where it is a cookie, proof that a page of this site asks.
    Change,
}

const COOKIE: &str = "floorwalker_admin";
/// A browser stays logged in this long.
const COOKIE_LIFE: Duration = Duration::from_secs(12 * 3_600);
/// A one-time link is good this long.
const LINK_LIFE: Duration = Duration::from_secs(600);
/// Links remembered as used. Only who holds the signing key can fill this; new links are then refused until old ones have expired.
const USED_MAX: usize = 1_024;
/// Wrong tokens answered as such at once, and per second after that; more are told to wait.
const WRONG_BURST: f64 = 20.0;
const WRONG_PER_SECOND: f64 = 2.0;

/// State of the door: which links were used, how many wrong tokens came.
#[derive(Debug, Default)]
pub(super) struct Door {
    used: Mutex<VecDeque<(Timestamp, [u8; 16])>>,
    wrong: Mutex<Wrong>,
}

#[derive(Debug)]
struct Wrong {
    tokens: f64,
    filled: Timestamp,
}

impl Default for Wrong {
    fn default() -> Self {
        Wrong { tokens: WRONG_BURST, filled: Timestamp::default() }
    }
}

/// Makes an address that lets one browser in, once, within ten minutes. `base` is like `http://127.0.0.1:8080`.
pub fn login_link(engine: &Engine, base: &str) -> String {
    let mut nonce = random_id();
    let parts = Token::LINK_MARK.into_iter().chain(engine.seconds().to_be_bytes());
    nonce.iter_mut().zip(parts).for_each(|(byte, part)| *byte = part);
    let expires = engine.seconds().saturating_add(LINK_LIFE.as_secs() as u32);
    let token = engine.signer.sign(&Token::Admin { nonce }, expires);
    format!("{}/dashboard/login?token={token}", base.trim_end_matches('/'))
}

/// When a link was made, in seconds since the epoch; `None` for the nonce of another token.
fn link_made(nonce: [u8; 16]) -> Option<u32> {
    let (mark, rest) = nonce.split_first_chunk::<4>()?;
    let (made, _) = rest.split_first_chunk::<4>()?;
    (*mark == Token::LINK_MARK).then(|| u32::from_be_bytes(*made))
}

/// Lets a request through to a guarded route, or answers it.
pub(super) async fn guard(State((admin, access)): State<(Arc<Admin>, Access)>, request: Request, next: Next) -> Response {
    match admit(&admin, access, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refused) => refused.into_response(),
    }
}

fn admit(admin: &Admin, access: Access, headers: &HeaderMap) -> Result<(), ApiError> {
    let is_good = |token: &str| matches!(admin.engine.signer.check(token, admin.engine.seconds()), Ok(Token::Admin { nonce }) if link_made(nonce).is_none());
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    if let Some(first) = given.next() {
        // A program that names a token means that one; the cookie beside it does not count.
        let bearer = first.to_str().ok().and_then(|text| text.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        return match bearer {
            Some((_, token)) if given.next().is_none() && is_good(token.trim()) => Ok(()),
            _ => Err(admin.door.wrong(admin.engine.clock.now())),
        };
    }
    let mut cookies = cookies(headers).peekable();
    if cookies.peek().is_none() {
        return Err(unauthorized("an admin token is needed"));
    }
    // Four: a browser may send cookies of several paths, nobody has reason to send more.
    if !cookies.take(4).any(is_good) {
        return Err(admin.door.wrong(admin.engine.clock.now()));
    }
    if access == Access::Change && headers.get("x-floorwalker-csrf").is_none_or(|value| value != "1") {
        return Err(ApiError::new(StatusCode::FORBIDDEN, "csrf", "changes by cookie need the header x-floorwalker-csrf: 1"));
    }
    Ok(())
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
}

/// Exchanges a one-time link for a cookie.
pub(super) async fn log_in(
    State(admin): State<Arc<Admin>>,
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    if method == Method::HEAD {
        // Programs that only look at links must not use them up.
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let query = query.unwrap_or_default();
    let Some(token) = query.split('&').find_map(|pair| pair.strip_prefix("token=")) else {
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "no_token", "the address has no token").of("token"));
    };
    let now = admin.engine.clock.now();
    let nonce = match admin.engine.signer.check(token, admin.engine.seconds()) {
        Ok(Token::Admin { nonce }) => nonce,
        _ => return Err(admin.door.wrong(now)),
    };
    // What was used before a restart is forgotten, so links from before it are old, used or not.
    let started = u32::try_from(admin.started.millis() / 1_000).unwrap_or(u32::MAX);
    if link_made(nonce).is_none_or(|made| made < started) {
        return Err(admin.door.wrong(now));
    }
    admin.door.use_up(now, nonce)?;
    tracing::info!("a browser logged in with a one-time link");
    // Harmless where the claim is a lie: it only makes the liar's own cookie stricter.
    let secure = if headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https") { "; Secure" } else { "" };
    let cookie = format!(
        "{COOKIE}={}; Path=/admin; Max-Age={}; HttpOnly; SameSite=Strict{secure}",
        admin.engine.admin_token(COOKIE_LIFE),
        COOKIE_LIFE.as_secs()
    );
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, "/dashboard/".to_owned()), (header::SET_COOKIE, cookie)]).into_response())
}

fn unauthorized(message: &'static str) -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
}

impl Door {
    /// Uses a link, which works once.
    fn use_up(&self, now: Timestamp, nonce: [u8; 16]) -> Result<(), ApiError> {
        let mut used = self.used.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // A link lives at most this long after its use, so what is forgotten here is expired.
        while used.front().is_some_and(|(at, _)| now.since(*at) > LINK_LIFE) {
            used.pop_front();
        }
        if used.iter().any(|(_, known)| *known == nonce) {
            return Err(unauthorized("this link was used before; ask for a new one"));
        }
        if used.len() >= USED_MAX {
            return Err(ApiError::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_links",
                "too many links were used; try again in ten minutes",
            ));
        }
        used.push_back((now, nonce));
        Ok(())
    }

    /// The answer to a wrong token.
    fn wrong(&self, now: Timestamp) -> ApiError {
        let mut wrong = self.wrong.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let refill = now.since(wrong.filled).as_secs_f64() * WRONG_PER_SECOND;
        wrong.tokens = (wrong.tokens + refill).min(WRONG_BURST);
        wrong.filled = now;
        if wrong.tokens < 1.0 {
            return ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_wrong_tokens", "too many wrong tokens; wait a few seconds");
        }
        wrong.tokens -= 1.0;
        drop(wrong);
        tracing::warn!("a wrong or expired admin token was refused");
        unauthorized("the token is wrong or too old")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn used_links_are_remembered_while_they_could_work_and_no_longer() {
        let door = Door::default();
        let nonce = |n: usize| (n as u128).to_be_bytes();
        let start = Timestamp::from_millis(1_000_000);
        for n in 0..USED_MAX {
            assert!(door.use_up(start, nonce(n)).is_ok(), "{n}");
            assert!(door.use_up(start + LINK_LIFE, nonce(n)).is_err(), "{n} twice");
        }
        assert!(door.use_up(start, nonce(USED_MAX)).is_err(), "full: refused, not forgotten");
        let later = start + LINK_LIFE + Duration::from_secs(1);
        assert!(door.use_up(later, nonce(USED_MAX)).is_ok());
        assert_eq!(door.used.lock().unwrap().len(), 1, "expired ones are forgotten");
    }
}
