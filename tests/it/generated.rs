//! Generated files are what the code generates.

use std::path::Path;

/// Compares a committed file with what it should be; `FLOORWALKER_GENERATE=1` writes it.
fn check(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("FLOORWALKER_GENERATE").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == text, "{path} is stale: run FLOORWALKER_GENERATE=1 cargo test generated");
}

#[test]
fn typescript_types() {
    check("client-js/src/protocol.generated.ts", &floorwalker::protocol::generate());
}
