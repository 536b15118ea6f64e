//! Identifiers: 16 random bytes for people and connections, stable 64-bit keys for everything that has a name.

use serde::Deserialize;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// A text that is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id is 32 hexadecimal digits")]
pub struct ParseIdError;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub [u8; 16]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", u128::from_be_bytes(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return Err(ParseIdError);
                }
                u128::from_str_radix(text, 16).map(|n| Self(n.to_be_bytes())).map_err(|_| ParseIdError)
            }
        }
    };
}

id!(
    /// One visit. Made by the engine, survives reconnects, page loads and tabs.
    SessionId
);
id!(
    /// A browser that agreed to be remembered, or a known shopper.
    VisitorId
);
id!(
    /// One page load in one tab. Made by the page.
    StreamId
);

impl SessionId {
    /// Enough of the random id to tell visits apart, too little to use as one.
    pub fn number(self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

/// Number of a decision within its session, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DecisionId(pub u32);

/// Stable 64-bit stand-in for a name from outside (product, category, brand, campaign, placement).
///
/// xxHash3 of the UTF-8 bytes: the same on every machine and in every version, so it may be stored. Two of 1,000,000 names collide with
/// a probability of 3e-8.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Key(pub u64);

impl Key {
    /// No name; never the key of a product.
    pub const NONE: Key = Key(0);

    pub fn is_none(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Returns the key of a name.
pub fn key_of(text: &str) -> Key {
    Key(xxhash_rust::xxh3::xxh3_64(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_what_they_print() {
        let id = SessionId([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
        assert_eq!(id.to_string(), "000102030405060708090a0b0c0d0eff");
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in ["", "00", "+00102030405060708090a0b0c0d0eff", "000102030405060708090a0b0c0d0efg"] {
            assert_eq!(bad.parse::<SessionId>(), Err(ParseIdError), "{bad}");
        }
    }

    #[test]
    fn keys_are_stable() {
        // Reference value of XXH3_64bits("") with seed 0.
        assert_eq!(key_of(""), Key(0x2d06_8005_38d3_94c2));
    }
}
