//! What a visit brings to the experiments it takes part in: entered where outcomes could first differ, told when something counts.
//!
//! A campaign's experiment is entered the first time the campaign would have acted, in every arm alike: the decision asks the arm last.
//! Page views, attention and the shop's own events are counted by the visit anyway and told as differences, so that quiet events cost
//! nothing. Nothing is measured without consent, and nobody is dropped for what they are: bots, previews and who turned
//! personalization off are counted apart.

use super::Effect;
use super::Effects;
use super::Session;
use super::trials::Deeds;
use super::trials::Enrolled;
use super::trials::Exposure;
use super::trials::Measured;
use super::trials::News;
use super::trials::Sold;
use super::trials::Trials;
use crate::campaign::Campaign;
use crate::consent::Purpose;
use crate::decide::Snapshot;
use crate::decide::WHOLE_SHOP;
use crate::decide::experiment_of;
use crate::decide::whole_shop_experiment;
use crate::experiment::Arm;
use crate::experiment::Assignment;
use crate::experiment::Entry;
use crate::experiment::Outcome;
use crate::experiment::Segment;
use crate::experiment::assign_unit;
use crate::model::DeviceKind;
use crate::model::Key;
use crate::model::Order;
use crate::model::PageKind;
use crate::model::ReceiptState;
use crate::model::Refund;
use crate::model::Sale;
use crate::model::Timestamp;
use crate::model::key_of;

impl Session {
    /// Experiments of the visit's unit and the orders that count in them.
    pub fn trials(&self) -> &Trials {
        &self.trials
    }

    fn measures(&self) -> bool {
        self.listens || self.consent.capabilities().allows(Purpose::Measure)
    }

    /// A campaign acts, or would have.
    pub(super) fn enrol(
        &mut self,
        at: Timestamp,
        page: PageKind,
        campaign: &Campaign,
        (assignment, shares): (Assignment, &[f64]),
        snapshot: &Snapshot,
        out: &mut Effects,
    ) {
        let experiment = experiment_of(campaign, &snapshot.settings.experiments);
        self.enter(at, page, (campaign.key, experiment), (assignment.arm, shares), snapshot, out);
    }

    /// The whole visit is a part of the experiment on all campaigns together, from its first page on.
    pub(super) fn enrol_whole(&mut self, at: Timestamp, snapshot: &Snapshot, out: &mut Effects) {
        let experiments = &snapshot.settings.experiments;
        if self.counters.page_views == 0 || experiments.holdout <= 0.0 || self.listens {
            return;
        }
        let experiment = whole_shop_experiment(experiments);
        if self.trials.has(experiment) || !self.measures() {
            return;
        }
        let arm = match assign_unit("", &self.unit, experiments.holdout, 0.0, &[1]).arm {
            Arm::Holdout => Arm::Holdout,
            _ => Arm::Variant(0),
        };
        let page = self.streams.iter().find_map(|stream| stream.page.as_ref()).map_or(PageKind::Other, |page| page.page.kind);
        self.enter(at, page, (key_of(WHOLE_SHOP), experiment), (arm, &[]), snapshot, out);
    }

    fn enter(
        &mut self,
        at: Timestamp,
        page: PageKind,
        (campaign, experiment): (Key, Key),
        (arm, shares): (Arm, &[f64]),
        snapshot: &Snapshot,
        out: &mut Effects,
    ) {
        if !self.measures() || self.trials.has(experiment) {
            return;
        }
        let open_since = Timestamp(at.0.saturating_sub(snapshot.settings.experiments.window.as_micros() as u64));
        if !self.trials.make_room(open_since) {
            return;
        }
        let segment = Segment {
            device: self.context.device,
            newcomer: self.profile().is_none_or(|profile| profile.sessions == 0),
            referrer: self.context.referrer,
            page,
        };
        let mut entry = Entry::new(self.unit, arm, segment, at);
        entry.shares = shares.into();
        entry.quarantined = self.preview || self.opted_out || self.context.device == DeviceKind::Bot;
        if self.cart.currency == snapshot.catalog.currency() {
            entry.covariate = self.cart.value().minor;
        }
        let deeds = self.deeds();
        self.trials.list.push(Enrolled::new(campaign, experiment, &entry, deeds));
        let measured = Measured { campaign, experiment, entry, before: None, after: Outcome::default(), exposed: 0, news: News::Nothing };
        out.list.push(Effect::Measured(Box::new(measured)));
    }

    fn deeds(&self) -> Deeds {
        let counters = &self.counters;
        let acts = [counters.page_views, counters.clicks, counters.cart_adds, counters.searches, counters.orders];
        Deeds {
            views: counters.page_views,
            attention_seconds: (self.attention.total_us() / 1_000_000).min(u64::from(u32::MAX)) as u32,
            acts: acts.into_iter().fold(0, u32::saturating_add),
            custom: self.custom,
        }
    }

    /// Counts one of the shop's own events.
    pub(super) fn count_custom(&mut self, name: Key, snapshot: &Snapshot) {
        let metrics = &snapshot.settings.experiments.metrics;
        let counters = metrics.iter().zip(&mut self.custom).filter(|(metric, _)| key_of(metric) == name);
        counters.for_each(|(_, count)| *count = count.saturating_add(1));
    }

