//! The practice service over real TCP, as its callers meet it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail the test that calls them")]

mod support;

mod api_keys;
mod authorization;
mod binary;
mod client_credentials;
mod device;
mod guard;
mod pages;
mod persistence;
mod refresh;
mod script;
mod service_accounts;
mod tls;
