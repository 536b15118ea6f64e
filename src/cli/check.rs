//! `floorwalker check`.

use crate::app::World;
use crate::campaign::Campaign;
use crate::campaign::Mistake;
use crate::campaign::Severity;
use crate::campaign::World as LintWorld;
use crate::campaign::lint;
use crate::catalog::Catalog;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

#[derive(clap::Args)]
#[command(after_help = "Example: floorwalker check campaigns/")]
pub(super) struct Args {
    /// Campaign files, or folders of them.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// The shop's configuration: lets products, categories, brands, placements and templates be checked too.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let config = super::load(args.config.as_deref())?;
    let (currency, world) = match &args.config {
        Some(path) => {
            let checked = config.check().map_err(|problems| super::listed(&path.display().to_string(), &problems))?;
            (checked.currency, Some(World::load(&config, &checked)?))
        }
        None => (crate::model::Currency::parse(&config.shop.currency).unwrap_or_default(), None),
    };
    let mut good = Vec::new();
    let mut mistakes: Vec<(String, Mistake)> = Vec::new();
    let files = files(&args.paths)?;
    for path in &files {
        let name = path.display().to_string();
        match Campaign::parse(&name, &std::fs::read_to_string(path)?, currency) {
            Ok(campaign) => good.push(Arc::new(campaign)),
            Err(found) => mistakes.extend(found.into_iter().map(|mistake| (name.clone(), mistake))),
        }
    }
    let empty = Catalog::empty();
    let catalog = world.as_ref().map_or(&empty, |world| &*world.catalog);
    let (placements, templates) = (config.shop.placements(), config.shop.templates());
    let findings = lint(&good, &LintWorld { catalog, placements: placements.as_ref(), templates: templates.as_ref() });
    let failed = !mistakes.is_empty() || findings.iter().any(|finding| finding.severity == Severity::Error);
    if args.json {
        let errors: Vec<serde_json::Value> =
            mistakes.iter().map(|(file, mistake)| serde_json::json!({ "file": file, "line": mistake.line, "column": mistake.column, "message": mistake.message, "suggestion": mistake.suggestion })).collect();
        println!("{}", serde_json::json!({ "files": files.len(), "errors": errors, "lint": findings }));
    } else {
        for (file, mistake) in &mistakes {
            let suggestion = mistake.suggestion.as_deref().map_or(String::new(), |text| format!(" ({text})"));
            println!("{file}:{}:{}: error: {}{suggestion}", mistake.line, mistake.column, mistake.message);
        }
        for finding in &findings {
            let severity = if finding.severity == Severity::Error { "error" } else { "warning" };
            println!("{}: {severity}[{}]: {}", finding.campaign, finding.code, finding.message);
        }
        println!("{} files, {} campaigns, {} mistakes, {} findings", files.len(), good.len(), mistakes.len(), findings.len());
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            for entry in std::fs::read_dir(path)? {
                let found = entry?.path();
                if is_campaign(&found) {
                    files.push(found);
                }
            }
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    Ok(files)
}

fn is_campaign(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml") && path.is_file()
}
