//! What the shop promises: a cap of each kind, a pause, a share, and money.

/// May act once a visit, as the only overlay.
pub const ONCE: &str = "once";
/// May act twice for a visitor.
pub const TWICE: &str = "twice";
/// Rests this long after it acted.
pub const RESTING: &str = "resting";
pub const REST_MS: u64 = 5_000;
/// Acts after a second of attention, once a visit.
pub const ATTENTIVE: &str = "attentive";
/// Half of the visits keep the shop's default, the others see one of two variants.
pub const SPLIT: &str = "split";
/// Gives codes away.
pub const OFFER: &str = "offer";

/// Most that a visit (or its visitor, which here is the same) may see of a campaign.
pub fn cap(campaign: &str) -> Option<usize> {
    match campaign {
        ONCE | ATTENTIVE => Some(1),
        TWICE => Some(2),
        _ => None,
    }
}

/// Names and texts of the files.
pub fn all(budget: u32) -> Vec<(&'static str, String)> {
    let fill = |id: &str, placement: &str| {
        format!(
            "[[variant]]\nid = \"{id}\"\n[[variant.action]]\ndo = \"fill\"\nplacement = \"{placement}\"\ntemplate = \"banner\"\ndata = {{ title = \"Hello\" }}\n"
        )
    };
    let head = |id: &str| format!("id = \"{id}\"\nname = \"{id}\"\nbaseline = 0.0\n");
    vec![
        (ONCE, head(ONCE) + "[[trigger]]\non = \"custom\"\nname = \"nudge\"\n[limits]\nper_session = 1\n" + &fill("a", "overlay")),
        (
            TWICE,
            head(TWICE)
                + "[[trigger]]\non = \"custom\"\nname = \"nudge\"\n[limits]\nper_visitor = { count = 2, every = \"7d\" }\n"
                + "[[variant]]\nid = \"a\"\n[[variant.action]]\ndo = \"emit\"\nname = \"hello\"\n",
        ),
        (
            RESTING,
            head(RESTING)
                + &format!("[[trigger]]\non = \"custom\"\nname = \"nudge\"\n[limits]\ncooldown = \"{REST_MS}ms\"\n")
                + "[[variant]]\nid = \"a\"\n[[variant.action]]\ndo = \"emit\"\nname = \"rested\"\n",
        ),
        (
            ATTENTIVE,
            head(ATTENTIVE)
                + "[[trigger]]\non = \"dwell\"\nof = \"session\"\nfor = \"1s\"\n[limits]\nper_session = 1\n"
                + &fill("a", "banner"),
        ),
        (
            SPLIT,
            format!("id = \"{SPLIT}\"\nname = \"split\"\nbaseline = 0.5\n[[trigger]]\non = \"page_view\"\n")
                + &fill("a", "side")
                + &fill("b", "side"),
        ),
        (
            OFFER,
            head(OFFER)
                + "trust = \"corroborated\"\nwhen = 'cart.value >= 3.0'\n[[trigger]]\non = \"exit_intent\"\n[[trigger]]\non = \"cart_item\"\nchange = \"added\"\n"
                + "[limits]\ncooldown = \"500ms\"\n[[variant]]\nid = \"ten\"\n[[variant.action]]\ndo = \"offer\"\nplacement = \"deal\"\ntemplate = \"offer\"\n"
                + "data = { title = \"Ten percent\" }\n"
                + &format!(
                    "offer = {{ kind = \"percent\", amount = 10, expires = \"2h\", single_use = true, budget = {{ count = {budget}, every = \"30d\" }} }}\n"
                ),
        ),
    ]
}
