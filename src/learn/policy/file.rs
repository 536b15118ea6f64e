//! A policy as a file: the probability of every action, fixed or from a context.

use crate::learn::bandit::ARMS_MAX;
use crate::learn::bandit::FEATURES_MAX;
use crate::learn::bandit::Policy;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// The JSON of a saved policy.
///
/// Either `shares`, the probability of each action, whatever the context; or `features`, `actions` and `policy`: linear Thompson sampling,
/// whose coefficients stand in the order of `features`. A feature is the name of a number of the context, `1` for the constant, or
/// `name=value` for whether a text has that value.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    /// `floorwalker.policy/1`.
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares: Option<BTreeMap<String, f64>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
}

/// Why a file is no policy.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FileProblem {
    #[error("is no policy: {0}")]
    Json(String),
    #[error("kind is `{0}`, expected `{kind}`", kind = PolicyFile::KIND)]
    Kind(String),
    #[error("{field}: {problem}")]
    Field { field: &'static str, problem: String },
}

/// A checked policy.
#[derive(Debug, Clone)]
pub enum Target {
    Shares(BTreeMap<String, f64>),
    Linear { features: Vec<String>, actions: Vec<String>, policy: Policy },
}

impl PolicyFile {
    pub const KIND: &'static str = "floorwalker.policy/1";

    /// A file with a learned policy.
    pub fn linear(features: Vec<String>, actions: Vec<String>, policy: Policy) -> PolicyFile {
        PolicyFile { kind: PolicyFile::KIND.to_owned(), shares: None, features, actions, policy: Some(policy) }
    }

    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`FileProblem`] with the field.
    pub fn read(text: &[u8]) -> Result<Target, FileProblem> {
        let file: PolicyFile = serde_json::from_slice(text).map_err(|error| FileProblem::Json(error.to_string()))?;
        if file.kind != PolicyFile::KIND {
            return Err(FileProblem::Kind(file.kind));
        }
        let wrong = |field, problem: &str| Err(FileProblem::Field { field, problem: problem.to_owned() });
        match (file.shares, file.policy) {
            (Some(shares), None) => {
                if shares.values().any(|share| !share.is_finite() || !(0.0..=1.0).contains(share)) {
                    return wrong("shares", "each is in 0..=1");
                }
                if (shares.values().sum::<f64>() - 1.0).abs() > 1e-6 {
                    return wrong("shares", "do not sum to 1");
                }
                Ok(Target::Shares(shares))
            }
            (None, Some(policy)) => {
                if !(1..=FEATURES_MAX).contains(&file.features.len()) {
                    return wrong("features", &format!("1 to {FEATURES_MAX} are expected"));
                }
                if !(1..=ARMS_MAX).contains(&file.actions.len()) || policy.arms().len() != file.actions.len() {
                    return wrong("actions", &format!("1 to {ARMS_MAX} are expected, one for each of policy.arms"));
                }
                if !policy.is_sound(file.features.len()) {
                    return wrong("policy", "has sizes that do not fit the features, or numbers that are not finite");
                }
                Ok(Target::Linear { features: file.features, actions: file.actions, policy })
            }
            _ => wrong("policy", "either shares or policy is expected"),
        }
    }
}

impl Target {
    /// Writes the probability of each of `actions` into `out`; `context` answers a feature's number. What the policy does beside these
    /// actions is returned: 0 if it does nothing else.
    pub fn chances(&self, actions: &[String], context: impl Fn(&str) -> f64, out: &mut [f64]) -> f64 {
        out.fill(0.0);
        match self {
            Target::Shares(shares) => {
                for (action, out) in actions.iter().zip(out.iter_mut()) {
                    *out = shares.get(action).copied().unwrap_or(0.0);
                }
            }
            Target::Linear { features, actions: own, policy } => {
                let mut numbers = [0.0; FEATURES_MAX];
                for (number, feature) in numbers.iter_mut().zip(features) {
                    *number = if feature == "1" { 1.0 } else { context(feature) };
                }
                let mut chances = [0.0; ARMS_MAX];
                policy.chances(&numbers[..features.len().min(FEATURES_MAX)], &mut chances);
                for (name, chance) in own.iter().zip(chances) {
                    if let Some(at) = actions.iter().position(|action| action == name) {
                        out[at] = chance;
                    }
                }
            }
        }
        (1.0 - out.iter().sum::<f64>()).max(0.0)
    }
}
