//! The languages in which shoppers are spoken to.

use serde::Deserialize;
use serde::Serialize;

/// A language that every sentence for shoppers exists in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    #[default]
    English,
    German,
}

impl Language {
    pub const ALL: [Language; 2] = [Language::English, Language::German];

    /// Primary subtag of BCP 47.
    pub fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
        }
    }

    /// The language of a BCP 47 tag such as `de-AT`; `None` if it is not spoken.
    pub fn parse(tag: &str) -> Option<Language> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Language::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(primary))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_by_its_first_part() {
        for (tag, expect) in [
            ("de", Some(Language::German)),
            ("de-AT", Some(Language::German)),
            ("DE_ch", Some(Language::German)),
            ("en-GB-oed", Some(Language::English)),
            ("fr", None),
            ("deu", None),
            ("", None),
        ] {
            assert_eq!(Language::parse(tag), expect, "{tag}");
        }
    }
}
