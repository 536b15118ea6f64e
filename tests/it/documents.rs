//! What the README tells people to write is taken by the program.

use floorwalker::campaign::Campaign;
use floorwalker::config::Config;
use std::path::Path;

fn file(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The code block of that kind behind the file name that introduces it.
fn block<'a>(text: &'a str, name: &str, kind: &str) -> &'a str {
    let behind = text.split_once(&format!("`{name}`")).unwrap_or_else(|| panic!("`{name}` is not in the README")).1;
    let start = behind.split_once(&format!("```{kind}\n")).unwrap_or_else(|| panic!("no {kind} block behind `{name}`")).1;
    start.split_once("\n```").expect("the block ends").0
}

#[test]
fn the_configuration_of_the_readme_is_good() {
    let readme = file("README.md");
    let path = std::env::temp_dir().join(format!("floorwalker-readme-{}.toml", std::process::id()));
    std::fs::write(&path, block(&readme, "floorwalker.toml", "toml")).unwrap();
    let config = Config::load(Some(&path), std::iter::empty()).unwrap_or_else(|problems| panic!("{problems:?}"));
    std::fs::remove_file(&path).unwrap();
    let checked = config.check().unwrap_or_else(|problems| panic!("{problems:?}"));
    assert!(checked.origins.allow("https://shop.example"));
}

#[test]
fn the_campaigns_of_the_readme_are_good() {
    let readme = file("README.md");
    let config: toml::Table = block(&readme, "floorwalker.toml", "toml").parse().unwrap();
    let currency = floorwalker::model::Currency::parse(config["shop"]["currency"].as_str().unwrap()).unwrap();
    let source = block(&readme, "campaigns/free-shipping.toml", "toml");
    let campaign = Campaign::parse("free-shipping.toml", source, currency).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    let html = block(&readme, "data-floorwalker", "html");
    for action in campaign.variants.iter().flat_map(|variant| &variant.actions) {
        assert!(
            html.contains(&format!("data-floorwalker=\"{}\"", action.placement)),
            "{} stands in the page of the README",
            action.placement
        );
        let template = action.template().expect("the sample fills a template");
        assert!(html.contains(&format!("data-floorwalker-template=\"{template}\"")), "{template} stands in the page of the README");
    }
    assert!(html.contains(&format!("data-key={}", config["shop"]["keys"][0])), "the page names the shop's key");
}

#[test]
fn every_file_the_documents_point_to_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for document in ["README.md", "src/ARCHITECTURE.md", "src/GUARANTEES.md", "src/protocol/PROTOCOL.md"] {
        let text = file(document);
        let base = root.join(document);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target) {
            if !target.contains("://") && !target.starts_with('#') {
                assert!(base.parent().unwrap().join(target).exists(), "{document}: {target}");
            }
        }
    }
}

/// Every Rust, TypeScript and browser test in one text.
fn sources() -> String {
    let mut sources = String::new();
    let mut folders =
        ["src", "tests/it", "tests/browser", "client-js/test"].map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).to_vec();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            match entry.path() {
                path if path.is_dir() && !path.ends_with("node_modules") => folders.push(path),
                path if path.extension().is_some_and(|extension| ["rs", "ts", "mjs"].iter().any(|known| extension == *known)) => {
                    sources.push_str(&std::fs::read_to_string(path).unwrap())
                }
                _ => {}
            }
        }
    }
    sources
}

/// How many tests the lines that begin with `mark` name. All must exist.
fn named(text: &str, mark: &str) -> usize {
    let sources = sources();
    let mut named = 0;
    for line in text.lines().filter(|line| line.trim_start().starts_with(mark)) {
        for name in line.split('`').skip(1).step_by(2) {
            let last = name.rsplit("::").next().unwrap();
            assert!(["fn ", "\"", "(`"].iter().any(|before| sources.contains(&format!("{before}{last}"))), "no test `{name}`");
            named += 1;
        }
    }
    named
}

#[test]
fn the_invariants_name_tests_that_exist() {
    let text = file("src/ARCHITECTURE.md");
    let section = text.split_once("## Invariants").expect("the section").1.split("\n## ").next().unwrap();
    let count = named(section, "Held by");
    assert!(count >= 15, "{count} tests are named");
}

#[test]
fn the_guarantees_name_tests_that_exist() {
    let text = file("src/GUARANTEES.md");
    let promised = text.split_once("## What is promised").expect("the section").1.split("\n## ").next().unwrap();
    // Every promise begins with a sentence in bold, and no bold sentence stands without a test after it.
    for promises in promised.split("\n\n").filter(|paragraph| paragraph.trim_start().starts_with("**")) {
        assert!(promises.contains("Tested by") || promises.contains("Held by"), "no test for: {promises}");
    }
    assert!(named(promised, "Tested by") >= 15);
}
