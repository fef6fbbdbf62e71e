//! The practice API: something worth having a credential for.
//!
//! It tells who a credential belongs to, guards one resource by permission, and lets keys be made and revoked by
//! program, as services with automatic rotation do.

mod caller;
mod key;
mod resource;
mod service_account_key;

pub(crate) use caller::{Caller, refused_token};
pub(crate) use key::{create_key, delete_key, delete_own_key, list_keys, own_key, switch_key};
pub(crate) use resource::{reports, whoami};
pub(crate) use service_account_key::{
    create_service_account_key, delete_service_account_key, list_service_account_keys, switch_service_account_key,
};
