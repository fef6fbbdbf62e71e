//! One way to authenticate at a service, as the catalogue describes it.
//!
//! Exactly one of the three set-ups belongs to a method; what verifies, revokes and rotates is described the same way for all.
//! Templates are still unfilled here; `resolve` fills them.

use std::collections::BTreeMap;

use serde::Deserialize;
use storm_domain::{
    AnswerFormat, AuthorizationGrant, BodyFormat, ClientAuth, HttpMethod, KeyEndPlace, Method, RedirectHost,
    RevokeTarget,
};

use crate::field::Pattern;
use crate::guidance;
use crate::key_material::Shape;
use crate::known_cause::KnownCause;
use crate::mint::MintSpec;
use crate::session::SessionSpec;
use crate::template::{Lookup, TextTemplate, UrlTemplate};

/// One way to authenticate.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MethodSpec {
    /// What the service calls it, such as "Personal access token".
    pub title: String,
    /// How to get the credential, in one or two sentences.
    pub how_to_get: String,
    /// Shapes of files that are for this and nothing else.
    #[serde(default)]
    pub(crate) shapes: Vec<Shape>,
    /// When to use it, where this service needs its own words.
    #[serde(rename = "when_to_use")]
    own_when_to_use: Option<String>,
    pub(crate) pages: PageTemplates,
    pub(crate) verify: VerifySpec,
    pub(crate) key_end: Option<KeyEndSpec>,
    pub(crate) revoke: Option<RevokeSpec>,
    /// What its refusals are known to mean, the most particular first.
    #[serde(default)]
    pub(crate) causes: Vec<KnownCause>,
    #[serde(default)]
    pub(crate) rotation: RotationEntry,
    /// What is particular to the way.
    pub setup: Setup,
}

impl MethodSpec {
    /// Which of the three ways it is.
    #[must_use]
    pub fn method(&self) -> Method {
        match self.setup {
            Setup::ApiKey(_) => Method::ApiKey,
            Setup::OAuth(_) => Method::OAuth,
            Setup::ServiceAccount(_) => Method::ServiceAccount,
        }
    }

    /// When to use it, for the setup dialog.
    #[must_use]
    pub fn when_to_use(&self) -> &str {
        self.own_when_to_use.as_deref().unwrap_or_else(|| guidance::when_to_use(self.method()))
    }

    /// Scopes asked for unless the user changes them.
    #[must_use]
    pub fn default_scopes(&self) -> &[String] {
        match &self.setup {
            Setup::ApiKey(_) => &[],
            Setup::OAuth(setup) => &setup.default_scopes,
            Setup::ServiceAccount(setup) => &setup.default_scopes,
        }
    }

    /// What its refusals are known to mean, the most particular first.
    #[must_use]
    pub fn known_causes(&self) -> &[KnownCause] {
        &self.causes
    }

    /// The OAuth set-up, if this is one.
    #[must_use]
    pub fn oauth(&self) -> Option<&OAuthSetup> {
        match &self.setup {
            Setup::OAuth(setup) => Some(setup),
            _ => None,
        }
    }

    /// Whether its credential may come in a file.
    #[must_use]
    pub fn takes_file(&self) -> bool {
        matches!(self.setup, Setup::ServiceAccount(_)) || !self.shapes.is_empty()
    }

    /// The public part of its keys, where they have two.
    #[must_use]
    pub fn key_id(&self) -> Option<&KeyIdSpec> {
        match &self.setup {
            Setup::ApiKey(setup) => setup.key_id.as_ref(),
            _ => None,
        }
    }

    /// Every field name its templates use, in no order; a name may come twice.
    pub(crate) fn template_fields(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        names.extend(self.urls().iter().flat_map(|url| url.fields()));
        names.extend(self.rotation.mint.as_ref().and_then(|mint| mint.origin_from.as_deref()));
        match &self.setup {
            Setup::ApiKey(setup) => {
                setup.placement.collect_fields(&mut names);
                names.extend(self.verify.origin_from.as_deref());
                setup.session.iter().for_each(|session| session.collect_fields(&mut names));
            }
            Setup::OAuth(setup) => names.extend(setup.id_token_algs.iter().flat_map(|algs| algs.fields())),
            Setup::ServiceAccount(setup) => {
                names.extend(setup.assertion.texts().flat_map(|text| text.fields()));
            }
        }
        names
    }

