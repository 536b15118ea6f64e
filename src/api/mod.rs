//! The admin interface: what merchants and operators see of a running engine, and what they may change in it.
//!
//! | who may | with | gets at |
//! |---|---|---|
//! | anybody | nothing | `/healthz`, `/readyz`, `/metrics` (counts only, no visitor), the exchange of a one-time link |
//! | an administrator's program | `Authorization: Bearer TOKEN` | everything under `/admin` |
//! | an administrator's browser | the cookie a one-time link was exchanged for | the same; changes need the header `x-floorwalker-csrf: 1` |
//!
//! Every route stands in one table with the access it needs, and the guard is put on where the table becomes a router: a route without
//! a guard cannot be written by forgetting one. Answers are JSON, times are milliseconds since the epoch, money is in minor units;
//! errors are `{"error": {"code", "message", "field"?}}`. Other sites get nothing: no answer carries a CORS header.

mod auth;
mod body;
mod budgets;
mod campaigns;
mod error;
mod experiments;
mod headers;
mod live;
mod metrics;
mod offers;
mod overview;
mod quality;
mod recommendations;
mod retell;
mod sessions;
mod status;
mod switch;
mod words;

#[cfg(test)]
mod tests;

pub use auth::login_link;
pub use campaigns::Lint;

use self::auth::Access;
use self::error::ApiError;
use crate::engine::CampaignFiles;
use crate::engine::Engine;
use crate::model::Timestamp;
use axum::Router;
use axum::extract::State;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware;
use axum::routing::MethodFilter;
use axum::routing::MethodRouter;
use axum::routing::on;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Live feeds open at a time, of the floor and of single sessions together. Each costs a look at the floor every half second.
const LOOKERS_MAX: usize = 64;

/// What the admin interface works on.
pub struct Admin {
    pub engine: Arc<Engine>,
    pub campaigns: Arc<CampaignFiles>,
    /// Looks for contradictions between campaigns.
    pub lint: Lint,
    started: Timestamp,
    door: auth::Door,
    /// Places for live feeds.
    lookers: Arc<Semaphore>,
    /// Turns of telling visits again.
    retelling: Semaphore,
    /// Held while a campaign's file is replaced: two at once would share a temporary file.
    writing: tokio::sync::Mutex<()>,
}

impl Admin {
    /// Makes the interface of a running engine. One-time links made before this do not open it.
    pub fn new(engine: Arc<Engine>, campaigns: Arc<CampaignFiles>, lint: Lint) -> Arc<Admin> {
        Arc::new(Admin {
            started: engine.clock.now(),
            engine,
            campaigns,
            lint,
            door: auth::Door::default(),
            lookers: Arc::new(Semaphore::new(LOOKERS_MAX)),
            retelling: Semaphore::new(retell::RETELLING_MAX),
            writing: tokio::sync::Mutex::new(()),
        })
    }
}

/// One method of one path, with the access it needs.
struct Route {
    /// For the test that holds every route against what is written about it.
    #[cfg(test)]
    method: Method,
    path: &'static str,
    access: Access,
    handler: MethodRouter<Arc<Admin>>,
}

/// Every route there is.
fn routes() -> Vec<Route> {
    use Access::Change;
    use Access::Open;
    use Access::Read;
    let mut routes = vec![
        route(Method::GET, "/healthz", Open, status::alive),
        route(Method::GET, "/readyz", Open, status::ready),
        route(Method::GET, "/metrics", Open, metrics::show),
        route(Method::GET, "/dashboard/login", Open, auth::log_in),
        route(Method::GET, "/admin/v1/overview", Read, overview::show),
        route(Method::GET, "/admin/v1/live", Read, live::floor),
        route(Method::GET, "/admin/v1/sessions/{id}", Read, sessions::show),
        route(Method::GET, "/admin/v1/sessions/{id}/live", Read, live::session),
        route(Method::GET, "/admin/v1/sessions/{id}/replay", Read, retell::replay),
        route(Method::POST, "/admin/v1/sessions/{id}/whatif", Change, retell::what_if),
        route(Method::GET, "/admin/v1/campaigns", Read, campaigns::list),
        route(Method::POST, "/admin/v1/campaigns/check", Change, campaigns::check),
        route(Method::GET, "/admin/v1/campaigns/{id}", Read, campaigns::show),
        route(Method::PUT, "/admin/v1/campaigns/{id}", Change, campaigns::replace),
        route(Method::POST, "/admin/v1/campaigns/{id}/pause", Change, campaigns::pause),
        route(Method::POST, "/admin/v1/campaigns/{id}/resume", Change, campaigns::resume),
        route(Method::GET, "/admin/v1/offers", Read, offers::list),
        route(Method::GET, "/admin/v1/offers/pools", Read, offers::pools),
        route(Method::POST, "/admin/v1/offers/pools/{id}", Change, offers::stock),
        route(Method::GET, "/admin/v1/offers/{id}", Read, offers::show),
        route(Method::POST, "/admin/v1/offers/{id}/revoke", Change, offers::revoke),
        route(Method::GET, "/admin/v1/experiments", Read, experiments::list),
        route(Method::GET, "/admin/v1/experiments.csv", Read, experiments::export),
        route(Method::GET, "/admin/v1/experiments/{id}", Read, experiments::show),
        route(Method::GET, "/admin/v1/recommendations", Read, recommendations::show),
        route(Method::GET, "/admin/v1/quality", Read, quality::show),
        route(Method::POST, "/admin/v1/kill", Change, switch::kill),
        route(Method::POST, "/admin/v1/preview", Change, switch::preview),
    ];
    // Only who may read learns what does not exist.
    for (method, access) in
        [(Method::GET, Read), (Method::POST, Change), (Method::PUT, Change), (Method::PATCH, Change), (Method::DELETE, Change)]
    {
        routes.push(route(method, "/admin/{*path}", access, unknown));
    }
    routes
}

fn route<H, T>(method: Method, path: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, Arc<Admin>>,
    T: 'static,
{
    let filter = MethodFilter::try_from(method.clone()).expect("the table names standard methods only");
    Route {
        #[cfg(test)]
        method,
        path,
        access,
        handler: on(filter, handler),
    }
}

/// Serves the admin interface. Merges with other routers: it has no fallback of its own.
pub fn router(state: Arc<Admin>) -> Router {
    let mut router = Router::new();
    for Route { path, access, handler, .. } in routes() {
        let handler = match access {
            Access::Open => handler,
            Access::Read | Access::Change => handler.route_layer(middleware::from_fn_with_state((state.clone(), access), auth::guard)),
        };
        router = router.route(path, handler);
    }
    router.method_not_allowed_fallback(wrong_method).layer(middleware::map_response(headers::private)).with_state(state)
}

async fn unknown(State(_): State<Arc<Admin>>) -> ApiError {
    ApiError::not_found("there is nothing at this address")
}

async fn wrong_method() -> ApiError {
    ApiError::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "wrong_method", "this address does not answer to this method")
}
