//! Commands: three-line adapters from the window to the engine.

pub mod api_key;
pub mod authorization;
pub mod connector;
pub mod host;
pub mod integration;
pub mod key_file;
pub mod protection;
pub mod restore;
pub mod revocation;
pub mod rotation;
