//! Everything one experiment has counted, in constant memory.
//!
//! Units are reported as they live: [`enter`](Totals::enter) when the trigger fires (in every arm, also where nothing will be shown),
//! [`change`](Totals::change) whenever what they brought has changed, [`close`](Totals::close) when their window has passed. Sums are exact
//! integers, so their order does not matter and a change undoes what was there before; nothing is ever read again. What depends on the
//! order (running tests, the lift over time) is kept beside them.
//!
//! Size: about 3.5 KiB an arm of sums, 2.5 KiB of segments, 8 KiB of days, and 12 KiB a variant for the lift over time.

use super::Arm;
use super::MetricKind;
use super::Outcome;
use super::entry::Entry;
use super::entry::SEGMENTS;
use super::plan::Plan;
use super::sums::COLUMNS;
use super::sums::Cell;
use super::sums::Column;
use super::sums::Sums;
use super::sums::mean_column;
use super::sums::values;
use super::watch::Watch;
use super::watch::pair_share;
use crate::model::Timestamp;
use crate::stats::AdaptiveDifference;
use crate::stats::Moments;
use crate::stats::SRM_STRENGTH;
use crate::stats::SrmWatch;
use crate::stats::Winsor;
use crate::stats::difference;
use serde::Deserialize;
use serde::Serialize;

/// Days of entry that are kept apart, the latest ones.
pub const DAYS_MAX: usize = 60;
const DAY_MICROS: u64 = 86_400_000_000;

/// What happened to a unit's treatment; counted, not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// The page confirmed that it has the change.
    Received,
    /// It was on the screen.
    Shown,
    /// It could not be shown: the place was gone or did not fit.
    Missed,
    /// It came after the moment it was for.
    Late,
}

/// Counts of what happened in an arm. They count events, once per unit if the caller does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Marks {
    pub received: u64,
    pub shown: u64,
    pub missed: u64,
    pub late: u64,
    /// Units that turned out to have met two arms, and were taken out.
    pub crossovers: u64,
    /// First orders of units.
    pub first_conversions: u64,
    /// Units whose window has passed.
    pub closed: u64,
}

/// Sums of one arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArmTotals {
    /// New visitors, returning ones, and those set apart.
    newcomers: Sums,
    returning: Sums,
    quarantined: Sums,
    segments: Vec<Cell>,
    pub marks: Marks,
}

impl ArmTotals {
    fn new() -> ArmTotals {
        ArmTotals {
            newcomers: Sums::default(),
            returning: Sums::default(),
            quarantined: Sums::default(),
            segments: vec![Cell::default(); SEGMENTS],
            marks: Marks::default(),
        }
    }

    fn stratum(&mut self, entry: &Entry) -> &mut Sums {
        match (entry.quarantined, entry.segment.newcomer) {
            (true, _) => &mut self.quarantined,
            (false, true) => &mut self.newcomers,
            (false, false) => &mut self.returning,
        }
    }

    /// Units that count: triggered and not set apart.
    pub fn units(&self) -> u64 {
        self.newcomers.n + self.returning.n
    }

    /// Sum of a column over the units that count.
    pub fn sum(&self, column: Column) -> i128 {
        self.newcomers.sum(column) + self.returning.sum(column)
    }

    /// Sums of the units that count.
    pub fn all(&self) -> Sums {
        let mut all = self.newcomers.clone();
        all.add(&self.returning);
        all
    }

    /// Sums of new and of returning visitors.
    pub fn strata(&self) -> [&Sums; 2] {
        [&self.newcomers, &self.returning]
    }

    /// Sums of bots, suspects and staff.
    pub fn quarantined(&self) -> &Sums {
        &self.quarantined
    }

    /// Sums by segment; names by [`Segment::cell_name`](super::Segment::cell_name).
    pub fn segments(&self) -> &[Cell] {
        &self.segments
    }
}

/// Units by the UTC day they entered on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Day {
    /// Days since 1970-01-01.
    pub day: u32,
    /// By slot.
    pub arms: Vec<Cell>,
}

