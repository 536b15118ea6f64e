//! What is kept comes back as it was, or not at all.

use super::*;

struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        Folder(std::env::temp_dir().join(format!("floorwalker-archive-{:032x}", u128::from_be_bytes(crate::engine::random_id()))))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn catalog(price: i64) -> Arc<Catalog> {
    let draft = |id: &str, category: &str, attributes: &[(&str, &str)]| Draft {
        id: id.into(),
        name: format!("Product {id}"),
        category: category.into(),
        category_label: if category == "a.b" { "Bees".into() } else { String::new() },
        brand: "acme".into(),
        price,
        cost: Some(price / 2),
        stock: Some(3),
        attributes: attributes.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        href: format!("/p/{id}"),
        image: String::new(),
        added: Timestamp(7),
    };
    let drafts = vec![draft("1", "a.b", &[("color", "red"), ("ratio", "16:9")]), draft("2", "a.c", &[]), draft("3", "", &[])];
    let (catalog, rejected) = Catalog::build(drafts, Currency::USD);
    assert!(rejected.is_empty());
    Arc::new(catalog)
}

fn campaign(title: &str, enabled: bool) -> Arc<Campaign> {
    let text = format!(
        "id = 'c'\nname = 'C'\ntrigger = [{{ on = 'page_view' }}]\n\
         variant = [{{ id = 'v', action = [{{ do = 'fill', placement = 'p', template = 't', data = {{ title = '{title}' }} }}] }}]\n"
    );
    Arc::new(Campaign { enabled, ..Campaign::parse("c.toml", &text, Currency::USD).unwrap() })
}

fn snapshot(title: &str) -> Snapshot {
    let campaigns = CampaignSet::build(vec![campaign(title, true)]);
    Snapshot { catalog: catalog(1_000), campaigns: Arc::new(campaigns), ..Snapshot::empty() }
}

#[test]
fn a_snapshot_comes_back_as_it_was() {
    let directory = Folder::new();
    let archive = Archive::open(&directory.0).unwrap();
    let first = snapshot("one");
    let version = archive.keep(&first, Timestamp(1)).unwrap();
    let back = archive.read(version).unwrap();
    assert_eq!(back.catalog.products(), first.catalog.products());
    assert_eq!(back.catalog.categories(), first.catalog.categories());
    assert_eq!(back.catalog.brands(), first.catalog.brands());
    assert_eq!(back.catalog.newest(), first.catalog.newest());
    assert_eq!(back.settings, first.settings);
    let text = |snapshot: &Snapshot| snapshot.campaigns.campaigns().iter().map(|one| one.source.to_string()).collect::<Vec<_>>();
    assert_eq!(text(&back), text(&first));
    assert_eq!((back.version, back.off), (version, false));
}

#[test]
fn equal_contents_have_one_version_also_after_a_restart() {
    let directory = Folder::new();
    let archive = Archive::open(&directory.0).unwrap();
    let one = archive.keep(&snapshot("one"), Timestamp(1)).unwrap();
    assert_eq!(archive.keep(&snapshot("one"), Timestamp(2)).unwrap(), one);
    let two = archive.keep(&snapshot("two"), Timestamp(3)).unwrap();
    let paused = Snapshot { campaigns: Arc::new(CampaignSet::build(vec![campaign("two", false)])), ..snapshot("two") };
    let three = archive.keep(&paused, Timestamp(4)).unwrap();
    let four = archive.keep(&Snapshot { off: true, ..paused.clone() }, Timestamp(5)).unwrap();
    assert_eq!([two, three, four], [one + 1, one + 2, one + 3]);
    assert!(!archive.read(three).unwrap().campaigns.campaigns().iter().any(|one| one.enabled));
    assert!(archive.read(four).unwrap().off);
    let again = Archive::open(&directory.0).unwrap();
    assert_eq!(again.keep(&Snapshot { off: true, ..paused.clone() }, Timestamp(6)).unwrap(), four);
    assert_eq!(again.keep(&snapshot("one"), Timestamp(7)).unwrap(), four + 1, "a version is never given to other contents");
}

#[test]
fn damage_is_an_error_that_names_the_file() {
    let directory = Folder::new();
    let archive = Archive::open(&directory.0).unwrap();
    let version = archive.keep(&snapshot("one"), Timestamp(1)).unwrap();
    for entry in fs::read_dir(&directory.0).unwrap() {
        let path = entry.unwrap().path();
        let good = fs::read(&path).unwrap();
        for place in (0..good.len()).step_by(7) {
            let mut bad = good.clone();
            bad[place] ^= 0x10;
            fs::write(&path, &bad).unwrap();
            match archive.read(version) {
                Err(ArchiveError::Damaged { path: named, .. }) => assert_eq!(named, path),
                other => panic!("byte {place} of {}: {:?}", path.display(), other.map(|_| ())),
            }
        }
        for keep in [0, 7, 8, 23, 24, good.len() - 1] {
            fs::write(&path, &good[..keep]).unwrap();
            assert!(archive.read(version).is_err(), "{keep} bytes of {}", path.display());
        }
        fs::write(&path, &good).unwrap();
        archive.read(version).unwrap();
    }
}

#[test]
fn snapshots_that_no_kept_record_used_are_forgotten() {
    let directory = Folder::new();
    let archive = Archive::open(&directory.0).unwrap();
    let versions: Vec<u64> =
        (0..4).map(|number| archive.keep(&snapshot(&format!("t{number}")), Timestamp(number * 100 + 1)).unwrap()).collect();
    assert_eq!(archive.forget_before(150).unwrap(), 1, "the first was replaced at 101");
    assert!(archive.read(versions[0]).is_err());
    for version in &versions[1..] {
        archive.read(*version).unwrap();
    }
    assert_eq!(archive.forget_before(u64::MAX).unwrap(), 2, "the newest always stays");
    archive.read(versions[3]).unwrap();
}
