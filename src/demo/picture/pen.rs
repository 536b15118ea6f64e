//! The pen every drawing uses: shapes by class, and a stream of small choices that depends only on the product's id.
//!
//! Classes: `b` body, `a` accent, `p` paper, `s` screen (all filled and outlined); `l` line, `t` thin line, `f` fine accent line;
//! filled without outline: `k` ink, `g` glow, `h` accent, `w` gloss, `m` shade, `e` and `z` backdrop;
//! `q` keys and `n` pins are dashed lines.

use std::fmt::Write;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Separates the choices of a picture from other uses of the same id; chosen, not measured.
const SEED: u64 = 0x6b77_6831;

pub(super) struct Pen {
    out: String,
    choices: u64,
}

impl Pen {
    pub fn new(id: &str) -> Pen {
        Pen { out: String::with_capacity(2048), choices: xxh3_64_with_seed(id.as_bytes(), SEED) }
    }

    /// Returns the next choice below `below`.
    pub fn pick(&mut self, below: u64) -> u64 {
        let choice = (self.choices >> 33) % below;
        // Constants of the PCG family's multiplier, Knuth's MMIX.
        self.choices = self.choices.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        choice
    }

    pub fn rect(&mut self, class: char, x: i32, y: i32, width: i32, height: i32, radius: i32) {
        self.tag(format_args!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\"/>"));
    }

    pub fn circle(&mut self, class: char, x: i32, y: i32, radius: i32) {
        self.tag(format_args!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>"));
    }

    pub fn ellipse(&mut self, class: char, x: i32, y: i32, across: i32, down: i32) {
        self.tag(format_args!("<ellipse class=\"{class}\" cx=\"{x}\" cy=\"{y}\" rx=\"{across}\" ry=\"{down}\"/>"));
    }

    pub fn path(&mut self, class: char, way: &str) {
        self.tag(format_args!("<path class=\"{class}\" d=\"{way}\"/>"));
    }

    /// Draws parallel strokes: `count` lines from `(x, y)` by `(dx, dy)`, each `step` further along.
    pub fn lines(&mut self, class: char, start: (i32, i32), reach: (i32, i32), step: (i32, i32), count: i32) {
        let mut way = String::new();
        for n in 0..count {
            let _ = write!(way, "M{} {}l{} {}", start.0 + n * step.0, start.1 + n * step.1, reach.0, reach.1);
        }
        self.path(class, &way);
    }

    /// Draws an axial fan with curved blades.
    pub fn rotor(&mut self, x: i32, y: i32, radius: i32, blades: i32) {
        self.circle('s', x, y, radius);
        let mut way = String::new();
        for n in 0..blades {
            let turn = std::f64::consts::TAU * f64::from(n) / f64::from(blades);
            let at = |angle: f64, share: f64| {
                let reach = f64::from(radius) * share;
                ((reach * angle.cos()).round() as i32, (reach * angle.sin()).round() as i32)
            };
            let ((bend_x, bend_y), (end_x, end_y)) = (at(turn, 0.62), at(turn + 0.65, 0.86));
            let _ = write!(way, "M{x} {y}q{bend_x} {bend_y} {end_x} {end_y}");
        }
        self.path('f', &way);
        self.circle('a', x, y, radius / 4);
    }

    /// Draws a lit display with one of five contents.
    pub fn display(&mut self, x: i32, y: i32, width: i32, height: i32, radius: i32) {
        self.rect('s', x, y, width, height, radius);
        let (left, top, right, floor) = (x + 7, y + 7, x + width - 7, y + height - 7);
        let small = width.min(height);
        match self.pick(5) {
            0 => {
                self.circle('g', x + width * 2 / 3, y + height / 3, small / 8);
                let (first, second) = (width / 3, height / 3);
                self.path('h', &format!("M{left} {floor}l{first}-{second} {} {}V{floor}z", width / 4, height / 5));
                self.path(
                    'g',
                    &format!("M{} {floor}L{} {}L{right} {}V{floor}z", x + width / 3, right - width / 4, floor - second, floor - second / 3),
                );
            }
            1 => {
                let (middle_x, middle_y, size) = (x + width / 2, y + height * 2 / 5, small / 5);
                self.circle('h', middle_x, middle_y, size);
                self.path('g', &format!("M{} {}l{} {}l-{} {}z", middle_x - size / 3, middle_y - size / 2, size, size / 2, size, size / 2));
                self.rect('h', left + 10, floor - 16, width - 34, 7, 3);
                self.rect('g', left + 10, floor - 16, width / 3, 7, 3);
            }
            2 => {
                let bar = width / 9;
                for (n, tall) in [30, 52, 40, 66].into_iter().enumerate() {
                    let class = if n == 3 { 'g' } else { 'h' };
                    let tall = height * tall / 100;
                    self.rect(class, x + bar + bar * 2 * n as i32, floor - tall, bar + 2, tall, 3);
                }
            }
            3 => {
                self.circle('h', x + width / 2, y + height / 2, small / 3);
                self.circle('g', x + width / 2 + small / 8, y + height / 2 - small / 10, small / 5);
            }
            _ => {
                let wave = width / 4;
                self.path(
                    'h',
                    &format!(
                        "M{left} {}q{} -{} {} 0t{} 0V{floor}H{left}z",
                        y + height * 3 / 5,
                        wave,
                        height / 3,
                        wave * 2 - 7,
                        wave * 2 - 7
                    ),
                );
                self.circle('g', left + small / 5, top + small / 5, small / 14);
            }
        }
        self.path('w', &format!("M{} {top}h{}L{left} {}v-{}z", left + width / 6, width / 7, top + height / 2, height / 5));
    }

    /// Opens a group scaled by percent about the middle of the floor.
    pub fn open_group(&mut self, wide: i32, high: i32, is_mirrored: bool) {
        let side = if is_mirrored { -1 } else { 1 };
        let scale = |percent: i32| f64::from(percent) / 100.0;
        self.tag(format_args!(
            "<g transform=\"translate(200 320)scale({} {})translate(-200 -320)\">",
            f64::from(side) * scale(wide),
            scale(high)
        ));
    }

    pub fn close_group(&mut self) {
        self.out.push_str("</g>");
    }

    pub fn finish(self) -> String {
        self.out
    }

    fn tag(&mut self, tag: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(tag);
    }
}
