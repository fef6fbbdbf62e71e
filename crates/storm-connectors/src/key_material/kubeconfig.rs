//! A kubeconfig: of the user that the current context names, the client certificate or the token, and the cluster that it is for.
//! They stand in the file itself, or in files that were dropped together with it, which are told by their names alone.
//!
//! INVARIANT: no program is run, no file that was not dropped is read and no address is asked, whatever the file names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use storm_domain::Timestamp;
use storm_secret::ApiKey;
use url::Url;
use zeroize::Zeroizing;

use super::certificate::Certificate;
use super::material::{Cluster, Holder, KeyMaterial, MaterialSecret};
use super::parts::Parts;
use super::private_key::pem as pem_of;
use super::{DroppedFile, KeyMaterialError, Shape, last_part, pem, plain};

const NAMES_FILES: KeyMaterialError = KeyMaterialError::Unsupported {
    what: "a Kubernetes configuration that names other files",
    instead: "Drop those files together with it, or make a copy that holds everything with kubectl config view --minify --flatten --raw and drop that.",
};

#[derive(Deserialize)]
struct Config {
    #[serde(rename = "current-context")]
    current_context: Option<String>,
    // kubectl writes `null` where there are none.
    contexts: Option<Vec<NamedContext>>,
    clusters: Option<Vec<NamedCluster>>,
    users: Option<Vec<NamedUser>>,
}

#[derive(Deserialize)]
struct NamedContext {
    name: String,
    context: Context,
}

#[derive(Deserialize)]
struct Context {
    user: Option<String>,
    cluster: Option<String>,
}

