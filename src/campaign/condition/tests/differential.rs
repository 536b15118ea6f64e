//! The compiled program against the reference interpreter, on random well-typed conditions.

use super::sheet::Fact;
use super::sheet::Sheet;
use crate::campaign::condition::Condition;
use crate::campaign::condition::Facts;
use crate::campaign::condition::Kind;
use crate::campaign::condition::ReadValue;
use crate::campaign::condition::Reads;
use crate::campaign::condition::ShortText;
use crate::campaign::condition::Slot;
use crate::campaign::condition::key_of;
use cel::Context;
use cel::Program;
use cel::Value;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::BTreeMap;
use std::collections::HashMap;

const CONDITIONS: usize = 4_000;
const SHEETS: usize = 6;
const TEXTS: &[&str] = &["", "a", "ab", "abc", "b", "zürich", "Ü"];
/// In every map, so that CEL does not stop for want of a key.
const PRESENT: &[&str] = &["a", "b.c"];
const ABSENT: &str = "nowhere";

struct Random(ChaCha8Rng);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        (self.0.next_u64() % bound as u64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn slot(&mut self, kind: Kind) -> Slot {
        let slots: Vec<Slot> = Slot::all().iter().copied().filter(|slot| slot.kind() == kind).collect();
        self.pick(&slots)
    }

    /// A number the slot can hold, often one that conditions mention too.
    fn number(&mut self, slot: Slot) -> f64 {
        let (low, high) = slot.range().expect("a number slot");
        match slot.kind() {
            Kind::Integer => low + self.below((high - low).min(9.0) as usize + 1) as f64,
            _ => (self.below(9) as f64 / 4.0).clamp(low, high),
        }
    }

    fn text(&mut self, slot: Slot) -> &'static str {
        if slot.allowed().is_empty() { self.pick(TEXTS) } else { self.pick(slot.allowed()) }
    }

    fn sheet(&mut self) -> Sheet {
        let fact = |random: &mut Self, slot: Slot| match slot.kind() {
            Kind::Flag => Fact::Flag(random.below(2) == 0),
            Kind::Integer | Kind::Number => Fact::Number(random.number(slot)),
            Kind::Text => Fact::Text(random.text(slot).into()),
            Kind::List => Fact::List(TEXTS.iter().filter(|_| random.below(2) == 0).map(|text| text.to_string()).collect()),
            Kind::Map => Fact::Map(PRESENT.iter().map(|key| (key.to_string(), (1 + random.below(4)) as f64 / 4.0)).collect()),
        };
        Sheet(Slot::all().iter().map(|slot| (*slot, fact(self, *slot))).collect())
    }

    fn compare(&mut self) -> &'static str {
        self.pick(&["==", "!=", "<", "<=", ">", ">="])
    }

    fn flag_source(&mut self, depth: usize) -> String {
        let depth_left = depth.saturating_sub(1);
        match self.below(if depth == 0 { 9 } else { 16 }) {
            0 => self.slot(Kind::Flag).name().into(),
            1 => {
                let slot = self.slot(Kind::Integer);
                format!("{slot} {} {}", self.compare(), self.number(slot))
            }
            2 => {
                let slot = self.slot(Kind::Number);
                format!("{:?} {} {slot}", self.number(slot), self.compare())
            }
            3 => {
                let slot = self.slot(Kind::Text);
                format!("{slot} {} {:?}", self.pick(&["==", "!="]), self.text(slot))
            }
            4 => {
                let slot = self.slot(Kind::Text);
                let texts: Vec<String> = (0..1 + self.below(3)).map(|_| format!("{:?}", self.text(slot))).collect();
                format!("{slot} in [{}]", texts.join(", "))
            }
            5 => format!("{:?} in {}", self.pick(TEXTS), self.slot(Kind::List)),
            6 => format!("{:?} in {}", self.pick(&[PRESENT[0], PRESENT[1], ABSENT]), self.slot(Kind::Map)),
            7 => format!("{} in {}", self.slot(Kind::Text), self.slot(Kind::List)),
            8 => self.pick(&["true", "false"]).into(),
            9 => format!("{} {} {}", self.integer_source(depth_left), self.compare(), self.integer_source(depth_left)),
            10 => format!("{} {} {}", self.double_source(depth_left), self.compare(), self.double_source(depth_left)),
            11 => {
                let test = self.pick(&["startsWith", "endsWith", "contains"]);
                format!("{}.{test}({})", self.text_source(depth_left), self.text_source(depth_left))
            }
            12 => format!("{} {} {}", self.text_source(depth_left), self.compare(), self.text_source(depth_left)),
            13 => format!("!({})", self.flag_source(depth_left)),
            14 => {
                let operator = self.pick(&[" && ", " || ", " && ", " || ", " == ", " != "]);
                let parts = if operator.contains('=') { 2 } else { 2 + self.below(3) };
                let parts: Vec<String> = (0..parts).map(|_| format!("({})", self.flag_source(depth_left))).collect();
                parts.join(operator)
            }
            _ => format!("(({}) ? ({}) : ({}))", self.flag_source(depth_left), self.flag_source(depth_left), self.flag_source(depth_left)),
        }
    }

    fn integer_source(&mut self, depth: usize) -> String {
        let depth_left = depth.saturating_sub(1);
        match self.below(if depth == 0 { 2 } else { 6 }) {
            0 => self.slot(Kind::Integer).name().into(),
            1 => (self.below(12) as i64 - 2).to_string(),
            2 => {
                let operator = self.pick(&["+", "-", "/", "%"]);
                format!("({} {operator} {})", self.integer_source(depth_left), self.integer_source(depth_left))
            }
            // A small factor keeps the result exact in both.
            3 => format!("({} * {})", self.integer_source(depth_left), self.below(9)),
            4 => format!("-({})", self.integer_source(depth_left)),
            _ => format!("({} ? {} : {})", self.flag_source(depth_left), self.integer_source(depth_left), self.integer_source(depth_left)),
        }
    }

    fn double_source(&mut self, depth: usize) -> String {
        let depth_left = depth.saturating_sub(1);
        match self.below(if depth == 0 { 3 } else { 7 }) {
            0 => self.slot(Kind::Number).name().into(),
            1 => format!("{:?}", self.below(12) as f64 / 4.0),
            2 => format!("{}[{:?}]", self.slot(Kind::Map), self.pick(PRESENT)),
            3 => {
                let operator = self.pick(&["+", "-", "*"]);
                format!("({} {operator} {})", self.double_source(depth_left), self.double_source(depth_left))
            }
            // CEL divides doubles by zero without an error, so the divisor is never zero here.
            4 => format!("({} / {:?})", self.double_source(depth_left), 0.5 + self.below(5) as f64),
            5 => format!("-({})", self.double_source(depth_left)),
            _ => format!("({} ? {} : {})", self.flag_source(depth_left), self.double_source(depth_left), self.double_source(depth_left)),
        }
    }

    fn text_source(&mut self, depth: usize) -> String {
        let depth_left = depth.saturating_sub(1);
        match self.below(if depth == 0 { 2 } else { 3 }) {
            0 => self.slot(Kind::Text).name().into(),
            1 => format!("{:?}", self.pick(TEXTS)),
            _ => format!("({} ? {} : {})", self.flag_source(depth_left), self.text_source(depth_left), self.text_source(depth_left)),
        }
    }
}

