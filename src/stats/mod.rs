//! Numbers about numbers: latency histograms, comparisons that stay valid however often they are looked at, and powers that are the same
//! on every machine.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod adaptive;
mod difference;
mod exact;
mod exact_conversion;
mod gamma;
mod histogram;
mod horizon;
mod mixture;
mod moments;
mod randomization;
mod special;
mod split;
mod srm_sequential;
mod winsorize;

pub use adaptive::AdaptiveMean;
pub use difference::Estimate;
pub use difference::difference;
pub use difference::is_lift_stable;
pub use difference::lift;
pub use exact::exp;
pub use exact::ln;
pub use exact::ln_1p;
pub use exact_conversion::ExactConversionWatch;
pub use exact_conversion::exact_conversion_interval;
pub use exact_conversion::exact_conversion_log_e;
pub use histogram::Histogram;
pub use histogram::SharedHistogram;
pub use horizon::horizon_boundary;
pub use horizon::horizon_factor;
pub use horizon::horizon_p_value;
pub use horizon::levy_boundary;
pub use mixture::mixture_factor;
pub use mixture::mixture_log_e;
pub use mixture::mixture_rho;
pub use mixture::msprt_log_e;
pub use mixture::one_sided_factor;
pub use moments::Moments;
pub use moments::covariance;
pub use randomization::RandomizationWatch;
pub use randomization::assignment_variance;
pub use special::chi2_sf;
pub use special::incomplete_beta;
pub use special::lambert_w_lower;
pub use special::ln_beta;
pub use special::ln_gamma;
pub use special::norm_cdf;
pub use special::norm_pdf;
pub use special::norm_ppf;
pub use special::norm_sf;
pub use special::t_cdf;
pub use special::t_ppf;
pub use special::t_sf;
pub use split::SplitError;
pub use split::srm_p_value;
pub use srm_sequential::SRM_ALPHA;
pub use srm_sequential::SRM_STRENGTH;
pub use srm_sequential::SrmWatch;
pub use srm_sequential::srm_log_e;
pub use winsorize::Winsor;
pub use winsorize::quantile;
pub use winsorize::winsorize;
