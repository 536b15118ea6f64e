//! Sets of vendors, as a bit for each or as ranges, and what a publisher forbids them.

use super::TcError;
use super::bits::Bits;

/// A set of vendor ids, as ranges that are ascending and do not touch. There are no more ranges than the string has bits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vendors {
    ranges: Vec<(u16, u16)>,
}

impl Vendors {
    pub(super) fn read(bits: &mut Bits<'_>) -> Result<Vendors, TcError> {
        let most = bits.take(16, "greatest vendor id")? as u16;
        if bits.flag("vendor encoding")? {
            return Vendors::ranges(bits, most);
        }
        let mut ranges: Vec<(u16, u16)> = Vec::new();
        for vendor in 1..=most {
            if !bits.flag("vendors")? {
                continue;
            }
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == vendor => *last = vendor,
                _ => ranges.push((vendor, vendor)),
            }
        }
        Ok(Vendors { ranges })
    }

    fn ranges(bits: &mut Bits<'_>, most: u16) -> Result<Vendors, TcError> {
        let mut ranges: Vec<(u16, u16)> = Vec::new();
        for _ in 0..bits.take(12, "number of vendor ranges")? {
            let is_range = bits.flag("vendor range")?;
            let first = bits.take(16, "first vendor")? as u16;
            let last = if is_range { bits.take(16, "last vendor")? as u16 } else { first };
            if first == 0 || first > last || last > most {
                return Err(TcError::Range { first, last, most });
            }
            ranges.push((first, last));
        }
        ranges.sort_unstable();
        let mut joined: Vec<(u16, u16)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match joined.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => joined.push((first, last)),
            }
        }
        Ok(Vendors { ranges: joined })
    }

    pub fn has(&self, vendor: u16) -> bool {
        let after = self.ranges.partition_point(|(first, _)| *first <= vendor);
        self.ranges.get(after.wrapping_sub(1)).is_some_and(|(_, last)| vendor <= *last)
    }

    /// Vendor ids, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.ranges.iter().flat_map(|(first, last)| *first..=*last)
    }
}

/// What a publisher makes of a purpose for some vendors, whatever they registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    pub purpose: u8,
    pub kind: RestrictionKind,
    pub vendors: Vendors,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestrictionKind {
    NotAllowed,
    RequireConsent,
    RequireLegitimateInterest,
    /// Not defined by the framework.
    Undefined,
}

pub(super) fn restrictions(bits: &mut Bits<'_>) -> Result<Vec<Restriction>, TcError> {
    let mut restrictions = Vec::new();
    for _ in 0..bits.take(12, "number of restrictions")? {
        restrictions.push(Restriction {
            purpose: bits.take(6, "restricted purpose")? as u8,
            kind: match bits.take(2, "kind of restriction")? {
                0 => RestrictionKind::NotAllowed,
                1 => RestrictionKind::RequireConsent,
                2 => RestrictionKind::RequireLegitimateInterest,
                _ => RestrictionKind::Undefined,
            },
            vendors: Vendors::ranges(bits, u16::MAX)?,
        });
    }
    Ok(restrictions)
}
