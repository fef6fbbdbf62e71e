#![doc = include_str!("../README.md")]
#![allow(clippy::unwrap_used, clippy::expect_used)] // test code in a crate of its own: a panic is a failed test

mod browser;
mod build;
mod clock;
mod entropy;
mod events;
mod keyring;
mod memory_vault;
#[cfg(feature = "mutual-tls")]
mod mutual_tls;
mod network;
#[cfg(all(feature = "secret-service", unix, not(target_os = "macos")))]
mod secret_service;

pub use browser::FakeBrowser;
pub use build::{api_key, api_key_integration, integration, oauth_grant, oauth_integration, service_account_key};
pub use clock::FakeClock;
pub use entropy::SeededEntropy;
pub use events::RecordingEvents;
pub use keyring::FakeKeyring;
pub use memory_vault::MemoryVault;
#[cfg(feature = "mutual-tls")]
pub use mutual_tls::MutualTls;
pub use network::FakeNetwork;
#[cfg(all(feature = "secret-service", unix, not(target_os = "macos")))]
pub use secret_service::{OnPrompt, PrivateBus, Script, ScriptedSecretService};
