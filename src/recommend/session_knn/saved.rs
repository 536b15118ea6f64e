//! A learner as bytes: the sessions that count, from which everything else follows.

use super::Learner;
use super::Limits;
use super::Parameters;
use super::SESSION_PRODUCTS_MAX;
use super::learner::LIVE_MAX;
use super::segment::Row;
use crate::model::Key;

/// First bytes: name and version of the form.
const MAGIC: &[u8; 8] = b"FWKNN\0\0\x01";
const HEAD: usize = MAGIC.len() + 8;

/// Bytes that are not a saved learner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    #[error("this is no saved session index, or one of another version")]
    Form,
    #[error("the saved session index is damaged: its checksum does not fit")]
    Damaged,
    #[error("the saved session index does not add up: {0}")]
    Content(&'static str),
}

impl Learner {
    /// Returns everything learned as bytes: magic, checksum, then little-endian numbers.
    pub fn save(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.interactions() * 6 + 1_024);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&[0; 8]);
        let settings = rmp_serde::to_vec_named(&(self.parameters(), self.limits())).expect("numbers have a form");
        push(&mut out, settings.len() as u64);
        out.extend_from_slice(&settings);
        push(&mut out, u64::from(self.clock()));
        let products = self.products();
        push(&mut out, products.len() as u64);
        products.into_iter().for_each(|product| push(&mut out, product.0));
        let count = out.len();
        push(&mut out, 0);
        let mut sessions = 0_u64;
        self.visit(|row| {
            sessions += 1;
            push(&mut out, row.key);
            out.extend_from_slice(&row.time.to_le_bytes());
            out.push(row.products.len() as u8);
            row.products.iter().for_each(|product| out.extend_from_slice(&product.to_le_bytes()));
        });
        out[count..count + 8].copy_from_slice(&sessions.to_le_bytes());
        let sum = xxhash_rust::xxh3::xxh3_64(&out[HEAD..]);
        out[MAGIC.len()..HEAD].copy_from_slice(&sum.to_le_bytes());
        out
    }

    /// Reads what [`Learner::save`] wrote. Cost: about 0.1 us per click.
    ///
    /// # Errors
    /// [`LoadError`], before anything is believed.
    pub fn load(bytes: &[u8]) -> Result<Learner, LoadError> {
        Self::load_with(bytes, LIVE_MAX)
    }

    pub(super) fn load_with(bytes: &[u8], live_max: usize) -> Result<Learner, LoadError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(LoadError::Form)?;
        let (sum, body) = rest.split_first_chunk::<8>().ok_or(LoadError::Damaged)?;
        if xxhash_rust::xxh3::xxh3_64(body) != u64::from_le_bytes(*sum) {
            return Err(LoadError::Damaged);
        }
        let mut reader = Reader(body);
        let length = reader.count()?;
        let (parameters, limits): (Parameters, Limits) =
            rmp_serde::from_slice(reader.take(length)?).map_err(|_| LoadError::Content("its settings"))?;
        let clock = u32::try_from(reader.number()?).map_err(|_| LoadError::Content("its clock"))?;
        let mut learner = Learner::with_live_max(parameters, limits, live_max);
        for _ in 0..reader.count()? {
            let product = Key(reader.number()?);
            learner.restore_product(product).ok_or(LoadError::Content("a product is there twice"))?;
        }
        let mut keys = Vec::new();
        let mut products = Vec::new();
        let mut latest = 0;
        for _ in 0..reader.count()? {
            let (key, time) = (reader.number()?, reader.small()?);
            let length = usize::from(reader.take(1)?[0]);
            if time < latest || time > clock || length > SESSION_PRODUCTS_MAX {
                return Err(LoadError::Content("a session's time or length"));
            }
            latest = time;
            for _ in 0..length {
                products.push(reader.small()?);
            }
            keys.push((key, time, products.len()));
        }
        if !reader.0.is_empty() {
            return Err(LoadError::Content("there is more than it says"));
        }
        let starts = std::iter::once(0).chain(keys.iter().map(|session| session.2));
        let rows = keys.iter().zip(starts).map(|(&(key, time, end), start)| Row { key, time, products: &products[start..end] });
        learner.restore_sessions(rows, clock).ok_or(LoadError::Content("a product is unknown"))?;
        Ok(learner)
    }
}

fn push(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(&number.to_le_bytes());
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], LoadError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(LoadError::Content("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64, LoadError> {
        let bytes = self.take(8)?;
        Ok(u64::from_le_bytes(bytes.try_into().expect("eight were taken")))
    }

    fn small(&mut self) -> Result<u32, LoadError> {
        let bytes = self.take(4)?;
        Ok(u32::from_le_bytes(bytes.try_into().expect("four were taken")))
    }

    /// A count of things that take at least a byte each, so that nobody can make us reserve more than there is.
    fn count(&mut self) -> Result<usize, LoadError> {
        let count = self.number()?;
        usize::try_from(count).ok().filter(|&count| count <= self.0.len()).ok_or(LoadError::Content("a count"))
    }
}
