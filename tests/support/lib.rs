#![doc = include_str!("../README.md")]
//!
//! What the end-to-end suites, the guided tour and the benchmarks share: real processes on a private desktop.
//!
//! Nothing here knows the program from the inside: the window is led by WebDriver, the practice service by its control API,
//! the desktop over D-Bus. INVARIANT: outside the private desktop every window test fails; none passes without a window.

mod assertion_services;
mod browser;
mod clipboard;
pub mod consent;
mod desktop;
mod drag;
mod error;
mod hands;
pub mod headless;
mod home;
pub mod journey;
mod moto;
mod notification;
mod oidc_provider;
pub mod other_browser;
mod patience;
mod practice;
pub mod program;
mod screen_reader;
pub mod step;
pub mod tray;
mod window;

pub use assertion_services::{AssertionServices, Believed, KeyOf};
pub use browser::{Browser, Manner};
pub use clipboard::Copied;
pub use desktop::Desktop;
pub use drag::DragSource;
pub use error::{Outcome, StepError, ensure};
pub use hands::{Focus, Hands};
pub use headless::Headless;
pub use home::Home;
pub use journey::{Album, Journey};
pub use moto::{AwsKey, Moto};
pub use notification::{Notification, Notifications};
pub use oidc_provider::{OidcProvider, OidcSettings};
pub use patience::{Look, PATIENCE, eventually};
pub use practice::{Practice, SHORT_LIFETIME, Seen};
pub use screen_reader::{Heard, Node, ScreenReader};
pub use window::{BareWindow, Picture, Window, await_no_instance};
