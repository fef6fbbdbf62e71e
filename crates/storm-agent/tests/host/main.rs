//! The host: its vault in every state, its socket, its end.
#![cfg(unix)]

mod agent;
mod closed_vault;
mod desk;
mod ending;
mod lending;
mod passphrase;
