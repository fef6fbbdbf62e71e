//! What can be wrong with an ID token (OpenID Connect Core §3.1.3.7, §12.2).
//!
//! INVARIANT: a refused ID token says that the answer it came with is not believed. It never says that a refresh token is
//! over: that one is kept, whatever stands beside it.

use thiserror::Error;

use crate::TransientKind;

/// What does not hold. Each reads on from "The ID token was refused: ".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IdTokenFault {
    /// Not three parts of base64url with JSON inside, or an extension in `crit` that is not understood.
    #[error("it is not a signed token of the known form")]
    Malformed,
    /// `none`, a shared secret where there is none, or an algorithm that the service did not announce.
    #[error("it is not signed in a way that can be checked")]
    Algorithm,
    /// No key of the service fits, or it does not say which of several.
    #[error("it does not say which of the service's keys signed it, or names one that the service does not have")]
    Key,
    /// The signature is not that of the key.
    #[error("its signature is wrong")]
    Signature,
    /// `iss` is missing or another.
    #[error("it was issued by another service")]
    Issuer,
    /// `aud` is missing or does not hold the client id.
    #[error("it was issued for another program")]
    Audience,
    /// `azp` is another client, or missing beside several audiences.
    #[error("it was issued at the request of another program")]
    AuthorizedParty,
    /// `exp` is missing or past.
    #[error("it had ended before it came")]
    Expired,
    /// `iat` is missing or in the future, or `nbf` is in the future.
    #[error("the time at which it was issued is missing or lies in the future")]
    IssuedAt,
    /// `nonce` is not the one that was sent.
    #[error("it belongs to another sign-in")]
    Nonce,
    /// `sub` is missing or empty.
    #[error("it does not say whose it is")]
    Subject,
    /// `at_hash` is not that of the access token.
    #[error("it belongs to another access token")]
    AccessTokenHash,
    /// After a refresh: `sub` or `iss` is not what it was at the sign-in.
    #[error("it names another account than the one that signed in")]
    AnotherAccount,
}

/// Why an ID token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IdTokenError {
    /// It was looked at, and does not hold.
    #[error("the ID token was refused: {0}")]
    Refused(IdTokenFault),
    /// Everything but its signature holds; the keys to check that with could not be had.
    #[error("the service's keys could not be fetched")]
    KeysOutOfReach(TransientKind),
}
