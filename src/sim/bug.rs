//! Mistakes that can be planted, to prove that the simulation finds them.

/// A mistake in the server's steps. None is ever made unless it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bug {
    /// Events are acknowledged when they are applied.
    AckBeforeDurable,
    /// What pages have delivered is not brought back.
    DedupeInMemory,
    /// A code goes to the page before its grant is durable.
    GrantBeforeDurable,
    /// A code that is being written for one visit is given to another that asks for the same.
    AgainBeforeDurable,
    /// States are saved whether or not their records are durable.
    StateAhead,
    /// A page that comes back is believed to have what it was sent.
    NoWholeState,
    /// A withdrawal of consent is applied and not recorded.
    ConsentUnrecorded,
    /// A checkpoint is taken without saving states first.
    CheckpointUnsaved,
    /// After an input that could not be recorded, records go on as if nothing was missing.
    HoleInHistory,
    /// A visit that comes back tells its pages of fewer events than it had acknowledged.
    AckTakenBack,
    /// A visit that comes back, or has only refused an event, counts as saved.
    RestoredUnsaved,
    /// Whether a page came back in time is asked before time has passed for the visit.
    AliveTooEarly,
}

impl Bug {
    pub const ALL: [Bug; 12] = [
        Bug::AckBeforeDurable,
        Bug::DedupeInMemory,
        Bug::GrantBeforeDurable,
        Bug::AgainBeforeDurable,
        Bug::StateAhead,
        Bug::NoWholeState,
        Bug::ConsentUnrecorded,
        Bug::CheckpointUnsaved,
        Bug::HoleInHistory,
        Bug::AckTakenBack,
        Bug::RestoredUnsaved,
        Bug::AliveTooEarly,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Bug::AckBeforeDurable => "ack-before-durable",
            Bug::DedupeInMemory => "dedupe-in-memory",
            Bug::GrantBeforeDurable => "grant-before-durable",
            Bug::AgainBeforeDurable => "again-before-durable",
            Bug::StateAhead => "state-ahead",
            Bug::NoWholeState => "no-whole-state",
            Bug::ConsentUnrecorded => "consent-unrecorded",
            Bug::CheckpointUnsaved => "checkpoint-unsaved",
            Bug::HoleInHistory => "hole-in-history",
            Bug::AckTakenBack => "ack-taken-back",
            Bug::RestoredUnsaved => "restored-unsaved",
            Bug::AliveTooEarly => "alive-too-early",
        }
    }

    pub fn parse(name: &str) -> Option<Bug> {
        Bug::ALL.into_iter().find(|bug| bug.name() == name)
    }
}
