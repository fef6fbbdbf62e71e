//! The shapes of files that a person drops, told apart by their content; a name only says for which service a plain key is.

use serde::Deserialize;

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Shape {
    /// The JSON that Google makes for a service account.
    GoogleServiceAccount,
    /// The JSON of an OAuth client, with `installed` or `web`.
    #[serde(rename = "google_oauth_client")]
    GoogleOAuthClient,
    /// What the AWS console lets one download.
    AwsAccessKeyCsv,
    /// `~/.aws/credentials`, or the same as variables.
    AwsCredentials,
    /// RFC 5958, in PEM or DER.
    Pkcs8Key,
    /// RFC 8017 §A.1.2, in PEM or DER.
    Pkcs1Key,
    /// RFC 5915, in PEM or DER.
    Sec1Key,
    /// RFC 5958 §3.
    EncryptedKey,
    /// A key and its certificates in PEM, in one file or two.
    CertificateWithKey,
    /// RFC 7292.
    #[serde(rename = "pkcs12")]
    Pkcs12,
    /// `AuthKey_….p8`, whose name holds the key id.
    AppleKey,
    /// What GitHub lets one download for an app.
    GithubAppKey,
    /// `rsa_key.p8`, as Snowflake's guide names it.
    SnowflakeKey,
    /// A certificate that the Azure command line made for an app, with its key.
    EntraCertificate,
    /// A kubeconfig whose user has a client certificate.
    KubernetesCertificate,
    /// A kubeconfig whose user has a token.
    KubernetesToken,
}

impl Shape {
    /// Every shape there is.
    pub const ALL: [Self; 16] = [
        Self::GoogleServiceAccount,
        Self::GoogleOAuthClient,
        Self::AwsAccessKeyCsv,
        Self::AwsCredentials,
        Self::Pkcs8Key,
        Self::Pkcs1Key,
        Self::Sec1Key,
        Self::EncryptedKey,
        Self::CertificateWithKey,
        Self::Pkcs12,
        Self::AppleKey,
        Self::GithubAppKey,
        Self::SnowflakeKey,
        Self::EntraCertificate,
        Self::KubernetesCertificate,
        Self::KubernetesToken,
    ];

    /// Its plain name, for the window.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::GoogleServiceAccount => "Google service account (JSON)",
            Self::GoogleOAuthClient => "Google OAuth client (JSON)",
            Self::AwsAccessKeyCsv => "AWS access key (CSV)",
            Self::AwsCredentials => "AWS credentials file",
            Self::Pkcs8Key => "Private key (PKCS#8)",
            Self::Pkcs1Key => "Private key (PKCS#1)",
            Self::Sec1Key => "Private key (SEC1)",
            Self::EncryptedKey => "Private key under a password (PKCS#8)",
            Self::CertificateWithKey => "Certificate with its key (PEM)",
            Self::Pkcs12 => "PKCS#12 archive",
            Self::AppleKey => "Apple key (.p8)",
            Self::GithubAppKey => "GitHub App key",
            Self::SnowflakeKey => "Snowflake key",
            Self::EntraCertificate => "Certificate of a Microsoft Entra app",
            Self::KubernetesCertificate => "Kubernetes configuration with a certificate",
            Self::KubernetesToken => "Kubernetes configuration with a token",
        }
    }
}

/// The shape of a plain key, and whom it is for, once its file's name is looked at too.
///
/// A name never makes a key of what is none, and no shape the algorithm of the key does not fit.
pub(super) fn of_named_key(shape: Shape, is_rsa: bool, is_p256: bool, file_name: &str) -> (Shape, Option<String>) {
    let lower = file_name.to_ascii_lowercase();
    if shape == Shape::Pkcs8Key
        && is_p256
        && let Some(id) = apple_key_id(file_name)
    {
        return (Shape::AppleKey, Some(id.to_owned()));
    }
    if shape == Shape::Pkcs1Key
        && is_rsa
        && let Some(app) = github_app(&lower)
    {
        return (Shape::GithubAppKey, Some(app.to_owned()));
    }
    let is_pkcs8 = matches!(shape, Shape::Pkcs8Key | Shape::EncryptedKey);
    if is_pkcs8 && is_rsa && (lower.starts_with("rsa_key") || lower.contains("snowflake")) && lower.contains(".p8") {
        return (Shape::SnowflakeKey, None);
    }
    (shape, None)
}

/// `AuthKey_2X9R4HXF34.p8`; a browser may have put " (1)" before the ending.
fn apple_key_id(file_name: &str) -> Option<&str> {
    let rest = ["AuthKey_", "SubscriptionKey_", "ApiKey_"].iter().find_map(|prefix| file_name.strip_prefix(prefix))?;
    let id = rest.get(..10)?;
    let is_id = id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let after = &rest[10..];
    (is_id && after.ends_with(".p8") && !after.starts_with(|c: char| c.is_ascii_alphanumeric())).then_some(id)
}

/// `my-app.2026-11-01.private-key.pem`
fn github_app(lower: &str) -> Option<&str> {
    let before = lower.split_once(".private-key")?.0;
    let (app, date) = before.rsplit_once('.')?;
    let is_date = date.len() == 10 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    (is_date && !app.is_empty() && app.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')).then_some(app)
}
