//! Flows against independent servers, without a window: a module for each.

mod assertions;
mod aws;
mod client_authentication;
mod conformance;
mod device;
mod oidc_provider;
mod registration;
mod token_endpoint;
