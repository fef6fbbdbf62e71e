//! A token endpoint's answer: as it came, and as it was read.
//!
//! The two are apart on purpose: the raw answer is made durable before anything reads it, so that no oddity of a service
//! can cost a refresh token.

use std::time::Duration;

use storm_secret::{AccessToken, IdToken, PrivateKey, RefreshToken, SecretBytes};

use crate::{IdTokenFault, RefreshFailure, Timestamp};

/// A whole answer, unread.
#[derive(Debug, Clone)]
pub struct RawTokenAnswer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`, if sent.
    pub content_type: Option<String>,
    /// `Retry-After` in seconds or as a date, already turned into a pause and clamped to an hour.
    pub retry_after: Option<Duration>,
    /// The service's clock by its `Date` header.
    pub server_time: Option<Timestamp>,
    /// When the last byte arrived.
    pub received_at: Timestamp,
    /// At most 1 MiB.
    pub body: SecretBytes,
    /// The key that the request was proved with (RFC 9449). It lands with the answer, whose tokens are of no use without it.
    pub dpop_key: Option<PrivateKey>,
}

/// What an answer held. The refresh token is read first and on its own: nothing else may cost it.
#[derive(Debug, Clone)]
pub struct TokenAnswerReading {
    /// Non-empty refresh token, wherever it could be found in the bytes.
    pub refresh_token: Option<RefreshToken>,
    /// The access token, or why there is none.
    pub access: Result<AccessToken, RefreshFailure>,
    /// As sent.
    pub token_type: Option<String>,
    /// Lifetime of the access token, clamped to 0 s … 10 years; None = not said or not readable.
    pub expires_in: Option<Duration>,
    /// Lifetime of the refresh token, where the service says it in a field of its own; clamped as the other.
    pub refresh_expires_in: Option<Duration>,
    /// Granted scopes, if said.
    pub scopes: Option<Vec<String>>,
    /// ID token, if sent.
    pub id_token: Option<IdToken>,
    /// What kind of token a token exchange brought (RFC 8693 §2.2.1), if said.
    pub issued_token_type: Option<String>,
    /// Everything that was not as RFC 6749 §5.1 says, for the activity log. Holds no value of the answer.
    pub oddities: Vec<AnswerOddity>,
}

/// What was odd about an answer, in words for the activity log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerOddity {
    /// `expires_in` was a text, a fraction, negative or beyond ten years.
    #[error("expires_in was not a whole number of seconds")]
    ExpiresIn,
    /// No `token_type`; Bearer is assumed.
    #[error("token_type was missing")]
    MissingTokenType,
    /// A `token_type` other than Bearer, or DPoP without a proof of ours: the access token is kept but not lent as one.
    #[error("token_type was not Bearer")]
    UnknownTokenType,
    /// A status other than 200 with tokens in the body.
    #[error("tokens came with an unexpected status")]
    Status,
    /// Not `application/json`, or not valid UTF-8, or a byte order mark.
    #[error("the answer was not plain JSON in UTF-8")]
    Encoding,
    /// A form instead of JSON.
    #[error("the answer was a form instead of JSON")]
    FormEncoded,
    /// Something before or after the JSON object.
    #[error("there was something before or after the JSON")]
    TrailingBytes,
    /// The tokens lay inside another object.
    #[error("the tokens lay inside another object")]
    Nested,
    /// A name stood twice; the last counts.
    #[error("a name stood twice")]
    DuplicateName,
    /// The answer stood in a page or in XML.
    #[error("the answer stood in a page instead of JSON")]
    Page,
    /// The service's clock, by its `Date` header, and ours differ by more than five minutes.
    #[error("the service's clock and this computer's differ by more than five minutes")]
    Clock,
    /// The refresh token was a number, a list or an object.
    #[error("refresh_token was not a text")]
    RefreshTokenType,
    /// The refresh token was there, but empty or null.
    #[error("refresh_token was empty")]
    EmptyRefreshToken,
    /// The access token was empty or not fit for a header.
    #[error("access_token cannot stand in a header")]
    UnusableAccessToken,
    /// The ID token beside the access token does not hold.
    #[error("the ID token was refused: {0}")]
    IdToken(IdTokenFault),
    /// An error in an answer with status 200.
    #[error("an error came with a success status")]
    ErrorWithSuccessStatus,
}

/// An OAuth error answer (RFC 6749 §5.2), read but not judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorAnswer {
    /// The `error` code.
    pub error: String,
    /// The `error_description`, or empty.
    pub description: String,
}
