//! Ensembles of decision trees.

use super::Problem;
use super::TREE_NODES_MAX;
use super::proto::Node;
use std::collections::BTreeMap;

/// What a node asks.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    Leq,
    Lt,
    Gte,
    Gt,
    Eq,
    Neq,
    Leaf,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Branch {
    mode: Mode,
    /// What is not a number goes the true way.
    missing_true: bool,
    feature: u32,
    value: f32,
    /// Places in `branches`; in a leaf, the range in `weights`.
    yes: u32,
    no: u32,
}

/// Trees whose leaves add to the scores of targets or classes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Trees {
    branches: Vec<Branch>,
    roots: Vec<u32>,
    /// Target and weight, by leaf.
    weights: Vec<(u32, f32)>,
    /// Steps of the deepest way through all trees, and the leaves' additions.
    pub(super) operations: u64,
    /// Every weight goes to one target though there are two.
    pub(super) is_single: bool,
    pub(super) is_positive: bool,
}

impl Trees {
    /// Reads the attributes of a node; `kind` is `class` or `target`.
    pub(super) fn read(node: &Node, kind: &str, width: usize, targets: usize) -> Result<Trees, Problem> {
        let wrong = |problem: &str| Problem::Node { op: node.op_type.clone(), name: node.name.clone(), problem: problem.to_owned() };
        let integers = |name: &str| node.integers(name);
        let (trees, ids) = (integers("nodes_treeids"), integers("nodes_nodeids"));
        let (features, yes, no) = (integers("nodes_featureids"), integers("nodes_truenodeids"), integers("nodes_falsenodeids"));
        let (values, modes, missing) =
            (node.floats("nodes_values"), node.texts("nodes_modes"), integers("nodes_missing_value_tracks_true"));
        let count = ids.len();
        if count == 0 || count > TREE_NODES_MAX {
            return Err(wrong(&format!("{count} tree nodes, 1 to {TREE_NODES_MAX} are read")));
        }
        if [trees.len(), features.len(), yes.len(), no.len(), values.len(), modes.len()].iter().any(|length| *length != count) {
            return Err(wrong("the lists of tree nodes have different lengths"));
        }
        let mut places: BTreeMap<(i64, i64), u32> = BTreeMap::new();
        for (place, key) in trees.iter().copied().zip(ids.iter().copied()).enumerate() {
            if places.insert(key, place as u32).is_some() {
                return Err(wrong(&format!("tree {} has two nodes {}", key.0, key.1)));
            }
        }
        let mut branches = Vec::with_capacity(count);
        for place in 0..count {
            let mode = match modes[place].as_slice() {
                b"BRANCH_LEQ" => Mode::Leq,
                b"BRANCH_LT" => Mode::Lt,
                b"BRANCH_GTE" => Mode::Gte,
                b"BRANCH_GT" => Mode::Gt,
                b"BRANCH_EQ" => Mode::Eq,
                b"BRANCH_NEQ" => Mode::Neq,
                b"LEAF" => Mode::Leaf,
                other => return Err(wrong(&format!("unknown mode {}", String::from_utf8_lossy(other)))),
            };
            let child = |id: i64| places.get(&(trees[place], id)).copied();
            let (yes, no) = match (mode, child(yes[place]), child(no[place])) {
                (Mode::Leaf, ..) => (0, 0),
                (_, Some(yes), Some(no)) => (yes, no),
                _ => return Err(wrong(&format!("node {} of tree {} leads nowhere", ids[place], trees[place]))),
            };
            let feature = usize::try_from(features[place]).ok().filter(|&feature| mode == Mode::Leaf || feature < width);
            let feature = feature.ok_or_else(|| wrong(&format!("feature {} is none of {width}", features[place])))? as u32;
            if !values[place].is_finite() && mode != Mode::Leaf {
                return Err(wrong("a threshold is not finite"));
            }
            branches.push(Branch { mode, missing_true: missing.get(place) == Some(&1), feature, value: values[place], yes, no });
        }
        let (weights, is_single) = leaves(node, kind, targets, &places, &mut branches, &wrong)?;
        let is_positive = weights.iter().all(|(_, weight)| *weight >= 0.0);
        let mut roots = Vec::new();
        let mut is_child = vec![false; count];
        for branch in branches.iter().filter(|branch| branch.mode != Mode::Leaf) {
            for child in [branch.yes, branch.no] {
                if std::mem::replace(&mut is_child[child as usize], true) {
                    return Err(wrong("two ways lead to one tree node"));
                }
            }
        }
        roots.extend((0..count as u32).filter(|&place| !is_child[place as usize]));
        // One parent each and a root for every tree: a cycle would leave its tree without a root.
        if roots.len() != trees.iter().collect::<std::collections::BTreeSet<_>>().len() {
            return Err(wrong("a tree has no root, or several"));
        }
        let mut operations = 0;
        for &root in &roots {
            let mut deepest = 0;
            let mut stack = vec![(root, 1_u64)];
            while let Some((place, depth)) = stack.pop() {
                let branch = &branches[place as usize];
                if branch.mode == Mode::Leaf {
                    deepest = deepest.max(depth + u64::from(branch.no - branch.yes));
                } else {
                    stack.extend([(branch.yes, depth + 1), (branch.no, depth + 1)]);
                }
            }
            operations += deepest;
        }
        Ok(Trees { branches, roots, weights, operations, is_single, is_positive })
    }

