//! Logged decisions as off-policy evaluation takes them: our own export, or a table with action, propensity and reward.

use super::ERRORS_MAX;
use super::FileError;
use super::RowError;
use super::open;
use super::read_all;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;

const ACTION: [&str; 5] = ["action", "item_id", "arm", "variant", "item"];
const PROPENSITY: [&str; 4] = ["propensity", "propensity_score", "pscore", "probability"];
const REWARD: [&str; 3] = ["reward", "click", "outcome"];
/// Columns that are no part of a context.
const IGNORED: [&str; 5] = ["", "timestamp", "time", "at", "index"];
/// Different actions of one log.
const ACTIONS_MAX: usize = 10_000;

/// What one decision knew.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Missing,
    Number(f64),
    Text(String),
}

/// What is known of the probabilities of one decision.
#[derive(Debug, Clone, PartialEq)]
pub enum Chances {
    /// Of the action taken.
    Taken(f64),
    /// Of every possible action, as places in [`DecisionLog::actions`]; they sum to 1.
    All(Vec<(usize, f64)>),
}

/// One decision.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedDecision {
    /// In the order of [`DecisionLog::columns`].
    pub cells: Vec<Cell>,
    /// Whose decision it was; empty if the log has only one.
    pub campaign: String,
    /// Place in [`DecisionLog::actions`].
    pub action: usize,
    pub chances: Chances,
    pub reward: f64,
}

/// A log of decisions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DecisionLog {
    /// Names of what decisions knew.
    pub columns: Vec<String>,
    /// Every action that was taken or possible.
    pub actions: Vec<String>,
    pub decisions: Vec<LoggedDecision>,
    /// Rows that were left out; the first 1,000.
    pub errors: Vec<RowError>,
}

impl LoggedDecision {
    /// A number of the context: that of a column, or for `column=text` whether it is that text; 0 for what is not known.
    pub fn feature(&self, columns: &[String], name: &str) -> f64 {
        let cell = |column: &str| self.cells.get(columns.iter().position(|known| known == column)?);
        match (cell(name), name.split_once('=')) {
            (Some(Cell::Number(number)), _) => *number,
            (Some(_), _) | (None, None) => 0.0,
            (None, Some((column, text))) => match cell(column) {
                Some(Cell::Text(known)) => f64::from(u8::from(known == text)),
                Some(Cell::Number(known)) => f64::from(u8::from(text.parse() == Ok(*known))),
                _ => 0.0,
            },
        }
    }
}

/// Reads a log, plain or packed with gzip.
///
/// Lines that begin with `{` are our own export: `campaign`, `context` (numbers and texts by name), `action`, `chances` (the probability
/// of every possible action by name) and `reward`. A table has columns for action (`action`, `item_id`), propensity (`propensity_score`)
/// and reward (`reward`, `click`); all others but times are the context.
///
/// # Errors
/// The file cannot be read, or lacks a column. Rows that cannot be read are reported and left out.
pub fn parse(reader: impl Read) -> Result<DecisionLog, FileError> {
    let text = read_all(reader)?;
    let mut log = Building::default();
    if text.trim_ascii_start().starts_with(b"{") {
        for (index, line) in text.split(|&byte| byte == b'\n').enumerate() {
            if !line.trim_ascii().is_empty() {
                let read = log.json(line, index as u64 + 1);
                log.take(read);
            }
        }
    } else {
        let mut table = open(&text);
        let headers: Vec<String> = table.headers().map_err(FileError::Read)?.iter().map(str::to_ascii_lowercase).collect();
        let need = |field, names: &[&str]| {
            let at = names.iter().find_map(|name| headers.iter().position(|header| header == name));
            at.ok_or_else(|| FileError::MissingColumn { field, names: names.join(", ") })
        };
        let columns = [need("action", &ACTION)?, need("propensity", &PROPENSITY)?, need("reward", &REWARD)?];
        let context: Vec<usize> =
            (0..headers.len()).filter(|at| !columns.contains(at) && !IGNORED.contains(&headers[*at].as_str())).collect();
        log.log.columns = context.iter().map(|&at| headers[at].clone()).collect();
        let mut row = csv::StringRecord::new();
        loop {
            match table.read_record(&mut row) {
                Ok(false) => break,
                Ok(true) => {
                    let line = row.position().map_or(0, csv::Position::line);
                    let read = log.row(&row, columns, &headers, &context, line);
                    log.take(read);
                }
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    log.take(Err(RowError { line, field: "row".to_owned(), message: error.to_string() }));
                }
            }
        }
    }
    let width = log.log.columns.len();
    log.log.decisions.iter_mut().for_each(|decision| decision.cells.resize(width, Cell::Missing));
    Ok(log.log)
}

