//! Models that real exporters made, against what the reference runtime says of them.

use super::*;
use serde_json::Value;

const FEATURES: [&str; 4] = ["cart.value", "cart.items", "session.page_views", "session.age"];

macro_rules! file {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../../tests/fixtures/onnx/", $name, ".onnx")).as_slice())
    };
}

fn files() -> Vec<(&'static str, &'static [u8])> {
    vec![
        file!("logistic"),
        file!("logistic_three"),
        file!("linear"),
        file!("forest"),
        file!("forest_regression"),
        file!("boosting"),
        file!("boosting_three"),
        file!("network"),
        file!("network_three"),
        file!("network_regression"),
        file!("xgboost"),
        file!("xgboost_regression"),
        file!("lightgbm"),
        file!("lightgbm_three"),
    ]
}

fn bytes(name: &str) -> &'static [u8] {
    files().into_iter().find(|(known, _)| *known == name).unwrap().1
}

/// Answers of ONNX Runtime on the same files; `make.py` beside them made both.
#[test]
fn scores_are_those_of_onnx_runtime() {
    let expected: Value = serde_json::from_str(include_str!("../../../tests/fixtures/onnx/expected.json")).unwrap();
    let numbers = |value: &Value| -> Vec<f64> { value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect() };
    let rows: Vec<Vec<f64>> = expected["rows"].as_array().unwrap().iter().map(numbers).collect();
    for (name, bytes) in files() {
        let model = Model::load(bytes, &FEATURES, None).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        for (row, answer) in rows.iter().zip(expected["scores"][name].as_array().unwrap()) {
            let (got, expect) = (model.scores(row).unwrap(), numbers(answer));
            assert_eq!(got.len(), expect.len(), "{name}");
            for (got, expect) in got.iter().zip(&expect) {
                assert!((got - expect).abs() <= 2e-5 * expect.abs().max(1.0), "{name} {row:?}: {got} for {expect}");
            }
        }
        assert!(model.operations() < 2_000 && model.inputs() == 4, "{name}: {}", model.operations());
    }
}

#[test]
fn the_contract_is_checked() {
    let problem = |features: &[&str], output| Model::load(bytes("logistic"), features, output).unwrap_err().to_string();
    assert_eq!(problem(&["cart.value"], None), "input X: takes 4 numbers, but 1 features are given");
    assert_eq!(problem(&FEATURES, Some("score")), "output score: the model has output_label, output_probability");
    let label = problem(&FEATURES, Some("output_label"));
    assert!(label.ends_with("which nothing that is read makes"), "{label}");
    assert!(problem(&[""; 65], None).starts_with("features: 65, at most 64"));
    let model = Model::load(bytes("logistic"), &FEATURES, Some("output_probability")).unwrap();
    assert_eq!((model.outputs(), model.score(&[1.0], 1), model.score(&[0.0; 4], 2)), (2, None, None));
}

#[test]
fn what_is_no_number_falls_back() {
    let model = Model::load(bytes("logistic"), &FEATURES, None).unwrap();
    assert_eq!(model.score(&[f64::NAN, 0.0, 0.0, 0.0], 1), None);
    let forest = Model::load(bytes("forest"), &FEATURES, None).unwrap();
    assert!(forest.score(&[f64::NAN, 0.0, 0.0, 0.0], 1).is_some(), "trees know where the unknown goes");
}

/// A cut, a flipped bit, foreign bytes: an error or a model, never a panic.
#[test]
fn damaged_files_are_refused_or_harmless() {
    for (name, bytes) in files() {
        let mut checked = 0;
        for at in (0..bytes.len()).step_by(bytes.len() / 60 + 1) {
            let mut flipped = bytes.to_vec();
            flipped[at] ^= 1 << (at % 8);
            for damaged in [&bytes[..at], flipped.as_slice()] {
                if let Ok(model) = Model::load(damaged, &FEATURES, None) {
                    model.scores(&[1.0, 2.0, 3.0, 4.0]);
                }
                checked += 1;
            }
        }
        assert!(checked > 50, "{name}");
    }
    assert_eq!(Model::load(&vec![0; BYTES_MAX + 1], &FEATURES, None), Err(Problem::Bytes(BYTES_MAX + 1)));
    assert!(matches!(Model::load(b"hello", &FEATURES, None), Err(Problem::Format(_))));
    assert!(matches!(Model::load(b"", &FEATURES, None), Err(Problem::Format(_))));
}

#[test]
fn too_much_is_refused_when_it_is_loaded() {
    use prost::Message;
    let input = |name: &str, width| proto::ValueInfo {
        name: name.to_owned(),
        kind: Some(proto::Type {
            tensor: Some(proto::TensorType {
                element: proto::FLOAT,
                shape: Some(proto::Shape { dim: [0, width].map(|value| proto::Dimension { value }).to_vec() }),
            }),
        }),
    };
    let node = |op: &str, from: &str, to: &str| proto::Node {
        op_type: op.to_owned(),
        input: vec![from.to_owned()],
        output: vec![to.to_owned()],
        ..proto::Node::default()
    };
    let load = |graph: proto::Graph, features: &[&str]| {
        Model::load(&proto::Model { graph: Some(graph) }.encode_to_vec(), features, None)
            .map(|model| model.outputs())
            .map_err(|p| p.to_string())
    };
    let chain = |count: usize| proto::Graph {
        node: (0..count).map(|at| node("Exp", &format!("v{at}"), &format!("v{}", at + 1))).collect(),
        input: vec![input("v0", 8)],
        output: vec![input(&format!("v{count}"), 8)],
        initializer: Vec::new(),
    };
    assert_eq!(load(chain(100), &[""; 8]), Ok(8));
    assert_eq!(load(chain(140), &[""; 8]), Err("numbers of one score: 1032, at most 1024 are allowed".to_owned()));
    assert_eq!(load(chain(201), &[""; 8]), Err("graph nodes: 201, at most 200 are allowed".to_owned()));
    let mut unknown = chain(1);
    unknown.node[0].op_type = "Loop".to_owned();
    assert!(load(unknown, &[""; 8]).unwrap_err().starts_with("node Loop : this operator is not read"));
    // Two inputs are found by their names, dots as underscores.
    let mut sum = proto::Graph {
        node: vec![proto::Node { input: vec!["cart_value".to_owned(), "cart.items".to_owned()], ..node("Add", "", "sum") }],
        input: vec![input("cart.items", 1), input("cart_value", 1)],
        output: vec![input("sum", 1)],
        initializer: Vec::new(),
    };
    assert_eq!(load(sum.clone(), &["cart.value", "cart.items"]), Ok(1));
    assert_eq!(load(sum.clone(), &["cart.value", "cart.lines"]), Err("input cart.items: no feature has its name".to_owned()));
    assert!(load(sum.clone(), &["cart.value", "cart.items", "x"]).unwrap_err().contains("does not take"));
    sum.input[0] = input("cart.items", 2);
    assert_eq!(
        load(sum, &["cart.value", "cart.items"]),
        Err("input cart.items: takes 2 numbers; of several inputs each takes one".to_owned())
    );
}
