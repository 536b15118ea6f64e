//! What stands in the lists of the shop's pages, read from the pages themselves.

use crate::demo::shop;
use crate::demo::shop::Shop;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use tower::ServiceExt;

/// Longest page that is read; a listing of 48 cards has about 60 KiB.
const PAGE_BYTES_MAX: usize = 1 << 20;

/// Product ids of a page's list in the shop's own order, and how many products a search found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Shelf {
    pub items: Vec<String>,
    pub results: u32,
}

/// The shop's lists. Each is read once, from an own copy of the shop in this process; there are as many as categories and kinds.
pub struct Shelves {
    shop: Router,
    known: Mutex<HashMap<String, Arc<Shelf>>>,
}

impl Shelves {
    pub fn new() -> Shelves {
        let shop = Shop::new("/sdk/floorwalker.js".to_owned(), String::new());
        Shelves { shop: shop::router(Arc::new(shop)), known: Mutex::new(HashMap::new()) }
    }

    /// Returns what stands on the page at `path`; nothing where there is no list.
    pub async fn at(&self, path: &str) -> Arc<Shelf> {
        if let Some(shelf) = self.lock().get(path) {
            return shelf.clone();
        }
        let shelf = Arc::new(read(&self.page(path).await));
        self.lock().insert(path.to_owned(), shelf.clone());
        shelf
    }

    /// Returns the page's HTML; empty if there is none.
    pub async fn page(&self, path: &str) -> String {
        let Ok(request) = Request::get(path).header("accept", "text/html").body(Body::empty()) else { return String::new() };
        let Ok(response) = self.shop.clone().oneshot(request).await;
        let bytes = axum::body::to_bytes(response.into_body(), PAGE_BYTES_MAX).await.unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Shelf>>> {
        self.known.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn read(html: &str) -> Shelf {
    let after = |mark: &str| html.split(mark).skip(1).map(str::to_owned).collect::<Vec<_>>();
    let items = after("data-floorwalker-item=\"").iter().filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect();
    let digits = |rest: &String| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    let results = after("\"results\":").first().and_then(|rest| digits(rest).parse().ok()).unwrap_or(0);
    Shelf { items, results }
}
