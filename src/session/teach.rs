//! What a visit teaches about the campaigns that learn: which variant it got in which situation, and what that brought.

use super::Session;
use crate::campaign::Campaign;
use crate::decide::Chosen;
use crate::learn::lessons::Context;
use crate::learn::lessons::Experience;
use crate::model::DeviceKind;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;

/// What a visit has chosen, and what it has not taught yet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Choices {
    /// At most [`Session::CHOSEN_MAX`]; later ones are not learned from.
    chosen: Vec<Chosen>,
    /// At most twice as many.
    owed: Vec<Experience>,
}

impl Session {
    /// Campaigns that learn in one visit. Chosen: a page shows a few.
    pub const CHOSEN_MAX: usize = 8;

    /// What the shell must teach; its answer is [`Input::Taught`](super::Input::Taught).
    pub fn owed(&self) -> &[Experience] {
        self.choices.as_ref().map_or(&[], |choices| &choices.owed)
    }

    /// What this visit has chosen.
    pub(super) fn chosen(&self) -> &[Chosen] {
        self.choices.as_ref().map_or(&[], |choices| &choices.chosen)
    }

    /// Keeps a choice for the rest of the visit, and owes that it was made. Bots teach nothing, nor do those who did not agree.
    pub(super) fn note_choice(&mut self, campaign: &Campaign, variant: u8, context: Context, weights: SmallVec<[u32; 8]>) {
        let Some(trial) = campaign.learns else { return };
        let is_known = self.chosen().iter().any(|chosen| chosen.campaign == campaign.key && chosen.trial == trial);
        if is_known
            || self.chosen().len() >= Self::CHOSEN_MAX
            || self.learns().is_none()
            || self.preview
            || self.context.device == DeviceKind::Bot
        {
            return;
        }
        let variants = campaign.variants.len() as u8;
        let goal = Goal::of(campaign);
        let mark = goal.count(self);
        let chosen = Chosen { campaign: campaign.key, trial, variant, variants, context, weights, goal: goal as u8, mark, is_paid: false };
        let choices = self.choices.get_or_insert_default();
        choices.owed.push(experience(&chosen, false));
        choices.chosen.push(chosen);
    }

    /// Owes what choices have brought by now.
    pub(super) fn settle(&mut self) {
        let Some(mut choices) = self.choices.take() else { return };
        for chosen in choices.chosen.iter_mut().filter(|chosen| !chosen.is_paid) {
            if Goal::numbered(chosen.goal).count(self) > chosen.mark {
                chosen.is_paid = true;
                choices.owed.push(experience(chosen, true));
            }
        }
        self.choices = Some(choices);
    }

    /// Crosses out what was taught.
    pub(super) fn taught(&mut self, list: &[Experience]) {
        if let Some(choices) = &mut self.choices {
            choices.owed.retain(|owed| !list.contains(owed));
        }
    }

    /// Forgets what was chosen by behavior; what was taught is in sums that name nobody.
    pub(super) fn forget_choices(&mut self) {
        self.choices = None;
    }
}

fn experience(chosen: &Chosen, is_reward: bool) -> Experience {
    Experience {
        campaign: chosen.campaign,
        trial: chosen.trial,
        variant: chosen.variant,
        variants: chosen.variants,
        context: chosen.context,
        is_reward,
    }
}

/// What a campaign is for, as something that can be counted in a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Goal {
    Order,
    Cart,
    /// A product was looked at.
    Look,
}

impl Goal {
    fn of(campaign: &Campaign) -> Goal {
        match &*campaign.goal {
            "order" | "retention" => Goal::Order,
            "cart" => Goal::Cart,
            _ => Goal::Look,
        }
    }

    fn numbered(number: u8) -> Goal {
        match number {
            0 => Goal::Order,
            1 => Goal::Cart,
            _ => Goal::Look,
        }
    }

    fn count(self, session: &Session) -> u32 {
        match self {
            Goal::Order => session.counters.orders,
            Goal::Cart => session.counters.cart_adds,
            Goal::Look => session.counters.product_views,
        }
    }
}
