//! Bounds of everything that comes from outside, checked before anything is kept.

/// The bounds, in one place so that documents and tests can print them.
#[derive(Debug, Clone, Copy)]
pub struct Limits;

impl Limits {
    /// Bytes of a WebSocket message or a request body of events.
    pub const MESSAGE_BYTES_MAX: usize = 64 * 1024;
    /// Events in one batch.
    pub const BATCH_EVENTS_MAX: usize = 256;
    /// Bytes of an id, a name or a key.
    pub const NAME_BYTES_MAX: usize = 128;
    /// Bytes of an address.
    pub const URL_BYTES_MAX: usize = 4_096;
    /// Bytes of a path that is kept.
    pub const PATH_BYTES_MAX: usize = 256;
    /// Bytes of a search that is kept.
    pub const QUERY_BYTES_MAX: usize = 64;
    /// Placements a page may announce.
    pub const PLACEMENTS_MAX: usize = 32;
    /// Templates a page may announce.
    pub const TEMPLATES_MAX: usize = 64;
    /// Items of a list.
    pub const ITEMS_MAX: usize = 256;
    /// Lines of a cart.
    pub const CART_LINES_MAX: usize = 50;
    /// Pieces of one line.
    pub const QUANTITY_MAX: u32 = 10_000;
    /// Any amount, minor units.
    pub const MONEY_MAX: i64 = 100_000_000_000;
    /// Fields of a custom event.
    pub const CUSTOM_FIELDS_MAX: usize = 16;
    /// Receipts in one frame.
    pub const RECEIPTS_MAX: usize = 32;
    /// Events a stream may send in a burst, and a second in the long run.
    pub const EVENTS_BURST: u32 = 100;
    pub const EVENTS_PER_SECOND: u32 = 20;
}
