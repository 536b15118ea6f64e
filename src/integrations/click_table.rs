//! Recorded sessions as next-product evaluation takes them.

use super::FileError;
use super::RowError;
use super::session_file;
use crate::recommend::evaluate::Recorded;
use std::io::Read;

/// Reads sessions as [`session_file::parse`] does, in order of their first click. Every event counts as a click.
///
/// # Errors
/// As [`session_file::parse`].
pub fn parse(reader: impl Read) -> Result<(Vec<Recorded>, Vec<RowError>), FileError> {
    let (visits, errors) = session_file::parse(reader)?;
    let recorded = visits.into_iter().map(|visit| {
        let clicks = visit.clicks.into_iter().map(|(time, click)| (time, click.product)).collect();
        Recorded { session: visit.session, clicks }
    });
    let mut sessions: Vec<Recorded> = recorded.collect();
    sessions.sort_by_key(|recorded| (recorded.begin(), recorded.session));
    Ok((sessions, errors))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use crate::model::key_of;

    #[test]
    fn sessions_come_in_order_of_their_beginnings() {
        let table = "SessionId\tItemId\tTime\nb\t1\t12.5\nb\t1\t11\na\t2\t15\na\t3\t10\n";
        let (sessions, errors) = parse(table.as_bytes()).unwrap();
        let click = |micros: u64, product: &str| (Timestamp(micros), key_of(product));
        let expect = [
            Recorded { session: key_of("a"), clicks: vec![click(10_000_000, "3"), click(15_000_000, "2")] },
            Recorded { session: key_of("b"), clicks: vec![click(11_000_000, "1"), click(12_500_000, "1")] },
        ];
        assert_eq!((sessions, errors.len()), (expect.to_vec(), 0));
    }
}
