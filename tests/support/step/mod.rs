//! The eight steps of the main job, one file each. Each asserts what it did, at the service as well as in the window.

pub mod add_integration;
pub mod api_key;
pub mod list;
pub mod oauth;
pub mod reconnect;
pub mod refresh;
pub mod rotation;
pub mod service_account;

/// The names that the steps give to what they set up.
pub const KEY: &str = "Nightly sync";
/// See [`KEY`].
pub const SIGN_IN: &str = "Ada’s account";
/// See [`KEY`].
pub const ROBOT: &str = "Warehouse robot";
