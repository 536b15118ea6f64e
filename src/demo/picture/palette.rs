//! Colors of a picture: the brand gives the tint and its accent, the product's own color gives the body.

use crate::demo::data::Product;
use xxhash_rust::xxh3::xxh3_64;

/// Hues (degrees in OKLCH) that sit well beside each other in a grid; chosen by eye.
const HUES: [u32; 12] = [28, 48, 72, 95, 125, 152, 178, 205, 235, 262, 300, 345];

/// How each class is painted; the colors are custom properties set by [`Palette::css`].
pub(super) const RULES: &str = ".b{fill:var(--b)}.a{fill:var(--a)}.p{fill:var(--p)}.s{fill:var(--s)}\
.b,.a,.p,.s,.l{stroke:var(--i);stroke-width:6;stroke-linejoin:round;stroke-linecap:round}\
.l,.t,.f,.n,.q{fill:none;stroke:var(--i);stroke-linecap:round;stroke-linejoin:round}.t{stroke-width:4}\
.f{stroke:var(--h);stroke-width:5}.n{stroke-width:9;stroke-dasharray:6 8;stroke-linecap:butt}\
.q{stroke:var(--p);stroke-width:17;stroke-dasharray:17 6;stroke-linecap:butt}\
.k{fill:var(--i)}.g{fill:var(--g)}.h{fill:var(--h)}.w{fill:#fff;opacity:.16}.m{fill:var(--m)}.e{fill:var(--e)}.z{fill:var(--z)}";

pub(super) struct Palette {
    tint: u32,
    accent: u32,
    /// Lightness, chroma and hue of the body in light and in dark.
    body: [(f32, f32, u32); 2],
}

impl Palette {
    pub fn of(product: &Product) -> Palette {
        // Products without a brand still differ, by category.
        let maker = if product.brand.is_empty() { &product.category } else { &product.brand };
        let draw = xxh3_64(maker.as_bytes()) as usize;
        let tint = HUES[draw % HUES.len()];
        let accent = HUES[(draw % HUES.len() + 4 + (draw >> 8) % 4) % HUES.len()];
        let body = match product.attribute("color") {
            Some("graphite") => [(0.60, 0.02, tint), (0.40, 0.02, tint)],
            Some("silver") => [(0.90, 0.01, tint), (0.52, 0.01, tint)],
            Some("sand") => [(0.90, 0.055, 82), (0.52, 0.05, 82)],
            Some("forest") => [(0.74, 0.085, 158), (0.44, 0.07, 158)],
            Some("ocean") => [(0.76, 0.085, 238), (0.46, 0.08, 240)],
            Some("brick") => [(0.74, 0.115, 38), (0.48, 0.10, 36)],
            Some("plum") => [(0.74, 0.085, 325), (0.45, 0.08, 325)],
            _ => [(0.985, 0.006, tint), (0.60, 0.012, tint)],
        };
        Palette { tint, accent, body }
    }

    /// Returns the custom properties for light, and for dark behind a media query.
    pub fn css(&self) -> String {
        let Palette { tint, accent, body: [light, dark] } = self;
        let tone = |(lightness, chroma, hue): (f32, f32, u32)| format!("oklch({lightness} {chroma} {hue})");
        format!(
            "svg{{--z:oklch(.955 .022 {tint});--e:oklch(.915 .042 {tint});--m:oklch(.84 .05 {tint});--i:oklch(.3 .045 {tint});--b:{};\
--a:oklch(.8 .11 {accent});--h:oklch(.72 .12 {accent});--g:oklch(.87 .11 {tint});--p:oklch(.99 .008 {tint});--s:oklch(.36 .05 {tint})}}\
@media(prefers-color-scheme:dark){{svg{{--z:oklch(.27 .022 {tint});--e:oklch(.315 .034 {tint});--m:oklch(.21 .02 {tint});\
--i:oklch(.93 .03 {tint});--b:{};--a:oklch(.55 .11 {accent});--h:oklch(.62 .12 {accent});\
--g:oklch(.82 .11 {tint});--p:oklch(.66 .025 {tint});\
--s:oklch(.2 .03 {tint})}}}}",
            tone(*light),
            tone(*dark)
        )
    }
}