/// The ids in a list of items: the column `item_id` or `action`.
///
/// # Errors
/// The file cannot be read, or lacks the column.
pub fn parse_items(reader: impl Read) -> Result<Vec<String>, FileError> {
    let text = read_all(reader)?;
    let mut table = open(&text);
    let headers: Vec<String> = table.headers().map_err(FileError::Read)?.iter().map(str::to_ascii_lowercase).collect();
    let at = ACTION.iter().find_map(|name| headers.iter().position(|header| header == name));
    let at = at.ok_or_else(|| FileError::MissingColumn { field: "action", names: ACTION.join(", ") })?;
    let mut items = Vec::new();
    for row in table.records().take(ACTIONS_MAX) {
        items.extend(row.map_err(FileError::Read)?.get(at).map(str::to_owned));
    }
    Ok(items)
}

#[derive(Default)]
struct Building {
    log: DecisionLog,
    actions: BTreeMap<String, usize>,
    columns: BTreeMap<String, usize>,
}

fn wrong(line: u64, field: &str, message: impl Into<String>) -> RowError {
    RowError { line, field: field.to_owned(), message: message.into() }
}

fn propensity(value: f64, line: u64, field: &str) -> Result<f64, RowError> {
    if value > 0.0 && value <= 1.0 { Ok(value) } else { Err(wrong(line, field, format!("{value} is no probability above 0"))) }
}

impl Building {
    fn take(&mut self, read: Result<LoggedDecision, RowError>) {
        match read {
            Ok(decision) => self.log.decisions.push(decision),
            Err(error) if self.log.errors.len() < ERRORS_MAX => self.log.errors.push(error),
            Err(_) => {}
        }
    }

    fn action(&mut self, name: &str, line: u64) -> Result<usize, RowError> {
        if let Some(&at) = self.actions.get(name) {
            return Ok(at);
        }
        let at = self.log.actions.len();
        if at >= ACTIONS_MAX {
            return Err(wrong(line, "action", format!("more than {ACTIONS_MAX} different actions")));
        }
        self.actions.insert(name.to_owned(), at);
        self.log.actions.push(name.to_owned());
        Ok(at)
    }

