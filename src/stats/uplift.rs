//! How well a score tells whom a treatment moves, on data where the treatment was randomized.

/// One randomized visitor: score, whether treated, outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    pub score: f64,
    pub is_treated: bool,
    pub outcome: f64,
}

/// Running sums from the highest score down, one point where the score changes (visitors with equal scores come together).
struct Curve {
    all: Vec<f64>,
    treated: Vec<f64>,
    treated_outcome: Vec<f64>,
    control_outcome: Vec<f64>,
}

fn curve(sorted: &[Scored]) -> Curve {
    let mut curve = Curve { all: vec![0.0], treated: vec![0.0], treated_outcome: vec![0.0], control_outcome: vec![0.0] };
    let (mut treated, mut treated_outcome, mut control_outcome) = (0.0, 0.0, 0.0);
    for (i, unit) in sorted.iter().enumerate() {
        if unit.is_treated {
            treated += 1.0;
            treated_outcome += unit.outcome;
        } else {
            control_outcome += unit.outcome;
        }
        if sorted.get(i + 1).is_none_or(|next| next.score != unit.score) {
            curve.all.push((i + 1) as f64);
            curve.treated.push(treated);
            curve.treated_outcome.push(treated_outcome);
            curve.control_outcome.push(control_outcome);
        }
    }
    curve
}

fn area(x: &[f64], y: &[f64]) -> f64 {
    x.windows(2).zip(y.windows(2)).map(|(x, y)| (x[1] - x[0]) * (y[0] + y[1]) / 2.0).sum()
}

fn descending(units: &[Scored], score: impl Fn(usize) -> f64) -> Vec<Scored> {
    let mut order: Vec<usize> = (0..units.len()).collect();
    // Among equal scores the later one first, as a reversed stable sort gives; matters only where k cuts through them.
    order.sort_by(|&a, &b| score(b).total_cmp(&score(a)).then(b.cmp(&a)));
    order.into_iter().map(|index| Scored { score: score(index), ..units[index] }).collect()
}

/// Qini: treated outcomes less control outcomes scaled to the treated group's size, against visitors.
fn qini_curve(sorted: &[Scored]) -> (Vec<f64>, Vec<f64>) {
    let curve = curve(sorted);
    let y = (0..curve.all.len())
        .map(|i| {
            let control = curve.all[i] - curve.treated[i];
            let scaled = if control > 0.0 { curve.control_outcome[i] * curve.treated[i] / control } else { 0.0 };
            curve.treated_outcome[i] - scaled
        })
        .collect();
    (curve.all, y)
}

/// Uplift: the difference of the arms' means times visitors.
fn uplift_curve(sorted: &[Scored]) -> (Vec<f64>, Vec<f64>) {
    let curve = curve(sorted);
    let mean = |sum: f64, count: f64| if count > 0.0 { sum / count } else { 0.0 };
    let y = (0..curve.all.len())
        .map(|i| {
            let control = curve.all[i] - curve.treated[i];
            (mean(curve.treated_outcome[i], curve.treated[i]) - mean(curve.control_outcome[i], control)) * curve.all[i]
        })
        .collect();
    (curve.all, y)
}

/// Area between a curve and the straight line of chance, over that of the best possible order.
fn normalized(actual: (Vec<f64>, Vec<f64>), perfect: (Vec<f64>, Vec<f64>)) -> Option<f64> {
    let end = |curve: &(Vec<f64>, Vec<f64>)| curve.0.last().copied().zip(curve.1.last().copied());
    let gain = |curve: &(Vec<f64>, Vec<f64>)| {
        let (x, y) = end(curve)?;
        Some(area(&curve.0, &curve.1) - x * y / 2.0)
    };
    let ratio = gain(&actual)? / gain(&perfect)?;
    ratio.is_finite().then_some(ratio)
}

fn is_judgeable(units: &[Scored]) -> bool {
    let treated = units.iter().filter(|unit| unit.is_treated).count();
    treated > 0 && treated < units.len() && units.iter().all(|unit| unit.score.is_finite() && unit.outcome.is_finite())
}

/// Qini coefficient, normalized by the perfect order with negative effects (Radcliffe 2007; as scikit-uplift's `qini_auc_score`).
///
/// For outcomes of 0 and 1. 0 is chance, 1 the best order there is. `None` if an arm is empty, a number is not finite, or no order is
/// better than chance.
pub fn qini(units: &[Scored]) -> Option<f64> {
    if !is_judgeable(units) {
        return None;
    }
    let sign = |unit: &Scored| if unit.is_treated { unit.outcome } else { -unit.outcome };
    let perfect = descending(units, |index| sign(&units[index]));
    normalized(qini_curve(&descending(units, |index| units[index].score)), qini_curve(&perfect))
}

/// Area under the uplift curve, normalized by the perfect order (as scikit-uplift's `uplift_auc_score`). `None` as for [`qini`].
pub fn uplift_auc(units: &[Scored]) -> Option<f64> {
    if !is_judgeable(units) {
        return None;
    }
    // The perfect order puts treated who responded and controls who did not first; among equals whichever group is scarcer decides.
    let count =
        |is_treated: bool, outcome: f64| units.iter().filter(|unit| unit.is_treated == is_treated && unit.outcome == outcome).count();
    let by_outcome = count(false, 1.0) > count(true, 0.0);
    let perfect = descending(units, |index| {
        let unit = &units[index];
        let treated = f64::from(u8::from(unit.is_treated));
        2.0 * f64::from(u8::from(unit.outcome == treated)) + if by_outcome { unit.outcome } else { treated }
    });
    normalized(uplift_curve(&descending(units, |index| units[index].score)), uplift_curve(&perfect))
}

/// Difference of the arms' mean outcomes among the share `k` of visitors with the highest scores. `None` if one of them is empty there.
pub fn uplift_at(units: &[Scored], k: f64) -> Option<f64> {
    if !is_judgeable(units) {
        return None;
    }
    let top = (units.len() as f64 * k.clamp(0.0, 1.0)) as usize;
    let sorted = descending(units, |index| units[index].score);
    let mean = |is_treated: bool| {
        let chosen = sorted.iter().take(top).filter(|unit| unit.is_treated == is_treated);
        let (sum, count) = chosen.fold((0.0, 0.0), |(sum, count), unit| (sum + unit.outcome, count + 1.0));
        (count > 0.0).then(|| sum / count)
    };
    Some(mean(true)? - mean(false)?)
}
