#![doc = include_str!("../README.md")]

mod appearance;
mod application;
mod attention;
mod autostart;
mod bindings;
mod calendar;
mod clipboard;
mod command;
#[cfg(debug_assertions)]
mod deliberate;
mod diagnostics;
#[cfg(target_os = "linux")]
mod drawing;
mod file_drop;
mod import;
mod key_file;
mod language;
mod log;
mod note;
mod notification;
mod original;
#[cfg(any(target_os = "linux", test))]
mod page_process;
mod practice;
mod predecessor;
mod saved_file;
mod sealed_export;
mod settings;
mod shell;
mod shell_event;
mod tray;
mod window;

pub use application::run;
pub use bindings::export_bindings;