/// Totals of one experiment: a campaign, or the holdout of the whole shop.
///
/// ```
/// use floorwalker::experiment::{Arm, Entry, Outcome, Plan, Segment, Totals, Unit};
/// use floorwalker::model::Timestamp;
///
/// let mut totals = Totals::new(&Plan::new(vec![0.0, 0.5, 0.5], Timestamp(0)));
/// let mut visitor = Entry::new(Unit([7; 16]), Arm::Variant(0), Segment::default(), Timestamp(1_000));
/// totals.enter(&mut visitor);
/// let ordered = Outcome { orders: 1, revenue: 12_900, profit: 4_100, ..Outcome::default() };
/// totals.change(&visitor, &Outcome::default(), &ordered, Timestamp(2_000));
/// totals.close(&visitor, &ordered, Timestamp(3_000));
/// assert_eq!(totals.arm(Arm::Variant(0)).unwrap().marks.first_conversions, 1);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// As it was at the start. Rules, alpha and the primary metric stay what they are here.
    plan: Plan,
    arms: Vec<ArmTotals>,
    assigned: SrmWatch,
    triggered: SrmWatch,
    /// By variant.
    watches: Vec<Watch>,
    /// The primary metric by variant, for changing shares.
    adaptive: Vec<AdaptiveDifference>,
    /// Of revenue and profit.
    winsors: [Winsor; 2],
    days: Vec<Day>,
    first_at: Option<Timestamp>,
    last_at: Timestamp,
    /// Changes of units whose arm this experiment does not have.
    ignored: u64,
}

impl Totals {
    /// Nothing counted yet. The plan is kept as it is now.
    pub fn new(plan: &Plan) -> Totals {
        let slots = plan.slots();
        Totals {
            plan: plan.clone(),
            arms: (0..slots).map(|_| ArmTotals::new()).collect(),
            assigned: SrmWatch::new(slots, SRM_STRENGTH),
            triggered: SrmWatch::new(slots, SRM_STRENGTH),
            watches: (2..slots).map(|slot| Watch::new(plan, slot)).collect(),
            adaptive: vec![AdaptiveDifference::default(); slots - 2],
            winsors: [Winsor::new(plan.revenue_cap), Winsor::new(plan.profit_cap)],
            days: Vec::new(),
            first_at: None,
            last_at: Timestamp(0),
            ignored: 0,
        }
    }

    /// A unit was put into an arm, whether or not the trigger ever fires. `shares` as in [`Entry::shares`].
    pub fn assign(&mut self, arm: Arm, shares: &[f64]) {
        let plan = &self.plan;
        self.assigned.count(arm.slot(), |slot| share(plan, shares, slot));
    }

    /// The trigger fired for a unit for the first time. Freezes into `entry` the caps that its values will be counted with.
    pub fn enter(&mut self, entry: &mut Entry) {
        let slot = entry.arm.slot();
        let Some(arm) = self.arms.get_mut(slot) else {
            self.ignored += 1;
            return;
        };
        entry.caps = [0, 1].map(|index| self.winsors[index].cap().unwrap_or(i64::MAX));
        arm.stratum(entry).enter(entry.covariate);
        self.first_at = Some(self.first_at.map_or(entry.at, |first| first.min(entry.at)));
        self.last_at = self.last_at.max(entry.at);
        if entry.quarantined {
            return;
        }
        for cell in entry.segment.cells() {
            arm.segments[cell].n += 1;
        }
        if let Some(cell) = self.day(entry) {
            cell.n += 1;
        }
        let plan = &self.plan;
        self.triggered.count(slot, |slot| share(plan, &entry.shares, slot));
        self.look(slot, entry.at);
    }

