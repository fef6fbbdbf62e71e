//! The protocol clients against servers that write exact bytes, and against the practice service.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

mod assertion;
mod authorization;
mod aws;
mod chance;
mod client_authentication;
mod device;
mod discovery;
mod dpop;
mod grants;
mod handshake;
mod id_token;
mod loopback;
mod loopback_network;
mod loopback_paste;
mod loopback_port;
mod network;
mod odd_answers;
mod practice;
mod pushed;
mod refused_answers;
mod registration;
mod revoke;
mod session;
mod silence;
mod support;
mod token_request;
mod verify;
