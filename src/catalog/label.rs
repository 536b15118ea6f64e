//! Names of categories for people, derived from their paths where the feed gives none.

/// Words that have no plural, or are one.
const UNCOUNTABLE: [&str; 24] = [
    "apparel",
    "audio",
    "beauty",
    "bedding",
    "care",
    "clothing",
    "equipment",
    "food",
    "footwear",
    "furniture",
    "garden",
    "hardware",
    "health",
    "jewelry",
    "lighting",
    "memory",
    "music",
    "other",
    "paper",
    "photo",
    "software",
    "stationery",
    "video",
    "wifi",
];

/// Words people write in capitals.
const CAPITALS: [&str; 12] = ["cpu", "gps", "hdd", "led", "nas", "pc", "ssd", "tv", "ups", "usb", "vr", "wifi"];

/// Returns a label such as `Notebooks` for `computers.notebook`: last level, plural, first letter large.
pub fn label(path: &str) -> Box<str> {
    let level = path.rsplit('.').next().unwrap_or(path);
    let words: Vec<&str> = level.split(['_', '-', ' ']).filter(|word| !word.is_empty()).collect();
    let mut text = String::with_capacity(level.len() + 3);
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            text.push(' ');
        }
        if word.eq_ignore_ascii_case("wifi") {
            text.push_str("Wi-Fi");
        } else if CAPITALS.contains(&word.to_ascii_lowercase().as_str()) {
            text.push_str(&word.to_uppercase());
        } else if index == 0 {
            let mut letters = word.chars();
            text.extend(letters.next().into_iter().flat_map(char::to_uppercase));
            text.push_str(letters.as_str());
        } else {
            text.push_str(word);
        }
    }
    if let Some(last) = words.last() {
        make_plural(&mut text, &last.to_ascii_lowercase());
    }
    text.into()
}

/// The regular English rules; a feed with other needs sends its own label.
fn make_plural(text: &mut String, last: &str) {
    let known = UNCOUNTABLE.contains(&last) || last.ends_with('s') || last.ends_with("ing") || !last.is_ascii();
    let ends_in_letter = last.bytes().last().is_some_and(|b| b.is_ascii_alphabetic());
    if known || !ends_in_letter {
        return;
    }
    if last == "mouse" {
        text.truncate(text.len() - "ouse".len());
        text.push_str("ice");
        return;
    }
    let before = last.bytes().rev().nth(1).unwrap_or(b'a');
    if last.ends_with('y') && !b"aeiou".contains(&before) {
        text.pop();
        text.push_str("ies");
    } else if ["x", "z", "ch", "sh"].iter().any(|end| last.ends_with(end)) {
        text.push_str("es");
    } else {
        text.push('s');
    }
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn labels_read_like_shop_signs() {
        for (path, expect) in [
            ("computers.notebook", "Notebooks"),
            ("computers", "Computers"),
            ("computers.peripherals.mouse", "Mice"),
            ("appliances.kitchen.coffee_machine", "Coffee machines"),
            ("stationery.battery", "Batteries"),
            ("electronics.video.tv", "TVs"),
            ("computers.peripherals.wifi", "Wi-Fi"),
            ("electronics.audio", "Audio"),
            ("furniture.living_room.shelving", "Shelving"),
            ("apparel.watch", "Watches"),
            ("toys.toy", "Toys"),
            ("möbel.stühle", "Stühle"),
            ("x.2024", "2024"),
            ("_", ""),
        ] {
            assert_eq!(&*label(path), expect, "{path}");
        }
    }
}