    /// What a unit brought went from `before` to `after`. `before` must be what was last reported of it, at first the default.
    pub fn change(&mut self, entry: &Entry, before: &Outcome, after: &Outcome, at: Timestamp) {
        let slot = entry.arm.slot();
        self.last_at = self.last_at.max(at);
        let Some(arm) = self.arms.get_mut(slot) else {
            self.ignored += 1;
            return;
        };
        let (old, new) = (values(before, entry.caps), values(after, entry.caps));
        arm.stratum(entry).change(&old, &new, entry.covariate);
        if entry.quarantined {
            return;
        }
        for cell in entry.segment.cells() {
            arm.segments[cell].change(&old, &new);
        }
        let is_first = !before.is_converted() && after.is_converted();
        if is_first {
            arm.marks.first_conversions += 1;
        }
        if let Some(cell) = self.day(entry) {
            cell.change(&old, &new);
        }
        self.winsors[0].change(old[2], new[2]);
        self.winsors[1].change(old[3], new[3]);
        if is_first {
            let control = self.plan.control.slot();
            for treated in 2..self.arms.len() {
                if slot == treated || slot == control {
                    let share = self.pair(entry, treated);
                    self.watches[treated - 2].conversions.converted(slot == treated, share);
                }
            }
        }
        self.look(slot, at);
    }

    /// A unit's window has passed with this outcome, which must be what was last reported. Once per unit.
    pub fn close(&mut self, entry: &Entry, outcome: &Outcome, at: Timestamp) {
        let slot = entry.arm.slot();
        self.last_at = self.last_at.max(at);
        let Some(arm) = self.arms.get_mut(slot) else {
            self.ignored += 1;
            return;
        };
        if entry.quarantined {
            return;
        }
        arm.marks.closed += 1;
        let value = values(outcome, entry.caps)[mean_column(self.plan.primary, false).index()] as f64;
        let control = self.plan.control.slot();
        let total: f64 = (0..self.arms.len()).map(|slot| share(&self.plan, &entry.shares, slot)).sum();
        let probability = |slot: usize| share(&self.plan, &entry.shares, slot) / total;
        for treated in 2..self.arms.len() {
            let outcome = (slot == treated || slot == control).then_some((slot == treated, value));
            self.adaptive[treated - 2].observe(probability(control), probability(treated), outcome);
            if outcome.is_some() {
                let share = self.pair(entry, treated);
                self.watches[treated - 2].randomization.close(slot == treated, share, value);
            }
        }
    }

    /// Counts what happened to a unit's treatment.
    pub fn mark(&mut self, arm: Arm, mark: Mark) {
        let Some(arm) = self.arms.get_mut(arm.slot()) else { return };
        match mark {
            Mark::Received => arm.marks.received += 1,
            Mark::Shown => arm.marks.shown += 1,
            Mark::Missed => arm.marks.missed += 1,
            Mark::Late => arm.marks.late += 1,
        }
    }

    /// Takes a unit out that turned out to have met two arms. What running tests have seen of it stays in them.
    pub fn cross_over(&mut self, entry: &Entry, outcome: &Outcome) {
        if self.withdraw(entry, outcome)
            && let Some(arm) = self.arms.get_mut(entry.arm.slot())
        {
            arm.marks.crossovers += 1;
        }
    }

    /// Sets a unit apart that turned out to be a bot or a suspect. What running tests have seen of it stays in them.
    pub fn quarantine(&mut self, entry: &mut Entry, outcome: &Outcome) {
        if entry.quarantined || !self.withdraw(entry, outcome) {
            return;
        }
        entry.quarantined = true;
        if let Some(arm) = self.arms.get_mut(entry.arm.slot()) {
            arm.quarantined.enter(entry.covariate);
            arm.quarantined.change(&[0; COLUMNS], &values(outcome, entry.caps), entry.covariate);
        }
    }

    fn withdraw(&mut self, entry: &Entry, outcome: &Outcome) -> bool {
        let Some(arm) = self.arms.get_mut(entry.arm.slot()) else { return false };
        let (old, new) = (values(outcome, entry.caps), [0; COLUMNS]);
        arm.stratum(entry).change(&old, &new, entry.covariate);
        arm.stratum(entry).leave(entry.covariate);
        if !entry.quarantined {
            for cell in entry.segment.cells() {
                arm.segments[cell].change(&old, &new);
                arm.segments[cell].n = arm.segments[cell].n.saturating_sub(1);
            }
            if let Some(cell) = self.day(entry) {
                cell.change(&old, &new);
                cell.n = cell.n.saturating_sub(1);
            }
        }
        true
    }

