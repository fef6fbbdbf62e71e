#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod candidate;
mod error;
mod find;
mod format;
mod named;
mod place;
mod recognise;
mod text;
mod tree;

pub use candidate::{Candidate, Certainty, LeftOut, Place, Reading};
pub use error::ReadError;
pub use find::{Found, FoundFile, Refused, Search, SearchEnd, find};
pub use format::{Format, read};
pub use place::{Look, Surroundings, WellKnown, well_known};
