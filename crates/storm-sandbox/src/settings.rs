//! The knobs of the practice service: how this provider behaves.
//!
//! A plain value without behaviour. It is not part of the state file: every start begins with the settings it was given,
//! and a reset returns to them. Durations are whole seconds, as on the wire.

use serde::{Deserialize, Serialize};

/// How the provider behaves. Field names are those of the control API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How long an access token lives, in seconds; also the `expires_in` of answers.
    pub access_token_lifetime_s: u64,
    /// Leaves `expires_in` out of token answers; the tokens still expire.
    pub omit_expires_in: bool,
    /// Leaves `scope` out of token answers.
    pub omit_scope: bool,
    /// Whether an authorization yields a refresh token at all.
    pub issue_refresh_tokens: bool,
    /// Whether each use of a refresh token replaces it.
    pub refresh_rotation: bool,
    /// For so long, in seconds, a replaced refresh token is answered with the tokens that replaced it.
    pub reuse_grace_s: u64,
    /// Whether using a replaced refresh token after the grace ends the whole grant, or is only refused.
    pub reuse_kills_grant: bool,
    /// A refresh token unused for so long, in seconds, ends its grant; `None` is never.
    pub refresh_idle_s: Option<u64>,
    /// A grant older than this, in seconds, ends at its next refresh; `None` is never.
    pub refresh_absolute_s: Option<u64>,
    /// How far the service's clock runs ahead, in seconds; negative runs behind. Moves every time it uses and the Date header.
    pub clock_skew_s: i64,
    /// Grants at most these scopes, whatever was asked for; `None` grants what was asked for.
    pub grant_only_scopes: Option<Vec<String>>,
    /// How long device and user codes live, in seconds.
    pub device_code_lifetime_s: u64,
    /// How often a device code may be presented, in seconds; 0 is as often as one likes.
    pub device_interval_s: u64,
    /// Whether the authorization answer carries `iss` (RFC 9207).
    pub send_issuer: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            access_token_lifetime_s: 3600,
            omit_expires_in: false,
            omit_scope: false,
            issue_refresh_tokens: true,
            refresh_rotation: true,
            reuse_grace_s: 0,
            reuse_kills_grant: true,
            refresh_idle_s: None,
            refresh_absolute_s: None,
            clock_skew_s: 0,
            grant_only_scopes: None,
            device_code_lifetime_s: 900,
            device_interval_s: 5,
            send_issuer: true,
        }
    }
}

/// A century: nothing here lives longer, and no arithmetic on times overflows.
pub(crate) const LONGEST_DURATION_S: u64 = 100 * 365 * 24 * 3600;

impl Settings {
    /// The settings with every duration inside a century.
    pub(crate) fn clamped(mut self) -> Self {
        self.access_token_lifetime_s = self.access_token_lifetime_s.min(LONGEST_DURATION_S);
        self.device_code_lifetime_s = self.device_code_lifetime_s.min(LONGEST_DURATION_S);
        self.device_interval_s = self.device_interval_s.min(LONGEST_DURATION_S);
        self.reuse_grace_s = self.reuse_grace_s.min(LONGEST_DURATION_S);
        self.refresh_idle_s = self.refresh_idle_s.map(|seconds| seconds.min(LONGEST_DURATION_S));
        self.refresh_absolute_s = self.refresh_absolute_s.map(|seconds| seconds.min(LONGEST_DURATION_S));
        let longest = LONGEST_DURATION_S.cast_signed();
        self.clock_skew_s = self.clock_skew_s.clamp(-longest, longest);
        self
    }
}

/// Seconds as milliseconds, for arithmetic on Unix times.
pub(crate) fn milliseconds(seconds: u64) -> i64 {
    i64::try_from(seconds.min(LONGEST_DURATION_S)).unwrap_or(0) * 1000
}