#[derive(Deserialize)]
struct NamedCluster {
    name: String,
    cluster: ClusterSettings,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ClusterSettings {
    server: Option<String>,
    certificate_authority_data: Option<String>,
    certificate_authority: Option<String>,
}

#[derive(Deserialize)]
struct NamedUser {
    name: String,
    user: User,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct User {
    client_certificate_data: Option<String>,
    client_key_data: Option<Zeroizing<String>>,
    client_certificate: Option<String>,
    client_key: Option<String>,
    token: Option<Zeroizing<String>>,
    #[serde(rename = "tokenFile")]
    token_file: Option<IgnoredAny>,
    exec: Option<IgnoredAny>,
    auth_provider: Option<IgnoredAny>,
    password: Option<IgnoredAny>,
}

/// Whether a text is one, by the members that each has.
pub(super) fn is_one(text: &str) -> bool {
    let has = |name: &str| text.lines().any(|line| line.starts_with(name));
    has("apiVersion:") && (has("users:") || has("clusters:"))
}

/// Reads one. `beside` was dropped together with it.
pub(super) fn read(
    text: &str,
    file_name: String,
    beside: &[DroppedFile<'_>],
    now: Timestamp,
) -> Result<KeyMaterial, KeyMaterialError> {
    let config = parse(text)?;
    let settings = config.cluster();
    let cluster = Cluster { server: settings.and_then(ClusterSettings::plain_server), ..Cluster::default() };
    let named = settings.and_then(ClusterSettings::authority_file).map(str::to_owned);
    let authorities = settings.and_then(|settings| settings.certificate_authority_data.clone());
    let NamedUser { name, user } = config.chosen()?;
    let name = plain(&name);
    if user.exec.is_some() || user.auth_provider.is_some() {
        return Err(KeyMaterialError::Unsupported {
            what: "a Kubernetes configuration whose user is a program to run or an address to ask",
            instead: "Drop one that holds a certificate or a token itself.",
        });
    }
    if let (None, None, Some(token)) = (&user.client_certificate_data, &user.client_key_data, &user.token) {
        return Ok(KeyMaterial { cluster: Some(cluster), ..of_token(token, file_name, name)? });
    }
    if user.token_file.is_some() {
        return Err(KeyMaterialError::Unsupported {
            what: "a Kubernetes configuration that names other files",
            instead: "Open the one that it calls “tokenFile”, and connect with the token in it.",
        });
    }
    let [certificate_file, key_file] = [user.certificate_file(), user.key_file()];
    let certificate =
        content(user.client_certificate_data.as_deref(), certificate_file, "client-certificate-data", beside)?;
    let key = content(user.client_key_data.as_deref().map(String::as_str), key_file, "client-key-data", beside)?;
    match (certificate, key) {
        (Some(_), Some(_)) if user.token.is_some() => Err(KeyMaterialError::SeveralKeys),
        (Some(certificate), Some(key)) => {
            let material = of_certificate(&certificate, &key, file_name, now)?;
            let authorities = content(authorities.as_deref(), named.as_deref(), "certificate-authority-data", beside)?;
            let cluster = match authorities {
                Some(authorities) => cluster.signed_by(&authorities)?,
                None => cluster,
            };
            Ok(KeyMaterial { cluster: Some(cluster), ..material })
        }
        (Some(_), None) => Err(KeyMaterialError::CertificateAlone),
        _ if user.password.is_some() => Err(KeyMaterialError::Unsupported {
            what: "a Kubernetes configuration with a name and a password",
            instead: "Clusters no longer take those; drop one with a certificate or a token.",
        }),
        _ => Err(KeyMaterialError::NoKey),
    }
}

/// The names of the files, without their folders, that the user of the current context cannot do without.
pub(super) fn named_files(text: &str) -> Vec<String> {
    let Ok(config) = parse(text) else { return Vec::new() };
    let authority = config.cluster().and_then(ClusterSettings::authority_file).map(str::to_owned);
    let Ok(NamedUser { user, .. }) = config.chosen() else { return Vec::new() };
    let own: Vec<&str> = user.certificate_file().into_iter().chain(user.key_file()).collect();
    let has_certificate = user.client_certificate_data.is_some() || !own.is_empty();
    let authority = authority.as_deref().filter(|_| has_certificate && user.token.is_none());
    own.into_iter().chain(authority).map(|path| last_part(path).to_owned()).collect()
}

fn parse(text: &str) -> Result<Config, KeyMaterialError> {
    // The parser's own message quotes the file, so it goes no further.
    serde_saphyr::from_str_with_options(text, limits())
        .map_err(|_| KeyMaterialError::Damaged { what: "it is not the YAML that kubectl writes" })
}

/// The PEM text that stands in the file in Base64, or in the file of a name that was dropped beside it.
fn content(
    data: Option<&str>,
    file: Option<&str>,
    name: &'static str,
    beside: &[DroppedFile<'_>],
) -> Result<Option<Zeroizing<String>>, KeyMaterialError> {
    let bytes = match (data, file) {
        (Some(data), _) => {
            let mut packed = Zeroizing::new(String::with_capacity(data.len()));
            packed.extend(data.split_ascii_whitespace());
            let decoded = STANDARD.decode(packed.as_bytes());
            Zeroizing::new(decoded.map_err(|_| KeyMaterialError::NotUsable { name })?)
        }
        (None, Some(path)) => {
            let dropped = beside.iter().find(|dropped| last_part(dropped.name) == last_part(path));
            Zeroizing::new(dropped.ok_or(NAMES_FILES)?.bytes.to_vec())
        }
        (None, None) => return Ok(None),
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| KeyMaterialError::NotUsable { name })?;
    Ok(Some(Zeroizing::new(text.to_owned())))
}

/// A real file has some hundred nodes; a bomb of aliases has billions.
fn limits() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: 50_000, max_depth: 32, max_aliases: 100, max_documents: 1 },
    }
}

impl Config {
    /// The cluster that the current context names, or the only one there is.
    fn cluster(&self) -> Option<&ClusterSettings> {
        let clusters = self.clusters.as_deref().unwrap_or_default();
        let current = self.current_context.as_deref().filter(|name| !name.is_empty());
        let named = match (current, clusters) {
            (Some(current), _) => {
                let contexts = self.contexts.as_deref().unwrap_or_default();
                let context = contexts.iter().find(|context| context.name == current)?;
                let name = context.context.cluster.as_deref()?;
                clusters.iter().find(|cluster| cluster.name == name)?
            }
            (None, [only]) => only,
            (None, _) => return None,
        };
        Some(&named.cluster)
    }

