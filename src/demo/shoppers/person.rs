//! Who visits: a browser with its device, language and attitude to privacy, and how a visit came about.

use super::chance::Chance;
use super::habits;

/// What a shopper says to the consent question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    All,
    Necessary,
}

/// A browser and the person in front of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub user_agent: &'static str,
    pub viewport: (u16, u16),
    pub touch: bool,
    pub language: &'static str,
    /// Minutes east of UTC.
    pub utc_offset: i16,
    pub gpc: bool,
    /// `None`: leaves the question standing.
    pub answer: Option<Answer>,
}

/// What brought a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    pub referrer: Option<&'static str>,
    /// Campaign parameters of the first address, with the question mark; may be empty.
    pub query: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Device {
    Desktop,
    Phone,
    Tablet,
}

const DEVICES: [(Device, u32); 3] =
    [(Device::Desktop, habits::ON_DESKTOP), (Device::Phone, habits::ON_PHONE), (Device::Tablet, habits::ON_TABLET)];

/// User agent and viewport in CSS pixels.
type Machine = (&'static str, (u16, u16));

const DESKTOPS: [(Machine, u32); 4] = [
    (("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", (1536, 730)), 5),
    (("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0", (1920, 955)), 2),
    (
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
            (1440, 789),
        ),
        2,
    ),
    (("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", (1280, 720)), 1),
];

const PHONES: [(Machine, u32); 2] = [
    (
        (
            "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
            (412, 785),
        ),
        3,
    ),
    (
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
            (393, 659),
        ),
        2,
    ),
];

const TABLET: Machine =
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15", (820, 1106));

/// Language and a usual offset from UTC where it is spoken.
const LANGUAGES: [((&str, i16), u32); 8] = [
    (("en-US", -300), 8),
    (("en-US", -480), 5),
    (("en-GB", 0), 3),
    (("de-DE", 60), 3),
    (("fr-FR", 60), 2),
    (("es-ES", 60), 2),
    (("pl-PL", 60), 1),
    (("ja-JP", 540), 1),
];

const ARRIVALS: [(Arrival, u32); 8] = [
    (Arrival { referrer: None, query: "" }, 30),
    (Arrival { referrer: Some("https://www.google.com/"), query: "" }, 30),
    (Arrival { referrer: Some("https://duckduckgo.com/"), query: "" }, 5),
    (Arrival { referrer: Some("https://www.google.com/"), query: "?utm_source=google&utm_medium=cpc&utm_campaign=brand" }, 10),
    (Arrival { referrer: None, query: "?utm_source=newsletter&utm_medium=email&utm_campaign=weekly" }, 8),
    (Arrival { referrer: Some("https://www.instagram.com/"), query: "?utm_source=instagram&utm_medium=social&utm_campaign=spring" }, 7),
    (Arrival { referrer: Some("https://www.reddit.com/"), query: "" }, 5),
    (Arrival { referrer: Some("https://compare.example/"), query: "?utm_source=compare&utm_medium=affiliate" }, 5),
];

impl Person {
    pub fn draw(chance: &mut Chance) -> Person {
        let device = chance.pick(&DEVICES);
        let (user_agent, viewport) = match device {
            Device::Desktop => chance.pick(&DESKTOPS),
            Device::Phone => chance.pick(&PHONES),
            Device::Tablet => TABLET,
        };
        let (language, utc_offset) = chance.pick(&LANGUAGES);
        let gpc = chance.happens(habits::SAYS_GPC);
        let attitude = chance.share();
        let answer = if attitude < habits::ACCEPTS_ALL {
            Some(Answer::All)
        } else if attitude < habits::ACCEPTS_ALL + habits::ONLY_NECESSARY {
            Some(Answer::Necessary)
        } else {
            None
        };
        Person { user_agent, viewport, touch: !matches!(device, Device::Desktop), language, utc_offset, gpc, answer }
    }
}

impl Arrival {
    pub fn draw(chance: &mut Chance) -> Arrival {
        chance.pick(&ARRIVALS)
    }
}