    /// Every URL template of the method.
    pub(crate) fn urls(&self) -> Vec<&UrlTemplate> {
        let pages = [&self.pages.keys, &self.pages.apps, &self.pages.docs, &self.rotation.create_page];
        let mut urls: Vec<&UrlTemplate> = pages.into_iter().flatten().collect();
        urls.extend(self.rotation.revoke_page.as_ref());
        urls.push(&self.verify.url);
        urls.extend(self.key_end.as_ref().map(|end| &end.url));
        urls.extend(self.revoke.as_ref().map(|revoke| &revoke.url));
        urls.extend(self.rotation.mint.iter().flat_map(MintSpec::urls));
        match &self.setup {
            Setup::ApiKey(setup) => urls.extend(setup.session.as_ref().map(|session| &session.url)),
            Setup::OAuth(setup) => {
                urls.extend([&setup.authorize_url, &setup.token_url]);
                urls.extend(setup.refresh_url.iter().chain(&setup.userinfo_url).chain(&setup.issuer));
                urls.extend(&setup.jwks_url);
                urls.extend(setup.device_authorization_url.iter().chain(&setup.pushed_authorization_url));
            }
            Setup::ServiceAccount(setup) => urls.extend(setup.token_origins.iter().chain(&setup.token_url)),
        }
        urls
    }
}

/// What is particular to one of the three ways.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Setup {
    /// A key is pasted.
    ApiKey(ApiKeySetup),
    /// Approved in the browser.
    #[serde(rename = "oauth")]
    OAuth(Box<OAuthSetup>),
    /// A key file is dropped.
    ServiceAccount(ServiceAccountSetup),
}

/// A pasted key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ApiKeySetup {
    #[serde(default)]
    pub(crate) placement: PlacementSpec,
    /// The public part, where a key has two.
    pub key_id: Option<KeyIdSpec>,
    /// What other tools are lent in place of the key; None = the key itself.
    pub(crate) session: Option<SessionSpec>,
}

/// The public part of a key in two parts, such as an AWS access key id. It changes with the key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct KeyIdSpec {
    /// Its label.
    pub title: String,
    /// One that fits.
    pub example: String,
    /// What a whole id must match.
    pub(crate) pattern: Pattern,
    /// What a whole secret must match.
    pub(crate) key_pattern: Pattern,
    /// How the ids of keys begin that end by themselves within hours.
    pub(crate) temporary_prefix: Option<String>,
}

impl KeyIdSpec {
    /// Whether it is the id of a key that ends by itself within hours.
    pub(crate) fn is_temporary(&self, id: &str) -> bool {
        self.temporary_prefix.as_deref().and_then(|prefix| id.strip_prefix(prefix)).is_some_and(|rest| {
            rest.len() >= 8 && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        })
    }
}

/// OAuth 2.0 with an app registration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OAuthSetup {
    /// A client that needs no registration.
    pub default_client_id: Option<String>,
    /// Whether the service insists on a client secret, even from a desktop application.
    #[serde(default)]
    pub secret_required: bool,
    /// Scopes asked for unless the user changes them.
    #[serde(default)]
    pub default_scopes: Vec<String>,
    /// Scopes asked for whatever the user chooses: without them there is no refresh, or nothing to verify with.
    #[serde(default)]
    pub required_scopes: Vec<String>,
    /// One sentence on what to register as redirect URI.
    pub redirect_help: String,
    /// Name of a field that, when filled, makes the endpoints be discovered (RFC 8414).
    pub(crate) discover_from: Option<String>,
    pub(crate) issuer: Option<UrlTemplate>,
    /// The provider's key set; with the issuer it makes ID tokens be checked.
    pub(crate) jwks_url: Option<UrlTemplate>,
    /// Signature algorithms of its ID tokens, divided by spaces.
    pub(crate) id_token_algs: Option<TextTemplate>,
    #[serde(default)]
    pub(crate) issuer_in_redirect: bool,
    pub(crate) authorize_url: UrlTemplate,
    #[serde(default)]
    pub(crate) authorize_params: BTreeMap<String, String>,
    /// Of the authorization request of a Reconnect: how the account is chosen again, and what was granted is kept.
    #[serde(default)]
    pub(crate) reconnect_params: BTreeMap<String, String>,
    /// Scopes that are granted under another name than they are asked for.
    #[serde(default)]
    pub(crate) scope_aliases: BTreeMap<String, String>,
    pub(crate) token_url: UrlTemplate,
    pub(crate) refresh_url: Option<UrlTemplate>,
    pub(crate) pushed_authorization_url: Option<UrlTemplate>,
    /// Whether the service takes no authorization request that was not handed in beforehand (RFC 9126).
    #[serde(default)]
    pub(crate) pushed_authorization_required: bool,
    pub(crate) device_authorization_url: Option<UrlTemplate>,
    pub(crate) userinfo_url: Option<UrlTemplate>,
    #[serde(default)]
    pub(crate) token_params: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) token_headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) grant: AuthorizationGrant,
    /// Name of a field that, when it holds the name of a grant, counts instead of `grant`.
    pub(crate) grant_from: Option<String>,
    #[serde(default)]
    pub(crate) client_auth: ClientAuth,
    /// Name of a field that, when it holds the name of a way, counts instead of `client_auth`.
    pub(crate) client_auth_from: Option<String>,
    pub(crate) refresh_client_auth: Option<ClientAuth>,
    /// Whether tokens are bound to a key of ours (RFC 9449).
    #[serde(default)]
    pub(crate) dpop: bool,
    /// Name of a field that, when it holds `yes` or `no`, counts instead of `dpop`.
    pub(crate) dpop_from: Option<String>,
    #[serde(default)]
    pub(crate) body_format: BodyFormat,
    #[serde(default = "space")]
    pub(crate) scope_separator: char,
    #[serde(default = "scope")]
    pub(crate) scope_parameter: String,
    #[serde(default = "yes")]
    pub(crate) pkce: bool,
    pub(crate) answer_path: Option<String>,
    #[serde(default)]
    pub(crate) grant_refused_codes: Vec<String>,
    #[serde(default)]
    pub(crate) redirect: RedirectSpec,
    #[serde(default)]
    pub(crate) lifetimes: LifetimesEntry,
}

