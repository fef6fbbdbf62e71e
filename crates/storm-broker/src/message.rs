//! What is asked and answered.
//!
//! INVARIANT: an answer has room for an access token, an API key and an access key, and for no other secret. A message of another version is
//! told apart from a broken one, so that an old `storm` and a new host can say which of them is old.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use storm_secret::{AccessToken, ApiKey, SecretBytes};
use thiserror::Error;

use crate::frame::{FrameError, HEADER_BYTES, header_of};

/// The version both sides speak.
pub const VERSION: u32 = 1;

/// Room for a message without a secret; a longer one grows.
const ROOM_BYTES: usize = 512;

/// What a consumer asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Request {
    /// Where the host and its integrations stand.
    Status,
    /// A credential to use now.
    Token {
        /// The user's name for the integration.
        name: String,
        /// How long it must still be good for, in seconds; refreshed first when it is not.
        #[serde(rename = "min_ttl_s", default, skip_serializing_if = "Option::is_none")]
        min_lifetime_seconds: Option<u64>,
    },
    /// An access key of AWS to use now, with its id: a short-lived one unless the user chose otherwise.
    AccessKey {
        /// The user's name for the integration.
        name: String,
        /// As in [`Request::Token`].
        #[serde(rename = "min_ttl_s", default, skip_serializing_if = "Option::is_none")]
        min_lifetime_seconds: Option<u64>,
    },
    /// A page of the activity log, newest first.
    Log(LogRequest),
    /// Whether the activity log is as it was written: all of it is gone through.
    VerifyLog,
    /// A report for whoever helps.
    Diagnostics,
    /// Finish what is in flight and close the vault: the application wants to open it. The connection ends when it is closed.
    HandOver,
}

/// What the host answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Response {
    /// To [`Request::Status`].
    Status(Status),
    /// To [`Request::Token`].
    Token(Loan),
    /// To [`Request::AccessKey`].
    AccessKey(AccessKeyLoan),
    /// To [`Request::Log`].
    Log(LogPage),
    /// To [`Request::VerifyLog`].
    LogVerdict(LogVerdict),
    /// To [`Request::Diagnostics`]: plain text in English, without a secret, a person, a host or what anything is called.
    Diagnostics(String),
    /// To [`Request::HandOver`].
    HandingOver,
    /// To any.
    Refused(Refusal),
}

/// A credential that is lent.
#[derive(Debug, Serialize, Deserialize)]
pub struct Loan {
    /// To send to the service.
    pub secret: LentSecret,
    /// When it ends, in milliseconds since 1970-01-01 UTC; None = not known, or never.
    pub expires_at: Option<i64>,
}

/// An access key that is lent.
#[derive(Debug, Serialize, Deserialize)]
pub struct AccessKeyLoan {
    /// Its public id.
    pub id: String,
    /// What requests are signed with.
    #[serde(serialize_with = "write_api_key", deserialize_with = "read_api_key")]
    pub secret: ApiKey,
    /// What is sent along with each request; None = the lasting key itself.
    #[serde(serialize_with = "write_session_token", deserialize_with = "read_session_token")]
    pub session_token: Option<AccessToken>,
    /// When it ends, in milliseconds since 1970-01-01 UTC; None = only when somebody ends it.
    pub expires_at: Option<i64>,
}

/// What may be lent: nothing that outlives its use.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LentSecret {
    /// An OAuth or service-account access token.
    AccessToken(#[serde(serialize_with = "write_access_token", deserialize_with = "read_access_token")] AccessToken),
    /// A pasted key.
    ApiKey(#[serde(serialize_with = "write_api_key", deserialize_with = "read_api_key")] ApiKey),
}

impl LentSecret {
    /// Borrows the secret. Every call carries an `EXPOSE:` comment that says why.
    #[must_use]
    pub fn expose(&self) -> &str {
        match self {
            // EXPOSE: borrowed on behalf of the caller, who says why.
            Self::AccessToken(token) => token.expose(),
            // EXPOSE: borrowed on behalf of the caller, who says why.
            Self::ApiKey(key) => key.expose(),
        }
    }
}

fn write_access_token<S: Serializer>(token: &AccessToken, serializer: S) -> Result<S::Ok, S::Error> {
    // EXPOSE: this is the lending: to a process of the same user, over the private socket.
    serializer.serialize_str(token.expose())
}

fn read_access_token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AccessToken, D::Error> {
    String::deserialize(deserializer).map(AccessToken::new)
}

fn write_session_token<S: Serializer>(token: &Option<AccessToken>, serializer: S) -> Result<S::Ok, S::Error> {
    match token {
        Some(token) => write_access_token(token, serializer),
        None => serializer.serialize_none(),
    }
}

fn read_session_token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<AccessToken>, D::Error> {
    Option::<String>::deserialize(deserializer).map(|token| token.map(AccessToken::new))
}

fn write_api_key<S: Serializer>(key: &ApiKey, serializer: S) -> Result<S::Ok, S::Error> {
    // EXPOSE: this is the lending: to a process of the same user, over the private socket.
    serializer.serialize_str(key.expose())
}

fn read_api_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ApiKey, D::Error> {
    String::deserialize(deserializer).map(ApiKey::new)
}

/// Where the host stands. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Version of the host.
    pub host_version: String,
    /// Where its vault stands.
    pub vault: VaultState,
    /// The same in a sentence, with what to do.
    pub message: String,
    /// Integrations, as many as fit into a frame.
    pub integrations: Vec<IntegrationStatus>,
    /// How many more there are.
    pub not_listed: usize,
}

/// Where a vault stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VaultState {
    /// The keyring is being asked.
    Opening,
    /// Usable.
    Unlocked,
    /// The user can unlock it.
    Locked,
    /// It cannot be opened.
    Failed,
}

