//! A shopper: page after page, now and then a second tab, and at last another browser.

use super::chance::Chance;
use super::page::End;
use super::page::Page;
use super::world::World;
use std::sync::Arc;

/// Shops until the run is over.
pub async fn shop(world: Arc<World>, number: u64) {
    let mut chance = Chance::new(world.seed, number + 1);
    for life in 0_u32.. {
        let browser = world.arrives(format!("c{number}v{life}"));
        loop {
            let mut page = Page::open(world.clone(), browser.clone(), Chance::new(chance.next(), 1), true);
            let is_alone = browser.memory().tabs.values().all(|tab| tab.is_main || tab.is_gone);
            if browser.memory().is_known && is_alone && chance.percent(40) {
                let mut second = Page::open(world.clone(), browser.clone(), Chance::new(chance.next(), 2), false);
                tokio::spawn(async move {
                    if second.live().await == End::Left {
                        second.leave().await;
                    }
                });
            }
            if page.live().await == End::Over {
                return;
            }
            tokio::spawn(page.leave());
            // A new browser is a new visitor, who may be offered a code.
            if chance.percent(20) {
                break;
            }
        }
        browser.memory().is_retired = true;
    }
}
