//! `floorwalker export`.

use super::past::Where;
use crate::decide::context_names;
use crate::engine::LoggedChoice;
use crate::engine::choices;
use crate::history;
use crate::history::Entry;
use crate::model::Event;
use crate::session::Input;
use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Writes every choice between a campaign's arms as JSON Lines: what was known, what was chosen, how likely every possible arm was,
    /// and whether the visit ordered afterwards.
    Decisions(Decisions),
}

#[derive(clap::Args)]
#[command(after_help = "Of one visit and campaign the first choice is written; later ones follow it.\n\
    Example: floorwalker export decisions --data shop-data > decisions.jsonl\n\
    Example: floorwalker evaluate policy --log decisions.jsonl --campaign welcome --target uniform")]
struct Decisions {
    #[command(flatten)]
    place: Where,
    /// Only this campaign's.
    #[arg(long, value_name = "ID")]
    campaign: Option<String>,
}

/// A choice whose visit goes on.
struct Waiting {
    at_ms: u64,
    session: [u8; 16],
    choice: LoggedChoice,
    has_ordered: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let What::Decisions(args) = &args.what;
    let past = args.place.open()?;
    let mut list: Vec<Waiting> = Vec::new();
    let mut of_visit: BTreeMap<[u8; 16], Vec<usize>> = BTreeMap::new();
    past.scan(|record| {
        match record.kind & !history::MEASURED {
            history::DECISION => {
                for choice in choices(&record.payload) {
                    let wanted = args.campaign.as_ref().is_none_or(|wanted| *wanted == choice.campaign);
                    let own = of_visit.entry(record.session).or_default();
                    if wanted && !own.iter().any(|&at| list[at].choice.campaign == choice.campaign) {
                        own.push(list.len());
                        list.push(Waiting { at_ms: record.at_us / 1_000, session: record.session, choice, has_ordered: false });
                    }
                }
            }
            history::TURN => {
                if let Some(own) = of_visit.get(&record.session)
                    && let Ok(Entry::Turn(turn)) = Entry::read(record.kind, &record.payload)
                    && matches!(turn.input, Input::Event { event: Event::Order(_), .. })
                {
                    own.iter().for_each(|&at| list[at].has_ordered = true);
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    })?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for waiting in &list {
        if let Err(error) = writeln!(out, "{}", line(waiting)) {
            // Whoever reads has seen enough.
            return if error.kind() == std::io::ErrorKind::BrokenPipe { Ok(ExitCode::SUCCESS) } else { Err(error.into()) };
        }
    }
    match out.flush() {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// A line; the visit stands under a number that is not its id.
fn line(waiting: &Waiting) -> serde_json::Value {
    let choice = &waiting.choice;
    // The constant is no news.
    let context = context_names().into_iter().zip(&choice.context).skip(1);
    let context: serde_json::Map<String, serde_json::Value> =
        context.map(|(name, number)| (name.to_owned(), serde_json::json!(f64::from(*number)))).collect();
    let total: f64 = choice.chances.iter().map(|chance| f64::from(*chance)).sum();
    let chances: serde_json::Map<String, serde_json::Value> = choice
        .arms
        .iter()
        .zip(&choice.chances)
        .map(|(arm, chance)| (arm.clone(), serde_json::json!(f64::from(*chance) / total.max(f64::MIN_POSITIVE))))
        .collect();
    serde_json::json!({
        "at": waiting.at_ms,
        "visit": format!("{:08x}", xxhash_rust::xxh3::xxh3_64(&waiting.session) >> 32),
        "campaign": choice.campaign,
        "context": context,
        "action": choice.arms.get(choice.chosen),
        "chances": chances,
        "reward": u8::from(waiting.has_ordered),
    })
}
