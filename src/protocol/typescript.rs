//! TypeScript types of the wire, generated so that the page and the engine cannot drift apart.

use super::Close;
use super::wire;
use ts_rs::Config;
use ts_rs::TS;

/// Returns the text of `client-js/src/protocol.generated.ts`.
pub fn generate() -> String {
    let config = Config::default().with_large_int("number");
    let mut out = String::from("// Generated from src/protocol/wire; do not edit.\n\n");
    let mut add = |declaration: String| {
        out.push_str("export ");
        out.push_str(&declaration);
        out.push_str("\n\n");
    };
    macro_rules! declare {
        ($($name:ident)*) => { $(add(wire::$name::decl(&config));)* };
    }
    declare!(ClientFrame Hello Resume Page Placement PlacementKind Consent Purposes Tcf Automation EventBatch TimedEvent Event ProductView ListView Click Scroll
        Search Cart CartLine Checkout Order Custom Scalar Attention Exit ExitSignal Visibility Preference PreferenceChoice Applied Receipt
        ReceiptState Pong Bye ServerFrame Welcome Capture Ack Rejected Push State Patch Decision Disclosure Op Shortcut Terms Item Ping Goaway
        ErrorFrame);
    out.push_str("/** Why the engine closes a connection. */\nexport const CLOSE = {\n");
    for close in Close::ALL {
        out.push_str(&format!("  {close:?}: {},\n", close.code()));
    }
    out.push_str("} as const;\n");
    out
}
