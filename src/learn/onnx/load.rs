//! From a file to steps: names are resolved, sizes worked out, limits checked. Nothing that was refused here can happen later.

use super::BYTES_MAX;
use super::CONSTANTS_MAX;
use super::INPUTS_MAX;
use super::Model;
use super::NODES_MAX;
use super::NUMBERS_MAX;
use super::OPERATIONS_MAX;
use super::Problem;
use super::proto;
use super::proto::Node;
use super::step::Norm;
use super::step::Operation;
use super::step::Pair;
use super::step::Single;
use super::step::Source;
use super::step::Step;
use super::step::Transform;
use super::tree::Trees;
use prost::Message;
use std::collections::BTreeMap;
use std::ops::Range;

/// Operators that are read.
pub const OPERATORS: &[&str] = &[
    "Abs",
    "Add",
    "Cast",
    "Concat",
    "Constant",
    "Div",
    "Exp",
    "Flatten",
    "Gemm",
    "Identity",
    "LinearClassifier",
    "LinearRegressor",
    "Log",
    "MatMul",
    "Mul",
    "Neg",
    "Normalizer",
    "Relu",
    "Reshape",
    "Scaler",
    "Sigmoid",
    "Softmax",
    "Sqrt",
    "Squeeze",
    "Sub",
    "Tanh",
    "TreeEnsembleClassifier",
    "TreeEnsembleRegressor",
    "Unsqueeze",
    "ZipMap",
];

/// A value of the graph: a row of numbers that are made, or constants with their sizes.
#[derive(Debug, Clone)]
enum Value {
    At(Range<usize>),
    Constant { dims: Vec<usize>, numbers: Vec<f32> },
}

struct Loader {
    values: BTreeMap<String, Value>,
    steps: Vec<Step>,
    numbers: usize,
    operations: u64,
    constants: usize,
}

pub(super) fn load(bytes: &[u8], features: &[&str], output: Option<&str>) -> Result<Model, Problem> {
    if bytes.len() > BYTES_MAX {
        return Err(Problem::Bytes(bytes.len()));
    }
    let model = proto::Model::decode(bytes).map_err(|error| Problem::Format(error.to_string()))?;
    let graph = model.graph.ok_or_else(|| Problem::Format("it has no graph".to_owned()))?;
    at_most("graph nodes", graph.node.len(), NODES_MAX)?;
    let mut loader = Loader { values: BTreeMap::new(), steps: Vec::new(), numbers: 0, operations: 0, constants: 0 };
    for tensor in &graph.initializer {
        loader.constant(&tensor.name, tensor)?;
    }
    loader.inputs(&graph, features)?;
    let inputs = loader.numbers;
    let wanted = wanted(&graph, output)?;
    let needed = needed(&graph, wanted);
    for (node, needed) in graph.node.iter().zip(needed) {
        if needed {
            loader.node(node)?;
        }
    }
    let output = match loader.values.get(wanted) {
        Some(Value::At(range)) if !range.is_empty() => range.clone(),
        _ => return Err(Problem::Output { name: wanted.to_owned(), problem: "is not made by any node".to_owned() }),
    };
    at_most("operations of one score", loader.operations as usize, OPERATIONS_MAX as usize)?;
    Ok(Model { steps: loader.steps, inputs, output, numbers: loader.numbers, operations: loader.operations })
}

fn at_most(what: &'static str, found: usize, limit: usize) -> Result<(), Problem> {
    if found > limit { Err(Problem::TooMany { what, found: found as u64, limit: limit as u64 }) } else { Ok(()) }
}

/// The output that is asked for.
fn wanted<'a>(graph: &'a proto::Graph, output: Option<&'a str>) -> Result<&'a str, Problem> {
    let names: Vec<&str> = graph.output.iter().map(|value| value.name.as_str()).collect();
    match output {
        Some(name) if names.contains(&name) => Ok(name),
        Some(name) => Err(Problem::Output { name: name.to_owned(), problem: format!("the model has {}", names.join(", ")) }),
        None => names.last().copied().ok_or_else(|| Problem::Format("it has no output".to_owned())),
    }
}

