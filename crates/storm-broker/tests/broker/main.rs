//! The host half over real sockets.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)] // in a test a panic is a failure

mod conversation;
mod fake_lender;
mod socket;
