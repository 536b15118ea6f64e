//! The type check: from CEL's untyped syntax tree to a typed tree over the vocabulary, or every mistake in it.
//!
//! A node with a mistake becomes `None` and its parents stay silent, so one slip is reported once while its neighbors are
//! still checked.

use super::parse::DEPTH_MAX;
use super::parse::Parsed;
use super::parse::Places;
use super::problem::Problem;
use super::problem::nearest;
use super::sense;
use super::tree::Arithmetic;
use super::tree::Compare;
use super::tree::Form;
use super::tree::Node;
use super::tree::TextTest;
use super::tree::Type;
use super::vocabulary::INTEGER_MAX;
use super::vocabulary::Kind;
use super::vocabulary::Slot;
use cel::IdedExpr;
use cel::common::ast::CallExpr;
use cel::common::ast::Expr;
use cel::common::ast::LiteralValue;
use cel::common::ast::operators;

/// Most literals in a list. Chosen: longer lists belong into a category or an attribute.
pub const LIST_MAX: usize = 64;

/// Checks the whole condition, whose result must be yes or no.
///
/// Returns the typed tree and the slots in order of first mention.
pub(super) fn check(source: &str, parsed: &Parsed) -> Result<(Node, Vec<Slot>), Vec<Problem>> {
    let mut checker = Checker { source, places: &parsed.places, problems: Vec::new(), slots: Vec::new(), depth: 0 };
    let root = checker.flag(&parsed.root, "the condition");
    checker.problems.sort_by_key(|problem| problem.offset.start);
    match root {
        Some(root) if checker.problems.is_empty() => Ok((root, checker.slots)),
        _ => Err(checker.problems),
    }
}

struct Checker<'a> {
    source: &'a str,
    places: &'a Places,
    problems: Vec<Problem>,
    slots: Vec<Slot>,
    depth: usize,
}

