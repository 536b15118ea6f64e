//! How many offers one network may have in an hour: a farm of scripts opens as many visits as it likes, but from few places.

use crate::model::Timestamp;
use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3_600);

/// Addresses that count as one: the /24 of an IPv4 address, the /48 of an IPv6 address. Nothing finer is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Network(u64);

impl Network {
    /// All networks past [`Networks::KNOWN_MAX`].
    const OTHERS: Network = Network(u64::MAX);

    /// Of an IPv4 address, as a number.
    pub fn of_v4(address: u32) -> Network {
        Network(u64::from(address >> 8))
    }

    /// Of an IPv6 address, as a number.
    pub fn of_v6(address: u128) -> Network {
        // The mark keeps them apart from those of IPv4.
        Network((address >> 80) as u64 | 1 << 48)
    }
}

/// Offers of the last hour by network. In memory only: a restart forgets an hour, and nothing about where shoppers are is stored.
#[derive(Debug, Clone, Default)]
pub(super) struct Networks {
    recent: BTreeMap<Network, VecDeque<Timestamp>>,
    tidied: Timestamp,
}

impl Networks {
    /// Networks told apart; those past it share one count, so that a flood of them costs neither memory nor more than their share.
    /// Chosen: with 100 offers each it is 16 MB.
    pub(super) const KNOWN_MAX: usize = 20_000;
    /// Least time between two looks for networks that may be forgotten.
    const TIDY_EVERY: Duration = Duration::from_secs(60);

    /// Whether the network had fewer than `limit` offers in the hour before `at`. A clock that goes back makes nothing older.
    pub(super) fn has_room(&mut self, at: Timestamp, network: Network, limit: u32) -> bool {
        let Some(recent) = self.recent.get_mut(&self.name(network)) else { return limit > 0 };
        while recent.front().is_some_and(|first| at.since(*first) >= HOUR) {
            recent.pop_front();
        }
        recent.len() < limit as usize
    }

    pub(super) fn note(&mut self, at: Timestamp, network: Network) {
        if self.recent.len() >= Self::KNOWN_MAX && at.since(self.tidied) >= Self::TIDY_EVERY {
            self.tidied = at;
            self.recent.retain(|_, recent| recent.back().is_some_and(|last| at.since(*last) < HOUR));
        }
        let name = self.name(network);
        self.recent.entry(name).or_default().push_back(at);
    }

    /// Under which it is counted.
    fn name(&self, network: Network) -> Network {
        if self.recent.contains_key(&network) || self.recent.len() < Self::KNOWN_MAX { network } else { Network::OTHERS }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: u32 = 0xcb00_7107;
    const OTHER: u32 = 0xcb00_7207;

    #[test]
    fn an_address_is_its_network_and_no_more() {
        assert_eq!(Network::of_v4(ONE), Network::of_v4(ONE | 0xff));
        assert_ne!(Network::of_v4(ONE), Network::of_v4(OTHER));
        let v6 = 0x2001_0db8_0001_0002 << 64_u128;
        assert_eq!(Network::of_v6(v6), Network::of_v6(v6 | 0xffff << 64 | 7));
        assert_ne!(Network::of_v6(v6), Network::of_v6(v6 ^ 1 << 80));
        assert_ne!(Network::of_v6(u128::from(ONE >> 8) << 80), Network::of_v4(ONE));
    }

    #[test]
    fn no_hour_has_more_than_the_limit() {
        let (mut networks, one, other) = (Networks::default(), Network::of_v4(ONE), Network::of_v4(OTHER));
        let at = |seconds: u64| Timestamp(1_000_000_000_000 + seconds * 1_000_000);
        for seconds in [0, 10, 20] {
            assert!(networks.has_room(at(seconds), one, 3));
            networks.note(at(seconds), one);
        }
        assert!(!networks.has_room(at(3_599), one, 3) && networks.has_room(at(3_599), other, 3));
        assert!(!networks.has_room(at(0), one, 3), "a clock that goes back");
        assert!(networks.has_room(at(3_600), one, 3), "the first is an hour old");
        networks.note(at(3_600), one);
        assert!(!networks.has_room(at(3_609), one, 3) && networks.has_room(at(3_610), one, 3));
        assert!(!networks.has_room(at(9_000), other, 0), "none is none");
    }

    #[test]
    fn a_flood_of_networks_shares_one_count_and_is_forgotten() {
        let mut networks = Networks::default();
        let at = Timestamp(1_000_000_000_000);
        (0..Networks::KNOWN_MAX as u64).for_each(|number| networks.note(at, Network(number)));
        let (late, later) = (Network(1 << 40), Network(1 << 41));
        networks.note(at, late);
        assert!(!networks.has_room(at, later, 1), "it shares its count with the one before");
        assert!(networks.recent.len() <= Networks::KNOWN_MAX + 1);
        networks.note(at + HOUR, later);
        assert_eq!(networks.recent.len(), 1, "what is an hour old made room");
    }
}
