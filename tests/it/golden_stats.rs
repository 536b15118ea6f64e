//! Statistics against values computed elsewhere: scipy, statsmodels, gbstats, confseq, savvi, scikit-uplift.
//!
//! `tests/fixtures/golden_stats.json` names the source of every block. `FLOORWALKER_GOLDEN_STATS` names another file of the same form, so
//! that a fresh set of cases can be run. Every block and every case is checked; one that is not known is a failure.

use floorwalker::experiment;
use floorwalker::stats;
use serde_json::Value;

/// Collects what differs, with where.
struct Check {
    block: String,
    place: String,
    /// Relative, or absolute where the block says so.
    tolerance: f64,
    is_absolute: bool,
    checked: usize,
    wrong: Vec<String>,
}

impl Check {
    fn near(&mut self, what: &str, got: f64, expected: &Value) {
        self.within(what, got, expected, self.tolerance);
    }

    fn within(&mut self, what: &str, got: f64, expected: &Value, tolerance: f64) {
        self.checked += 1;
        let good = match expected.as_f64() {
            Some(expected) => {
                let scale = if self.is_absolute { 1.0 } else { expected.abs() };
                (got - expected).abs() <= tolerance * scale + 1e-14
            }
            // A bound that nothing limits is null in JSON.
            None => expected.is_null() && !got.is_finite(),
        };
        if !good {
            self.wrong.push(format!("{} {}: {what} is {got:e}, expected {expected}", self.block, self.place));
        }
    }

    fn pair(&mut self, what: &str, got: (f64, f64), expected: &Value) {
        self.near(&format!("{what}[0]"), got.0, &expected[0]);
        self.near(&format!("{what}[1]"), got.1, &expected[1]);
    }

    fn list(&mut self, what: &str, got: &[f64], expected: &Value) {
        let expected = expected.as_array().unwrap_or_else(|| panic!("{}: {what} is no list", self.block));
        self.equal(&format!("length of {what}"), got.len(), expected.len());
        for (i, (got, expected)) in got.iter().zip(expected).enumerate() {
            self.near(&format!("{what}[{i}]"), *got, expected);
        }
    }

    fn equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, got: T, expected: T) {
        self.checked += 1;
        if got != expected {
            self.wrong.push(format!("{} {}: {what} is {got:?}, expected {expected:?}", self.block, self.place));
        }
    }

    fn fail(&mut self, what: String) {
        self.checked += 1;
        self.wrong.push(format!("{} {}: {what}", self.block, self.place));
    }
}

fn num(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("no number: {value}"))
}

fn whole(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("no whole number: {value}"))
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}")).iter().map(num).collect()
}

fn moments(value: &Value) -> stats::Moments {
    stats::Moments::from_real_sums(num(&value["n"]), num(&value["sum"]), num(&value["sum_squares"])).unwrap()
}

fn share(case: &Value, arm: &str) -> stats::Share {
    stats::Share { hits: num(&case[format!("x{arm}")]), n: num(&case[format!("n{arm}")]) }
}

