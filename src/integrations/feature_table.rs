//! A table as numbers: columns of numbers as they are, columns of texts as one column per frequent text.

use super::FileError;
use super::open;
use super::read_all;
use std::collections::BTreeMap;
use std::io::Read;

/// Texts of one column that become columns.
const TEXTS_MAX: usize = 12;

/// What was read: a row of texts per line, by the names of the columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Reads a table, plain or packed with gzip. Every row has as many fields as there are columns.
///
/// # Errors
/// The file cannot be read, or a row is too short or too long.
pub fn parse(reader: impl Read) -> Result<Table, FileError> {
    let text = read_all(reader)?;
    let mut table = open(&text);
    let columns: Vec<String> = table.headers().map_err(FileError::Read)?.iter().map(str::to_owned).collect();
    let mut rows = Vec::new();
    for row in table.records() {
        let mut row: Vec<String> = row.map_err(FileError::Read)?.iter().map(str::to_owned).collect();
        row.resize(columns.len(), String::new());
        rows.push(row);
    }
    Ok(Table { columns, rows })
}

impl Table {
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.eq_ignore_ascii_case(name))
    }

    /// The columns but `without`, as numbers. Of numbers that are never negative and reach beyond 20 the logarithm of one more is taken:
    /// such counts and amounts are skewed. Of texts the most frequent become columns of 0 and 1, but the last of few, which the others say.
    pub fn numbers(&self, without: &[usize]) -> (Vec<String>, Vec<Vec<f64>>) {
        let mut names = Vec::new();
        let mut rows = vec![Vec::new(); self.rows.len()];
        for (at, column) in self.columns.iter().enumerate().filter(|(at, _)| !without.contains(at)) {
            let parsed: Option<Vec<f64>> = self.rows.iter().map(|row| row[at].parse().ok().filter(|x: &f64| x.is_finite())).collect();
            if let Some(numbers) = parsed {
                let most = numbers.iter().copied().fold(0.0, f64::max);
                let is_skewed = most > 20.0 && numbers.iter().all(|&x| x >= 0.0);
                names.push(column.clone());
                rows.iter_mut().zip(numbers).for_each(|(row, x)| row.push(if is_skewed { crate::learn::ln(1.0 + x) } else { x }));
                continue;
            }
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            self.rows.iter().for_each(|row| *counts.entry(&row[at]).or_default() += 1);
            let mut texts: Vec<(&str, usize)> = counts.into_iter().collect();
            texts.sort_by_key(|&(text, count)| (std::cmp::Reverse(count), text));
            let kept = if texts.len() > TEXTS_MAX { TEXTS_MAX } else { texts.len().saturating_sub(1) };
            for (text, _) in texts.into_iter().take(kept) {
                names.push(format!("{column}={text}"));
                rows.iter_mut().zip(&self.rows).for_each(|(numbers, row)| numbers.push(f64::from(u8::from(row[at] == text))));
            }
        }
        (names, rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_become_numbers() {
        let table = parse("id,price,kind,x\n1,0,a,-1\n2,99,b,5\n3,9,a,50\n".as_bytes()).unwrap();
        let (names, rows) = table.numbers(&[table.column("ID").unwrap()]);
        assert_eq!(names, ["price", "kind=a", "x"]);
        assert_eq!(rows[0], [0.0, 1.0, -1.0]);
        assert!((rows[1][0] - 100_f64.ln()).abs() < 1e-12 && rows[2][2] == 50.0);
        assert!(parse("a,b\n1,2\n".as_bytes()).unwrap().column("c").is_none());
    }
}
