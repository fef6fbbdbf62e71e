//! An integration: a connector set up by the user.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    IntegrationId, OAuthGrant, RefreshTokenLife, RegistrationId, ReplacementPolicy, Timestamp, TokenEvent, TokenState,
    VerdictRecord,
};

/// How an integration authenticates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A long-lived key that the user pastes.
    ApiKey,
    /// OAuth 2.0 authorization code with PKCE; tokens are refreshed.
    #[serde(rename = "oauth")]
    OAuth,
    /// A key file exchanged for short-lived tokens (RFC 7523).
    ServiceAccount,
}

/// Values of a connector's fields, by field name (a subdomain, a tenant). Never a secret.
pub type Fields = BTreeMap<String, String>;

/// Who the service says the credential belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Account {
    /// The service's stable id; what "the same account" is decided by.
    pub id: String,
    /// What a person recognises: a login name or an e-mail address.
    pub label: String,
}

/// What keeps an integration paused beside its user's own pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// Its grant was given to another vault, which refreshes it from then on. Nothing is sent with the grant here.
    MovedAway,
    /// It came from an export, and no service has accepted it here yet.
    Unproved,
}

/// A connector set up by the user; the row in the Integrations list. Holds no secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Integration {
    /// Stable for the integration's whole life.
    pub id: IntegrationId,
    /// Compare-and-set guard: every update must name the revision it read, and raises it by one.
    pub revision: u64,
    /// The user's name for it.
    pub name: String,
    /// The user's own words on it, as [`tidy_labels`](crate::tidy_labels) keeps them.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Which catalogue entry it was made from.
    pub connector_id: String,
    /// How it authenticates.
    pub method: Method,
    /// The connector's fields.
    pub fields: Fields,
    /// The app registration, for `Method::OAuth`.
    pub registration_id: Option<RegistrationId>,
    /// Scopes asked for.
    pub requested_scopes: Vec<String>,
    /// Scopes that a Reconnect under way asks for, when they are others; they become the requested ones once its grant is in
    /// use, also when the program ends in between.
    #[serde(default)]
    pub asked_scopes: Option<Vec<String>>,
    /// Scopes the service granted, when it said.
    pub granted_scopes: Vec<String>,
    /// Who it is connected as, once known.
    pub account: Option<Account>,
    /// Where its token stands.
    pub state: TokenState,
    /// Since when nothing automatic touches it.
    pub paused_at: Option<Timestamp>,
    /// Why it is paused, where that was not its user's pause. INVARIANT: `paused_at` is set with it, so that a version of the
    /// program that knows nothing of holds leaves it alone, too.
    #[serde(default)]
    pub hold: Option<Hold>,
    /// Whether other programs may be lent its access.
    pub lending_allowed: bool,
    /// When its user wants to be reminded to replace the credential.
    #[serde(default)]
    pub replacement: ReplacementPolicy,
    /// The outcome of the last verification.
    pub last_verdict: Option<VerdictRecord>,
    /// When a token was last obtained.
    pub last_refreshed_at: Option<Timestamp>,
    /// The life of its refresh token, copied from the grant in use; None = there is none, or an earlier version got it.
    #[serde(default)]
    pub refresh_life: Option<RefreshTokenLife>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it lies in the bin, from where it can be restored.
    pub trashed_at: Option<Timestamp>,
}

impl Integration {
    /// Puts it on hold, or keeps it so for another reason.
    pub fn hold(&mut self, hold: Hold, at: Timestamp) {
        self.paused_at.get_or_insert(at);
        self.hold = Some(hold);
    }

    /// Ends a hold, and the pause that goes with it. A pause of its user's own is none.
    pub fn release(&mut self) {
        if self.hold.take().is_some() {
            self.paused_at = None;
        }
    }

    /// Whether its grant is another vault's to refresh.
    #[must_use]
    pub fn is_moved_away(&self) -> bool {
        self.hold == Some(Hold::MovedAway)
    }

    /// Takes over what a grant says that was obtained for it.
    #[must_use]
    pub fn with_grant(mut self, grant: &OAuthGrant, event: TokenEvent, at: Timestamp) -> Self {
        self.state = self.state.step(event, at);
        self.last_refreshed_at = Some(grant.obtained_at);
        self.refresh_life = grant.refresh_life;
        if let Some(scopes) = &grant.scopes {
            self.granted_scopes.clone_from(scopes);
        }
        self
    }
}