    fn row(
        &mut self,
        row: &csv::StringRecord,
        columns: [usize; 3],
        headers: &[String],
        context: &[usize],
        line: u64,
    ) -> Result<LoggedDecision, RowError> {
        let text = |at: usize| row.get(at).filter(|text| !text.is_empty()).ok_or_else(|| wrong(line, &headers[at], "is empty"));
        let number = |at: usize| {
            let number: Option<f64> = text(at)?.parse().ok().filter(|number: &f64| number.is_finite());
            number.ok_or_else(|| wrong(line, &headers[at], "is no number"))
        };
        let taken = propensity(number(columns[1])?, line, &headers[columns[1]])?;
        let reward = number(columns[2])?;
        let action = self.action(text(columns[0])?, line)?;
        let cell = |&at: &usize| match row.get(at) {
            None | Some("") => Cell::Missing,
            Some(text) => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Cell::Number(number),
                _ => Cell::Text(text.to_owned()),
            },
        };
        let cells = context.iter().map(cell).collect();
        Ok(LoggedDecision { cells, campaign: String::new(), action, chances: Chances::Taken(taken), reward })
    }

    fn json(&mut self, text: &[u8], line: u64) -> Result<LoggedDecision, RowError> {
        let value: Value = serde_json::from_slice(text).map_err(|error| wrong(line, "row", error.to_string()))?;
        let reward = value["reward"].as_f64().ok_or_else(|| wrong(line, "reward", "is no number"))?;
        let chances = value["chances"].as_object().ok_or_else(|| wrong(line, "chances", "are missing"))?;
        let taken = value["action"].as_str().ok_or_else(|| wrong(line, "action", "is missing"))?;
        let mut all = Vec::with_capacity(chances.len());
        for (name, chance) in chances {
            let chance = chance.as_f64().filter(|chance| (0.0..=1.0).contains(chance));
            let chance = chance.ok_or_else(|| wrong(line, "chances", format!("{name} is no probability")))?;
            all.push((self.action(name, line)?, chance));
        }
        if (all.iter().map(|(_, chance)| chance).sum::<f64>() - 1.0).abs() > 1e-3 {
            return Err(wrong(line, "chances", "do not sum to 1"));
        }
        let action = self.action(taken, line)?;
        let chance = all.iter().find(|(at, _)| *at == action).map_or(0.0, |(_, chance)| *chance);
        propensity(chance, line, "action")?;
        let mut cells = vec![Cell::Missing; self.log.columns.len()];
        for (name, value) in value["context"].as_object().into_iter().flatten() {
            let at = *self.columns.entry(name.clone()).or_insert_with(|| {
                self.log.columns.push(name.clone());
                cells.push(Cell::Missing);
                self.log.columns.len() - 1
            });
            cells[at] = match value {
                Value::Number(number) => number.as_f64().map_or(Cell::Missing, Cell::Number),
                Value::Bool(flag) => Cell::Number(f64::from(u8::from(*flag))),
                Value::String(text) => Cell::Text(text.clone()),
                _ => Cell::Missing,
            };
        }
        let campaign = value["campaign"].as_str().unwrap_or_default().to_owned();
        Ok(LoggedDecision { cells, campaign, action, chances: Chances::All(all), reward })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_exports_are_read() {
        let table = ",timestamp,item_id,position,click,propensity_score,who\n\
            0,2019-11-24,14,3,1,0.0125,abc\n1,x,7,1,0,0,abc\n2,x,7,1,no,0.5,\n3,x,14,2,0,0.25,\n";
        let log = parse(table.as_bytes()).unwrap();
        assert_eq!(
            (log.columns.as_slice(), log.actions.as_slice()),
            (["position", "who"].map(String::from).as_slice(), ["14".to_owned()].as_slice())
        );
        let first = &log.decisions[0];
        assert_eq!((first.action, &first.chances, first.reward), (0, &Chances::Taken(0.0125), 1.0));
        let feature = |row: usize, name: &str| log.decisions[row].feature(&log.columns, name);
        assert_eq!((feature(0, "position"), feature(0, "position=3"), feature(0, "who=abc"), feature(1, "who=abc")), (3.0, 1.0, 1.0, 0.0));
        let errors: Vec<String> = log.errors.iter().map(ToString::to_string).collect();
        assert_eq!(errors, ["line 3, propensity_score: 0 is no probability above 0", "line 4, click: is no number"]);

        let lines = "{\"campaign\":\"a\",\"context\":{\"cart.value\":12.5,\"device.touch\":true},\"action\":\"x\",\
            \"chances\":{\"x\":0.25,\"nothing\":0.75},\"reward\":0}\n\
            {\"context\":{},\"action\":\"y\",\"chances\":{\"x\":1},\"reward\":0}\n\
            {\"context\":{},\"action\":\"x\",\"chances\":{\"x\":0.5},\"reward\":0}\n";
        let log = parse(lines.as_bytes()).unwrap();
        let first = &log.decisions[0];
        assert_eq!((first.campaign.as_str(), &first.chances), ("a", &Chances::All(vec![(0, 0.25), (1, 0.75)])));
        assert_eq!((first.feature(&log.columns, "cart.value"), first.feature(&log.columns, "device.touch")), (12.5, 1.0));
        let errors: Vec<String> = log.errors.iter().map(ToString::to_string).collect();
        assert_eq!(errors, ["line 2, action: 0 is no probability above 0", "line 3, chances: do not sum to 1"]);
        assert!(matches!(parse("a,b\n1,2\n".as_bytes()), Err(FileError::MissingColumn { field: "action", .. })));
    }
}