    /// A page says that something was ordered. True if the order was not known.
    pub(super) fn order_claimed(&mut self, at: Timestamp, order: &Order, snapshot: &Snapshot, out: &mut Effects) -> bool {
        let id = if order.id.is_empty() { Key::NONE } else { key_of(&order.id) };
        if !id.is_none() && self.trials.sale(id).is_some() {
            return false;
        }
        if self.measures() {
            let catalog = &snapshot.catalog;
            // Amounts of different currencies are never added.
            let value = if order.value.currency == catalog.currency() { order.value.minor } else { 0 };
            let quantity = |product: Key| self.cart.quantity(product).max(1);
            let lines = order.products.iter().map(|product| (*product, quantity(*product)));
            let profit = value - cost_of(value, lines, snapshot);
            let sold = Sold { order: id, at, value, profit, discount: 0, confirmed: false, refunds: Default::default() };
            self.count_sale(at, sold, snapshot, out);
        }
        true
    }

    /// The shop's server says what was ordered: its word replaces the page's.
    pub(super) fn sold(&mut self, at: Timestamp, sale: &Sale, snapshot: &Snapshot, out: &mut Effects) {
        if !self.measures() {
            return;
        }
        let cost = sale.cost.unwrap_or_else(|| cost_of(sale.value, sale.lines.iter().copied(), snapshot));
        let mut sold = Sold {
            order: sale.order,
            at,
            value: sale.value,
            profit: sale.value - cost,
            discount: sale.discount,
            confirmed: true,
            refunds: Default::default(),
        };
        match self.trials.sales.iter().position(|known| known.order == sale.order) {
            Some(place) => {
                let Some(known) = self.trials.sales.get(place).cloned() else { return };
                if !known.confirmed {
                    (sold.at, sold.refunds) = (known.at, known.refunds.clone());
                    let change = [sold.value - known.value, sold.profit - known.profit, sold.discount - known.discount];
                    let ordered = sold.at;
                    if let Some(slot) = self.trials.sales.get_mut(place) {
                        *slot = sold;
                    }
                    self.tell_where(
                        out,
                        |enrolled| counts(enrolled, ordered, snapshot),
                        |outcome, _| {
                            outcome.revenue += change[0];
                            outcome.profit += change[1];
                            outcome.discount += change[2];
                        },
                    );
                }
            }
            None => {
                if !self.ordered.contains(&sale.order)
                    && let Some(profile) = self.profile_mut()
                {
                    profile.orders = profile.orders.saturating_add(1);
                    profile.note_bought(&sale.lines.iter().map(|(product, _)| *product).collect::<Vec<_>>());
                }
                self.count_sale(at, sold, snapshot, out);
            }
        }
        self.heard(out);
    }

    /// Money was given back.
    pub(super) fn refunded(&mut self, refund: &Refund, snapshot: &Snapshot, out: &mut Effects) {
        if let Some(sold) = self.trials.sales.iter_mut().find(|sold| sold.order == refund.order)
            && !sold.refunds.contains(&refund.refund)
        {
            if sold.refunds.len() == Sold::REFUNDS_MAX {
                sold.refunds.remove(0);
            }
            sold.refunds.push(refund.refund);
            let ordered = sold.at;
            self.tell_where(
                out,
                |enrolled| counts(enrolled, ordered, snapshot),
                |outcome, _| {
                    outcome.revenue -= refund.amount;
                    outcome.profit -= refund.amount - refund.goods;
                    outcome.refunded += refund.amount;
                },
            );
        }
        self.heard(out);
    }

    fn count_sale(&mut self, at: Timestamp, sold: Sold, snapshot: &Snapshot, out: &mut Effects) {
        let (value, profit, discount) = (sold.value, sold.profit, sold.discount);
        self.trials.note_sale(sold);
        self.tell_where(
            out,
            |enrolled| counts(enrolled, at, snapshot),
            |outcome, entered| {
                outcome.orders = outcome.orders.saturating_add(1);
                outcome.revenue += value;
                outcome.profit += profit;
                outcome.discount += discount;
                let took_ms = (at.since(entered).as_millis()).min(u128::from(u32::MAX)) as u32;
                outcome.task_ms.get_or_insert(took_ms);
            },
        );
    }

    /// The visit is over: what was counted quietly is told.
    pub(super) fn tell_at_the_end(&mut self, at: Timestamp, snapshot: &Snapshot, out: &mut Effects) {
        self.tell_where(out, |enrolled| counts(enrolled, at, snapshot), |_, _| {});
    }

