//! A kubeconfig: of the user that the current context names, the client certificate or the token that stands in the file itself.
//!
//! INVARIANT: no program is run, no other file is read and no address is asked, whatever the file names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use storm_domain::Timestamp;
use storm_secret::ApiKey;
use url::Url;
use zeroize::Zeroizing;

use super::material::{Holder, KeyMaterial, MaterialSecret};
use super::parts::Parts;
use super::{KeyMaterialError, Shape, pem, plain};

const FLATTEN: &str =
    "Make a copy that holds everything with kubectl config view --minify --flatten --raw and drop that.";

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
    cluster: Cluster,
}

#[derive(Deserialize)]
struct Cluster {
    server: Option<String>,
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
    client_certificate: Option<IgnoredAny>,
    client_key: Option<IgnoredAny>,
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

pub(super) fn read(text: &str, file_name: String, now: Timestamp) -> Result<KeyMaterial, KeyMaterialError> {
    // The parser's own message quotes the file, so it goes no further.
    let config: Config = serde_saphyr::from_str_with_options(text, limits())
        .map_err(|_| KeyMaterialError::Damaged { what: "it is not the YAML that kubectl writes" })?;
    let server = config.server();
    let NamedUser { name, user } = config.chosen()?;
    let name = plain(&name);
    if user.exec.is_some() || user.auth_provider.is_some() {
        return Err(KeyMaterialError::Unsupported {
            what: "a Kubernetes configuration whose user is a program to run or an address to ask",
            instead: "Drop one that holds a certificate or a token itself.",
        });
    }
    match (user.client_certificate_data, user.client_key_data, user.token) {
        (Some(certificate), Some(key), None) => of_certificate(&certificate, &key, file_name, now),
        (None, None, Some(token)) => of_token(&token, file_name, name, server),
        (Some(_), None, None) if user.client_key.is_none() => Err(KeyMaterialError::CertificateAlone),
        (Some(_), Some(_), Some(_)) => Err(KeyMaterialError::SeveralKeys),
        _ if user.client_certificate.is_some() || user.client_key.is_some() || user.token_file.is_some() => {
            Err(KeyMaterialError::Unsupported {
                what: "a Kubernetes configuration that names other files",
                instead: FLATTEN,
            })
        }
        _ if user.password.is_some() => Err(KeyMaterialError::Unsupported {
            what: "a Kubernetes configuration with a name and a password",
            instead: "Clusters no longer take those; drop one with a certificate or a token.",
        }),
        _ => Err(KeyMaterialError::NoKey),
    }
}

/// A real file has some hundred nodes; a bomb of aliases has billions.
fn limits() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: 50_000, max_depth: 32, max_aliases: 100, max_documents: 1 },
    }
}

impl Config {
    /// The address of the cluster that the current context names, or of the only one there is; None = no plain https address.
    fn server(&self) -> Option<String> {
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
        let address = Url::parse(named.cluster.server.as_deref()?).ok()?;
        let is_plain = address.scheme() == "https"
            && address.has_host()
            && address.username().is_empty()
            && address.password().is_none()
            && address.query().is_none()
            && address.fragment().is_none();
        let text = address.as_str().trim_end_matches('/');
        (is_plain && text.len() <= 300).then(|| text.to_owned())
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

fn of_certificate(
    certificate: &str,
    key: &str,
    file_name: String,
    now: Timestamp,
) -> Result<KeyMaterial, KeyMaterialError> {
    let mut parts = Parts::default();
    for (text, name) in [(certificate, "client-certificate-data"), (key, "client-key-data")] {
        let not_usable = || KeyMaterialError::NotUsable { name };
        let mut packed = Zeroizing::new(String::with_capacity(text.len()));
        packed.extend(text.split_ascii_whitespace());
        let bytes = Zeroizing::new(STANDARD.decode(packed.as_bytes()).map_err(|_| not_usable())?);
        pem::take(std::str::from_utf8(&bytes).map_err(|_| not_usable())?, &mut parts)?;
    }
    let material = parts.assemble(file_name, None, now)?;
    if material.certificate.is_none() {
        return Err(KeyMaterialError::Missing { name: "client-certificate-data" });
    }
    Ok(KeyMaterial { shape: Shape::KubernetesCertificate, ..material })
}

fn of_token(
    token: &str,
    file_name: String,
    user: String,
    server: Option<String>,
) -> Result<KeyMaterial, KeyMaterialError> {
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
        secret: MaterialSecret::ClusterToken { token: ApiKey::new(token), server },
    })
}
