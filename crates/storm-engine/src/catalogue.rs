//! The catalogue as the engine uses it: connectors for the dialog, and an integration's connector resolved for a request.

use storm_connectors::{Connector, ResolveError, RevokeBy, TemplateError};
use storm_domain::port::ClientIdentity;
use storm_domain::{
    AppRegistration, ErrorCode, Failure, Fields, Integration, Method, OAuthService, RevokeRequest, ServiceAccountKey,
    ServiceAccountService, VerifyRequest,
};
use storm_secret::{ClientSecret, DisplaySafeUrl};
use url::Url;

use crate::engine::Engine;
use crate::error::ToFailure;
use crate::registration::registration_missing;
use crate::view::{
    ConnectorBadge, ConnectorPage, ConnectorView, FieldView, KeyIdView, MethodView, OAuthSetupView, RevokeMode,
};

impl ToFailure for ResolveError {
    fn to_failure(self) -> Failure {
        Failure::new(ErrorCode::NotSupported, self.to_string(), None)
    }
}

impl Engine {
    /// Connectors that fit the search, best first; all for an empty one.
    #[must_use]
    pub fn connectors(&self, search: &str) -> Vec<ConnectorView> {
        self.parts.catalogue.search(search).into_iter().map(connector_view).collect()
    }

    /// Opens a page of a service in the browser.
    ///
    /// # Errors
    /// When the connector has no such page, or no browser opens.
    pub async fn open_connector_page(
        &self,
        connector_id: &str,
        page: ConnectorPage,
        fields: &Fields,
    ) -> Result<(), Failure> {
        let connector = self.connector(connector_id)?;
        for spec in &connector.methods {
            let fields = connector.check_fields(spec.method(), fields).unwrap_or_else(|_| fields.clone());
            if let Ok(Some(url)) = page_of(connector, spec.method(), &fields, page) {
                return self.open_page(url).await;
            }
        }
        Err(no_such_page())
    }

    /// An integration's tile; a plain one when its connector left the catalogue.
    pub(crate) fn badge_of(&self, integration: &Integration) -> ConnectorBadge {
        self.badge_named(&integration.connector_id)
    }

    /// A connector's tile; a grey one where it is not known.
    pub(crate) fn badge_named(&self, connector_id: &str) -> ConnectorBadge {
        self.parts.catalogue.connector(connector_id).map_or_else(
            || ConnectorBadge {
                id: connector_id.to_owned(),
                name: connector_id.to_owned(),
                monogram: "?".to_owned(),
                colour: "#667085".to_owned(),
            },
            badge,
        )
    }

    /// The public part of an integration's key, where it has two.
    pub(crate) fn key_id_of(&self, integration: &Integration) -> Option<KeyIdView> {
        let connector = self.parts.catalogue.connector(&integration.connector_id)?;
        connector.method(integration.method)?.key_id().map(key_id_view)
    }

    /// Whether its credential may come in a file.
    pub(crate) fn takes_file(&self, integration: &Integration) -> bool {
        let connector = self.parts.catalogue.connector(&integration.connector_id);
        connector.and_then(|connector| connector.method(integration.method)).is_some_and(|spec| spec.takes_file())
    }

    pub(crate) fn pages_of(&self, integration: &Integration) -> Vec<ConnectorPage> {
        let connector = self.parts.catalogue.connector(&integration.connector_id);
        connector.map_or_else(Vec::new, |connector| pages_of(connector, integration.method, &integration.fields))
    }

    pub(crate) async fn open_page_of(&self, integration: &Integration, page: ConnectorPage) -> Result<(), Failure> {
        let connector = self.connector(&integration.connector_id)?;
        let url = page_of(connector, integration.method, &integration.fields, page)?.ok_or_else(no_such_page)?;
        self.open_page(url).await
    }

    pub(crate) async fn open_page(&self, url: Url) -> Result<(), Failure> {
        self.parts.browser.open(&DisplaySafeUrl::new(url)).await.map_err(ToFailure::to_failure)
    }

