//! The authorization server: RFC 6749 with PKCE, rotation, revocation, introspection, and signed assertions.
//!
//! One file per endpoint or grant type. Refusals on the wire are exactly those of the RFCs; a bad client or redirect URI
//! is told to the person, never to the URI.

mod assertion;
mod authorize;
mod client_authentication;
mod code;
mod device;
mod id_token;
mod inspect;
mod metadata;
mod refusal;
mod scope;
mod token;

pub(crate) use authorize::{Attempts, authorize, consent, sign_in};
pub(crate) use code::Codes;
pub(crate) use device::{Devices, device_authorization, device_page, enter_code};
pub(crate) use id_token::IdTokenSigner;
pub(crate) use inspect::{introspect, revoke, userinfo};
pub(crate) use metadata::{key_set, metadata};
pub(crate) use scope::{description as scope_description, parse_scopes};
pub(crate) use token::{TokenAnswer, token};
