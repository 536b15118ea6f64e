//! The TC string of IAB's Transparency and Consent Framework 2.2 and 2.3: decoded within bounds, and read as an answer to our purposes.
//!
//! A string is segments of base64url joined by dots: the core, then in any order disclosed vendors, allowed vendors and the publisher's
//! own purposes. Every field is a number of bits; a field never starts at a byte. Decoding reads each bit once, keeps vendors as ranges,
//! and says no to whatever is not whole: a string that cannot be read is no consent.
//!
//! Source: InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework, "TC string format", version 2.3 of April 2025.

mod bits;
mod vendors;

#[cfg(test)]
mod tests;

pub use vendors::Restriction;
pub use vendors::RestrictionKind;
pub use vendors::Vendors;

use self::bits::Bits;
use super::Signal;

/// Longest string that is decoded, bytes. Strings with a bit for each of 1,500 vendors in three segments have about 800.
pub const TC_STRING_BYTES_MAX: usize = 8 * 1_024;
/// Segments of a string: the core and one of each kind.
const SEGMENTS_MAX: usize = 4;
/// Policy 4 is that of 2.2; what was signed under earlier ones does not count any more.
const POLICY_MIN: u8 = 4;

/// Why a string is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TcError {
    #[error("{bytes} bytes, at most {TC_STRING_BYTES_MAX}")]
    TooLong { bytes: usize },
    #[error("`{0}` is not a character of base64url")]
    Character(char),
    #[error("ends within `{0}`")]
    Short(&'static str),
    #[error("version {0}, version 2 is read")]
    Version(u8),
    #[error("segment of type {0}")]
    Segment(u8),
    #[error("more than {SEGMENTS_MAX} segments, or two of one kind")]
    Segments,
    #[error("vendors {first} to {last}, of at most {most}")]
    Range { first: u16, last: u16, most: u16 },
}

/// A set of purposes or special features, numbered from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbers(u64);

impl Numbers {
    pub fn has(self, number: u8) -> bool {
        (1..=64).contains(&number) && self.0 >> (number - 1) & 1 == 1
    }

    /// The numbers in the set, ascending.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (1..=64).filter(move |number| self.has(*number))
    }
}

/// A decoded string. Times are deciseconds since the Unix epoch, as in the string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TcString {
    pub created: u64,
    pub last_updated: u64,
    pub cmp_id: u16,
    pub cmp_version: u16,
    pub consent_screen: u8,
    /// ISO 639-1, capital letters.
    pub consent_language: [char; 2],
    pub vendor_list_version: u16,
    pub policy_version: u8,
    /// The consent holds for this site only, the only kind there has been since 2021.
    pub is_service_specific: bool,
    pub use_non_standard_texts: bool,
    pub special_feature_opt_ins: Numbers,
    pub purposes_consent: Numbers,
    pub purposes_legitimate_interest: Numbers,
    /// Purpose 1 was not asked about, since the publisher's country does not require it.
    pub purpose_one_treatment: bool,
    /// ISO 3166-1 alpha-2 of the publisher, capital letters.
    pub publisher_country: [char; 2],
    pub vendor_consents: Vendors,
    pub vendor_legitimate_interests: Vendors,
    pub restrictions: Vec<Restriction>,
    /// Vendors that the shopper was told of. Every string of 2.3 has the segment.
    pub disclosed_vendors: Option<Vendors>,
    pub publisher: Option<Publisher>,
}

/// What was agreed to with the publisher itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publisher {
    pub purposes_consent: Numbers,
    pub purposes_legitimate_interest: Numbers,
    /// Of the publisher's own purposes, at most 63.
    pub custom_purposes: u8,
    pub custom_consent: Numbers,
    pub custom_legitimate_interest: Numbers,
}

impl TcString {
    /// Decodes a string.
    ///
    /// # Errors
    /// [`TcError`] says what is missing or wrong. A retry cannot help.
    pub fn parse(text: &str) -> Result<TcString, TcError> {
        if text.len() > TC_STRING_BYTES_MAX {
            return Err(TcError::TooLong { bytes: text.len() });
        }
        let mut segments = text.split('.');
        let mut decoded = TcString::core(&mut Bits::new(segments.next().unwrap_or_default())?)?;
        let mut seen = 0_u8;
        for (index, segment) in segments.enumerate() {
            let mut bits = Bits::new(segment)?;
            let kind = bits.take(3, "segment type")? as u8;
            // Types are 1 to 3, each at most once.
            if index + 1 >= SEGMENTS_MAX || seen >> kind & 1 == 1 {
                return Err(TcError::Segments);
            }
            seen |= 1 << kind;
            match kind {
                1 => decoded.disclosed_vendors = Some(Vendors::read(&mut bits)?),
                // Vendors allowed for out-of-band legal bases; deprecated and without meaning here, but it must be whole.
                2 => drop(Vendors::read(&mut bits)?),
                3 => decoded.publisher = Some(Publisher::read(&mut bits)?),
                other => return Err(TcError::Segment(other)),
            }
        }
        Ok(decoded)
    }