/// The sheet as CEL sees it: one map for each first name.
fn context(sheet: &Sheet) -> Context<'static, 'static> {
    let mut roots: BTreeMap<&str, HashMap<String, Value>> = BTreeMap::new();
    for (slot, fact) in &sheet.0 {
        let value = match fact {
            Fact::Flag(flag) => Value::Bool(*flag),
            Fact::Number(number) if slot.kind() == Kind::Integer => Value::Int(*number as i64),
            Fact::Number(number) => Value::Float(*number),
            Fact::Text(text) => Value::from(text.as_str()),
            Fact::List(list) => Value::from(list.clone()),
            Fact::Map(map) => Value::from(map.iter().map(|(key, number)| (key.clone(), *number)).collect::<HashMap<_, _>>()),
        };
        let (root, field) = slot.name().split_once('.').expect("slot names have two parts");
        roots.entry(root).or_default().insert(field.into(), value);
    }
    let mut context = Context::default();
    for (root, fields) in roots {
        context.add_variable_from_value(root, fields);
    }
    context
}

/// Everything a read claims must be so: its value, its clause, and that the clause alone has the same outcome.
fn check_reads(condition: &Condition, sheet: &Sheet, reads: &Reads) {
    for read in reads.entries() {
        let clause = condition.clause(read.clause);
        let place = || format!("{read:?} with `{clause}` of `{}` on {sheet:?}", condition.source());
        match (read.slot.kind(), read.value) {
            (Kind::Flag, ReadValue::Flag(flag)) => assert_eq!(sheet.flag(read.slot), flag, "{}", place()),
            (Kind::Integer | Kind::Number, ReadValue::Number(number)) => assert_eq!(sheet.number(read.slot), number, "{}", place()),
            (Kind::Text, ReadValue::Text(text)) => assert_eq!(ShortText::new(sheet.text(read.slot)), text, "{}", place()),
            (Kind::List, ReadValue::Flag(flag)) => {
                let key = key_of(read.key.expect("lists are read by key").as_str());
                assert_eq!(sheet.contains(read.slot, key), flag, "{}", place());
            }
            (Kind::Map, ReadValue::Number(number)) => {
                let key = key_of(read.key.expect("maps are read by key").as_str());
                assert_eq!(sheet.entry(read.slot, key), number, "{}", place());
            }
            _ => panic!("a value of the wrong kind: {}", place()),
        }
        let alone = Condition::compile(clause).unwrap_or_else(|problems| panic!("{problems:?}: {}", place()));
        let outcome = alone.holds(sheet, &mut Reads::new());
        assert!(read.passed == Some(outcome), "{}", place());
    }
}

