//! The desktop application: composition root and shell.

mod bindings;
mod command;
mod shell_event;

pub use bindings::export_bindings;
