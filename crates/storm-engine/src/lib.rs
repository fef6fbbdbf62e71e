#![doc = include_str!("../README.md")]

mod access_key;
mod activity;
mod age;
mod api_key;
mod authorization;
mod behind;
mod catalogue;
mod client_credentials;
mod damage;
mod discovery;
mod doctor;
mod dropped_file;
mod engine;
mod error;
mod flight;
mod held;
mod id_token;
mod identity;
mod integration;
mod lend;
mod naming;
mod network;
mod recovery;
mod refresh;
mod refresher;
mod registration;
mod replacement;
mod restored;
mod revocation;
mod rotation;
mod schedule;
mod scope;
mod service_account;
mod setback;
mod unfinished;
mod verify;

pub mod view;

pub use access_key::LentAccessKey;
pub use activity::{Exported, sentence};
pub use dropped_file::HeldThing;
pub use engine::{Engine, EngineParts};
pub use error::{failure_of_file, failure_of_vault};
pub use held::HeldFile;
pub use lend::{Lent, LentSecret};
pub use schedule::Schedule;