/// One integration in a [`Status`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntegrationStatus {
    /// The user's name for it.
    pub name: String,
    /// The connector's name.
    pub connector: String,
    /// One or two words.
    pub status: String,
    /// Whether other programs may be lent its access.
    pub lending_allowed: bool,
}

/// Which part of the activity log is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRequest {
    /// The user's name for an integration; None = of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// One of the host's topics, such as `lending` or `trouble`; None = of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Words that have to stand in an entry; empty = any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Nothing older, in seconds; None = all that is kept.
    #[serde(rename = "max_age_s", default, skip_serializing_if = "Option::is_none")]
    pub max_age_seconds: Option<u64>,
    /// Where the page before ended; None = the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
}

/// A part of the activity log. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPage {
    /// Newest first, as many as fit into a frame; fewer, even none, where much had to be looked through.
    pub entries: Vec<LogEntry>,
    /// What to ask for next, as `before`; None = there are no older ones.
    pub older: Option<u64>,
}

/// One entry of a [`LogPage`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Counts up.
    pub sequence: u64,
    /// In milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// What its integration was called; empty = the program's own.
    pub integration: String,
    /// What happened, in a sentence.
    pub text: String,
}

/// What the chain of the log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "log", rename_all = "snake_case")]
pub enum LogVerdict {
    /// Every entry is as it was written.
    Intact {
        /// How many there are.
        entries: u64,
    },
    /// An entry was changed, removed or put in.
    Broken {
        /// The first that does not fit.
        sequence: u64,
    },
}

/// Why nothing is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What kind.
    pub refusal: RefusalKind,
    /// What happened and what to do. Never holds a secret.
    pub message: String,
}

/// Kinds of refusals; each has an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RefusalKind {
    /// There is no such integration.
    NoSuchIntegration,
    /// The integration waits for its user.
    ReconnectNeeded,
    /// The vault is locked.
    Locked,
    /// The user's settings do not allow it.
    Denied,
    /// The service could not be reached.
    Unreachable,
    /// All connections are taken; worth asking again.
    Busy,
    /// The client speaks another version.
    UnknownVersion,
    /// The request makes no sense.
    NotUnderstood,
    /// Something else; kinds of a newer host are read as this one.
    #[serde(other)]
    Other,
}

/// A message that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MessageError {
    /// Of another version of this protocol.
    #[error("the other side speaks version {0} of the protocol, this one speaks version {VERSION}")]
    UnknownVersion(u32),
    /// Not a message at all, or one of an unknown kind.
    #[error("the message was not understood")]
    NotUnderstood,
}

#[derive(Serialize, Deserialize)]
struct Message<T> {
    version: u32,
    body: T,
}

#[derive(Deserialize)]
struct AnyVersion {
    version: u32,
}

impl Request {
    /// The whole frame of this request.
    ///
    /// # Errors
    /// [`FrameError::TooLong`] for an absurd name.
    pub fn encode(&self) -> Result<SecretBytes, FrameError> {
        encode(self, ROOM_BYTES)
    }

    /// Reads the body of a frame.
    ///
    /// # Errors
    /// When it is of another version or no request.
    pub fn decode(body: &SecretBytes) -> Result<Self, MessageError> {
        decode(body)
    }
}

impl Response {
    /// The whole frame of this response.
    ///
    /// # Errors
    /// [`FrameError::TooLong`] for a secret or a status that does not fit.
    pub fn encode(&self) -> Result<SecretBytes, FrameError> {
        // Reserved at once, even if every character is escaped: a buffer that grows leaves copies of the secret behind.
        let secret_bytes = match self {
            // EXPOSE: only its length is looked at.
            Self::Token(loan) => loan.secret.expose().len(),
            Self::AccessKey(loan) => {
                // EXPOSE: only its length is looked at.
                let token = loan.session_token.as_ref().map_or(0, |token| token.expose().len());
                // EXPOSE: only its length is looked at.
                loan.id.len() + loan.secret.expose().len() + token
            }
            Self::Status(_)
            | Self::Log(_)
            | Self::LogVerdict(_)
            | Self::Diagnostics(_)
            | Self::HandingOver
            | Self::Refused(_) => 0,
        };
        encode(self, ROOM_BYTES + secret_bytes * "\\u0000".len())
    }

    /// Reads the body of a frame.
    ///
    /// # Errors
    /// When it is of another version or no response.
    pub fn decode(body: &SecretBytes) -> Result<Self, MessageError> {
        decode(body)
    }
}

fn encode<T: Serialize>(body: &T, room: usize) -> Result<SecretBytes, FrameError> {
    let mut frame = Vec::with_capacity(room);
    frame.extend([0; HEADER_BYTES]);
    serde_json::to_writer(&mut frame, &Message { version: VERSION, body }).map_err(std::io::Error::from)?;
    let header = header_of(frame.len() - HEADER_BYTES);
    if let Ok(header) = &header {
        frame[..HEADER_BYTES].copy_from_slice(header);
    }
    // Wrapped in any case: what is too long to be sent is wiped too.
    let frame = SecretBytes::new(frame);
    header.map(|_| frame)
}

fn decode<T: DeserializeOwned>(body: &SecretBytes) -> Result<T, MessageError> {
    // EXPOSE: parsed into the types above, which wipe what is secret.
    let bytes = body.expose();
    match serde_json::from_slice::<Message<T>>(bytes) {
        Ok(message) if message.version == VERSION => Ok(message.body),
        _ => match serde_json::from_slice::<AnyVersion>(bytes) {
            Ok(any) if any.version != VERSION => Err(MessageError::UnknownVersion(any.version)),
            _ => Err(MessageError::NotUnderstood),
        },
    }
}