impl Checker<'_> {
    fn value(&mut self, expr: &IdedExpr) -> Option<Node> {
        if self.depth >= DEPTH_MAX {
            return self.refuse(expr, format!("the condition is nested more than {DEPTH_MAX} levels deep"));
        }
        self.depth += 1;
        let node = self.value_within_depth(expr);
        self.depth -= 1;
        node
    }

    fn value_within_depth(&mut self, expr: &IdedExpr) -> Option<Node> {
        match &expr.expr {
            Expr::Literal(literal) => self.literal(expr, literal),
            Expr::Ident(_) => self.name(expr),
            Expr::Select(select) if select.test => {
                self.refuse(expr, "`has` is not supported; every name always has a value, empty or 0 where nothing is known")
            }
            Expr::Select(_) => self.name(expr),
            Expr::Call(call) => self.call(expr, call),
            Expr::List(_) => self.refuse(expr, "a list of literals can only stand to the right of `in`"),
            Expr::Comprehension(_) => {
                self.refuse(expr, "`all`, `exists`, `filter` and `map` are not supported; use `in` to look into a list")
            }
            Expr::Map(_) | Expr::Struct(_) => self.refuse(expr, "maps and structures cannot be written in a condition"),
            Expr::Unspecified => self.refuse(expr, "this part of the condition cannot be understood"),
        }
    }

    fn literal(&mut self, expr: &IdedExpr, literal: &LiteralValue) -> Option<Node> {
        let whole = |number: i128| (number.abs() <= INTEGER_MAX as i128).then_some((Type::Integer, Form::Number(number as f64)));
        let typed = match literal {
            LiteralValue::Boolean(flag) => Some((Type::Flag, Form::Flag(**flag))),
            LiteralValue::Int(number) => whole(i128::from(**number)),
            LiteralValue::UInt(number) => whole(i128::from(**number)),
            LiteralValue::Double(number) => number.is_finite().then_some((Type::Number, Form::Number(**number))),
            LiteralValue::String(text) => Some((Type::Text, Form::Text(text.to_string()))),
            LiteralValue::Null => return self.refuse(expr, "`null` is not supported; every name always has a value"),
            LiteralValue::Bytes(_) => return self.refuse(expr, "bytes are not supported; write a text without the `b`"),
        };
        match typed {
            Some((ty, form)) => Some(self.node(expr, ty, form)),
            None => self.refuse(expr, "the number is too large to be exact"),
        }
    }

    fn name(&mut self, expr: &IdedExpr) -> Option<Node> {
        let slot = self.slot(expr)?;
        let Some(ty) = Type::of(slot.kind()) else {
            let message = match slot.kind() {
                Kind::Map => format!("`{slot}` is a map; name one of its entries, such as `{slot}[\"...\"]`"),
                _ => format!("`{slot}` is a list; it can only stand to the right of `in`"),
            };
            return self.refuse(expr, message);
        };
        Some(self.node(expr, ty, Form::Slot(slot)))
    }

    /// The slot that a dotted name spells.
    fn slot(&mut self, expr: &IdedExpr) -> Option<Slot> {
        let Some(name) = dotted_name(expr) else { return self.refuse(expr, "only names have fields") };
        if let Some(slot) = Slot::named(&name) {
            if !self.slots.contains(&slot) {
                self.slots.push(slot);
            }
            return Some(slot);
        }
        let entry = name.match_indices('.').find_map(|(dot, _)| {
            let slot = Slot::named(&name[..dot])?;
            (slot.kind() == Kind::Map).then(|| format!("{slot}[\"{}\"]", &name[dot + 1..]))
        });
        let suggestion = entry.or_else(|| nearest(&name, Slot::all().iter().map(|slot| slot.name())).map(String::from));
        let root = name.split('.').next().unwrap_or_default();
        let siblings: Vec<&str> = Slot::all().iter().filter_map(|slot| slot.name().strip_prefix(root)?.strip_prefix('.')).collect();
        let message = if siblings.is_empty() {
            format!("unknown name `{name}`")
        } else {
            format!("unknown name `{name}`; `{root}` has {}", siblings.join(", "))
        };
        self.problems.push(Problem::new(self.places.span(expr), message).suggest(suggestion));
        None
    }

    fn call(&mut self, expr: &IdedExpr, call: &CallExpr) -> Option<Node> {
        if let Some(target) = &call.target {
            return self.method(expr, target, call);
        }
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, parts) => self.flags(expr, parts, "&&", Form::All),
            (operators::LOGICAL_OR, parts) => self.flags(expr, parts, "||", Form::Any),
            (operators::LOGICAL_NOT, [part]) => {
                let part = self.flag(part, "what follows `!`")?;
                Some(self.node(expr, Type::Flag, Form::Not(Box::new(part))))
            }
            (operators::NEGATE, [part]) => self.negative(expr, part),
            (operators::CONDITIONAL, [condition, yes, no]) => self.choose(expr, condition, yes, no),
            (operators::IN, [probe, list]) => self.within(expr, probe, list),
            (operators::INDEX, [map, key]) => self.entry(expr, map, key),
            (name, [left, right]) => {
                if let Some(compare) = comparison(name) {
                    self.compare(expr, compare, left, right)
                } else if let Some(symbol) = arithmetic_symbol(name) {
                    self.arithmetic(expr, symbol, left, right)
                } else {
                    self.unknown_function(expr, name)
                }
            }
            (name, _) => self.unknown_function(expr, name),
        }
    }

    fn unknown_function(&mut self, expr: &IdedExpr, name: &str) -> Option<Node> {
        let message = match name {
            "size" => "`size` is not supported; use `cart.items` or `cart.lines`".into(),
            "matches" => NO_REGEX.into(),
            "has" => "`has` is not supported; every name always has a value".into(),
            _ => format!("unknown function `{name}`; texts have startsWith, endsWith and contains"),
        };
        self.refuse(expr, message)
    }

    fn flag(&mut self, expr: &IdedExpr, role: &str) -> Option<Node> {
        let node = self.value(expr)?;
        if node.ty == Type::Flag {
            return Some(node);
        }
        let text = &self.source[node.span.clone()];
        let message = format!("{role} must be yes or no, but `{}` is {}", excerpt(text), node.ty.phrase());
        self.problems.push(Problem::new(node.span, message));
        None
    }

    fn flags(&mut self, expr: &IdedExpr, parts: &[IdedExpr], symbol: &str, form: fn(Vec<Node>) -> Form) -> Option<Node> {
        let role = format!("each side of `{symbol}`");
        // Every part is checked before any failure counts, so that all problems are found.
        let checked: Vec<Option<Node>> = parts.iter().map(|part| self.flag(part, &role)).collect();
        let checked = checked.into_iter().collect::<Option<Vec<Node>>>()?;
        Some(self.node(expr, Type::Flag, form(checked)))
    }

    fn negative(&mut self, expr: &IdedExpr, part: &IdedExpr) -> Option<Node> {
        let part = self.value(part)?;
        if !part.ty.is_number() {
            return self.refuse(expr, format!("`-` needs a number, but this is {}", part.ty.phrase()));
        }
        let form = match part.form {
            Form::Number(number) => Form::Number(-number),
            _ => Form::Negative(Box::new(part.clone())),
        };
        Some(self.node(expr, part.ty, form))
    }

    fn arithmetic(&mut self, expr: &IdedExpr, symbol: &str, left: &IdedExpr, right: &IdedExpr) -> Option<Node> {
        let (left, right) = self.both(left, right)?;
        for side in [&left, &right] {
            if !side.ty.is_number() {
                let message = format!("`{symbol}` computes with numbers, but this is {}", side.ty.phrase());
                self.problems.push(Problem::new(side.span.clone(), message));
                return None;
            }
        }
        let is_whole = left.ty == Type::Integer && right.ty == Type::Integer;
        let operation = match symbol {
            "+" => Arithmetic::Add,
            "-" => Arithmetic::Subtract,
            "*" => Arithmetic::Multiply,
            "/" if is_whole => Arithmetic::DivideWhole,
            "/" => Arithmetic::Divide,
            _ if is_whole => Arithmetic::Remainder,
            _ => return self.refuse(expr, "`%` needs whole numbers on both sides"),
        };
        if matches!(right.form, Form::Number(0.0)) && !matches!(symbol, "+" | "-" | "*") {
            return self.refuse(expr, "a division by zero passes no comparison");
        }
        let form = match (&left.form, &right.form) {
            (Form::Number(a), Form::Number(b)) => Form::Number(operation.apply(*a, *b)),
            _ => Form::Arithmetic(operation, Box::new(left), Box::new(right)),
        };
        Some(self.node(expr, if is_whole { Type::Integer } else { Type::Number }, form))
    }

    fn compare(&mut self, expr: &IdedExpr, compare: Compare, left: &IdedExpr, right: &IdedExpr) -> Option<Node> {
        let (left, right) = self.both(left, right)?;
        let comparable = left.ty == right.ty || left.ty.is_number() && right.ty.is_number();
        if !comparable {
            let unquoted = [&left, &right].into_iter().find_map(|side| match &side.form {
                Form::Text(text) if text.parse::<f64>().is_ok_and(f64::is_finite) => Some((side.span.clone(), text.clone())),
                _ => None,
            });
            let message = format!("{} cannot be compared with {}", left.ty.phrase(), right.ty.phrase());
            let (offset, suggestion) = match unquoted {
                Some((offset, number)) if left.ty.is_number() || right.ty.is_number() => (offset, Some(number)),
                _ => (self.places.span(expr), None),
            };
            self.problems.push(Problem::new(offset, message).suggest(suggestion));
            return None;
        }
        if left.ty == Type::Flag {
            if !compare.is_equality() {
                return self.refuse(expr, "yes-or-no values can only be compared with == and !=");
            }
            return Some(self.compare_flags(expr, compare, left, right));
        }
        self.problems.extend(sense::check_comparison(compare, &left, &right));
        Some(self.node(expr, Type::Flag, Form::Compare(compare, Box::new(left), Box::new(right))))
    }

    /// `x == true` is `x`, so that it is one clause of the proof like any other.
    fn compare_flags(&self, expr: &IdedExpr, compare: Compare, left: Node, right: Node) -> Node {
        let (part, wanted) = match (&left.form, &right.form) {
            (_, Form::Flag(wanted)) => (left, *wanted),
            (Form::Flag(wanted), _) => (right.clone(), *wanted),
            _ => return self.node(expr, Type::Flag, Form::Compare(compare, Box::new(left), Box::new(right))),
        };
        match (wanted == (compare == Compare::Equal), part.form) {
            (true, form) => self.node(expr, Type::Flag, form),
            (false, Form::Flag(flag)) => self.node(expr, Type::Flag, Form::Flag(!flag)),
            (false, form) => self.node(expr, Type::Flag, Form::Not(Box::new(Node { span: part.span, ty: Type::Flag, form }))),
        }
    }

    fn choose(&mut self, expr: &IdedExpr, condition: &IdedExpr, yes: &IdedExpr, no: &IdedExpr) -> Option<Node> {
        let condition = self.flag(condition, "what comes before `?`");
        let (yes, no) = self.both(yes, no)?;
        let condition = condition?;
        let ty = match (yes.ty, no.ty) {
            (a, b) if a == b => a,
            (a, b) if a.is_number() && b.is_number() => Type::Number,
            (a, b) => {
                let message = format!("both branches of `? :` need the same type, but these are {} and {}", a.phrase(), b.phrase());
                return self.refuse(expr, message);
            }
        };
        Some(self.node(expr, ty, Form::Choose(Box::new(condition), Box::new(yes), Box::new(no))))
    }

    fn within(&mut self, expr: &IdedExpr, probe: &IdedExpr, list: &IdedExpr) -> Option<Node> {
        let probe = self.value(probe);
        if let Expr::List(literals) = &list.expr {
            return self.one_of(expr, probe?, list, &literals.elements);
        }
        if dotted_name(list).is_none() {
            return self.refuse(list, "to the right of `in` there must be a list of literals or the name of a list");
        }
        let slot = self.slot(list)?;
        let probe = probe?;
        if !matches!(slot.kind(), Kind::List | Kind::Map) {
            return self.refuse(list, format!("`{slot}` is {}, so nothing can be in it", slot.kind().phrase()));
        }
        if probe.ty != Type::Text {
            return self.refuse(expr, format!("`{slot}` holds texts, so {} is never in it", probe.ty.phrase()));
        }
        let form = match probe.form {
            Form::Text(key) if slot.kind() == Kind::Map => {
                let entry = Node { span: self.places.span(expr), ty: Type::Number, form: Form::Entry(slot, key) };
                let zero = Node { span: self.places.span(expr), ty: Type::Number, form: Form::Number(0.0) };
                Form::Compare(Compare::Greater, Box::new(entry), Box::new(zero))
            }
            _ => Form::Member(Box::new(probe), slot),
        };
        Some(self.node(expr, Type::Flag, form))
    }

    fn one_of(&mut self, expr: &IdedExpr, probe: Node, list: &IdedExpr, elements: &[IdedExpr]) -> Option<Node> {
        if elements.is_empty() {
            return self.refuse(list, "the list is empty, so this is never true");
        }
        if elements.len() > LIST_MAX {
            return self.refuse(list, format!("the list has {} entries, more than {LIST_MAX}", elements.len()));
        }
        let mut literals = Vec::new();
        for element in elements {
            let literal = self.value(element)?;
            let fits = match literal.form {
                Form::Number(_) => probe.ty.is_number(),
                Form::Text(_) => probe.ty == Type::Text,
                _ => return self.refuse(element, "a list can only hold numbers or texts, written out"),
            };
            if !fits {
                let message = format!("{} is never in a list with {}", probe.ty.phrase(), literal.ty.phrase());
                return self.refuse(element, message);
            }
            self.problems.extend(sense::check_comparison(Compare::Equal, &probe, &literal));
            literals.push(literal);
        }
        Some(self.node(expr, Type::Flag, Form::OneOf(Box::new(probe), literals)))
    }

    fn entry(&mut self, expr: &IdedExpr, map: &IdedExpr, key: &IdedExpr) -> Option<Node> {
        if dotted_name(map).is_none() {
            return self.refuse(expr, "only maps of the vocabulary have entries");
        }
        let slot = self.slot(map)?;
        if slot.kind() != Kind::Map {
            return self.refuse(expr, format!("`{slot}` is {} and has no entries", slot.kind().phrase()));
        }
        match &key.expr {
            Expr::Literal(LiteralValue::String(key)) => Some(self.node(expr, Type::Number, Form::Entry(slot, key.to_string()))),
            _ => self.refuse(key, "the entry of a map must be named by a text in quotes"),
        }
    }

    fn method(&mut self, expr: &IdedExpr, target: &IdedExpr, call: &CallExpr) -> Option<Node> {
        let test = match call.func_name.as_str() {
            "startsWith" => TextTest::StartsWith,
            "endsWith" => TextTest::EndsWith,
            "contains" => TextTest::Contains,
            "matches" => return self.refuse(expr, NO_REGEX),
            name => {
                let suggestion = nearest(name, ["startsWith", "endsWith", "contains"]);
                let message = format!("unknown function `{name}`; texts have startsWith, endsWith and contains");
                self.problems.push(Problem::new(self.places.span(expr), message).suggest(suggestion));
                return None;
            }
        };
        let [part] = call.args.as_slice() else {
            return self.refuse(expr, format!("`{}` takes one text", call.func_name));
        };
        let (text, part) = self.both(target, part)?;
        for side in [&text, &part] {
            if side.ty != Type::Text {
                let message = format!("`{}` works on texts, but this is {}", call.func_name, side.ty.phrase());
                self.problems.push(Problem::new(side.span.clone(), message));
                return None;
            }
        }
        Some(self.node(expr, Type::Flag, Form::TextTest(test, Box::new(text), Box::new(part))))
    }

    fn both(&mut self, left: &IdedExpr, right: &IdedExpr) -> Option<(Node, Node)> {
        let (left, right) = (self.value(left), self.value(right));
        Some((left?, right?))
    }

    fn node(&self, expr: &IdedExpr, ty: Type, form: Form) -> Node {
        Node { span: self.places.span(expr), ty, form }
    }

    fn refuse<T>(&mut self, expr: &IdedExpr, message: impl Into<String>) -> Option<T> {
        self.problems.push(Problem::new(self.places.span(expr), message));
        None
    }
}

