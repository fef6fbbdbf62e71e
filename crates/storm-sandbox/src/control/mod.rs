//! Control: looking behind the provider's curtain, and pulling its strings.
//!
//! [`Control`] is the typed handle for tests in the same process; the JSON API under `/control/api` and the control page
//! are thin layers over it.

mod api;
mod gate;
mod handle;
mod journal;
mod request;
mod script;

pub(crate) use api::{answer, is_control_path};
pub(crate) use gate::Gates;
pub use handle::Control;
pub(crate) use journal::Journal;
pub use journal::{JournalEntry, JournalQuery, Outcome, Progress};
pub use request::{
    ClientCreated, GrantFilter, GrantView, KeyCreated, NewClient, NewGrant, NewKey, SecretCreated, State,
};
pub use script::Step;
pub(crate) use script::{CheckedStep, Script, ScriptedBody};
