//! Many comparisons at once: which stay when chance is paid for.

/// p-values adjusted by Bonferroni's rule, in the given order.
pub fn bonferroni(p: &[f64]) -> Vec<f64> {
    p.iter().map(|value| (value * p.len() as f64).min(1.0)).collect()
}

/// p-values adjusted by Holm's rule (1979): at most alpha that any rejection is false. For arms against one control.
///
/// ```
/// use floorwalker::stats::holm;
///
/// // Three arms: 0.04 alone would do, beside two others it does not.
/// assert_eq!(holm(&[0.04, 0.001, 0.9]), vec![0.08, 0.003, 0.9]);
/// ```
pub fn holm(p: &[f64]) -> Vec<f64> {
    let order = ascending(p);
    let mut adjusted = vec![1.0; p.len()];
    let mut worst: f64 = 0.0;
    for (rank, &index) in order.iter().enumerate() {
        worst = worst.max((p[index] * (p.len() - rank) as f64).min(1.0));
        adjusted[index] = worst;
    }
    adjusted
}

/// p-values adjusted by Benjamini and Hochberg's rule (1995): at most a share alpha of rejections is false. For secondary metrics.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    step_up(p, 1.0)
}

/// The same under any dependence (Benjamini and Yekutieli 2001), at the price of a factor of 1 + 1/2 + ... + 1/m.
pub fn benjamini_yekutieli(p: &[f64]) -> Vec<f64> {
    step_up(p, (1..=p.len()).map(|k| 1.0 / k as f64).sum())
}

fn step_up(p: &[f64], factor: f64) -> Vec<f64> {
    let order = ascending(p);
    let mut adjusted = vec![1.0; p.len()];
    let mut best: f64 = 1.0;
    for (rank, &index) in order.iter().enumerate().rev() {
        best = best.min(p[index] * factor * p.len() as f64 / (rank + 1) as f64);
        adjusted[index] = best;
    }
    adjusted
}

/// Places of the e-values that e-BH rejects (Wang and Ramdas 2022), ascending: the k largest with e_(k) >= m / (alpha k). Valid under any
/// dependence and at any stopping time. Takes logarithms.
pub fn e_benjamini_hochberg(log_e: &[f64], alpha: f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..log_e.len()).filter(|&index| !log_e[index].is_nan()).collect();
    order.sort_by(|&a, &b| log_e[b].total_cmp(&log_e[a]).then(a.cmp(&b)));
    let m = log_e.len() as f64;
    let kept = (1..=order.len()).rev().find(|&k| log_e[order[k - 1]] >= super::exact::ln(m / (alpha * k as f64)));
    let mut rejected = order;
    rejected.truncate(kept.unwrap_or(0));
    rejected.sort_unstable();
    rejected
}

fn ascending(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]).then(a.cmp(&b)));
    order
}
