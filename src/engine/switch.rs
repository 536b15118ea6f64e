//! The switch that turns everything off, restarts included.

use super::Engine;
use crate::decide::Snapshot;
use crate::store::StoreError;

/// Name under which the switch is stored.
const SWITCH_BLOB: &str = "switched-off";

impl Engine {
    /// Turns personalization off or on for every session, and returns the version that says so. Effective at once; whether it is also
    /// durable is said by the second value.
    pub async fn switch(&self, off: bool) -> (u64, Result<(), StoreError>) {
        let published = self.publish(|now| Snapshot { off, ..now.clone() });
        (published, self.stores.blobs.put_blob(SWITCH_BLOB, vec![u8::from(off)]).await)
    }

    /// Takes the position the switch was left in.
    pub(super) async fn restore_switch(&self) {
        if let Ok(Some(position)) = self.stores.blobs.blob(SWITCH_BLOB).await
            && position == [1]
        {
            self.publish(|now| Snapshot { off: true, ..now.clone() });
            tracing::warn!("everything is switched off, as it was before the restart");
        }
    }
}
