//! Stories: what shoppers do as text, and the exact list of effects as text.
//!
//! One line of a story is `SECONDS TAB VERB ARGUMENTS`; tabs are single letters, `-` stands where none is meant. Deadlines between two
//! lines are met as the shell would meet them. One line of the outcome is `SECONDS EFFECT`, so a push too many fails like one too few.

mod actions;
mod arbitration;
mod consent;
mod interference;
mod learning;
mod limits;
mod measure;
mod null;
mod offers;
mod refusals;
mod story;
mod streams;
mod time;
mod traffic;
mod triggers;

use story::Story;

/// Plays a story with these campaigns and compares the whole outcome.
#[track_caller]
fn check(campaigns: &[String], story: &str, expect: &str) {
    check_in(Story::new(campaigns), story, expect);
}

/// The same in a world of one's own.
#[track_caller]
fn check_in(mut world: Story, story: &str, expect: &str) -> Story {
    let got = world.play(story);
    let wanted: Vec<&str> = expect.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let text = got.join("\n");
    assert!(got == wanted, "\n--- got\n{text}\n--- wanted\n{}\n", wanted.join("\n"));
    world
}

/// A campaign with one trigger that fills `banner` with its own name.
fn rule(id: &str, trigger: &str) -> String {
    rule_with(id, trigger, "", &fill("banner", id))
}

/// The same with more lines at its head, and these actions.
fn rule_with(id: &str, trigger: &str, head: &str, actions: &str) -> String {
    let start = if head.contains("baseline") { "" } else { "baseline = 0.0\n" };
    format!("id = '{id}'\nname = '{id}'\n{start}{head}\ntrigger = [{{ {trigger} }}]\nvariant = [{{ id = 'v', action = [{actions}] }}]\n")
}

fn fill(placement: &str, title: &str) -> String {
    format!("{{ do = 'fill', placement = '{placement}', template = 't', data = {{ title = '{title}' }} }}")
}

fn offer(placement: &str) -> String {
    let budget = "budget = { count = 5, every = '1d' }";
    format!(
        "{{ do = 'offer', placement = '{placement}', template = 't', offer = {{ kind = 'free_shipping', expires = '20m', {budget} }} }}"
    )
}