/// Which nodes the wanted value comes from; nodes stand in an order in which they can run.
fn needed(graph: &proto::Graph, wanted: &str) -> Vec<bool> {
    let mut names = vec![wanted];
    let mut needed = vec![false; graph.node.len()];
    for (node, needed) in graph.node.iter().zip(&mut needed).rev() {
        if node.output.iter().any(|output| names.contains(&output.as_str())) {
            *needed = true;
            names.extend(node.input.iter().map(String::as_str));
        }
    }
    needed
}

impl Loader {
    fn constant(&mut self, name: &str, tensor: &proto::Tensor) -> Result<(), Problem> {
        // Texts are labels; nothing that is needed reads them.
        let Some(numbers) = tensor.numbers() else { return Ok(()) };
        self.constants += numbers.len();
        at_most("constant numbers", self.constants, CONSTANTS_MAX)?;
        let dims = tensor.dims.iter().map(|&dim| dim as usize).collect();
        self.values.insert(name.to_owned(), Value::Constant { dims, numbers });
        Ok(())
    }

    /// The input contract: names, sizes, element types.
    fn inputs(&mut self, graph: &proto::Graph, features: &[&str]) -> Result<(), Problem> {
        at_most("features", features.len(), INPUTS_MAX)?;
        // Old files list constants among the inputs.
        let inputs: Vec<&proto::ValueInfo> = graph.input.iter().filter(|input| !self.values.contains_key(&input.name)).collect();
        let mut widths = Vec::new();
        for input in &inputs {
            let wrong = |problem: String| Problem::Input { name: input.name.clone(), problem };
            let tensor = input.kind.as_ref().and_then(|kind| kind.tensor.as_ref()).ok_or_else(|| wrong("is no tensor".to_owned()))?;
            if ![proto::FLOAT, proto::DOUBLE, proto::INT64].contains(&tensor.element) {
                return Err(wrong(format!("has element type {}, expected float (1), double (11) or int64 (7)", tensor.element)));
            }
            let dims: Vec<i64> = tensor.shape.iter().flat_map(|shape| &shape.dim).map(|dim| dim.value).collect();
            let width = match dims.as_slice() {
                [0 | 1, width] | [width] if *width > 0 => *width as usize,
                _ => return Err(wrong(format!("has sizes {dims:?}, expected one row: [any, width]"))),
            };
            widths.push(width);
        }
        match inputs.as_slice() {
            [input] => {
                if widths[0] != features.len() {
                    let problem = format!("takes {} numbers, but {} features are given", widths[0], features.len());
                    return Err(Problem::Input { name: input.name.clone(), problem });
                }
                self.values.insert(input.name.clone(), Value::At(0..widths[0]));
            }
            _ => {
                for (input, width) in inputs.iter().zip(widths) {
                    let wrong = |problem: String| Problem::Input { name: input.name.clone(), problem };
                    if width != 1 {
                        return Err(wrong(format!("takes {width} numbers; of several inputs each takes one")));
                    }
                    let is_it = |feature: &&str| **feature == input.name || feature.replace('.', "_") == input.name;
                    let at = features.iter().position(is_it).ok_or_else(|| wrong("no feature has its name".to_owned()))?;
                    self.values.insert(input.name.clone(), Value::At(at..at + 1));
                }
                if let Some(extra) = features
                    .iter()
                    .find(|feature| !inputs.iter().any(|input| **feature == input.name || feature.replace('.', "_") == input.name))
                {
                    return Err(Problem::Input {
                        name: (*extra).to_owned(),
                        problem: "is a feature that the model does not take".to_owned(),
                    });
                }
            }
        }
        self.numbers = features.len();
        Ok(())
    }