    /// Adds what all trees say of `features` to `scores`, and tells how many trees there are.
    pub(super) fn add(&self, features: &[f32], scores: &mut [f32]) -> usize {
        for &root in &self.roots {
            let mut branch = &self.branches[root as usize];
            while branch.mode != Mode::Leaf {
                let x = features[branch.feature as usize];
                let holds = match branch.mode {
                    _ if x.is_nan() => branch.missing_true,
                    Mode::Leq => x <= branch.value,
                    Mode::Lt => x < branch.value,
                    Mode::Gte => x >= branch.value,
                    Mode::Gt => x > branch.value,
                    Mode::Eq => x == branch.value,
                    Mode::Neq => x != branch.value,
                    Mode::Leaf => false,
                };
                branch = &self.branches[if holds { branch.yes } else { branch.no } as usize];
            }
            for &(target, weight) in &self.weights[branch.yes as usize..branch.no as usize] {
                scores[target as usize] += weight;
            }
        }
        self.roots.len()
    }
}

/// Reads the leaves' weights and writes their ranges into the leaves.
fn leaves(
    node: &Node,
    kind: &str,
    targets: usize,
    places: &BTreeMap<(i64, i64), u32>,
    branches: &mut [Branch],
    wrong: &impl Fn(&str) -> Problem,
) -> Result<(Vec<(u32, f32)>, bool), Problem> {
    let integers = |name: &str| node.integers(&format!("{kind}_{name}"));
    let (trees, nodes, ids, given) = (integers("treeids"), integers("nodeids"), integers("ids"), node.floats(&format!("{kind}_weights")));
    if given.is_empty() || given.len() > TREE_NODES_MAX {
        return Err(wrong(&format!("{} weights of leaves, 1 to {TREE_NODES_MAX} are read", given.len())));
    }
    if [trees.len(), nodes.len(), ids.len()].iter().any(|length| *length != given.len()) {
        return Err(wrong("the lists of leaves have different lengths"));
    }
    let mut by_leaf: Vec<(u32, u32, f32)> = Vec::with_capacity(given.len());
    for (row, &weight) in given.iter().enumerate() {
        let place = places.get(&(trees[row], nodes[row])).copied().filter(|&place| branches[place as usize].mode == Mode::Leaf);
        let place = place.ok_or_else(|| wrong(&format!("a weight is for node {} of tree {}, which is no leaf", nodes[row], trees[row])))?;
        let target = usize::try_from(ids[row]).ok().filter(|&target| target < targets);
        let target = target.ok_or_else(|| wrong(&format!("{kind} {} is none of {targets}", ids[row])))?;
        if !weight.is_finite() {
            return Err(wrong("a weight is not finite"));
        }
        by_leaf.push((place, target as u32, weight));
    }
    by_leaf.sort_by_key(|&(place, target, _)| (place, target));
    for (at, &(place, ..)) in by_leaf.iter().enumerate() {
        let branch = &mut branches[place as usize];
        if branch.no == 0 {
            branch.yes = at as u32;
        }
        branch.no = at as u32 + 1;
    }
    let is_single = by_leaf.iter().all(|(_, target, _)| *target == by_leaf[0].1);
    // With one class of two, its weights are the score of the first place until the end.
    let target = |target: u32| if kind == "class" && targets == 2 && is_single { 0 } else { target };
    Ok((by_leaf.into_iter().map(|(_, own, weight)| (target(own), weight)).collect(), is_single))
}