    pub(crate) fn connector(&self, id: &str) -> Result<&'static Connector, Failure> {
        self.parts.catalogue.connector(id).ok_or_else(|| {
            Failure::new(ErrorCode::NotSupported, "This version of Storm Connect does not know that service.", None)
        })
    }

    /// What proves a credential; None when the service offers nothing to ask, as an OpenID provider without a userinfo
    /// endpoint does.
    pub(crate) fn verify_request(&self, integration: &Integration) -> Result<Option<VerifyRequest>, Failure> {
        let request =
            self.connector(&integration.connector_id)?.verify_request(integration.method, &integration.fields);
        match request {
            Err(ResolveError::Template(TemplateError::FieldMissing { .. })) => Ok(None),
            request => request.map(Some).map_err(ToFailure::to_failure),
        }
    }

    pub(crate) fn revoke_request(
        &self,
        integration: &Integration,
        key_id: Option<&str>,
    ) -> Result<Option<RevokeRequest>, Failure> {
        self.connector(&integration.connector_id)?
            .revoke_request(integration.method, &integration.fields, key_id)
            .map_err(ToFailure::to_failure)
    }

    pub(crate) fn service_account_service(
        &self,
        integration: &Integration,
        key: &ServiceAccountKey,
    ) -> Result<ServiceAccountService, Failure> {
        self.connector(&integration.connector_id)?
            .service_account_service(&integration.fields, &integration.requested_scopes, key)
            .map_err(ToFailure::to_failure)
    }

    pub(crate) fn revoke_mode(&self, integration: &Integration) -> Result<(RevokeMode, Option<Url>), Failure> {
        let spec = self
            .connector(&integration.connector_id)?
            .rotation(integration.method, &integration.fields)
            .map_err(ToFailure::to_failure)?;
        if self.shows_certificate(&integration.connector_id, integration.method) {
            return Ok((RevokeMode::AtItsEnd, None));
        }
        Ok(match spec.revoke {
            RevokeBy::Api => (RevokeMode::ByApi, None),
            RevokeBy::Page { url } => (RevokeMode::ByPage, Some(url)),
            _ => (RevokeMode::ByPage, None),
        })
    }

    /// The service of an OAuth integration, and its client with the secret.
    pub(crate) async fn oauth_party(
        &self,
        integration: &Integration,
    ) -> Result<(OAuthService, ClientIdentity), Failure> {
        let basis = self.vault().refresh_basis(integration.id).await.map_err(ToFailure::to_failure)?;
        self.party_of(integration, basis.registration)
    }

    /// The same from what was read already.
    pub(crate) fn party_of(
        &self,
        integration: &Integration,
        registration: Option<(AppRegistration, Option<ClientSecret>)>,
    ) -> Result<(OAuthService, ClientIdentity), Failure> {
        let connector = self.connector(&integration.connector_id)?;
        let service = connector.oauth_service(&integration.fields).map_err(ToFailure::to_failure)?;
        let (registration, client_secret) = registration.ok_or_else(registration_missing)?;
        Ok((service, ClientIdentity { client_id: registration.client_id, client_secret }))
    }

    pub(crate) async fn client_of(&self, registration: &AppRegistration) -> Result<ClientIdentity, Failure> {
        let client_secret = self.vault().registration_secret(registration.id).await.map_err(ToFailure::to_failure)?;
        Ok(ClientIdentity { client_id: registration.client_id.clone(), client_secret })
    }

    /// Fields that were checked, with the endpoints of a service that must be discovered written into them.
    pub(crate) async fn checked_fields(
        &self,
        connector: &Connector,
        method: Method,
        fields: &Fields,
    ) -> Result<Fields, Failure> {
        let fields = connector.check_fields(method, fields).map_err(ToFailure::to_failure)?;
        if method != Method::OAuth {
            return Ok(fields);
        }
        Ok(match self.discovered(connector, &fields).await? {
            Some(found) => connector.keep_discovered(&fields, &found.service),
            None => fields,
        })
    }
}

pub(crate) fn badge(connector: &Connector) -> ConnectorBadge {
    ConnectorBadge {
        id: connector.id.clone(),
        name: connector.name.clone(),
        monogram: connector.monogram.clone(),
        colour: connector.colour.clone(),
    }
}

/// Pages that exist for an integration.
fn pages_of(connector: &Connector, method: Method, fields: &Fields) -> Vec<ConnectorPage> {
    [ConnectorPage::Keys, ConnectorPage::Apps, ConnectorPage::Docs]
        .into_iter()
        .filter(|page| matches!(page_of(connector, method, fields, *page), Ok(Some(_))))
        .collect()
}

fn page_of(
    connector: &Connector,
    method: Method,
    fields: &Fields,
    page: ConnectorPage,
) -> Result<Option<Url>, Failure> {
    let pages = connector.pages(method, fields).map_err(ToFailure::to_failure)?;
    Ok(match page {
        ConnectorPage::Keys => pages.keys,
        ConnectorPage::Apps => pages.apps,
        ConnectorPage::Docs => pages.docs,
    })
}

fn no_such_page() -> Failure {
    Failure::new(ErrorCode::NotSupported, "This service has no such page.", None)
}

fn connector_view(connector: &Connector) -> ConnectorView {
    ConnectorView {
        badge: badge(connector),
        category: connector.category.title().to_owned(),
        description: connector.description.clone(),
        methods: connector.methods.iter().map(|spec| method_view(connector, spec)).collect(),
    }
}

fn method_view(connector: &Connector, spec: &storm_connectors::MethodSpec) -> MethodView {
    let method = spec.method();
    let defaults = connector.check_fields(method, &Fields::new()).unwrap_or_default();
    MethodView {
        method,
        title: spec.title.clone(),
        when_to_use: spec.when_to_use().to_owned(),
        how_to_get: spec.how_to_get.clone(),
        fields: connector.fields_of(method).map(field_view).collect(),
        key_id: spec.key_id().map(key_id_view),
        takes_file: spec.takes_file(),
        default_scopes: spec.default_scopes().to_vec(),
        oauth: spec.oauth().map(|setup| OAuthSetupView {
            default_client_id: setup.default_client_id.clone(),
            redirect_uri: connector.redirect_uris().unwrap_or_default().into_iter().next().unwrap_or_default(),
            redirect_help: setup.redirect_help.clone(),
            secret_required: setup.secret_required,
            scopes_editable: true,
            discovers_from: connector.discovers_from().map(str::to_owned),
        }),
        pages: pages_of(connector, method, &defaults),
    }
}

fn key_id_view(id: &storm_connectors::KeyIdSpec) -> KeyIdView {
    KeyIdView { title: id.title.clone(), example: id.example.clone() }
}

fn field_view(field: &storm_connectors::FieldSpec) -> FieldView {
    FieldView {
        name: field.name.clone(),
        title: field.title.clone(),
        help: field.help.clone().unwrap_or_default(),
        example: field.example.clone(),
        prefix: field.prefix.clone().unwrap_or_default(),
        suffix: field.suffix.clone().unwrap_or_default(),
        options: field.choices.clone(),
        default: field.default.clone().unwrap_or_default(),
        required: !field.optional,
        only_without: field.only_without.clone(),
        advanced: field.advanced,
    }
}