const NO_REGEX: &str = "`matches` is not supported, its cost has no bound; use startsWith, endsWith or contains";

/// The name that an identifier with field selections spells.
fn dotted_name(expr: &IdedExpr) -> Option<String> {
    let mut segments = Vec::new();
    let mut expr = expr;
    loop {
        match &expr.expr {
            Expr::Ident(name) => {
                segments.push(name.as_str());
                segments.reverse();
                return Some(segments.join("."));
            }
            Expr::Select(select) if !select.test => {
                segments.push(select.field.as_str());
                expr = &select.operand;
            }
            _ => return None,
        }
    }
}

fn comparison(name: &str) -> Option<Compare> {
    Some(match name {
        operators::EQUALS => Compare::Equal,
        operators::NOT_EQUALS => Compare::NotEqual,
        operators::LESS => Compare::Less,
        operators::LESS_EQUALS => Compare::LessOrEqual,
        operators::GREATER => Compare::Greater,
        operators::GREATER_EQUALS => Compare::GreaterOrEqual,
        _ => return None,
    })
}

fn arithmetic_symbol(name: &str) -> Option<&'static str> {
    Some(match name {
        operators::ADD => "+",
        operators::SUBSTRACT => "-",
        operators::MULTIPLY => "*",
        operators::DIVIDE => "/",
        operators::MODULO => "%",
        _ => return None,
    })
}

/// The beginning of a long text, for a message.
fn excerpt(text: &str) -> &str {
    &text[..text.floor_char_boundary(60)]
}
