//! What a field chooses in place of the catalogue, and what discovery writes into fields.

use serde::Deserialize;
use serde::de::IntoDeserializer as _;
use storm_domain::{AuthorizationGrant, ClientAuth, Fields, OAuthService};
use url::Url;

use crate::connector::Connector;
use crate::method::OAuthSetup;
use crate::resolve::{ISSUER_IN_REDIRECT, PUSHED_REQUIRED};

impl Connector {
    /// The fields with what was discovered written into those the connector has for it: issuer, endpoints, and how the client
    /// proves itself unless the user chose that. The userinfo endpoint tells of a person, so a client in its own name has no
    /// use for it.
    #[must_use]
    pub fn keep_discovered(&self, fields: &Fields, service: &OAuthService) -> Fields {
        let is_of_person = service.grant == AuthorizationGrant::AuthorizationCode;
        let setup = self.oauth_setup().ok();
        let chosen = setup.and_then(|setup| self.choice::<ClientAuth>(fields, setup.client_auth_from.as_deref()));
        let client_auth = chosen.unwrap_or(service.token_client_auth);
        let discovered = [
            ("issuer", service.issuer.clone()),
            ("authorize_url", Some(service.authorize_url.to_string())),
            ("token_url", Some(service.token_url.to_string())),
            ("pushed_authorization_url", service.pushed_authorization_url.as_ref().map(Url::to_string)),
            (PUSHED_REQUIRED, service.pushed_authorization_required.then(|| "yes".to_owned())),
            ("device_authorization_url", service.device_authorization_url.as_ref().map(Url::to_string)),
            ("userinfo_url", service.userinfo_url.as_ref().filter(|_| is_of_person).map(Url::to_string)),
            ("revoke_url", service.revoke.as_ref().map(|revoke| revoke.url.to_string())),
            ("jwks_url", service.id_tokens.as_ref().map(|rules| rules.jwks_url.to_string())),
            ("id_token_algs", service.id_tokens.as_ref().map(|rules| rules.algorithms.join(" "))),
            (ISSUER_IN_REDIRECT, service.issuer_in_redirect.then(|| "yes".to_owned())),
            (setup.and_then(|setup| setup.client_auth_from.as_deref()).unwrap_or_default(), name_of(&client_auth)),
            (
                setup.and_then(|setup| setup.dpop_from.as_deref()).unwrap_or_default(),
                Some(if service.dpop { "yes" } else { "no" }.to_owned()),
            ),
        ];
        let kept = discovered.into_iter().filter(|(name, _)| self.field(name).is_some());
        let kept = kept.filter_map(|(name, value)| Some((name.to_owned(), value?)));
        fields.clone().into_iter().chain(kept).collect()
    }

    /// The fields with how the client proves itself, where the connector has a field for it.
    #[must_use]
    pub fn with_client_auth(&self, mut fields: Fields, client_auth: ClientAuth) -> Fields {
        let field = self.oauth_setup().ok().and_then(|setup| setup.client_auth_from.clone());
        if let Some((field, value)) = field.zip(name_of(&client_auth)) {
            fields.insert(field, value);
        }
        fields
    }

    /// What the service gives tokens for: as a field says, or as the catalogue does.
    pub(crate) fn grant(&self, fields: &Fields, setup: &OAuthSetup) -> AuthorizationGrant {
        self.choice(fields, setup.grant_from.as_deref()).unwrap_or(setup.grant)
    }

    /// What the field called `name` chooses; None when it holds no name that has a meaning here, such as `automatic`.
    pub(crate) fn choice<T: for<'de> Deserialize<'de>>(&self, fields: &Fields, name: Option<&str>) -> Option<T> {
        let value = self.value(fields, name?)?;
        T::deserialize(value.into_deserializer()).map_err(|_: serde::de::value::Error| ()).ok()
    }
}

/// The name by which [`Connector::choice`] finds it again.
fn name_of(client_auth: &ClientAuth) -> Option<String> {
    let name = match client_auth {
        ClientAuth::Body => "body",
        ClientAuth::Basic => "basic",
        ClientAuth::PrivateKeyJwt => "private_key_jwt",
        ClientAuth::TlsCertificate => "tls_certificate",
    };
    Some(name.to_owned())
}
