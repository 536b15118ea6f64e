//! Close codes and error codes: one table, generated into TypeScript.
//!
//! 4000-4099: do not come back with this page load. 4100-4199: back off, then resume. 4200-4299: come back as told. 4300-4399: back off,
//! then start anew.

/// Why a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Close {
    BadFrame = 4000,
    NoHello = 4001,
    Version = 4002,
    UnknownKey = 4003,
    Origin = 4004,
    ConsentWithdrawn = 4005,
    Blocked = 4006,
    TooLarge = 4009,
    Internal = 4100,
    SlowConsumer = 4101,
    NoHeartbeat = 4103,
    Rate = 4108,
    Overloaded = 4110,
    Draining = 4200,
    TakenOver = 4201,
    Moved = 4202,
    SessionEnded = 4300,
    IdentityChanged = 4301,
}

impl Close {
    pub const ALL: [Close; 18] = [
        Close::BadFrame,
        Close::NoHello,
        Close::Version,
        Close::UnknownKey,
        Close::Origin,
        Close::ConsentWithdrawn,
        Close::Blocked,
        Close::TooLarge,
        Close::Internal,
        Close::SlowConsumer,
        Close::NoHeartbeat,
        Close::Rate,
        Close::Overloaded,
        Close::Draining,
        Close::TakenOver,
        Close::Moved,
        Close::SessionEnded,
        Close::IdentityChanged,
    ];

    pub fn code(self) -> u16 {
        self as u16
    }

    /// The close reason on the wire: a short constant, never data.
    pub fn reason(self) -> &'static str {
        match self {
            Close::BadFrame => "bad frame",
            Close::NoHello => "no hello in time",
            Close::Version => "unsupported version",
            Close::UnknownKey => "unknown key",
            Close::Origin => "origin not allowed",
            Close::ConsentWithdrawn => "consent withdrawn",
            Close::Blocked => "blocked",
            Close::TooLarge => "message too large",
            Close::Internal => "internal error",
            Close::SlowConsumer => "slow consumer",
            Close::NoHeartbeat => "no heartbeat",
            Close::Rate => "too many messages",
            Close::Overloaded => "overloaded",
            Close::Draining => "draining",
            Close::TakenOver => "taken over",
            Close::Moved => "moved",
            Close::SessionEnded => "session ended",
            Close::IdentityChanged => "identity changed",
        }
    }
}

/// Stable code of an `error` frame or a rejected event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    UnknownFrame,
    BadFrame,
    Gap,
    Rate,
    Invalid,
    TooLong,
    OutOfRange,
    Full,
}

impl ErrorCode {
    pub fn name(self) -> &'static str {
        match self {
            ErrorCode::UnknownFrame => "unknown_frame",
            ErrorCode::BadFrame => "bad_frame",
            ErrorCode::Gap => "gap",
            ErrorCode::Rate => "rate",
            ErrorCode::Invalid => "invalid",
            ErrorCode::TooLong => "too_long",
            ErrorCode::OutOfRange => "out_of_range",
            ErrorCode::Full => "full",
        }
    }

    /// Whether sending the same again can help.
    pub fn is_retryable(self) -> bool {
        matches!(self, ErrorCode::Gap | ErrorCode::Rate | ErrorCode::Full)
    }
}
