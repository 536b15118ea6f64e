//! Data that a purpose covers, which nothing but a permit for that purpose opens.
//!
//! A [`Permit`] can only be had from [`Capabilities`] that allow its purpose, so code that reads covered data without consent does not
//! compile. Erasing needs no permit.

use super::Capabilities;
use super::Purpose;
use serde::Deserialize;
use serde::Serialize;
use std::marker::PhantomData;

/// A purpose as a type.
pub trait Covers: Copy {
    const PURPOSE: Purpose;
}

/// Covers what the shopper did in this visit and what was inferred from it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Personalizing;

/// Covers what is known from earlier visits.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Remembering;

/// Covers what is kept to count what campaigns do.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Measuring;

impl Covers for Personalizing {
    const PURPOSE: Purpose = Purpose::Personalize;
}

impl Covers for Remembering {
    const PURPOSE: Purpose = Purpose::Remember;
}

impl Covers for Measuring {
    const PURPOSE: Purpose = Purpose::Measure;
}

/// The permission for a purpose at this moment. It is asked for where it is used and never kept: it cannot be stored.
#[derive(Debug, Clone, Copy)]
pub struct Permit<P>(PhantomData<P>);

impl Capabilities {
    /// The permit for a purpose, if it is allowed.
    pub fn permit<P: Covers>(self) -> Option<Permit<P>> {
        self.allows(P::PURPOSE).then_some(Permit(PhantomData))
    }
}

/// Data covered by the purpose `P`.
///
/// ```
/// use floorwalker::consent::{Capabilities, Covered, Personalizing, Purpose};
///
/// let mut seen: Covered<Personalizing, Vec<&str>> = Covered::default();
/// assert!(Capabilities::NONE.permit::<Personalizing>().is_none());
/// let permit = Capabilities::NONE.with(Purpose::Personalize).permit().expect("it is allowed");
/// seen.write(permit).push("shoes");
/// assert_eq!(seen.read(permit), &["shoes"]);
/// ```
///
/// ```compile_fail
/// use floorwalker::consent::{Capabilities, Covered, Personalizing, Purpose, Remembering};
///
/// let seen: Covered<Personalizing, Vec<&str>> = Covered::default();
/// let another = Capabilities::NONE.with(Purpose::Remember).permit::<Remembering>().expect("it is allowed");
/// seen.read(another);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Covered<P, T> {
    data: T,
    #[serde(skip)]
    purpose: PhantomData<P>,
}

impl<P, T: Default> Default for Covered<P, T> {
    fn default() -> Self {
        Covered { data: T::default(), purpose: PhantomData }
    }
}

impl<P, T> Covered<P, T> {
    pub fn read(&self, _: Permit<P>) -> &T {
        &self.data
    }

    pub fn write(&mut self, _: Permit<P>) -> &mut T {
        &mut self.data
    }

    /// Forgets the data and returns what it was, for the last word to whoever stores it.
    pub fn erase(&mut self) -> T
    where
        T: Default,
    {
        std::mem::take(&mut self.data)
    }

    /// Whether nothing is there.
    pub fn is_erased(&self) -> bool
    where
        T: Default + PartialEq,
    {
        self.data == T::default()
    }

    /// The data whatever is allowed, for tests that show that nothing else reads it.
    #[cfg(test)]
    pub fn behind(&mut self) -> &mut T {
        &mut self.data
    }
}
