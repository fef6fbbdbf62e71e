//! The host half: listening, judging who asks, and answering through a [`Lender`].

mod broker;
#[cfg(unix)]
mod connection;
mod consumer;
mod lender;
mod refusal;

pub use broker::{BindError, Broker};
pub use consumer::Consumer;
pub use lender::Lender;