#[test]
fn agrees_with_the_reference_interpreter() {
    let mut random = Random(ChaCha8Rng::seed_from_u64(2_026));
    let (mut compiled, mut compared, mut held, mut errors, mut constants) = (0, 0, 0, 0, [0, 0]);
    while compiled < CONDITIONS {
        let depth = random.below(5);
        let source = random.flag_source(depth);
        let condition = match Condition::compile(&source) {
            Ok(condition) => condition,
            Err(problems) => {
                const KNOWN: [&str; 5] = ["so this is", " is one of", "division by zero", "bytes long", "instructions"];
                let is_known = |message: &str| KNOWN.iter().any(|known| message.contains(known));
                assert!(problems.iter().all(|problem| is_known(&problem.message)), "{source}: {problems:?}");
                continue;
            }
        };
        compiled += 1;
        condition.constant().into_iter().for_each(|verdict| constants[usize::from(verdict)] += 1);
        let program = Program::compile(&source).unwrap_or_else(|error| panic!("{source}: {error}"));
        for round in 0..SHEETS {
            let sheet = random.sheet();
            let mut reads = Reads::new();
            let ours = condition.holds(&sheet, &mut reads);
            assert!(condition.constant().is_none_or(|verdict| verdict == ours), "{source} is called constant; {sheet:?}");
            if round == 0 {
                check_reads(&condition, &sheet, &reads);
            }
            match program.execute(&context(&sheet)) {
                Ok(Value::Bool(theirs)) => {
                    assert_eq!(ours, theirs, "{source} on {sheet:?}");
                    compared += 1;
                    held += usize::from(ours);
                }
                Ok(other) => panic!("{source} gives {other:?}"),
                // A whole-number division by zero, where the two differ on purpose.
                Err(error) => {
                    assert!(error.to_string().contains("by zero"), "{source}: {error}");
                    errors += 1;
                }
            }
        }
    }
    let summary = format!("{compiled} conditions, {compared} comparisons, {held} true, {errors} divisions by zero, constant {constants:?}");
    println!("{summary}");
    assert!(compared > compiled * SHEETS * 9 / 10, "{summary}");
    assert!(held > compared / 5 && held < compared * 4 / 5, "{summary}");
}
