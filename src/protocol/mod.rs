//! What travels on the wire: types, codec, limits and codes.
//!
//! The contract for people who write another client is `PROTOCOL.md` beside this file. Nothing here knows the core.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod codec;
mod codes;
mod limits;
mod typescript;
pub mod wire;

pub use codec::DecodeError;
pub use codec::Encoding;
pub use codec::Inbound;
pub use codec::Unreadable;
pub use codec::decode;
pub use codec::encode;
pub use codes::Close;
pub use codes::ErrorCode;
pub use limits::Limits;
pub use typescript::generate;

/// Highest version this build speaks.
pub const VERSION: u8 = 1;
/// Lowest version this build speaks.
pub const VERSION_MIN: u8 = 1;