    fn core(bits: &mut Bits<'_>) -> Result<TcString, TcError> {
        let version = bits.take(6, "version")? as u8;
        if version != 2 {
            return Err(TcError::Version(version));
        }
        Ok(TcString {
            created: bits.take(36, "created")?,
            last_updated: bits.take(36, "last updated")?,
            cmp_id: bits.take(12, "cmp id")? as u16,
            cmp_version: bits.take(12, "cmp version")? as u16,
            consent_screen: bits.take(6, "consent screen")? as u8,
            consent_language: bits.letters("consent language")?,
            vendor_list_version: bits.take(12, "vendor list version")? as u16,
            policy_version: bits.take(6, "policy version")? as u8,
            is_service_specific: bits.flag("service specific")?,
            use_non_standard_texts: bits.flag("non-standard texts")?,
            special_feature_opt_ins: bits.numbers(12, "special features")?,
            purposes_consent: bits.numbers(24, "purposes")?,
            purposes_legitimate_interest: bits.numbers(24, "legitimate interests")?,
            purpose_one_treatment: bits.flag("purpose one treatment")?,
            publisher_country: bits.letters("publisher country")?,
            vendor_consents: Vendors::read(bits)?,
            vendor_legitimate_interests: Vendors::read(bits)?,
            restrictions: vendors::restrictions(bits)?,
            disclosed_vendors: None,
            publisher: None,
        })
    }

    /// The answer to our purposes: 1 for the visit, 1 with 11 or with 5 and 6 for content by behavior, 1 with 5 and 6 for linking visits,
    /// 1 with 8 for measuring. Sharing needs 1 and every one of `vendors`, consented and disclosed; without vendors it is no.
    ///
    /// Legitimate interest counts for nothing, and a string of an old policy or of global scope is no consent at all.
    pub fn signal(&self, vendors: &[u16]) -> Signal {
        let valid = self.policy_version >= POLICY_MIN && self.is_service_specific;
        let has = |number| valid && self.purposes_consent.has(1) && self.purposes_consent.has(number);
        let profile = has(5) && has(6);
        let told = |vendor: u16| self.disclosed_vendors.as_ref().is_none_or(|disclosed| disclosed.has(vendor));
        let shared = vendors.iter().all(|vendor| self.vendor_consents.has(*vendor) && told(*vendor));
        Signal {
            session: Some(has(1)),
            personalize: Some(has(11) || profile),
            remember: Some(profile),
            measure: Some(has(8)),
            share: Some(has(1) && !vendors.is_empty() && shared),
        }
    }
}

impl Publisher {
    fn read(bits: &mut Bits<'_>) -> Result<Publisher, TcError> {
        let purposes_consent = bits.numbers(24, "publisher purposes")?;
        let purposes_legitimate_interest = bits.numbers(24, "publisher legitimate interests")?;
        let custom_purposes = bits.take(6, "number of custom purposes")? as u8;
        Ok(Publisher {
            purposes_consent,
            purposes_legitimate_interest,
            custom_purposes,
            custom_consent: bits.numbers(custom_purposes, "custom purposes")?,
            custom_legitimate_interest: bits.numbers(custom_purposes, "custom legitimate interests")?,
        })
    }
}

/// What a page reports of its consent platform, as an answer to our purposes.
///
/// `applies` is `gdprApplies`: where the law does not apply the framework says nothing, and not knowing is no. `answered` says whether
/// the shopper has answered, now or earlier; a dialog that is open is no answer.
pub fn answer(string: &str, applies: Option<bool>, answered: bool, vendors: &[u16]) -> Signal {
    match applies {
        Some(false) => Signal::default(),
        Some(true) if answered => TcString::parse(string).map_or(Signal::all(false), |decoded| decoded.signal(vendors)),
        _ => Signal::all(false),
    }
}