#[test]
fn golden_values() {
    let path = std::env::var("FLOORWALKER_GOLDEN_STATS")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/golden_stats.json").to_owned());
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let file: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    let golden = file["golden"].as_object().unwrap_or_else(|| panic!("{path}: no object `golden`"));
    let mut wrong = Vec::new();
    let (mut blocks, mut checked) = (0, 0);
    for (name, block) in golden {
        let stated = block["tolerance"].as_str().unwrap_or("");
        let tolerance = stated.split([' ', ',']).next().and_then(|number| number.parse().ok()).unwrap_or(1e-9);
        let mut check = Check {
            block: name.clone(),
            place: String::new(),
            tolerance,
            is_absolute: stated.contains("absolute"),
            checked: 0,
            wrong: Vec::new(),
        };
        if !check_block(name, block, &mut check) {
            check.fail("no check for this block".into());
        } else if check.checked == 0 {
            check.fail("has no case".into());
        }
        blocks += 1;
        checked += check.checked;
        wrong.append(&mut check.wrong);
    }
    println!("{blocks} blocks, {checked} values of {path}");
    assert!(blocks > 0 && wrong.is_empty(), "{} of {checked} values differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Runs the cases of a block, which are a list or one object, and lists beside it whose name ends in `_cases`.
fn check_block(name: &str, block: &Value, check: &mut Check) -> bool {
    let case_check: fn(&Value, &mut Check) = match name {
        "special_functions" => special_functions,
        "welch_mean" => welch_mean,
        "two_proportions" => two_proportions,
        "ratio_delta" => ratio_delta,
        "cuped" => cuped,
        "srm_chi2" => srm_chi2,
        "srm_sequential" => srm_sequential,
        "asymptotic_cs" => asymptotic_cs,
        "asymptotic_cs_one_sided" => asymptotic_cs_one_sided,
        "msprt" => msprt,
        "exact_conversion_test" => exact_conversion_test,
        "randomisation_eprocess_50_50" | "randomisation_eprocess_general" => randomization,
        "assignment_subgaussian_variance" => assignment_variance,
        "group_sequential" => group_sequential,
        "horizon_boundary" => horizon_boundary,
        "sample_size" => sample_size,
        "multiplicity" => multiplicity,
        "bayesian_lift" => bayesian_lift,
        "bandit_probability_best" => probability_best,
        "adaptive_inference" => adaptive_inference,
        "uplift_metrics" => uplift_metrics,
        "winsorise" => winsorize,
        "quantile_ci" => quantile_interval,
        "novelty" => novelty,
        "aa_calibration" => calibration,
        "bucket_hash_growthbook_v2" => bucket_hash,
        "webhook_hmac" => webhook_hmac,
        "websocket_accept" => websocket_accept,
        "trigger_dilution" => trigger_dilution,
        _ => return false,
    };
    for (key, cases) in block.as_object().into_iter().flatten() {
        if key != "cases" && !key.ends_with("_cases") {
            continue;
        }
        // A list of rows that are themselves lists is a table of cases; one object is one case.
        for (i, case) in cases.as_array().map_or_else(|| vec![cases], |list| list.iter().collect()).into_iter().enumerate() {
            check.place = format!("{key}[{i}]");
            case_check(case, check);
        }
    }
    true
}

fn special_functions(case: &Value, check: &mut Check) {
    for (function, rows) in case.as_object().unwrap() {
        for row in rows.as_array().unwrap() {
            let row_numbers = numbers(row);
            let (arguments, expected) = row_numbers.split_at(row_numbers.len() - 1);
            let got = match (function.as_str(), arguments) {
                ("norm_ppf", [p]) => stats::norm_ppf(*p),
                ("norm_sf", [z]) => stats::norm_sf(*z),
                ("norm_cdf", [z]) => stats::norm_cdf(*z),
                ("t_cdf", [x, df]) => stats::t_cdf(*x, *df),
                ("t_sf", [x, df]) => stats::t_sf(*x, *df),
                ("t_ppf", [p, df]) => stats::t_ppf(*p, *df),
                ("chi2_sf", [x, df]) => stats::chi2_sf(*x, *df),
                ("lgamma", [x]) => stats::ln_gamma(*x),
                ("betaln", [a, b]) => stats::ln_beta(*a, *b),
                ("lambertw_m1", [x]) => stats::lambert_w_lower(*x),
                _ => {
                    check.fail(format!("no check for {function}{arguments:?}"));
                    continue;
                }
            };
            check.near(&format!("{function}{arguments:?}"), got, &Value::from(expected[0]));
        }
    }
}

fn welch_mean(case: &Value, check: &mut Check) {
    let (a, b) = (moments(&case["a"]), moments(&case["b"]));
    let difference = stats::difference(&a, &b).unwrap();
    let expected = &case["absolute"];
    check.near("diff", difference.value, &expected["diff"]);
    check.near("se", difference.error, &expected["se"]);
    check.near("df", difference.df, &expected["df"]);
    check.near("t", difference.z(), &expected["t"]);
    check.near("p", difference.p_value(), &expected["p"]);
    check.pair("ci", difference.interval(0.05), &expected["ci"]);
    let lift = stats::lift(&a, &b).unwrap();
    let expected = &case["relative"];
    check.near("lift", lift.value, &expected["lift"]);
    check.near("lift se", lift.error, &expected["se"]);
    check.near("lift p", lift.p_value(), &expected["p"]);
    check.pair("lift ci", lift.interval(0.05), &expected["ci"]);
}

fn two_proportions(case: &Value, check: &mut Check) {
    let (a, b) = (share(case, "a"), share(case, "b"));
    let (z, p) = stats::pooled_z(a, b).unwrap();
    let score = check.tolerance;
    for (key, expected) in case.as_object().unwrap() {
        check.tolerance = 1e-9;
        match key.as_str() {
            "xa" | "na" | "xb" | "nb" => {}
            "z_pooled" => check.near(key, z, expected),
            "p_pooled" => check.near(key, p, expected),
            "gb_absolute" | "gb_relative" => {
                let (a, b) = (a.moments().unwrap(), b.moments().unwrap());
                let got = if key == "gb_absolute" { stats::difference(&a, &b) } else { stats::lift(&a, &b) }.unwrap();
                check.near(key, got.value, if key == "gb_absolute" { &expected["diff"] } else { &expected["lift"] });
                check.near(&format!("{key} se"), got.error, &expected["se"]);
                check.near(&format!("{key} p"), got.p_value(), &expected["p"]);
                check.pair(&format!("{key} ci"), got.interval(0.05), &expected["ci"]);
            }
            "ci_diff_wald" => check.pair(key, stats::wald(a, b, 0.05), expected),
            "ci_diff_newcomb" => check.pair(key, stats::newcombe(a, b, 0.05), expected),
            "ci_diff_agresti-caffo" => check.pair(key, stats::agresti_caffo(a, b, 0.05), expected),
            "ci_diff_score" => {
                // statsmodels' cubic is not Miettinen and Nurminen's; both are here, and must be close.
                let (low, high) = stats::score_interval(a, b, 0.05);
                if expected[0].is_null() {
                    check.equal("score interval without a reference", low < high, true);
                    continue;
                }
                check.tolerance = score;
                check.pair(key, stats::score_interval_statsmodels(a, b, 0.05), expected);
                let off = (low - num(&expected[0])).abs().max((high - num(&expected[1])).abs());
                check.equal("our own is close", off < 0.005 * (high - low), true);
            }
            "wilson_a" => check.pair(key, a.wilson(0.05), expected),
            "wilson_b" => check.pair(key, b.wilson(0.05), expected),
            other => check.fail(format!("no check for {other}")),
        }
    }
    check.tolerance = score;
}

fn ratio_delta(case: &Value, check: &mut Check) {
    let arm = |arm: &Value| {
        let (m, d) = (moments(&arm["m"]), moments(&arm["d"]));
        let covariance = (num(&arm["sum_md"]) - num(&arm["m"]["sum"]) * num(&arm["d"]["sum"]) / m.n) / (m.n - 1.0);
        stats::ratio(&m, &d, covariance).unwrap()
    };
    let (a, b) = (arm(&case["a"]), arm(&case["b"]));
    for (key, got) in [("absolute", stats::difference(&a, &b).unwrap()), ("relative", stats::lift(&a, &b).unwrap())] {
        let expected = &case[key];
        check.near(key, got.value, &expected["est"]);
        check.near(&format!("{key} se"), got.error, &expected["se"]);
        check.near(&format!("{key} p"), got.p_value(), &expected["p"]);
        check.pair(&format!("{key} ci"), got.interval(0.05), &expected["ci"]);
        if key == "absolute" {
            check.near("se by linearization", got.error, &case["lin_se_absolute"]);
        }
    }
}

fn cuped(case: &Value, check: &mut Check) {
    let arm = |arm: &Value| {
        let (outcome, before) = (moments(&arm["post"]), moments(&arm["pre"]));
        let covariance = (num(&arm["sum_xy"]) - num(&arm["post"]["sum"]) * num(&arm["pre"]["sum"]) / outcome.n) / (outcome.n - 1.0);
        stats::Covaried { outcome, before, covariance }
    };
    let (a, b) = (arm(&case["a"]), arm(&case["b"]));
    let adjusted = stats::cuped(&a, &b).unwrap();
    check.near("theta", adjusted.theta, &case["theta"]);
    check.near("variance ratio", adjusted.variance_ratio, &case["variance_ratio"]);
    check.near("unadjusted se", stats::difference(&a.outcome, &b.outcome).unwrap().error, &case["unadjusted_se"]);
    let difference = stats::difference(&adjusted.control, &adjusted.treated).unwrap();
    check.near("diff", difference.value, &case["absolute"]["diff"]);
    check.near("se", difference.error, &case["absolute"]["se"]);
    check.near("p", difference.p_value(), &case["absolute"]["p"]);
    check.pair("ci", difference.interval(0.05), &case["absolute"]["ci"]);
    let lift = stats::cuped_lift(&a, &b, false).unwrap();
    let expected = &case["relative_gbstats"];
    check.near("lift", lift.value, &expected["lift"]);
    check.near("lift se", lift.error, &expected["se"]);
    check.near("lift p", lift.p_value(), &expected["p"]);
    check.pair("lift ci", lift.interval(0.05), &expected["ci"]);
    let lift = stats::cuped_lift(&a, &b, true).unwrap();
    check.near("exact lift", lift.value, &case["relative_exact_delta"]["lift"]);
    check.near("exact lift se", lift.error, &case["relative_exact_delta"]["se"]);
}

fn srm_chi2(case: &Value, check: &mut Check) {
    let counts: Vec<u64> = case["observed"].as_array().unwrap().iter().map(whole).collect();
    let weights = numbers(&case["weights"]);
    check.near("p", stats::srm_p_value(&counts, &weights).unwrap(), &case["p"]);
    check.near("chi2", stats::srm_chi_squared(&counts, &weights).unwrap(), &case["chi2"]);
}

fn srm_sequential(case: &Value, check: &mut Check) {
    let (shares, k) = (numbers(&case["theta0"]), num(&case["k"]));
    let mut largest: f64 = 0.0;
    for point in case["path"].as_array().unwrap() {
        let counts: Vec<u64> = point["cum"].as_array().unwrap().iter().map(whole).collect();
        let log_e = stats::srm_log_e(&counts, &shares, k);
        largest = largest.max(log_e);
        check.near(&format!("log_e{counts:?}"), log_e, &point["log_e"]);
        check.near(&format!("p{counts:?}"), (-largest).exp().min(1.0), &point["p"]);
        // One by one, in any order, the watch comes to the same evidence.
        let mut watch = stats::SrmWatch::new(shares.len(), k);
        for (arm, &count) in counts.iter().enumerate() {
            (0..count).for_each(|_| watch.count(arm, |arm| shares[arm]));
        }
        check.near(&format!("log_e of the watch {counts:?}"), watch.log_e(), &point["log_e"]);
    }
}

fn asymptotic_cs(case: &Value, check: &mut Check) {
    let tuned_for = num(&case["n_star"]);
    if case.get("a").is_some() {
        let arm = |arm: &Value| stats::Moments::from_real_sums(num(&arm[0]), num(&arm[1]), num(&arm[2]));
        let (a, b) = (arm(&case["a"]).unwrap(), arm(&case["b"]).unwrap());
        let n = a.n + b.n;
        let got = if case["diff"] == "relative" { stats::lift(&a, &b) } else { stats::difference(&a, &b) }.unwrap();
        check.near("est", got.value, &case["est"]);
        check.near("se", got.error, &case["se"]);
        check.pair("ci", got.around(stats::mixture_factor(0.05, n, tuned_for)), &case["ci"]);
        check.near("p", (-stats::mixture_log_e(0.05, n, tuned_for, got.z())).exp().min(1.0), &case["p"]);
        return;
    }
    let (n, alpha, sigma) = (num(&case["n"]), num(&case["alpha"]), num(&case["sigma"]));
    let factor = stats::mixture_factor(alpha, n, tuned_for);
    check.near("rho", stats::mixture_rho(alpha, tuned_for), &case["rho"]);
    check.near("halfwidth", factor * sigma / n.sqrt(), &case["halfwidth"]);
    check.near("confseq boundary", factor * sigma / n.sqrt(), &case["confseq_boundary_over_n"]);
    check.near("ratio to fixed", -factor / stats::norm_ppf(alpha / 2.0), &case["ratio_to_fixed"]);
    check.near("z threshold", factor, &case["z_threshold"]);
    for row in case["p_values"].as_array().unwrap() {
        let z = num(&row["z"]);
        check.near(&format!("p({z})"), (-stats::mixture_log_e(alpha, n, tuned_for, z)).exp().min(1.0), &row["p"]);
    }
}

fn asymptotic_cs_one_sided(case: &Value, check: &mut Check) {
    let (n, alpha, tuned_for) = (num(&case["n"]), num(&case["alpha"]), num(&case["n_star"]));
    check.near("rho", stats::mixture_rho(2.0 * alpha, tuned_for), &case["rho"]);
    check.near("halfwidth", stats::one_sided_factor(alpha, n, tuned_for) / n.sqrt(), &case["halfwidth_sigma1"]);
}

fn msprt(case: &Value, check: &mut Check) {
    let log_e = stats::msprt_log_e(num(&case["diff"]), num(&case["sigma2_over_n"]), num(&case["tau2"]));
    check.near("Lambda", log_e.exp(), &case["Lambda"]);
    check.near("p", (-log_e).exp().min(1.0), &case["p"]);
}

fn exact_conversion_test(case: &Value, check: &mut Check) {
    let (s1, s0) = (num(&case["conversions_B"]), num(&case["conversions_A"]));
    let (share, k) = (num(&case["p_B"]), num(&case["k"]));
    let log_e = stats::exact_conversion_log_e(s1, s0, share, k);
    check.near("log_e", log_e, &case["log_e"]);
    check.near("p", (-log_e).exp().min(1.0), &case["p_value"]);
    check.near("log rate ratio", (s1 / s0).ln() - (share / (1.0 - share)).ln(), &case["log_rate_ratio"]);
    // The reference solver stops at about 1e-8; its interval is stated to be checked to 1e-3.
    let (low, high) = stats::exact_conversion_interval(s1, s0, share, k, 0.05);
    check.within("cs low", low, &case["cs95_log_rate_ratio"][0], 1e-6);
    check.within("cs high", high, &case["cs95_log_rate_ratio"][1], 1e-6);
    let mut watch = stats::ExactConversionWatch::new(k);
    (0..s1 as u64).for_each(|_| watch.converted(true, share));
    (0..s0 as u64).for_each(|_| watch.converted(false, share));
    check.near("log_e of the watch", watch.log_e(), &case["log_e"]);
}

fn randomization(case: &Value, check: &mut Check) {
    let (y, t) = (numbers(&case["y"]), numbers(&case["t"]));
    let mut watch = stats::RandomizationWatch::with_scale(num(&case["p"]), num(&case["r"]));
    for (i, (y, t)) in y.iter().zip(&t).enumerate() {
        watch.close(*t == 1.0, num(&case["p"]), *y);
        if let Some(expected) = case["path_first5"].as_array().and_then(|path| path.get(i)) {
            let (s, v) = watch.sums();
            check.near(&format!("S after {}", i + 1), s, &expected[0]);
            check.near(&format!("V after {}", i + 1), v, &expected[1]);
            check.near(&format!("log_e after {}", i + 1), watch.log_e(), &expected[2]);
        }
    }
    let (s, v) = watch.sums();
    check.near("S", s, &case["S"]);
    check.near("V", v, &case["V"]);
    check.near("log_e", watch.log_e(), &case["log_e"]);
}

fn assignment_variance(case: &Value, check: &mut Check) {
    check.near("v(p)", stats::assignment_variance(num(&case["p"])), &case["kearns_saul_variance"]);
}

fn group_sequential(case: &Value, check: &mut Check) {
    let (looks, alpha) = (whole(&case["K"]), num(&case["alpha"]));
    let shape = case["spending"].as_str().unwrap_or("");
    let spending = match shape.strip_prefix("power family alpha*t^").and_then(|rest| rest.split(' ').next()) {
        Some(exponent) => stats::Spending::Power(exponent.parse().unwrap()),
        None if shape.starts_with("LanDeMets-OBrienFleming") => stats::Spending::ObrienFleming,
        None => return check.fail(format!("spending `{shape}` is not known")),
    };
    let fractions: Vec<f64> = (1..=looks).map(|k| k as f64 / looks as f64).collect();
    let spent: Vec<f64> = fractions.iter().map(|&t| spending.spent(alpha, t)).collect();
    check.list("cum_alpha", &spent, &case["cum_alpha"]);
    check.list("z", &stats::group_sequential_boundaries(alpha, &fractions, spending), &case["z"]);
}

fn horizon_boundary(case: &Value, check: &mut Check) {
    let alpha = num(&case["alpha"]);
    let exact = stats::horizon_boundary(alpha);
    check.near("c_exact", exact, &case["c_exact"]);
    check.near("c_levy", stats::levy_boundary(alpha), &case["c_levy"]);
    for row in case["boundaries"].as_array().unwrap() {
        let t = num(&row[0]);
        check.near(&format!("boundary at {t}"), exact / t.sqrt(), &row[1]);
        // What the product rejects with is Levy's, the same to eight digits.
        check.within(&format!("Levy's boundary at {t}"), stats::horizon_factor(alpha, t * 1e6, 1e6), &row[1], 2e-8);
    }
}

fn sample_size(case: &Value, check: &mut Check) {
    let lift = num(&case["lift"]);
    if let Some(p) = case["p"].as_f64() {
        let q = p * (1.0 + lift);
        let wald = stats::units_per_arm(p * (1.0 - p), q * (1.0 - q), q - p, 0.05, 0.8);
        check.near("wald", wald, &case["n_per_arm_wald"]);
        check.near("arcsine", stats::units_per_arm_arcsine(p, q, 0.05, 0.8), &case["n_per_arm_arcsine_statsmodels"]);
    } else {
        let (mean, deviation) = (num(&case["mean"]), num(&case["sd"]));
        let delta = mean * lift;
        check.near("z", stats::units_per_arm(deviation * deviation, deviation * deviation, delta, 0.05, 0.8), &case["n_per_arm_z"]);
        check.near("t", stats::units_per_arm_t(delta / deviation, 0.05, 0.8), &case["n_per_arm_t_statsmodels"]);
    }
}

fn multiplicity(case: &Value, check: &mut Check) {
    let p = numbers(&case["p"]);
    for (key, expected) in case.as_object().unwrap() {
        let adjusted = match key.as_str() {
            "p" => continue,
            "bonferroni" => stats::bonferroni(&p),
            "holm" => stats::holm(&p),
            "fdr_bh" => stats::benjamini_hochberg(&p),
            "fdr_by" => stats::benjamini_yekutieli(&p),
            name if name.starts_with("e_bh") => {
                let log_e: Vec<f64> = numbers(&expected["e"]).into_iter().map(f64::ln).collect();
                let rejected = stats::e_benjamini_hochberg(&log_e, num(&expected["alpha"]));
                let wanted: Vec<usize> = expected["rejected"].as_array().unwrap().iter().map(|place| whole(place) as usize).collect();
                check.equal(&format!("{key} k"), rejected.len() as u64, whole(&expected["k_hat"]));
                check.equal(key, rejected, wanted);
                continue;
            }
            other => {
                check.fail(format!("no check for {other}"));
                continue;
            }
        };
        check.list(key, &adjusted, &expected["adjusted"]);
        let rejected = adjusted.iter().filter(|p| **p <= 0.05).count() as u64;
        check.equal(&format!("{key} rejected"), rejected, whole(&expected["rejected"]));
    }
}

fn bayesian_lift(case: &Value, check: &mut Check) {
    let (a, b) = (share(case, "a").moments().unwrap(), share(case, "b").moments().unwrap());
    let lift = stats::lift(&a, &b).unwrap();
    let prior = case["prior"].as_array().map(|prior| (num(&prior[0]), num(&prior[1]).sqrt()));
    let posterior = stats::bayesian_lift(lift.value, lift.error, prior);
    check.near("chance to win", posterior.chance_to_win(), &case["chance_to_win"]);
    check.near("expected", posterior.mean, &case["expected"]);
    check.near("sd", posterior.deviation, &case["post_sd"]);
    check.pair("ci", posterior.interval(0.05), &case["ci"]);
    check.pair("risks", (posterior.risk_of_control(), posterior.risk()), &case["risk_control_vs_treatment"]);
}

fn probability_best(case: &Value, check: &mut Check) {
    for (i, row) in case["beta"].as_array().into_iter().flatten().enumerate() {
        let got = stats::beta_exceeds(num(&row["alpha_A"]), num(&row["beta_A"]), num(&row["alpha_B"]), num(&row["beta_B"]));
        check.near(&format!("beta[{i}]"), got, &row["p_B_beats_A"]);
    }
    if let Some(gauss) = case.get("gauss") {
        let arms: Vec<(f64, f64)> = numbers(&gauss["mu"]).into_iter().zip(numbers(&gauss["sd"])).collect();
        check.list("gauss", &stats::gaussian_best(&arms), &gauss["p_best"]);
    }
}

fn adaptive_inference(case: &Value, check: &mut Check) {
    let arm = num(&case["arm"]);
    let mut mean = stats::AdaptiveMean::default();
    let mut scores = Vec::new();
    for row in case["log_arm_probchosen_reward"].as_array().unwrap() {
        let is_chosen = num(&row[0]) == arm;
        let probability = if is_chosen { num(&row[1]) } else { 1.0 - num(&row[1]) };
        scores.extend(mean.observe(probability, is_chosen.then(|| num(&row[2]))));
    }
    check.list("gamma", &scores, &case["gamma"]);
    let (q, v) = mean.estimate().unwrap();
    check.near("Q", q, &case["Q"]);
    check.near("V", v, &case["V"]);
    let (plain, normalized) = mean.weighted().unwrap();
    check.near("ipw", plain, &case["ipw"]);
    check.near("snips", normalized, &case["snips"]);
}

fn uplift_metrics(case: &Value, check: &mut Check) {
    let rows = numbers(&case["y"]).into_iter().zip(numbers(&case["treatment"])).zip(numbers(&case["score"]));
    let units: Vec<stats::Scored> =
        rows.map(|((outcome, treated), score)| stats::Scored { score, is_treated: treated == 1.0, outcome }).collect();
    check.near("qini", stats::qini(&units).unwrap(), &case["qini_auc"]);
    check.near("uplift auc", stats::uplift_auc(&units).unwrap(), &case["uplift_auc"]);
    check.near("uplift at 30%", stats::uplift_at(&units, 0.3).unwrap(), &case["uplift_at_30"]);
}

fn winsorize(case: &Value, check: &mut Check) {
    let (cap, values) = stats::winsorize(&numbers(&case["x"]), num(&case["q"]));
    check.near("cap", cap.unwrap(), &case["cap"]);
    let (sum, squares) = values.iter().fold((0.0, 0.0), |(sum, squares), value| (sum + value, squares + value * value));
    let got = stats::Moments::from_real_sums(values.len() as f64, sum, squares).unwrap();
    check.near("mean", got.mean, &case["mean"]);
    check.near("var", got.variance, &case["var"]);
}

fn quantile_interval(case: &Value, check: &mut Check) {
    let ranks = stats::quantile_ranks(whole(&case["n"]), num(&case["q"]), 0.05).unwrap();
    check.equal("ranks", ranks, (whole(&case["lo"]), whole(&case["hi"])));
}

fn novelty(case: &Value, check: &mut Check) {
    let got = stats::novelty(&numbers(&case["effects"]), &numbers(&case["se"])).unwrap();
    check.near("pooled", got.pooled, &case["pooled"]);
    check.near("Q", got.q, &case["Q"]);
    check.near("p of Q", got.q_p, &case["p_Q"]);
    check.near("slope", got.slope, &case["slope"]);
    check.near("slope se", got.slope_error, &case["slope_se"]);
    check.near("slope p", got.slope_p, &case["slope_p"]);
}

fn calibration(case: &Value, check: &mut Check) {
    // The rule is a text: frac(i*C), i=FIRST..LAST.
    let rule = case["p_values_rule"].as_str().unwrap();
    let read = || {
        let (factor, range) = rule.strip_prefix("frac(i*")?.split_once("), i=")?;
        let (first, last) = range.split_once("..")?;
        Some((factor.parse::<f64>().ok()?, first.parse::<u32>().ok()?, last.parse::<u32>().ok()?))
    };
    let Some((factor, first, last)) = read() else { return check.fail(format!("rule `{rule}` is not known")) };
    let values: Vec<f64> = (first..=last).map(|i| (f64::from(i) * factor).fract()).collect();
    let (distance, p) = stats::ks_uniform(&values).unwrap();
    check.near("D", distance, &case["ks_D"]);
    check.near("p of D", p, &case["ks_p"]);
    let tail = stats::binomial_tail(whole(&case["rejections"]), whole(&case["trials"]), num(&case["alpha"]));
    check.near("binomial p", tail, &case["binom_p"]);
}

fn bucket_hash(case: &Value, check: &mut Check) {
    let (seed, unit) = (case[0].as_str().unwrap(), case[1].as_str().unwrap());
    check.near(&format!("bucket({seed}, {unit})"), experiment::bucket(seed, unit), &case[2]);
}

fn webhook_hmac(case: &Value, check: &mut Check) {
    use hmac::KeyInit;
    use hmac::Mac;
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(case["secret"].as_str().unwrap().as_bytes()).unwrap();
    mac.update(case["body"].as_str().unwrap().as_bytes());
    let signature = data_encoding::BASE64.encode(&mac.finalize().into_bytes());
    check.equal("signature", signature.as_str(), case["signature"].as_str().unwrap());
}

fn websocket_accept(case: &Value, check: &mut Check) {
    let key = case["key"].as_str().unwrap();
    let accept = tokio_tungstenite::tungstenite::handshake::derive_accept_key(key.as_bytes());
    check.equal("accept", accept.as_str(), case["accept"].as_str().unwrap());
}

fn trigger_dilution(case: &Value, check: &mut Check) {
    let rate = num(&case["trigger_rate"]);
    check.near("overall effect", rate * num(&case["triggered_diff"]), &case["overall_diff"]);
    // The block does not name its outcomes; the ratio is that of 3% over all and 6% among the triggered.
    let (all, triggered) = (0.03 * 0.97, 0.06 * 0.94);
    check.near("gain", stats::trigger_gain(rate, triggered, all), &case["n_needed_ratio_all_over_triggered"]);
}
