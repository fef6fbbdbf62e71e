//! The way to services: chosen by settings, and looked at step by step without any credential of the user's.
//!
//! INVARIANT: what a probe goes through is what a token request goes through: the same proxy and the same trust. Deliberately
//! absent: a verifier that accepts more than the one of the token requests does.

mod authority;
mod certificate;
mod probe;
mod way;

pub(crate) use authority::read_authorities;
pub(crate) use probe::{finds, knock, probe};
pub(crate) use way::Way;
