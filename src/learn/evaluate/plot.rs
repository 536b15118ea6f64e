//! Lines over visitors as an SVG picture.

use std::fmt::Write;

/// One line: its name, color and points.
#[derive(Debug, Clone)]
pub struct Line {
    pub name: String,
    pub color: &'static str,
    pub points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 120.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 48.0;

/// A step of 1, 2 or 5 times a power of ten that cuts `span` into about five.
fn step(span: f64) -> f64 {
    let mut step = 1e-6;
    while step * 10.0 <= span / 5.0 {
        step *= 10.0;
    }
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| step * times).find(|step| span / step <= 6.0).unwrap_or(step * 10.0)
}

/// Draws lines from 0 on both axes. Names must be plain text without `<` and `&`.
pub fn plot(title: &str, x_name: &str, y_name: &str, lines: &[Line]) -> String {
    let points = || lines.iter().flat_map(|line| &line.points);
    let x_max = points().map(|point| point.0).fold(1e-6, f64::max);
    let y_max = points().map(|point| point.1).fold(1e-6, f64::max);
    let x = |value: f64| LEFT + value / x_max * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - value / y_max * (HEIGHT - TOP - BOTTOM);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n<text x=\"{LEFT}\" y=\"24\" font-size=\"15\">{title}</text>\n"
    );
    // Writing to a String cannot fail.
    let ticks = |max: f64| (0..).map(move |nth| f64::from(nth) * step(max)).take_while(move |value| *value <= max * 1.001);
    for value in ticks(y_max) {
        let at = y(value);
        let _ = writeln!(out, "<path d=\"M{LEFT} {at:.1}H{:.1}\" stroke=\"#ddd\"/>", WIDTH - RIGHT);
        let _ =
            writeln!(out, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#555\">{}</text>", LEFT - 8.0, at + 4.0, short(value));
    }
    for value in ticks(x_max) {
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#555\">{}</text>",
            x(value),
            HEIGHT - BOTTOM + 18.0,
            short(value)
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{x_name}</text>\n<text x=\"{LEFT}\" y=\"38\" fill=\"#555\">{y_name}</text>",
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - 10.0
    );
    let mut labels: Vec<(f64, &Line)> = Vec::new();
    for line in lines {
        let path: Vec<String> = line.points.iter().map(|point| format!("{:.1} {:.1}", x(point.0), y(point.1))).collect();
        let _ = writeln!(out, "<path d=\"M{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>", path.join("L"), line.color);
        labels.push((line.points.last().map_or(0.0, |point| y(point.1)), line));
    }
    labels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut lowest = f64::NEG_INFINITY;
    for (at, line) in labels {
        // Names stay readable where lines end close to each other.
        lowest = f64::max(at + 4.0, lowest + 14.0);
        let _ = writeln!(out, "<text x=\"{:.1}\" y=\"{lowest:.1}\" fill=\"{}\">{}</text>", WIDTH - RIGHT + 6.0, line.color, line.name);
    }
    out.push_str("</svg>\n");
    out
}

fn short(value: f64) -> String {
    if value >= 10_000.0 { format!("{}k", value / 1_000.0) } else { format!("{}", (value * 1e6).round() / 1e6) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lie_inside() {
        let line = |name: &str, y: f64| Line { name: name.to_owned(), color: "#000", points: vec![(0.0, 0.0), (20_000.0, y)] };
        let svg = plot("Regret", "visitors", "orders", &[line("a", 10.0), line("b", 9.9)]);
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n") && svg.contains(">20k<") && svg.contains(">10<"), "{svg}");
        assert!(svg.contains("M64.0 352.0L600.0 44.0"), "{svg}");
        assert_eq!((step(10.0), step(0.3), step(140_000.0)), (2.0, 0.05, 50_000.0));
    }
}
