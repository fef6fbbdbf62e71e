//! The words and machines of Storm Connect, without any IO.
//!
//! Everything here is plain data and pure functions: what an integration is, how a credential's generations follow each
//! other, what a token state does on which event, when a refresh is due, what a failure means. The outside world comes in
//! through the traits of [`port`].
//!
//! Deliberately absent: tokio, tauri, sqlx, reqwest, keyring, `std::fs`, `std::env`, and any clock.

#![warn(missing_docs)]

mod activity;
mod activity_query;
mod credential;
mod device_authorization;
mod discovery;
mod error;
mod event;
mod export;
mod finding;
mod forecast;
mod id;
mod id_token;
mod integration;
mod label;
mod minting;
mod network;
mod preferences;
mod reconnect;
mod refresh_failure;
mod refresh_life;
mod refresh_policy;
mod registration;
mod replacement;
mod revocation;
mod rotation;
mod service;
mod session;
mod time;
mod token_answer;
mod token_state;
mod vault;
mod verdict;

pub mod port;

pub use activity::{ActivityEntry, ActivityKind, NetworkChange, ProtectionChange, RotationMilestone};
pub use activity_query::{ActivityPortion, ActivityTopic, LinkedActivity};
pub use credential::{
    ApiKeyCredential, Credential, CredentialSummary, Generation, GenerationInfo, GenerationNumber, GenerationPhase,
    KeyFileAccount, OAuthGrant, ServiceAccountKey, is_bearer_type, is_dpop_type,
};
pub use device_authorization::{DeviceAuthorization, DevicePoll, PollPace, VerificationUri};
pub use discovery::{Discovered, DiscoveryError, ServiceOffers};
pub use error::{Action, ErrorCode, Failure};
pub use event::Event;
pub use export::{Export, ExportFileError, ExportedIntegration, ExportedRegistration, Term};
pub use finding::Cause;
pub use forecast::{Certainty, Forecast, ForecastEntry, ForecastKind, Known, Outlook};
pub use id::{AttemptId, HeldSecretId, IntegrationId, RegistrationId, RevocationId};
pub use id_token::{IdTokenError, IdTokenFault};
pub use integration::{Account, Fields, Hold, Integration, Method};
pub use label::{LONGEST_LABEL, LabelError, MOST_LABELS, tidy_labels};
pub use minting::{
    KeyAnswer, KeyReading, KeyRequest, KeyTask, ListedKey, MintedIds, MintedKey, NewFound, NewSecret, RotationMode,
};
pub use network::{
    Authority, AuthorityFileError, NetworkSettings, NetworkSettingsError, OwnProxy, ProxyAddressError, ProxyChoice,
};
pub use preferences::{
    Appearance, LanguageChoice, ListSort, NotificationPreferences, Preferences, QuietHours, RefreshPreferences,
    VerificationSchedule,
};
pub use reconnect::{InterruptedBy, ReconnectReason};
pub use refresh_failure::{Delivery, ProviderWords, RefreshFailure, SendFailure, TransientKind};
pub use refresh_life::RefreshTokenLife;
pub use refresh_policy::{Backoff, RefreshMargin, RefreshPolicy};
pub use registration::{AppRegistration, ClientMetadata, RegisteredClient, RegistrationOffer};
pub use replacement::{CredentialEnd, Reminder, ReplacementPolicy, Urgency};
pub use revocation::PendingRevocation;
pub use rotation::{
    AccountComparison, Rotation, RotationEvent, RotationRefused, RotationStep, SecretRotation, USE_OF_A_HAND_OUT,
};
pub use service::{
    AnswerFormat, AssertionRules, AuthorizationGrant, BodyFormat, ClientAuth, HttpMethod, IdTokenRules, IdentityPaths,
    KeyEndPlace, KeyEndRequest, KeyExchange, KeyPlacement, OAuthService, RedirectHost, RevokeRequest, RevokeTarget,
    ServiceAccountService, TokenLifetimes, VerifyRequest,
};
pub use session::{SessionKey, SessionPaths, SessionRequest};
pub use time::Timestamp;
pub use token_answer::{AnswerOddity, ErrorAnswer, RawTokenAnswer, TokenAnswerReading};
pub use token_state::{RefreshState, TokenEvent, TokenState, Trouble};
pub use vault::{Landed, Lease, LeaseOwner, RefreshIntent, VaultError};
pub use verdict::{Verdict, VerdictRecord};
