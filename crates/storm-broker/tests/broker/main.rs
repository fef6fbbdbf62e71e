//! The host half over real sockets.
#![cfg(unix)]

mod conversation;
mod fake_lender;
mod socket;