    fn node(&mut self, node: &Node) -> Result<(), Problem> {
        let wrong = |problem: &str| Problem::Node { op: node.op_type.clone(), name: node.name.clone(), problem: problem.to_owned() };
        match node.op_type.as_str() {
            "Constant" => {
                let tensor = node.tensor("value").ok_or_else(|| wrong("has no tensor"))?;
                return self.constant(node.output.first().map_or("", String::as_str), tensor);
            }
            // One row stays one row. Its numbers are floats whatever they were called; only whole numbers are cut.
            "Cast" if [proto::INT64, proto::INT32].contains(&(node.integer("to", 0) as i32)) => return self.single(node, Single::Truncate),
            "Identity" | "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" | "ZipMap" | "Cast" => {
                let value = self.value(node, 0)?.clone();
                if let (Value::At(range), "Reshape") = (&value, node.op_type.as_str()) {
                    let shape = match self.value(node, 1)? {
                        Value::Constant { numbers, .. } => numbers.clone(),
                        Value::At(_) => return Err(wrong("takes sizes that are not constant")),
                    };
                    let fits = matches!(shape.as_slice(), [-1.0] | [-1.0 | 0.0 | 1.0, -1.0])
                        || shape.last().is_some_and(|&last| last == range.len() as f32 || (last == 1.0 && range.len() == 1));
                    if !fits {
                        return Err(wrong(&format!("makes sizes {shape:?} of one row of {}", range.len())));
                    }
                }
                return self.name(node, value);
            }
            "Neg" => return self.single(node, Single::Neg),
            "Relu" => return self.single(node, Single::Relu),
            "Sigmoid" => return self.single(node, Single::Sigmoid),
            "Tanh" => return self.single(node, Single::Tanh),
            "Exp" => return self.single(node, Single::Exp),
            "Log" => return self.single(node, Single::Log),
            "Sqrt" => return self.single(node, Single::Sqrt),
            "Abs" => return self.single(node, Single::Abs),
            "Add" => return self.pair(node, Pair::Add),
            "Sub" => return self.pair(node, Pair::Sub),
            "Mul" => return self.pair(node, Pair::Mul),
            "Div" => return self.pair(node, Pair::Div),
            "Concat" => {
                let start = self.numbers;
                for at in 0..node.input.len() {
                    let source = self.row(node, at)?;
                    let width = source.len();
                    self.push(source, width, Operation::Copy, 1)?;
                }
                return self.name(node, Value::At(start..self.numbers));
            }
            _ => {}
        }
        let source = self.row(node, 0)?;
        let width = source.len();
        let (to, operation, each) = match node.op_type.as_str() {
            "Softmax" => (width, Operation::Softmax, 4),
            "Normalizer" => {
                let norm = match node.text("norm") {
                    b"L1" => Norm::L1,
                    b"L2" => Norm::L2,
                    _ => Norm::Max,
                };
                (width, Operation::Norm(norm), 3)
            }
            "Scaler" => {
                let fits = |list: &[f32]| list.len() == 1 || list.len() == width;
                let (offset, scale) = (node.floats("offset"), node.floats("scale"));
                if !fits(&offset) || !fits(&scale) {
                    return Err(wrong(&format!("has {} offsets and {} scales for {width} numbers", offset.len(), scale.len())));
                }
                (width, Operation::Scale { offset, scale }, 2)
            }
            "MatMul" | "Gemm" => self.product(node, width)?,
            "LinearRegressor" | "LinearClassifier" => linear(node, width)?,
            "TreeEnsembleRegressor" | "TreeEnsembleClassifier" => trees(node, width)?,
            _ => return Err(wrong(&format!("this operator is not read; those that are: {}", OPERATORS.join(", ")))),
        };
        let operations = if let Operation::Trees { trees, .. } = &operation { trees.operations } else { each * to as u64 };
        let start = self.numbers;
        self.push(source, to, operation, 0)?;
        self.operations = self.operations.saturating_add(operations);
        let made = Value::At(start..self.numbers);
        if node.op_type.ends_with("Classifier") {
            // The first output is the label, which is not read.
            if let Some(scores) = node.output.get(1) {
                self.values.insert(scores.clone(), made);
            }
            return Ok(());
        }
        self.name(node, made)
    }

