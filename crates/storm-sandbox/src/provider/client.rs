//! OAuth clients: the app registrations of this provider.
//!
//! A confidential client may hold two secrets at once, so that a new one can be tried before the old one is deleted.
//! Redirect URIs follow RFC 8252: a native app may use any port and path on the loopback literals; every other client
//! gets an exact match, save that a registered loopback URI matches on any port (§7.3).

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::SandboxError;
use crate::secret::{CLIENT_SECRET_PREFIX, Fingerprint, make_id, make_secret};

/// The secret of the built-in confidential client; it is printed in the documentation and protects nothing.
pub(crate) const BUILT_IN_SECRET: &str = "practice-secret";

/// Whether a client can keep a secret (RFC 6749 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// No secret; PKCE alone.
    Public,
    /// Authenticates with a secret.
    Confidential,
}

/// One secret of a confidential client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ClientSecret {
    /// Names the secret on the page and in the control API.
    pub(crate) id: String,
    /// The secret's SHA-256.
    pub(crate) fingerprint: Fingerprint,
}

/// A registered client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Client {
    /// The client_id.
    pub(crate) id: String,
    /// What the consent page calls it.
    pub(crate) name: String,
    /// Public or confidential.
    pub(crate) kind: ClientKind,
    /// A native app: any port and path on 127.0.0.1 and [::1].
    pub(crate) any_loopback_redirect: bool,
    /// The other redirect URIs it may use.
    pub(crate) redirect_uris: Vec<String>,
    /// Its living secrets, oldest first.
    pub(crate) secrets: Vec<ClientSecret>,
    /// The access tokens it has in its own name, oldest first.
    #[serde(default)]
    pub(crate) access_tokens: VecDeque<Fingerprint>,
}

impl Client {
    /// The clients that always exist.
    pub(crate) fn built_in() -> BTreeMap<String, Self> {
        let desktop = Self {
            id: "practice-desktop".to_owned(),
            name: "Practice desktop app".to_owned(),
            kind: ClientKind::Public,
            any_loopback_redirect: true,
            redirect_uris: Vec::new(),
            secrets: Vec::new(),
            access_tokens: VecDeque::new(),
        };
        let web = Self {
            id: "practice-web".to_owned(),
            name: "Practice web app".to_owned(),
            kind: ClientKind::Confidential,
            any_loopback_redirect: true,
            redirect_uris: Vec::new(),
            secrets: vec![ClientSecret {
                id: "secret_built_in".to_owned(),
                fingerprint: Fingerprint::of(BUILT_IN_SECRET),
            }],
            access_tokens: VecDeque::new(),
        };
        [desktop, web].into_iter().map(|client| (client.id.clone(), client)).collect()
    }

    /// Adds a secret beside those there are, and returns it: the only time it is seen.
    pub(crate) fn add_secret(&mut self) -> Result<(String, String), SandboxError> {
        let secret = make_secret(CLIENT_SECRET_PREFIX)?;
        let id = make_id("secret_")?;
        self.secrets.push(ClientSecret { id: id.clone(), fingerprint: Fingerprint::of(&secret) });
        Ok((id, secret))
    }

    /// Whether this is one of the client's secrets. Every one is compared, so the time taken tells nothing.
    pub(crate) fn accepts_secret(&self, secret: &str) -> bool {
        let offered = Fingerprint::of(secret);
        self.secrets.iter().fold(false, |accepted, own| own.fingerprint.matches(&offered) | accepted)
    }

    /// Whether the authorization server may send an answer there.
    pub(crate) fn accepts_redirect_uri(&self, redirect_uri: &str) -> bool {
        if self.redirect_uris.iter().any(|registered| registered == redirect_uri) {
            return true;
        }
        let Some(asked) = loopback_http(redirect_uri) else { return false };
        if self.any_loopback_redirect && !matches!(asked.host(), Some(Host::Domain(_))) {
            return true;
        }
        self.redirect_uris.iter().filter_map(|registered| loopback_http(registered)).any(|registered| {
            registered.host() == asked.host()
                && registered.path() == asked.path()
                && registered.query() == asked.query()
        })
    }
}

