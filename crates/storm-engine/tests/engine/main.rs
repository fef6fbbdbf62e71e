//! The engine on real parts: a real SQLite vault, the real protocol clients, the practice service on loopback. Only the
//! clock, the keyring and the browser are fakes, and the browser's pages are clicked through for real.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod account;
mod activity;
mod api_key;
mod authorization;
mod bound_grant;
mod callback;
mod callback_port;
mod client_certificate;
mod client_credentials;
mod device;
mod diagnostics;
mod doctor;
mod dropped_file;
mod export;
mod export_crash;
mod health;
mod holds;
mod import;
mod integration;
mod lend;
mod minting;
mod network;
mod paste;
mod person;
mod recovery;
mod refresh;
mod replacement;
mod revocation;
mod rig;
mod rotation;
mod rotation_crash;
mod schedule;
mod scope;
mod secret_drill;
mod secret_rotation;
mod service_account;
