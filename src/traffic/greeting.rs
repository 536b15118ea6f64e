//! What a visit says of itself when it comes, and where that does not fit together.

use super::Agents;
use super::Sign;
use super::Signs;

/// What is known at the first `hello`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Greeting<'a> {
    pub user_agent: &'a str,
    /// `Accept-Language` of the request, empty where there was none.
    pub accept_language: &'a str,
    /// `navigator.language`, empty where the page does not say.
    pub language: &'a str,
    pub touch: bool,
    /// CSS pixels; 0 where the page does not say.
    pub viewport: (u16, u16),
    /// What the page says about automation; `None`: nothing.
    pub webdriver: Option<bool>,
    pub windowless: bool,
    pub languages: Option<u32>,
}

/// Wider than any phone, in CSS pixels, also when it lies on its side.
const PHONE_WIDTH_MAX: u16 = 1_400;

impl Greeting<'_> {
    pub fn signs(&self, agents: &Agents) -> Signs {
        let mut signs = Signs::default();
        let found = [
            (Sign::Agent, agents.is_program(self.user_agent)),
            (Sign::Webdriver, self.webdriver == Some(true)),
            (Sign::Windowless, self.windowless || self.languages == Some(0)),
            (Sign::Contradiction, self.contradicts()),
        ];
        for (sign, _) in found.into_iter().filter(|(_, is)| *is) {
            signs = signs.with(sign);
        }
        signs
    }

    fn contradicts(&self) -> bool {
        let is_phone = self.user_agent.contains("iPhone") || (self.user_agent.contains("Android") && self.user_agent.contains("Mobile"));
        // A finger is the main pointer of a phone; a wide window without one is a desktop in a phone's clothes.
        let wide_phone = is_phone && !self.touch && self.viewport.0 > PHONE_WIDTH_MAX;
        let windows_finger = self.user_agent.contains("iPhone") && self.user_agent.contains("Windows NT");
        wide_phone || windows_finger || self.languages_differ()
    }

    /// The page's language is the first that the browser asks servers for.
    fn languages_differ(&self) -> bool {
        let primary = |tag: &str| tag.split(['-', '_', ';', ',']).next().unwrap_or_default().trim().to_ascii_lowercase();
        let own = primary(self.language);
        let mut asked = self.accept_language.split(',').map(primary).filter(|tag| !tag.is_empty()).peekable();
        !own.is_empty() && asked.peek().is_some() && asked.all(|tag| tag != own && tag != "*")
    }
}