    fn value(&self, node: &Node, input: usize) -> Result<&Value, Problem> {
        let name = node.input.get(input).map_or("", String::as_str);
        self.values.get(name).ok_or_else(|| Problem::Node {
            op: node.op_type.clone(),
            name: node.name.clone(),
            problem: format!("takes `{name}`, which nothing that is read makes"),
        })
    }

    /// A value as one row.
    fn row(&self, node: &Node, input: usize) -> Result<Source, Problem> {
        match self.value(node, input)? {
            Value::At(range) => Ok(Source::At(range.clone())),
            Value::Constant { dims, numbers } => {
                if dims.iter().filter(|&&dim| dim != 1).count() <= 1 && !numbers.is_empty() {
                    return Ok(Source::Constant(numbers.clone()));
                }
                let problem = format!("takes constants of sizes {dims:?}, expected one row");
                Err(Problem::Node { op: node.op_type.clone(), name: node.name.clone(), problem })
            }
        }
    }

    fn push(&mut self, source: Source, width: usize, operation: Operation, each: u64) -> Result<(), Problem> {
        let to = self.numbers..self.numbers + width;
        at_most("numbers of one score", to.end, NUMBERS_MAX)?;
        self.numbers = to.end;
        self.operations = self.operations.saturating_add(each * width as u64);
        self.steps.push(Step { source, to, operation });
        Ok(())
    }

    fn name(&mut self, node: &Node, value: Value) -> Result<(), Problem> {
        if let Some(output) = node.output.first() {
            self.values.insert(output.clone(), value);
        }
        Ok(())
    }

    fn single(&mut self, node: &Node, single: Single) -> Result<(), Problem> {
        let source = self.row(node, 0)?;
        let (start, width) = (self.numbers, source.len());
        self.push(source, width, Operation::Single(single), 4)?;
        self.name(node, Value::At(start..start + width))
    }

    fn pair(&mut self, node: &Node, pair: Pair) -> Result<(), Problem> {
        let (a, b) = (self.row(node, 0)?, self.row(node, 1)?);
        let width = a.len().max(b.len());
        if [a.len(), b.len()].iter().any(|length| *length != width && *length != 1) {
            let problem = format!("takes rows of {} and {} numbers", a.len(), b.len());
            return Err(Problem::Node { op: node.op_type.clone(), name: node.name.clone(), problem });
        }
        let start = self.numbers;
        self.push(a, width, Operation::Pair(pair, b), 1)?;
        self.name(node, Value::At(start..start + width))
    }

    /// A row times a constant matrix.
    fn product(&self, node: &Node, width: usize) -> Result<(usize, Operation, u64), Problem> {
        let wrong = |problem: String| Problem::Node { op: node.op_type.clone(), name: node.name.clone(), problem };
        let is_gemm = node.op_type == "Gemm";
        if is_gemm && node.integer("transA", 0) != 0 {
            return Err(wrong("transA is not read".to_owned()));
        }
        let Value::Constant { dims, numbers } = self.value(node, 1)? else {
            return Err(wrong("multiplies with what is not constant".to_owned()));
        };
        let transposed = is_gemm && node.integer("transB", 0) != 0;
        let (rows, columns) = match dims.as_slice() {
            [rows, columns] if !transposed => (*rows, *columns),
            [columns, rows] => (*rows, *columns),
            [rows] => (*rows, 1),
            _ => return Err(wrong(format!("multiplies with sizes {dims:?}"))),
        };
        if rows != width || columns == 0 || numbers.len() != rows * columns {
            return Err(wrong(format!("multiplies a row of {width} with sizes {dims:?}")));
        }
        let alpha = if is_gemm { node.float("alpha", 1.0) } else { 1.0 };
        let entry = |row: usize, column: usize| if transposed { numbers[column * rows + row] } else { numbers[row * columns + column] };
        let weights = (0..rows).flat_map(|row| (0..columns).map(move |column| alpha * entry(row, column))).collect();
        let mut bias = vec![0.0; columns];
        if is_gemm && node.input.len() > 2 {
            let beta = node.float("beta", 1.0);
            match self.row(node, 2)? {
                Source::Constant(given) if given.len() == columns || given.len() == 1 => {
                    bias.iter_mut().enumerate().for_each(|(at, bias)| *bias = beta * given[if given.len() == 1 { 0 } else { at }]);
                }
                _ => return Err(wrong("adds what is not a constant row".to_owned())),
            }
        }
        Ok((columns, Operation::Linear { weights, bias, transform: Transform::None, doubled: false }, 2 * rows as u64))
    }
}

