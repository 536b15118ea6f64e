//! The frames that travel between a page and the engine, exactly as they look on the wire.
//!
//! One WebSocket message is one frame: a map with a single key that names the frame. MessagePack (named maps) and JSON have the same
//! shape. Nothing here is used below the gateway; `gateway/translate.rs` turns these types into the core's and back.

mod client;
mod event;
mod server;

pub use client::Applied;
pub use client::Automation;
pub use client::Bye;
pub use client::ClientFrame;
pub use client::Consent;
pub use client::EventBatch;
pub use client::Hello;
pub use client::Page;
pub use client::Placement;
pub use client::PlacementKind;
pub use client::Pong;
pub use client::Purposes;
pub use client::Receipt;
pub use client::ReceiptState;
pub use client::Resume;
pub use client::Tcf;
pub use client::TimedEvent;
pub use event::Attention;
pub use event::Cart;
pub use event::CartLine;
pub use event::Checkout;
pub use event::Click;
pub use event::Custom;
pub use event::Event;
pub use event::Exit;
pub use event::ExitSignal;
pub use event::ListView;
pub use event::Order;
pub use event::Preference;
pub use event::PreferenceChoice;
pub use event::ProductView;
pub use event::Scalar;
pub use event::Scroll;
pub use event::Search;
pub use event::Visibility;
pub use server::Ack;
pub use server::Capture;
pub use server::Decision;
pub use server::Disclosure;
pub use server::ErrorFrame;
pub use server::Goaway;
pub use server::Item;
pub use server::Op;
pub use server::Patch;
pub use server::Ping;
pub use server::Push;
pub use server::Rejected;
pub use server::ServerFrame;
pub use server::Shortcut;
pub use server::State;
pub use server::Terms;
pub use server::Welcome;
