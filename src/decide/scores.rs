//! A shop's own models, as scores that conditions read by name.

use crate::campaign::condition::Facts;
use crate::campaign::condition::Kind;
use crate::campaign::condition::SCORE_MAX;
use crate::campaign::condition::Slot;
use crate::learn::onnx;
use crate::learn::onnx::Model;
use crate::model::Key;
use crate::model::key_of;
use serde::Deserialize;
use serde::Serialize;

/// Models of one shop.
pub const MODELS_MAX: usize = 8;
const NAME_BYTES_MAX: usize = 64;

/// A model with what it is given, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreFile {
    /// Its name in conditions: `score.model["name"]`.
    pub name: String,
    /// The ONNX file.
    pub bytes: Vec<u8>,
    /// Names of the vocabulary, numbers and flags, in the model's order.
    pub features: Vec<String>,
    /// The model's output; without it the probabilities of a classifier, or its last.
    pub output: Option<String>,
    /// Which number of the output; of two classes 1 is the second.
    pub place: usize,
    /// The score where the model has none.
    pub fallback: f64,
}

/// Why a model is not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ScoreProblem {
    #[error("{0} models, at most {MODELS_MAX} are allowed")]
    TooMany(usize),
    #[error("model {name}: {problem}")]
    Model { name: String, problem: onnx::Problem },
    #[error("model {name}: {problem}")]
    Field { name: String, problem: String },
}

#[derive(Debug, Clone, PartialEq)]
struct Score {
    key: Key,
    slots: Vec<Slot>,
    model: Model,
    file: ScoreFile,
}

/// All models of a shop: a part of the snapshot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scores(Vec<Score>);

impl Scores {
    /// Reads and checks models.
    ///
    /// # Errors
    /// The first [`ScoreProblem`].
    pub fn load(files: Vec<ScoreFile>) -> Result<Scores, ScoreProblem> {
        if files.len() > MODELS_MAX {
            return Err(ScoreProblem::TooMany(files.len()));
        }
        let mut scores: Vec<Score> = Vec::new();
        for file in files {
            let field = |problem: String| ScoreProblem::Field { name: file.name.clone(), problem };
            if file.name.is_empty() || file.name.len() > NAME_BYTES_MAX {
                return Err(field(format!("the name must have 1 to {NAME_BYTES_MAX} bytes")));
            }
            let key = key_of(&file.name);
            if scores.iter().any(|score| score.key == key) {
                return Err(field("the name is given twice".to_owned()));
            }
            if !file.fallback.is_finite() || file.fallback.abs() > SCORE_MAX {
                return Err(field(format!("fallback is {}, it must be finite and at most {SCORE_MAX}", file.fallback)));
            }
            let mut slots = Vec::with_capacity(file.features.len());
            for feature in &file.features {
                let slot = Slot::named(feature).filter(|slot| matches!(slot.kind(), Kind::Flag | Kind::Integer | Kind::Number));
                slots.push(slot.ok_or_else(|| field(format!("the feature {feature} is no number or yes-or-no value of the vocabulary")))?);
            }
            let names: Vec<&str> = file.features.iter().map(String::as_str).collect();
            let loaded = Model::load(&file.bytes, &names, file.output.as_deref());
            let model = loaded.map_err(|problem| ScoreProblem::Model { name: file.name.clone(), problem })?;
            if file.place >= model.outputs() {
                return Err(field(format!("place is {}, but the output has {} numbers, from 0", file.place, model.outputs())));
            }
            scores.push(Score { key, slots, model, file });
        }
        Ok(Scores(scores))
    }

    /// What was loaded.
    pub fn files(&self) -> Vec<&ScoreFile> {
        self.0.iter().map(|score| &score.file).collect()
    }

    /// The score of the model with this name; 0 if there is none. No allocation.
    pub fn score(&self, name: Key, facts: &dyn Facts) -> f64 {
        let Some(score) = self.0.iter().find(|score| score.key == name) else { return 0.0 };
        let mut numbers = [0.0; onnx::INPUTS_MAX];
        for (number, slot) in numbers.iter_mut().zip(&score.slots) {
            *number = if slot.kind() == Kind::Flag { f64::from(u8::from(facts.flag(*slot))) } else { facts.number(*slot) };
        }
        let found = numbers.get(..score.slots.len()).and_then(|numbers| score.model.score(numbers, score.file.place));
        found.unwrap_or(score.file.fallback).clamp(-SCORE_MAX, SCORE_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Cart(f64);

    impl Facts for Cart {
        fn flag(&self, _: Slot) -> bool {
            true
        }

        fn number(&self, slot: Slot) -> f64 {
            if slot == Slot::CartValue { self.0 } else { 1.0 }
        }

        fn text(&self, _: Slot) -> &str {
            ""
        }

        fn contains(&self, _: Slot, _: u64) -> bool {
            false
        }

        fn entry(&self, _: Slot, _: u64) -> f64 {
            0.0
        }
    }

    fn file() -> ScoreFile {
        ScoreFile {
            name: "vip".to_owned(),
            bytes: include_bytes!("../../tests/fixtures/onnx/forest.onnx").to_vec(),
            features: ["cart.value", "cart.items", "device.touch", "session.age"].map(str::to_owned).to_vec(),
            output: None,
            place: 1,
            fallback: 0.25,
        }
    }

    #[test]
    fn a_model_scores_what_conditions_know() {
        let scores = Scores::load(vec![file()]).unwrap();
        let model = Model::load(&file().bytes, &["a", "b", "c", "d"], None).unwrap();
        for value in [-3.0, 0.5, 2.0] {
            assert_eq!(Some(scores.score(key_of("vip"), &Cart(value))), model.score(&[value, 1.0, 1.0, 1.0], 1));
        }
        assert_eq!(scores.score(key_of("other"), &Cart(1.0)), 0.0);
        let logistic = ScoreFile { bytes: include_bytes!("../../tests/fixtures/onnx/logistic.onnx").to_vec(), ..file() };
        assert_eq!(Scores::load(vec![logistic]).unwrap().score(key_of("vip"), &Cart(f64::NAN)), 0.25);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let problem = |file: ScoreFile| Scores::load(vec![file]).unwrap_err().to_string();
        let features = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            problem(ScoreFile { features: features(&["cart.valeu"]), ..file() }),
            "model vip: the feature cart.valeu is no number or yes-or-no value of the vocabulary"
        );
        assert_eq!(
            problem(ScoreFile { features: features(&["cart.value"]), ..file() }),
            "model vip: input X: takes 4 numbers, but 1 features are given"
        );
        assert_eq!(problem(ScoreFile { place: 2, ..file() }), "model vip: place is 2, but the output has 2 numbers, from 0");
        assert!(problem(ScoreFile { fallback: f64::NAN, ..file() }).starts_with("model vip: fallback is NaN"));
        assert_eq!(Scores::load(vec![file(), file()]).unwrap_err().to_string(), "model vip: the name is given twice");
        assert_eq!(Scores::load(vec![file(); 9]), Err(ScoreProblem::TooMany(9)));
    }
}