fn transform(node: &Node) -> Result<Transform, Problem> {
    match node.text("post_transform") {
        b"" | b"NONE" => Ok(Transform::None),
        b"LOGISTIC" => Ok(Transform::Logistic),
        b"SOFTMAX" => Ok(Transform::Softmax),
        b"SOFTMAX_ZERO" => Ok(Transform::SoftmaxZero),
        other => {
            let problem = format!("post_transform {} is not read", String::from_utf8_lossy(other));
            Err(Problem::Node { op: node.op_type.clone(), name: node.name.clone(), problem })
        }
    }
}

/// Classes of a classifier.
fn classes(node: &Node) -> usize {
    let lists = ["classlabels_int64s", "classlabels_ints"].map(|name| node.integers(name).len());
    let texts = node.texts("classlabels_strings").len();
    lists.into_iter().chain([texts]).max().unwrap_or(0)
}

fn linear(node: &Node, width: usize) -> Result<(usize, Operation, u64), Problem> {
    let wrong = |problem: String| Problem::Node { op: node.op_type.clone(), name: node.name.clone(), problem };
    let (coefficients, intercepts) = (node.floats("coefficients"), node.floats("intercepts"));
    let is_classifier = node.op_type == "LinearClassifier";
    let wanted = if is_classifier { classes(node) } else { node.integer("targets", 1).max(0) as usize };
    let rows = coefficients.len() / width.max(1);
    let doubled = is_classifier && wanted == 2 && rows == 1;
    if rows == 0 || coefficients.len() != rows * width || (rows != wanted && !doubled) || wanted > INPUTS_MAX {
        return Err(wrong(format!("has {} coefficients for {width} numbers and {wanted} results", coefficients.len())));
    }
    if !intercepts.is_empty() && intercepts.len() != rows {
        return Err(wrong(format!("has {} intercepts for {rows} results", intercepts.len())));
    }
    let weights = (0..width).flat_map(|at| (0..rows).map(move |row| (row, at))).map(|(row, at)| coefficients[row * width + at]).collect();
    let operation = Operation::Linear { weights, bias: intercepts, transform: transform(node)?, doubled };
    Ok((wanted, operation, 2 * width as u64 + 4))
}

fn trees(node: &Node, width: usize) -> Result<(usize, Operation, u64), Problem> {
    let wrong = |problem: String| Problem::Node { op: node.op_type.clone(), name: node.name.clone(), problem };
    let is_classifier = node.op_type == "TreeEnsembleClassifier";
    let results = if is_classifier { classes(node) } else { node.integer("n_targets", 1).max(0) as usize };
    if results == 0 || results > INPUTS_MAX {
        return Err(wrong(format!("{results} results, 1 to {INPUTS_MAX} are read")));
    }
    let trees = Trees::read(node, if is_classifier { "class" } else { "target" }, width, results)?;
    let base = node.floats("base_values");
    let single = is_classifier && results == 2 && trees.is_single;
    if !(base.is_empty() || base.len() == results || single && base.len() == 1) {
        return Err(wrong(format!("has {} base values for {results} results", base.len())));
    }
    let average = match node.text("aggregate_function") {
        b"" | b"SUM" => false,
        b"AVERAGE" => true,
        other => return Err(wrong(format!("aggregate_function {} is not read", String::from_utf8_lossy(other)))),
    };
    let classes = if is_classifier { results } else { 0 };
    Ok((results, Operation::Trees { trees, base, average, transform: transform(node)?, classes }, 0))
}
