//! The catalogue, the paste guard and the key-file reader from outside.
#![allow(clippy::unwrap_used, reason = "clippy.toml allows it in tests, but does not see that these helpers are tests")]

mod catalogue;
mod causes;
mod dropped;
mod dropped_any;
mod field;
mod golden;
mod key_file;
mod key_material;
#[cfg(unix)]
mod open_file;
mod paste;
mod resolve;
mod session;

use storm_connectors::{Catalogue, Connector};

fn connector(id: &str) -> &'static Connector {
    Catalogue::embedded().unwrap().connector(id).unwrap()
}
