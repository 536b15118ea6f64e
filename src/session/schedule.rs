//! Which deadlines lie ahead, worked out anew after each input.

use super::Session;
use super::Timer;
use super::apply::subject;
use crate::campaign::DwellOf;
use crate::decide::Snapshot;
use crate::model::Timestamp;

impl Session {
    pub(super) fn schedule(&mut self, at: Timestamp, snapshot: &Snapshot) {
        let visit = &snapshot.settings.visit;
        let end = (self.active + visit.ends_after).min(self.started + visit.longest);
        let lost = self.streams.iter().filter(|stream| !stream.connected).map(|stream| stream.touched + visit.resume_within).min();
        let idle = snapshot.campaigns.next_idle(self.idle_us).filter(|_| self.front().is_some());
        let behavior = self.learns().map(|permit| self.behavior.read(permit));
        let table = [
            (Timer::Exit, self.exit.deadline()),
            (Timer::Dwell, self.next_dwell(snapshot)),
            (Timer::Idle, idle.map(|threshold| Timestamp(self.active.0.saturating_add(threshold)))),
            (Timer::Level, self.armed.next_level()),
            (Timer::Sequence, behavior.and_then(|behavior| behavior.sequences.next_deadline())),
            (Timer::Expiry, self.next_expiry()),
            (Timer::Stream, lost),
            (Timer::End, Some(end)),
        ];
        // A length of zero is due with the next input, which is later than this one.
        let earliest = Timestamp(at.0 + 1);
        for (timer, deadline) in table {
            self.timers.set(timer, deadline.map(|deadline| deadline.max(earliest)));
        }
    }

    /// When the next dwell threshold is reached if the attention that has credit goes on.
    fn next_dwell(&self, snapshot: &Snapshot) -> Option<Timestamp> {
        let (stream, counted, credit) = self.attention.running()?;
        let page = self.streams.iter().find(|s| s.id == stream)?.page.as_ref()?;
        let (product, category) = subject(&page.page);
        // Without consent, and on pages about nothing, these two stand still.
        let looked = self.learns().map(|permit| &self.behavior.read(permit).looked);
        let product = looked.filter(|_| !product.is_none()).map(|looked| looked.product_us(product));
        let category = looked.filter(|_| !category.is_none()).map(|looked| looked.category_us(category));
        let levels = [
            (DwellOf::Page, Some(page.attention_us)),
            (DwellOf::Product, product),
            (DwellOf::Category, category),
            (DwellOf::Session, Some(self.attention.total_us())),
        ];
        let missing = levels.into_iter().filter_map(|(of, level)| Some(snapshot.campaigns.next_dwell(of, level?)? - level?)).min()?;
        let deadline = Timestamp(counted.0.saturating_add(missing));
        (deadline <= credit).then_some(deadline)
    }

    /// When content or a promise of it stops being true.
    fn next_expiry(&self) -> Option<Timestamp> {
        let content = self.streams.iter().flat_map(|stream| &stream.page).flat_map(|page| &page.spots);
        let content = content.filter_map(|spot| spot.held.as_ref()?.content.expires());
        let overlay = self.overlay.iter().filter_map(|overlay| overlay.until);
        content.chain(overlay).chain(self.pending.iter().map(|pending| pending.until)).min()
    }
}
