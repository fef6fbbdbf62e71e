#![doc = include_str!("../README.md")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic is what a target reports with")]

mod answer;
mod dropped;
mod export;
mod import;
mod limit;
mod pasted;
mod payload;
mod sealed;
mod slots;
mod target;
mod token_answer;

pub use target::{TARGETS, Target};

/// Stands where a secret would. No message may repeat it.
const PLANTED: &str = "PLANTEDSECRET012";
