//! A condition after the type check: every node typed, every name a slot.

use super::vocabulary::Kind;
use super::vocabulary::Slot;
use std::cmp::Ordering;
use std::ops::Range;

/// The type of a value while a condition is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Flag,
    /// A number known to be whole, which decides how `/` rounds.
    Integer,
    Number,
    Text,
}

impl Type {
    pub fn of(kind: Kind) -> Option<Type> {
        match kind {
            Kind::Flag => Some(Type::Flag),
            Kind::Integer => Some(Type::Integer),
            Kind::Number => Some(Type::Number),
            Kind::Text => Some(Type::Text),
            Kind::List | Kind::Map => None,
        }
    }

    pub fn is_number(self) -> bool {
        matches!(self, Type::Integer | Type::Number)
    }

    pub fn phrase(self) -> &'static str {
        match self {
            Type::Flag => "a yes-or-no value",
            Type::Integer | Type::Number => "a number",
            Type::Text => "a text",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Byte range in the source.
    pub span: Range<usize>,
    pub ty: Type,
    pub form: Form,
}

#[derive(Clone, Debug)]
pub(super) enum Form {
    Flag(bool),
    Number(f64),
    Text(String),
    Slot(Slot),
    /// The number under a text in a map slot.
    Entry(Slot, String),
    Negative(Box<Node>),
    Arithmetic(Arithmetic, Box<Node>, Box<Node>),
    Compare(Compare, Box<Node>, Box<Node>),
    TextTest(TextTest, Box<Node>, Box<Node>),
    /// A number or text in a list of literals of the same type.
    OneOf(Box<Node>, Vec<Node>),
    /// A text in a list slot, or under which a map slot holds more than 0.
    Member(Box<Node>, Slot),
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
    Choose(Box<Node>, Box<Node>, Box<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// Between whole numbers, toward zero.
    DivideWhole,
    Remainder,
}

impl Arithmetic {
    /// The result; NaN, which passes no comparison, for a division by zero.
    pub fn apply(self, left: f64, right: f64) -> f64 {
        match self {
            Arithmetic::Add => left + right,
            Arithmetic::Subtract => left - right,
            Arithmetic::Multiply => left * right,
            Arithmetic::Divide | Arithmetic::DivideWhole | Arithmetic::Remainder if right == 0.0 => f64::NAN,
            Arithmetic::Divide => left / right,
            Arithmetic::DivideWhole => (left / right).trunc(),
            Arithmetic::Remainder => left % right,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compare {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Compare {
    pub fn holds(self, ordering: Ordering) -> bool {
        match self {
            Compare::Equal => ordering.is_eq(),
            Compare::NotEqual => ordering.is_ne(),
            Compare::Less => ordering.is_lt(),
            Compare::LessOrEqual => ordering.is_le(),
            Compare::Greater => ordering.is_gt(),
            Compare::GreaterOrEqual => ordering.is_ge(),
        }
    }

    /// Compares numbers. NaN passes nothing, not even `!=`.
    pub fn numbers(self, left: f64, right: f64) -> bool {
        left.partial_cmp(&right).is_some_and(|ordering| self.holds(ordering))
    }

    /// The same comparison with its sides swapped.
    pub fn flipped(self) -> Self {
        match self {
            Compare::Equal | Compare::NotEqual => self,
            Compare::Less => Compare::Greater,
            Compare::LessOrEqual => Compare::GreaterOrEqual,
            Compare::Greater => Compare::Less,
            Compare::GreaterOrEqual => Compare::LessOrEqual,
        }
    }

    pub fn is_equality(self) -> bool {
        matches!(self, Compare::Equal | Compare::NotEqual)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextTest {
    StartsWith,
    EndsWith,
    Contains,
}

impl TextTest {
    pub fn holds(self, text: &str, part: &str) -> bool {
        match self {
            TextTest::StartsWith => text.starts_with(part),
            TextTest::EndsWith => text.ends_with(part),
            TextTest::Contains => text.contains(part),
        }
    }
}