    /// Joins what another node counted of other units of the same experiment. Sums, histograms, segments and days are as if one node had
    /// counted all; exact tests are where shares were constant; looks before the merge no longer count (see the watches).
    /// Returns `false`, and changes nothing, if the other has another plan.
    pub fn merge(&mut self, other: &Totals) -> bool {
        if self.plan != other.plan || self.arms.len() != other.arms.len() {
            return false;
        }
        for (arm, more) in self.arms.iter_mut().zip(&other.arms) {
            arm.newcomers.add(&more.newcomers);
            arm.returning.add(&more.returning);
            arm.quarantined.add(&more.quarantined);
            for (cell, more) in arm.segments.iter_mut().zip(&more.segments) {
                cell.add(more);
            }
            let (marks, more) = (&mut arm.marks, &more.marks);
            marks.received += more.received;
            marks.shown += more.shown;
            marks.missed += more.missed;
            marks.late += more.late;
            marks.crossovers += more.crossovers;
            marks.first_conversions += more.first_conversions;
            marks.closed += more.closed;
        }
        self.assigned.merge(&other.assigned);
        self.triggered.merge(&other.triggered);
        for (watch, more) in self.watches.iter_mut().zip(&other.watches) {
            watch.merge(more);
        }
        for (mean, more) in self.adaptive.iter_mut().zip(&other.adaptive) {
            mean.merge(more);
        }
        for (winsor, more) in self.winsors.iter_mut().zip(&other.winsors) {
            winsor.merge(more);
        }
        for day in &other.days {
            for (slot, more) in day.arms.iter().enumerate() {
                if let Some(cell) = self.cell_of_day(day.day, slot) {
                    cell.add(more);
                }
            }
        }
        self.first_at = [self.first_at, other.first_at].into_iter().flatten().min();
        self.last_at = self.last_at.max(other.last_at);
        self.ignored += other.ignored;
        for slot in 2..self.arms.len() {
            self.look(slot, self.last_at);
        }
        true
    }

    fn pair(&self, entry: &Entry, treated: usize) -> f64 {
        let control = self.plan.control.slot();
        pair_share(share(&self.plan, &entry.shares, treated), share(&self.plan, &entry.shares, control))
    }

    /// Looks at the primary metric of every comparison that the arm in `slot` is part of.
    fn look(&mut self, slot: usize, at: Timestamp) {
        let control = self.plan.control.slot();
        for treated in 2..self.arms.len() {
            if (slot != treated && slot != control) || treated == control {
                continue;
            }
            let (left, right) = (&self.arms[control], &self.arms[treated]);
            let (a, b) = (left.primary(&self.plan), right.primary(&self.plan));
            let found = a.zip(b).and_then(|(a, b)| Some((a.mean, difference(&a, &b)?)));
            let converted = |arm: &ArmTotals| arm.sum(Column::Converted).max(0) as u64;
            let fewest = self.plan.primary.is_about_orders().then(|| converted(left).min(converted(right)));
            let n = left.units() + right.units();
            self.watches[treated - 2].look(&self.plan, at, n, found, fewest);
        }
    }

    fn day(&mut self, entry: &Entry) -> Option<&mut Cell> {
        self.cell_of_day((entry.at.0 / DAY_MICROS) as u32, entry.arm.slot())
    }

    /// The cell of a day, made if it is new. `None` for a day older than the [`DAYS_MAX`] latest ones.
    fn cell_of_day(&mut self, day: u32, slot: usize) -> Option<&mut Cell> {
        let index = match self.days.binary_search_by_key(&day, |kept| kept.day) {
            Ok(index) => index,
            Err(0) if self.days.len() >= DAYS_MAX => return None,
            Err(index) => {
                self.days.insert(index, Day { day, arms: vec![Cell::default(); self.arms.len()] });
                if self.days.len() > DAYS_MAX {
                    self.days.remove(0);
                    index - 1
                } else {
                    index
                }
            }
        };
        self.days.get_mut(index)?.arms.get_mut(slot)
    }