    /// The user of the current context, or the only one there is.
    fn chosen(self) -> Result<NamedUser, KeyMaterialError> {
        let (contexts, mut users) = (self.contexts.unwrap_or_default(), self.users.unwrap_or_default());
        let current = self.current_context.filter(|name| !name.is_empty());
        if let Some(current) = current {
            let context = contexts.iter().find(|context| context.name == current);
            let user = context.and_then(|context| context.context.user.clone()).ok_or(KeyMaterialError::NoKey)?;
            let mut named = users.into_iter().filter(|candidate| candidate.name == user);
            let first = named.next().ok_or(KeyMaterialError::NoKey)?;
            return if named.next().is_some() { Err(KeyMaterialError::SeveralKeys) } else { Ok(first) };
        }
        match users.len() {
            0 => Err(KeyMaterialError::NoKey),
            1 => Ok(users.remove(0)),
            _ => Err(KeyMaterialError::SeveralKeys),
        }
    }
}

impl User {
    /// What stands in the file itself counts, as with kubectl.
    fn certificate_file(&self) -> Option<&str> {
        self.client_certificate.as_deref().filter(|_| self.client_certificate_data.is_none())
    }

    fn key_file(&self) -> Option<&str> {
        self.client_key.as_deref().filter(|_| self.client_key_data.is_none())
    }
}

impl ClusterSettings {
    fn authority_file(&self) -> Option<&str> {
        self.certificate_authority.as_deref().filter(|_| self.certificate_authority_data.is_none())
    }

    /// Its address; None = no plain https address.
    fn plain_server(&self) -> Option<String> {
        let address = Url::parse(self.server.as_deref()?).ok()?;
        let is_plain = address.scheme() == "https"
            && address.has_host()
            && address.username().is_empty()
            && address.password().is_none()
            && address.query().is_none()
            && address.fragment().is_none();
        let text = address.as_str().trim_end_matches('/');
        (is_plain && text.len() <= 300).then(|| text.to_owned())
    }
}

impl Cluster {
    /// The same with the authorities of a PEM text.
    fn signed_by(self, text: &str) -> Result<Self, KeyMaterialError> {
        const NOT_USABLE: KeyMaterialError = KeyMaterialError::NotUsable { name: "certificate-authority-data" };
        let mut parts = Parts::default();
        pem::take(text, &mut parts)?;
        if parts.certificates.is_empty() || !parts.keys.is_empty() {
            return Err(NOT_USABLE);
        }
        let read = parts.certificates.iter().map(|der| Certificate::of_der(der)).collect::<Result<Vec<_>, _>>()?;
        let authorities = read.iter().map(|certificate| pem_of("CERTIFICATE", &certificate.der)).collect();
        let authority = read.into_iter().next().map(|first| first.subject);
        Ok(Self { authorities, authority, ..self })
    }
}

fn of_certificate(
    certificate: &str,
    key: &str,
    file_name: String,
    now: Timestamp,
) -> Result<KeyMaterial, KeyMaterialError> {
    let mut parts = Parts::default();
    pem::take(certificate, &mut parts)?;
    pem::take(key, &mut parts)?;
    let material = parts.assemble(file_name, None, now)?;
    if material.certificate.is_none() {
        return Err(KeyMaterialError::Missing { name: "client-certificate-data" });
    }
    Ok(KeyMaterial { shape: Shape::KubernetesCertificate, ..material })
}

fn of_token(token: &str, file_name: String, user: String) -> Result<KeyMaterial, KeyMaterialError> {
    let token = token.trim();
    if !(8..=16_384).contains(&token.len()) || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(KeyMaterialError::NotUsable { name: "token" });
    }
    Ok(KeyMaterial {
        shape: Shape::KubernetesToken,
        file_name,
        holder: Some(Holder::User(user)),
        algorithm: None,
        key_fingerprint: None,
        certificate: None,
        cluster: None,
        secret: MaterialSecret::ClusterToken(ApiKey::new(token)),
    })
}
