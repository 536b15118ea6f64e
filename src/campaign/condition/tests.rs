//! Tests of the condition language: mistakes, evaluation, folding, hostile sources, and the reference interpreter.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests take the time and feed the interpreter's own maps")]

mod differential;
mod evaluation;
mod folding;
mod hostile;
mod problems;
mod sheet;