    /// The plan as it was at the start.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// An arm's sums.
    pub fn arm(&self, arm: Arm) -> Option<&ArmTotals> {
        self.arms.get(arm.slot())
    }

    /// All arms by slot.
    pub fn arms(&self) -> &[ArmTotals] {
        &self.arms
    }

    /// Units assigned, and units triggered, with the evidence against the intended split.
    pub fn splits(&self) -> [&SrmWatch; 2] {
        [&self.assigned, &self.triggered]
    }

    /// The looks at a variant. `None` for an arm that is none.
    pub fn watch(&self, arm: Arm) -> Option<&Watch> {
        self.watches.get(arm.slot().checked_sub(2)?)
    }

    /// The primary metric of a variant against the control, from logged probabilities. `None` for an arm that is none.
    pub fn adaptive(&self, arm: Arm) -> Option<&AdaptiveDifference> {
        self.adaptive.get(arm.slot().checked_sub(2)?)
    }

    /// Frozen caps of revenue and profit in minor units.
    pub fn caps(&self) -> [Option<i64>; 2] {
        [self.winsors[0].cap(), self.winsors[1].cap()]
    }

    /// Units by day of entry, oldest first.
    pub fn days(&self) -> &[Day] {
        &self.days
    }

    /// When the first unit entered, and when something was last reported.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.first_at.map(|first| (first, self.last_at))
    }

    /// Reports of units whose arm this experiment does not have; they were left out.
    pub fn ignored(&self) -> u64 {
        self.ignored
    }
}

impl ArmTotals {
    /// The primary metric, from the columns it needs: the other sums are not added up for a look.
    fn primary(&self, plan: &Plan) -> Option<Moments> {
        if plan.primary.kind() == MetricKind::Ratio {
            return self.all().metric(plan.primary, false);
        }
        let column = mean_column(plan.primary, false);
        let n = self.units();
        if plan.primary.kind() == MetricKind::Proportion {
            return Moments::of_share(self.sum(column) as f64, n as f64);
        }
        Moments::from_sums(n, self.sum(column), self.newcomers.squares(column) + self.returning.squares(column))
    }
}