/// A URI that could be registered: absolute, without a fragment (RFC 6749 §3.1.2), and not a script.
pub(crate) fn is_registrable(redirect_uri: &str) -> bool {
    let Ok(parsed) = Url::parse(redirect_uri) else { return false };
    let scheme_fits = match parsed.scheme() {
        "https" => true,
        "http" => loopback_http(redirect_uri).is_some(),
        private => private.contains('.'), // RFC 8252 §7.1: reverse domain names
    };
    scheme_fits && parsed.fragment().is_none() && redirect_uri.len() <= 2000
}

/// The parsed URI when it is plain HTTP to this machine, without userinfo or fragment.
fn loopback_http(uri: &str) -> Option<Url> {
    let parsed = Url::parse(uri).ok()?;
    let on_loopback = match parsed.host()? {
        Host::Ipv4(address) => address == std::net::Ipv4Addr::LOCALHOST,
        Host::Ipv6(address) => address == std::net::Ipv6Addr::LOCALHOST,
        Host::Domain(name) => name == "localhost",
    };
    let plain = parsed.scheme() == "http"
        && parsed.username().is_empty()
        && parsed.password().is_none()
        && parsed.fragment().is_none();
    (on_loopback && plain).then_some(parsed)
}

#[cfg(test)]
mod tests {
    use super::{Client, is_registrable};

    fn desktop() -> Client {
        Client::built_in().remove("practice-desktop").unwrap()
    }

    #[test]
    fn a_native_app_may_use_any_port_and_path_on_the_loopback_literals() {
        assert!(desktop().accepts_redirect_uri("http://127.0.0.1:49152/cb/abc/def"));
        assert!(desktop().accepts_redirect_uri("http://[::1]:1234/"));
    }

    #[test]
    fn a_native_app_may_use_nothing_else() {
        for refused in [
            "http://localhost:1234/cb",
            "https://127.0.0.1:1234/cb",
            "http://127.0.0.2:1234/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://user@127.0.0.1:1234/cb",
            "http://127.0.0.1:1234/cb#fragment",
            "https://evil.example/cb",
            "javascript:alert(1)",
            "",
        ] {
            assert!(!desktop().accepts_redirect_uri(refused), "{refused}");
        }
    }

    #[test]
    fn another_client_gets_an_exact_match_and_any_port_on_loopback() {
        let mut client = desktop();
        client.any_loopback_redirect = false;
        client.redirect_uris = vec!["https://app.example/cb".to_owned(), "http://localhost/cb".to_owned()];
        assert!(client.accepts_redirect_uri("https://app.example/cb"));
        assert!(client.accepts_redirect_uri("http://localhost:4000/cb"));
        assert!(!client.accepts_redirect_uri("https://app.example/cb/"));
        assert!(!client.accepts_redirect_uri("https://app.example:444/cb"));
        assert!(!client.accepts_redirect_uri("http://localhost:4000/other"));
        assert!(!client.accepts_redirect_uri("http://127.0.0.1:4000/cb"));
    }

    #[test]
    fn two_secrets_work_side_by_side() {
        let mut client = desktop();
        let (_, first) = client.add_secret().unwrap();
        let (_, second) = client.add_secret().unwrap();
        assert!(client.accepts_secret(&first) && client.accepts_secret(&second));
        assert!(!client.accepts_secret("practice-secret"));
    }

    #[test]
    fn scripts_and_remote_plain_http_cannot_be_registered() {
        assert!(is_registrable("https://app.example/cb"));
        assert!(is_registrable("com.example.app:/cb"));
        assert!(!is_registrable("javascript:alert(1)"));
        assert!(!is_registrable("http://app.example/cb"));
        assert!(!is_registrable("https://app.example/cb#x"));
    }
}