/// A key file exchanged for access tokens (RFC 7523 §2.1).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ServiceAccountSetup {
    /// Scopes asked for unless the user changes them.
    #[serde(default)]
    pub default_scopes: Vec<String>,
    /// Which files it takes.
    #[serde(default)]
    pub(crate) takes: KeyFileKind,
    /// Whose hosts a key file may name as its `token_uri`.
    #[serde(default)]
    pub(crate) token_origins: Vec<UrlTemplate>,
    #[serde(default)]
    pub(crate) exchange: ExchangeSpec,
    /// Where the assertion goes; None = where the key file says.
    pub(crate) token_url: Option<UrlTemplate>,
    #[serde(default)]
    pub(crate) assertion: AssertionSpec,
    #[serde(default)]
    pub(crate) lifetimes: LifetimesEntry,
}

impl ServiceAccountSetup {
    /// Whether everything that is signed and sent comes from somewhere.
    pub(crate) fn is_whole(&self) -> bool {
        let names_account = self.takes == KeyFileKind::Account;
        if self.exchange == ExchangeSpec::Certificate {
            return self.takes == KeyFileKind::ClientCertificate;
        }
        let has_issuer = names_account || self.assertion.issuer.is_some();
        let has_endpoint = match self.exchange {
            ExchangeSpec::Grant if names_account => !self.token_origins.is_empty(),
            ExchangeSpec::Itself | ExchangeSpec::Certificate => true,
            _ => self.token_url.is_some(),
        };
        has_issuer && has_endpoint
    }
}

/// What a file of a service account must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyFileKind {
    /// A key, and in JSON whom it is for (Google's shape).
    #[default]
    Account,
    /// An RSA key; a certificate beside it does no harm.
    RsaKey,
    /// An EC key on P-256.
    P256Key,
    /// An RSA key with its certificate.
    Certificate,
    /// A key of any kind that TLS signs with, with its certificate.
    ClientCertificate,
}

/// What an assertion is exchanged for; see [`storm_domain::KeyExchange`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExchangeSpec {
    #[default]
    Grant,
    Client,
    Bearer,
    Itself,
    /// Nothing is signed or exchanged: the key's certificate is shown in the handshake of each request.
    Certificate,
}

/// What an assertion says; see [`storm_domain::AssertionRules`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AssertionSpec {
    pub(crate) issuer: Option<TextTemplate>,
    /// This and the next two are left out while a field in them is empty.
    pub(crate) subject: Option<TextTemplate>,
    pub(crate) audience: Option<TextTemplate>,
    pub(crate) key_id: Option<TextTemplate>,
    pub(crate) is_pss: bool,
    pub(crate) lifetime_s: u64,
}

impl Default for AssertionSpec {
    fn default() -> Self {
        Self { issuer: None, subject: None, audience: None, key_id: None, is_pss: false, lifetime_s: 3600 }
    }
}

impl AssertionSpec {
    pub(crate) fn texts(&self) -> impl Iterator<Item = &TextTemplate> {
        [&self.issuer, &self.subject, &self.audience, &self.key_id].into_iter().flatten()
    }
}

/// Which redirect URIs the service takes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RedirectSpec {
    pub(crate) host: RedirectHost,
    pub(crate) path: Option<String>,
    pub(crate) ports: Vec<u16>,
}

/// Lifetimes, in seconds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LifetimesEntry {
    pub(crate) access_default_s: Option<u64>,
    pub(crate) refresh_idle_s: Option<u64>,
    pub(crate) refresh_absolute_s: Option<u64>,
    pub(crate) refresh_lead_s: Option<u64>,
}