fn share(plan: &Plan, shares: &[f64], slot: usize) -> f64 {
    if shares.is_empty() {
        return plan.share(slot);
    }
    shares.get(slot).copied().filter(|share| share.is_finite()).unwrap_or(0.0).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::super::Metric;
    use super::super::Segment;
    use super::super::Unit;
    use super::*;

    fn plan() -> Plan {
        let mut plan = Plan::new(vec![0.0, 0.5, 0.5], Timestamp(0));
        plan.mode = super::super::Mode::Open { tuned_for: 2_000 };
        plan
    }

    /// A few thousand visitors: some order, some order twice, some give back; every fifth is new.
    fn run(totals: &mut [Totals], units: u32) {
        for i in 0..units {
            let parts = totals.len() as u32;
            let node = &mut totals[(i / 3 % parts) as usize];
            let at = Timestamp(u64::from(i) * 120_000_000);
            let arm = if i * 7 % 5 % 2 == 0 { Arm::Baseline } else { Arm::Variant(0) };
            let segment = Segment { newcomer: i % 5 == 0, ..Segment::default() };
            let mut entry = Entry::new(Unit(u128::from(i).to_be_bytes()), arm, segment, at);
            entry.covariate = i64::from(i % 11) * 100;
            entry.quarantined = i % 49 == 13;
            node.assign(arm, &[]);
            node.enter(&mut entry);
            let mut last = Outcome::default();
            if i % 4 == 1 {
                for order in 1..=(1 + i % 3) {
                    let mut next = last.clone();
                    next.orders = order;
                    next.revenue += i64::from(i * 31 % 997) * 10;
                    next.profit = next.revenue / 3;
                    node.change(&entry, &last, &next, at);
                    last = next;
                }
            }
            if i % 12 == 5 {
                let back = Outcome { revenue: -500, refunded: last.revenue + 500, ..last.clone() };
                node.change(&entry, &last, &back, at);
                last = back;
            }
            node.close(&entry, &last, at);
        }
    }

    #[test]
    fn nodes_that_are_merged_have_what_one_would_have() {
        let mut one = [Totals::new(&plan())];
        run(&mut one, 4_000);
        let [one] = one;
        let mut parts = [Totals::new(&plan()), Totals::new(&plan()), Totals::new(&plan())];
        run(&mut parts, 4_000);
        let [mut merged, second, third] = parts;
        assert!(merged.merge(&second) && merged.merge(&third));
        assert_eq!(merged.days, one.days);
        assert_eq!(merged.splits()[1].counts(), one.splits()[1].counts());
        for (left, right) in merged.arms.iter().zip(&one.arms) {
            assert_eq!(left, right);
            assert!(right.quarantined.n > 0 || right.units() == 0);
        }
        let (left, right) = (merged.watch(Arm::Variant(0)).unwrap(), one.watch(Arm::Variant(0)).unwrap());
        assert_eq!(left.conversions().counts(), right.conversions().counts());
        assert!((left.conversions().log_e() - right.conversions().log_e()).abs() < 1e-9);
        let other = Totals::new(&Plan { alpha: 0.1, ..plan() });
        assert!(!merged.merge(&other), "another plan is another experiment");
    }

    #[test]
    fn sums_are_those_of_the_final_outcomes_in_any_order() {
        let mut totals = Totals::new(&plan());
        let mut entry = Entry::new(Unit([1; 16]), Arm::Variant(0), Segment::default(), Timestamp(5));
        entry.covariate = 30;
        totals.enter(&mut entry);
        let first = Outcome { orders: 1, revenue: 900, profit: 300, discount: 50, task_ms: Some(2_000), ..Outcome::default() };
        let last = Outcome { orders: 2, revenue: 700, refunded: 600, page_views: 4, bounced: false, ..first.clone() };
        totals.change(&entry, &Outcome::default(), &first, Timestamp(6));
        totals.change(&entry, &first, &last, Timestamp(7));
        let mut direct = Totals::new(&plan());
        let mut again = entry.clone();
        direct.enter(&mut again);
        direct.change(&again, &Outcome::default(), &last, Timestamp(7));
        assert_eq!(totals.arms, direct.arms);
        let all = totals.arms[2].all();
        assert_eq!((all.sum(Column::Revenue), all.sum(Column::Orders), totals.arms[2].marks.first_conversions), (700, 2, 1));
        assert_eq!(all.metric(Metric::AverageOrderValue, false).unwrap().mean, 350.0);
        totals.quarantine(&mut entry, &last);
        assert_eq!((totals.arms[2].units(), totals.arms[2].quarantined().n, totals.arms[2].all().sum(Column::Revenue)), (0, 1, 0));
        assert_eq!(totals.days[0].arms[2], Cell::default());
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let mut totals = [Totals::new(&plan())];
        run(&mut totals, 500);
        let bytes = rmp_serde::to_vec_named(&totals[0]).unwrap();
        assert_eq!(rmp_serde::from_slice::<Totals>(&bytes).unwrap(), totals[0]);
    }

    #[test]
    fn memory_stays_as_it_is() {
        let mut totals = [Totals::new(&plan())];
        run(&mut totals, 20_000);
        let before = rmp_serde::to_vec_named(&totals[0]).unwrap().len();
        run(&mut totals, 80_000);
        let after = rmp_serde::to_vec_named(&totals[0]).unwrap().len();
        assert!(totals[0].days.len() == DAYS_MAX && totals[0].watches[0].points().len() < super::super::watch::POINTS_MAX);
        assert!(after < 120_000 && after < before * 3, "{before} {after}");
    }
}
