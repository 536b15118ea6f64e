//! Watches over the session actors: a visit whose actor failed is brought back at once.
//!
//! Actors are not linked to it, because linking takes a process-wide lock; dropping the state of an actor that did not end in good order
//! tells it instead, which no panic can prevent. A visit that fails again and again is given up: its page begins a new one.

use super::Engine;
use super::recovery::Head;
use crate::model::SessionId;
use crate::model::Timestamp;
use ractor::Actor;
use ractor::ActorProcessingErr;
use ractor::ActorRef;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Weak;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Failures of one visit within [`WITHIN`] after which it is given up.
const FALLS_MAX: u32 = 3;
const WITHIN: Duration = Duration::from_secs(60);
/// Visits whose failures are remembered. Past it the counts begin anew: only a program that fails everywhere gets there.
const FALLEN_MAX: usize = 10_000;

/// Messages to the supervisor. Sender: the state of a session actor, when it is dropped.
pub(super) enum SupervisorMsg {
    /// A visit's actor is gone without an order.
    Fallen(SessionId),
}

/// The supervisor. It knows its engine weakly, because the engine knows it.
pub(super) struct Supervisor(pub(super) Weak<Engine>);

impl Actor for Supervisor {
    type Msg = SupervisorMsg;
    /// Failures by visit: how many, since when.
    type State = BTreeMap<SessionId, (u32, Timestamp)>;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<SupervisorMsg>, (): ()) -> Result<Self::State, ActorProcessingErr> {
        Ok(BTreeMap::new())
    }

    async fn handle(&self, _: ActorRef<SupervisorMsg>, message: SupervisorMsg, falls: &mut Self::State) -> Result<(), ActorProcessingErr> {
        let Some(engine) = self.0.upgrade() else { return Ok(()) };
        let SupervisorMsg::Fallen(id) = message;
        let now = engine.clock.now();
        falls.retain(|_, (_, since)| now.since(*since) < WITHIN);
        if falls.len() >= FALLEN_MAX {
            falls.clear();
        }
        let (count, _) = falls.entry(id).or_insert((0, now));
        *count += 1;
        if *count > FALLS_MAX {
            tracing::error!(session = %id, failures = *count, "a visit failed again and again and is given up");
            engine.give_up(id).await;
        } else {
            tracing::error!(session = %id, failures = *count, "a visit failed and is brought back");
            engine.bring_back(id).await;
        }
        Ok(())
    }
}

impl Engine {
    /// Notes that a visit's actor is gone without an order. Called while it is dropped: must not block, must not fail.
    pub(super) fn fallen(&self, id: SessionId, head: Head) {
        if self.is_draining() {
            return;
        }
        self.stats.panics.fetch_add(1, Ordering::Relaxed);
        self.heads.note(id, head);
        if let Some(supervisor) = self.supervisor.get() {
            let _ = supervisor.cast(SupervisorMsg::Fallen(id));
        }
    }

    /// Starts a visit's actor anew, unless its page was faster.
    async fn bring_back(self: &Arc<Self>, id: SessionId) {
        let _gate = self.gates.enter(id).await;
        if self.directory.get(id).is_some() {
            return;
        }
        if let Some(starting) = self.restore(id).await
            && let Err(refused) = self.spawn(starting, None).await
        {
            tracing::error!(session = %id, %refused, "a visit could not be brought back");
        }
    }

    /// Forgets a visit.
    async fn give_up(self: &Arc<Self>, id: SessionId) {
        let _gate = self.gates.enter(id).await;
        self.heads.remove(id);
        self.forget_state(id);
        if let Some(live) = self.directory.get(id) {
            live.kill();
        }
    }
}
