//! What a connector says about replacing a long-lived secret: where the new one is made and how the old one ends.
//!
//! The machine that walks through it is `storm_domain::Rotation`. For OAuth the long-lived secret is the client secret.

use std::time::Duration;

use storm_domain::{Fields, Method};
use url::Url;

use crate::connector::Connector;
use crate::resolve::ResolveError;

/// What is known of replacing a long-lived secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationSpec {
    /// How the old one is ended.
    pub revoke: RevokeBy,
    /// Where the new one is made.
    pub create_page: Option<Url>,
    /// How long the service may take until it refuses the old one.
    pub settle: Duration,
    /// How many the service allows at a time.
    pub max_keys: Option<u32>,
    /// Whether old and new may live side by side; if not, making the new one ends the old at once.
    pub overlap: bool,
}

/// How an old credential is ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevokeBy {
    /// By [`Connector::revoke_request`], or by [`Connector::key_request`] where there is none.
    Api,
    /// By the user on this page.
    Page {
        /// The page to open.
        url: Url,
    },
    /// By the user, on a page that only the user knows.
    Hand,
}

impl Connector {
    /// What is known of replacing the long-lived secret of this method; for OAuth that is the client secret.
    ///
    /// # Errors
    /// When the method is not offered, or a field is missing.
    pub fn rotation(&self, method: Method, fields: &Fields) -> Result<RotationSpec, ResolveError> {
        let spec = self.offered(method)?;
        let pages = self.pages(method, fields)?;
        let own_page = if method == Method::OAuth { pages.apps } else { pages.keys };
        let revoke_page = self.optional_url(fields, spec.rotation.revoke_page.as_ref())?.or_else(|| own_page.clone());
        // The revocation of an OAuth method ends tokens, never a client secret.
        let revoke = match revoke_page {
            _ if (spec.revoke.is_some() || spec.rotation.mint.is_some()) && method != Method::OAuth => RevokeBy::Api,
            Some(url) => RevokeBy::Page { url },
            None => RevokeBy::Hand,
        };
        Ok(RotationSpec {
            revoke,
            create_page: self.optional_url(fields, spec.rotation.create_page.as_ref())?.or(own_page),
            settle: Duration::from_secs(spec.rotation.settle_s),
            max_keys: spec.rotation.max_keys,
            overlap: spec.rotation.overlap,
        })
    }
}
