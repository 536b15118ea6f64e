//! What the recorded data lacks, derived from the id so that every run of the demo agrees: names, stock, cost, attributes.

use super::Product;
use super::categories;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Finishes a color may have; pictures paint the product in it.
const COLORS: [&str; 8] = ["graphite", "white", "silver", "sand", "forest", "ocean", "brick", "plum"];

const WARRANTIES: [&str; 3] = ["12 months", "24 months", "36 months"];

/// Adds everything derived to a recorded row.
pub(super) fn complete(id: String, category: String, brand: String, price_minor: i64) -> Product {
    let noun = categories::noun(&category, price_minor);
    let code = model_code(&id);
    let name = if brand.is_empty() { format!("{noun} {code}") } else { format!("{} {noun} {code}", brand_title(&brand)) };
    let stock = if draw(&id, "stock", 17) == 0 { 0 } else { 1 + draw(&id, "pieces", 60) as u32 };
    let cost_percent = 58 + draw(&id, "cost", 25) as i64;
    let mut attributes = vec![("color", COLORS[weighted_color(&id)])];
    attributes.extend(
        categories::traits(&category, price_minor)
            .iter()
            .map(|&(key, values, cheap, dear)| (key, values[step(price_minor, cheap, dear, values.len(), draw(&id, key, 3))])),
    );
    attributes.push(("warranty", WARRANTIES[draw(&id, "warranty", 3) as usize]));
    Product { id, name, noun, category, brand, price_minor, stock, cost_minor: price_minor * cost_percent / 100, attributes }
}

/// Returns a brand as people write it: `hp` is HP, `d-link` is D-Link, `bosch` is Bosch.
pub fn brand_title(brand: &str) -> String {
    const CAPITALS: [&str; 42] = [
        "hp", "lg", "bbk", "msi", "acv", "jbl", "jvc", "aoc", "gp", "amd", "cbr", "tp", "akg", "zte", "tcl", "cet", "kw", "pny", "evga",
        "ocz", "aeg", "htc", "bq", "and", "w.e.p", "p.i.t.", "p.i.t", "ups", "kfa2", "vlk", "iek", "era", "apc", "ftt", "rtm", "dxp", "wd",
        "nec", "jpn", "hgst", "hdd", "qnap",
    ];
    match brand {
        "asrock" => return "ASRock".into(),
        "tp-link" => return "TP-Link".into(),
        "nv-print" => return "NV-Print".into(),
        "id-cooling" => return "ID-Cooling".into(),
        "benq" => return "BenQ".into(),
        "delonghi" => return "De'Longhi".into(),
        "viewsonic" => return "ViewSonic".into(),
        _ => {}
    }
    if CAPITALS.contains(&brand) {
        return brand.to_uppercase();
    }
    let mut title = String::with_capacity(brand.len());
    let mut is_start = true;
    for letter in brand.chars() {
        if is_start {
            title.extend(letter.to_uppercase());
        } else {
            title.push(letter);
        }
        is_start = matches!(letter, '-' | ' ' | '.');
    }
    title
}

/// Makes a code such as `FND-445`: the last three digits of the id, before them the rest written in letters, so codes never collide.
fn model_code(id: &str) -> String {
    const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
    let number: u64 = id.parse().expect("the committed file holds numeric ids; a test reads every row");
    let mut rest = number / 1000;
    let mut letters = Vec::new();
    while letters.is_empty() || rest > 0 {
        letters.push(char::from(LETTERS[(rest % 20) as usize]));
        rest /= 20;
    }
    format!("{}-{:03}", letters.iter().rev().collect::<String>(), number % 1000)
}

/// Places a price among `len` sizes between a cheap and a dear price on a log scale, one step up or down by chance.
fn step(price_minor: i64, cheap: i64, dear: i64, len: usize, jitter: u64) -> usize {
    let ratio = |minor: i64| (minor.max(1) as f64).ln();
    let place = (ratio(price_minor) - ratio(cheap * 100)) / (ratio(dear * 100) - ratio(cheap * 100));
    let index = (place.clamp(0.0, 1.0) * (len - 1) as f64).round() as i64 + jitter as i64 - 1;
    index.clamp(0, len as i64 - 1) as usize
}

/// Half of all products are graphite, white or silver, as on real shelves.
fn weighted_color(id: &str) -> usize {
    let at = draw(id, "color", 16) as usize;
    if at < 8 { at } else { (at - 8) % 3 }
}

/// Returns a number below `below` that depends only on the id and on what it is for.
fn draw(id: &str, what: &str, below: u64) -> u64 {
    xxh3_64_with_seed(id.as_bytes(), xxh3_64_with_seed(what.as_bytes(), 0)) % below
}
