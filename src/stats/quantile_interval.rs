//! Intervals of quantiles by order statistics, for one look.

use super::special::norm_ppf;

/// Ranks, from 1, between which the `q` quantile of `n` values lies at level 1 - `alpha`: n q -+ z sqrt(n q (1 - q)), rounded outwards and
/// cut to 1..=n. `None` for n = 0 or a q outside 0..1.
pub fn quantile_ranks(n: u64, q: f64, alpha: f64) -> Option<(u64, u64)> {
    if n == 0 || q.is_nan() || q <= 0.0 || q >= 1.0 {
        return None;
    }
    let count = n as f64;
    let half = -norm_ppf(alpha / 2.0) * (count * q * (1.0 - q)).sqrt();
    let low = (count * q - half).floor().max(1.0);
    let high = ((count * q + half).ceil() + 1.0).min(count);
    Some((low as u64, high as u64))
}
