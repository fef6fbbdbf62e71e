//! Secrets as types.
//!
//! Every secret of Storm Connect travels in one of these types. They zeroize on drop, print as `Name(redacted)`, and have
//! no `Display`, `Serialize` or `PartialEq`, so that a secret reaches a log, an error, an event or the window only by an
//! explicit `expose`, which is marked `// EXPOSE: why` wherever it stands.
//!
//! Deliberately absent: any conversion back to a plain `String` that outlives a borrow.

mod display_safe_url;
mod secret;

pub use display_safe_url::DisplaySafeUrl;
pub use secret::{
    AccessToken, ApiKey, Assertion, AuthorizationCode, ClientSecret, CodeVerifier, CsrfState, DeviceCode, IdToken,
    Nonce, Passphrase, PastedRedirect, PrivateKey, ProxyPassword, RecoveryCode, RefreshToken, SecretBytes,
};