    fn tell_where(&mut self, out: &mut Effects, applies: impl Fn(&Enrolled) -> bool, change: impl Fn(&mut Outcome, Timestamp)) {
        let (deeds, unit, ending) = (self.deeds(), self.unit, self.ended);
        for enrolled in self.trials.list.iter_mut().filter(|enrolled| !enrolled.crossed && applies(enrolled)) {
            let before = enrolled.outcome.clone();
            let (after, since) = (&mut enrolled.outcome, enrolled.since);
            after.page_views = after.page_views.saturating_add(deeds.views.saturating_sub(since.views));
            after.attention_seconds =
                after.attention_seconds.saturating_add(deeds.attention_seconds.saturating_sub(since.attention_seconds));
            for (value, (now, then)) in after.custom.iter_mut().zip(deeds.custom.into_iter().zip(since.custom)) {
                *value = value.saturating_add(1_000 * i64::from(now.saturating_sub(then)));
            }
            enrolled.acted |= deeds.acts > since.acts;
            enrolled.since = deeds;
            change(after, enrolled.at);
            let mut news = News::Nothing;
            if ending {
                after.bounced = !enrolled.acted && after.orders == 0;
                if !enrolled.closed {
                    (enrolled.closed, news) = (true, News::Closed);
                }
            }
            let exposed = enrolled.exposed & !enrolled.exposure_told;
            enrolled.exposure_told |= exposed;
            if *after != before || exposed != 0 || news != News::Nothing {
                let measured = Measured {
                    campaign: enrolled.campaign,
                    experiment: enrolled.experiment,
                    entry: enrolled.entry(unit),
                    before: Some(before),
                    after: enrolled.outcome.clone(),
                    exposed,
                    news,
                };
                out.list.push(Effect::Measured(Box::new(measured)));
            }
        }
    }

    /// A page said what became of a campaign's content.
    pub(super) fn note_exposure(&mut self, campaign: Key, state: ReceiptState) {
        let exposure = match state {
            ReceiptState::Received => Exposure::Received,
            ReceiptState::Shown => Exposure::Shown,
            ReceiptState::Failed | ReceiptState::Suppressed => Exposure::Missed,
            ReceiptState::Dismissed | ReceiptState::Clicked => return,
        };
        if let Some(enrolled) = self.trials.list.iter_mut().rev().find(|enrolled| enrolled.campaign == campaign) {
            enrolled.exposed |= exposure.bit();
        }
    }

    /// The visitor turned out to be somebody who was assigned before under another id. Where both met different arms, this visit's part
    /// is taken out.
    pub(super) fn cross_over(&mut self, earlier: &Trials, out: &mut Effects) {
        let unit = self.unit;
        for enrolled in self.trials.list.iter_mut().filter(|enrolled| !enrolled.crossed) {
            let other = earlier.list.iter().find(|known| known.experiment == enrolled.experiment);
            if other.is_none_or(|known| known.arm() == enrolled.arm()) {
                continue;
            }
            enrolled.crossed = true;
            let outcome = enrolled.outcome.clone();
            let measured = Measured {
                campaign: enrolled.campaign,
                experiment: enrolled.experiment,
                entry: enrolled.entry(unit),
                before: Some(outcome.clone()),
                after: outcome,
                exposed: 0,
                news: News::Crossed,
            };
            out.list.push(Effect::Measured(Box::new(measured)));
        }
    }

    /// Experiments that earlier visits of the same unit have entered go on in this one.
    pub(super) fn resume_trials(&mut self, trials: Trials) {
        let Trials { list, sales } = trials.rebased();
        let own = std::mem::take(&mut self.trials);
        self.trials = Trials { list, sales };
        // What this visit has entered by itself stays as it was told.
        for enrolled in own.list {
            self.trials.list.retain(|known| known.experiment != enrolled.experiment);
            self.trials.list.push(enrolled);
        }
        let excess = self.trials.list.len().saturating_sub(Trials::ENROLLED_MAX);
        self.trials.list.drain(..excess);
        own.sales.into_iter().for_each(|sold| self.trials.note_sale(sold));
        let deeds = self.deeds();
        self.trials.list.iter_mut().filter(|enrolled| enrolled.since == Deeds::default()).for_each(|enrolled| enrolled.since = deeds);
    }

    /// A visit that only listens is over when it has heard.
    fn heard(&mut self, out: &mut Effects) {
        if self.listens {
            self.end_listening(out);
        }
    }
}

/// Whether what happens at a moment counts in an experiment: after the entry and within its window.
fn counts(enrolled: &Enrolled, at: Timestamp, snapshot: &Snapshot) -> bool {
    enrolled.at <= at && at.since(enrolled.at) <= snapshot.settings.experiments.window
}

/// What goods cost the shop. Of goods of unknown cost a share of the order's value is left as margin.
fn cost_of(value: i64, lines: impl Iterator<Item = (Key, u32)>, snapshot: &Snapshot) -> i64 {
    let margin = snapshot.settings.experiments.margin.clamp(0.0, 1.0);
    let (mut known, mut unknown) = (0_i64, 0_i64);
    let mut any = false;
    for (product, quantity) in lines {
        any = true;
        let found = snapshot.catalog.product(product);
        match found.and_then(|found| found.cost) {
            Some(cost) => known = known.saturating_add(cost.saturating_mul(i64::from(quantity))),
            None => unknown = unknown.saturating_add(found.map_or(0, |found| found.price.minor).saturating_mul(i64::from(quantity))),
        }
    }
    if !any {
        unknown = value;
    }
    known.saturating_add((unknown as f64 * (1.0 - margin)).round() as i64)
}
