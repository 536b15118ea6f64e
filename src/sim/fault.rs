//! What can go wrong, and how often it did.

use std::fmt;

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// One kind of fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault { $($(#[$doc])* $name,)* }

        impl Fault {
            pub const ALL: [Fault; [$($text),*].len()] = [$(Fault::$name),*];

            pub fn name(self) -> &'static str {
                match self { $(Fault::$name => $text,)* }
            }
        }
    };
}

faults! {
    /// A connection is cut; some of what was under way arrives.
    Cut = "cut",
    /// The page comes back at once and overtakes what it had sent before.
    Overtake = "overtake",
    /// Connections are refused for a while.
    Refuse = "refuse",
    /// The network takes seconds.
    Slow = "slow",
    /// A page sends again what is under way.
    Repeat = "repeat",
    /// The same events arrive by beacon too.
    Beacon = "beacon",
    /// A laptop sleeps.
    Sleep = "sleep",
    /// The server's clock jumps.
    ServerClock = "server_clock",
    /// A page's clock jumps.
    PageClock = "page_clock",
    /// A page sends an event that is not valid.
    Invalid = "invalid",
    /// A page cannot show what it is sent.
    Unshown = "unshown",
    /// A page goes without a word; what it had not delivered is delivered by another one.
    Reload = "reload",
    /// Two tabs deliver the same leftover queue.
    Twins = "twins",
    /// The visitor withdraws consent, or gives it.
    Consent = "consent",
    /// Another snapshot is published and reaches visits at different times.
    Publish = "publish",
    /// The process ends; the operating system keeps what was written.
    Kill = "kill",
    /// The machine ends; what was not synced may be lost.
    PowerCut = "power_cut",
    /// A batch is written in part when the machine ends.
    TornWrite = "torn_write",
    /// A sync fails; the journal takes nothing any more until the process is started anew.
    SyncFailure = "sync_failure",
    /// Nothing becomes durable for a while.
    DiskFull = "disk_full",
    /// The journal takes no records for a while.
    JournalFull = "journal_full",
    /// A visit's actor fails at an event.
    Panic = "panic",
    /// The server is replaced in good order.
    Drain = "drain",
    /// The process ends before an input is applied.
    BeforeApply = "crash_before_apply",
    /// ... after it is applied and before it is recorded.
    AfterApply = "crash_after_apply",
    /// ... after its record is appended and before that is durable.
    AfterAppend = "crash_after_append",
    /// ... after the commit and before the acknowledgement.
    AfterCommit = "crash_after_commit",
    /// ... while a grant is written.
    DuringGrant = "crash_during_grant",
    /// ... after a grant is durable and before its visit knows.
    AfterGrant = "crash_after_grant",
    /// ... while a state is saved.
    DuringSave = "crash_during_save",
    /// ... while a checkpoint is taken.
    DuringCheckpoint = "crash_during_checkpoint",
    /// ... while visits are brought back.
    DuringRecovery = "crash_during_recovery",
}

impl Fault {
    pub fn parse(name: &str) -> Option<Fault> {
        Fault::ALL.into_iter().find(|fault| fault.name() == name)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Faults by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts([u64; Fault::ALL.len()]);

impl Counts {
    pub fn note(&mut self, fault: Fault) {
        if let Some(count) = self.0.get_mut(fault as usize) {
            *count += 1;
        }
    }

    pub fn add(&mut self, other: &Counts) {
        self.0.iter_mut().zip(other.0).for_each(|(count, more)| *count += more);
    }

    pub fn iter(&self) -> impl Iterator<Item = (Fault, u64)> {
        Fault::ALL.into_iter().zip(self.0)
    }

    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}
