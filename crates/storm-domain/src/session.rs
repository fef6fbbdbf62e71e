//! Short-lived keys that a service makes of a lasting one, such as those of AWS STS.

use storm_secret::{AccessToken, ApiKey};
use url::Url;

use crate::{KeyPlacement, Timestamp};

/// The request that makes a short-lived key, resolved for one integration. Its answer is XML, read by the ends of element paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRequest {
    /// Where, by POST.
    pub url: Url,
    /// Where the lasting key stands.
    pub placement: KeyPlacement,
    /// The body, `application/x-www-form-urlencoded`.
    pub params: Vec<(String, String)>,
    /// Where the new key stands in the answer.
    pub answer: SessionPaths,
    /// Where the code of an error stands.
    pub error_code: String,
    /// Where its words stand.
    pub error_message: Option<String>,
    /// The only codes that refuse the lasting key itself.
    pub refused_codes: Vec<String>,
    /// The codes that refuse this request and leave the key as it is; any other code is passing trouble of the service.
    pub denied_codes: Vec<String>,
}

/// Where the parts of a short-lived key stand in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionPaths {
    /// Its public id.
    pub id: String,
    /// Its secret.
    pub secret: String,
    /// What is sent along with each request.
    pub token: String,
    /// When it ends (RFC 3339).
    pub ends: String,
}

/// A key in three parts that ends by itself.
#[derive(Debug, Clone)]
pub struct SessionKey {
    /// Its public id.
    pub id: String,
    /// What requests are signed with.
    pub secret: ApiKey,
    /// What is sent along with each request.
    pub token: AccessToken,
    /// When it ends, by this computer's clock.
    pub ends_at: Timestamp,
}