/// Pages of the service that a person opens.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PageTemplates {
    pub(crate) keys: Option<UrlTemplate>,
    pub(crate) apps: Option<UrlTemplate>,
    pub(crate) docs: Option<UrlTemplate>,
}

/// Where a key stands in a request, with templates.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum PlacementSpec {
    #[default]
    Bearer,
    Header {
        name: TextTemplate,
        prefix: Option<TextTemplate>,
    },
    Query {
        name: TextTemplate,
    },
    BasicUser,
    BasicPassword {
        username: TextTemplate,
    },
    /// HTTP Basic with the key's id as user name.
    BasicKeyId,
    /// The key signs the request (AWS Signature Version 4).
    AwsSigV4 {
        service: String,
        region: TextTemplate,
    },
    /// The value of `field` names one of `choices`.
    ByField {
        field: String,
        choices: BTreeMap<String, PlacementSpec>,
    },
}

impl PlacementSpec {
    /// The placement itself, once a field has chosen it.
    pub(crate) fn chosen(&self, lookup: Lookup<'_>) -> Option<&Self> {
        match self {
            Self::ByField { field, choices } => choices.get(&lookup(field)?)?.chosen(lookup),
            placement => Some(placement),
        }
    }

    /// The fields that the chosen placement cannot do without.
    pub(crate) fn needed_fields(&self, lookup: Lookup<'_>) -> Vec<&str> {
        match self.chosen(lookup) {
            Some(
                Self::Header { name, .. }
                | Self::Query { name }
                | Self::BasicPassword { username: name }
                | Self::AwsSigV4 { region: name, .. },
            ) => name.needed_fields().collect(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn collect_fields<'a>(&'a self, names: &mut Vec<&'a str>) {
        match self {
            Self::Bearer | Self::BasicUser | Self::BasicKeyId => {}
            Self::Header { name, prefix } => names.extend(name.fields().chain(prefix.iter().flat_map(|p| p.fields()))),
            Self::Query { name } => names.extend(name.fields()),
            Self::BasicPassword { username } => names.extend(username.fields()),
            Self::AwsSigV4 { region, .. } => names.extend(region.fields()),
            Self::ByField { field, choices } => {
                names.push(field);
                choices.values().for_each(|choice| choice.collect_fields(names));
            }
        }
    }
}

/// The request that proves a credential.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VerifySpec {
    #[serde(default)]
    pub(crate) method: HttpMethod,
    pub(crate) url: UrlTemplate,
    /// Name of a field that, when it is filled, holds the origin to ask instead of the URL's own.
    pub(crate) origin_from: Option<String>,
    /// For a token that does not go into the Authorization header; an API key's own placement otherwise.
    pub(crate) token_query: Option<String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Option<String>,
    /// How often it may be sent without anybody asking, where the service has its own idea of that.
    pub(crate) interval_s: Option<u64>,
    #[serde(default)]
    pub(crate) answer: AnswerFormat,
    pub(crate) ok_pointer: Option<String>,
    pub(crate) error_pointer: Option<String>,
    #[serde(default)]
    pub(crate) limited_codes: Vec<String>,
    #[serde(default)]
    pub(crate) refused_codes: Vec<String>,
    pub(crate) limited_means: Option<String>,
    #[serde(default)]
    pub(crate) identity: IdentityEntry,
}

/// JSON pointers (RFC 6901) to the account.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct IdentityEntry {
    pub(crate) id: Option<String>,
    pub(crate) label: Option<String>,
}

/// Where a service tells when a key ends.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyEndSpec {
    pub(crate) url: UrlTemplate,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) told: KeyEndPlace,
}

/// How a credential is ended by API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevokeSpec {
    #[serde(default = "post")]
    pub(crate) method: HttpMethod,
    pub(crate) url: UrlTemplate,
    pub(crate) target: RevokeTarget,
    #[serde(default)]
    pub(crate) client_auth: ClientAuth,
    #[serde(default)]
    pub(crate) body_format: BodyFormat,
}

/// What is known of replacing the long-lived secret: key, key file, or client secret.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RotationEntry {
    pub(crate) overlap: bool,
    pub(crate) max_keys: Option<u32>,
    pub(crate) settle_s: u64,
    pub(crate) create_page: Option<UrlTemplate>,
    pub(crate) revoke_page: Option<UrlTemplate>,
    pub(crate) mint: Option<MintSpec>,
}

impl Default for RotationEntry {
    fn default() -> Self {
        Self { overlap: true, max_keys: None, settle_s: 60, create_page: None, revoke_page: None, mint: None }
    }
}

fn space() -> char {
    ' '
}

fn scope() -> String {
    "scope".to_owned()
}

fn yes() -> bool {
    true
}

fn post() -> HttpMethod {
    HttpMethod::Post
}
