//! How this computer reaches services: which proxy is asked, and which certificate authorities are trusted beside the system's.

use serde::{Deserialize, Serialize};
use storm_secret::ProxyPassword;
use thiserror::Error;
use url::Url;

use crate::Timestamp;

/// What the user chose; the default is what the system says.
#[derive(Debug, Clone, Default)]
pub struct NetworkSettings {
    /// Which proxy is asked.
    pub proxy: ProxyChoice,
    /// Trusted beside the system's own authorities.
    pub authorities: Vec<Authority>,
}

/// Which proxy is asked for services on the network. Services on this computer are never asked through one.
#[derive(Debug, Clone, Default)]
pub enum ProxyChoice {
    /// What the system or the environment (`HTTPS_PROXY`, `NO_PROXY`) says.
    #[default]
    System,
    /// None, whatever the system says.
    Direct,
    /// This one.
    Own(OwnProxy),
}

/// A proxy of the user's own choice.
#[derive(Debug, Clone)]
pub struct OwnProxy {
    /// `http://host:port` or `https://host:port`, without user information, path or query.
    pub address: Url,
    /// Whom it knows the user as, if it asks.
    pub user: Option<String>,
    /// Sent to the proxy only.
    pub password: Option<ProxyPassword>,
}

/// An address that no proxy can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProxyAddressError {
    /// Not a URL.
    #[error("The proxy's address cannot be read. Write it like http://proxy.example.com:8080.")]
    Unreadable,
    /// A scheme that is not spoken.
    #[error("Only proxies that speak HTTP can be used. Write the address like http://proxy.example.com:8080.")]
    Scheme,
    /// A user name or password in it.
    #[error("Leave user and password out of the address; they have fields of their own.")]
    UserInformation,
    /// A path or query behind it.
    #[error("A proxy's address ends after its port, as in http://proxy.example.com:8080.")]
    Path,
}

impl OwnProxy {
    /// Reads an address as a person types it: `proxy.example.com:8080` means http.
    ///
    /// # Errors
    /// Says what is wrong with it and how one looks.
    pub fn address(typed: &str) -> Result<Url, ProxyAddressError> {
        let typed = typed.trim();
        let text = if typed.contains("://") { typed.to_owned() } else { format!("http://{typed}") };
        let address = Url::parse(&text).map_err(|_| ProxyAddressError::Unreadable)?;
        if !matches!(address.scheme(), "http" | "https") {
            return Err(ProxyAddressError::Scheme);
        }
        if address.host_str().is_none_or(str::is_empty) || typed.chars().any(char::is_whitespace) {
            return Err(ProxyAddressError::Unreadable);
        }
        if !address.username().is_empty() || address.password().is_some() {
            return Err(ProxyAddressError::UserInformation);
        }
        if address.path() != "/" || address.query().is_some() || address.fragment().is_some() {
            return Err(ProxyAddressError::Path);
        }
        Ok(address)
    }

    /// `host:port`, as it is shown.
    #[must_use]
    pub fn shown(&self) -> String {
        let host = self.address.host_str().unwrap_or_default();
        self.address.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

/// A certificate authority that the user trusts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authority {
    /// The certificate in DER. Public.
    pub der: Vec<u8>,
    /// Its subject's common name, or its whole subject without one; cleaned.
    pub subject: String,
    /// When it ends.
    pub ends_at: Timestamp,
}

/// A file that brings no certificate authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AuthorityFileError {
    /// Neither PEM nor DER.
    #[error(
        "This file holds no certificate. Choose the PEM file (.pem, .crt) of the authority that your network uses."
    )]
    NoCertificate,
    /// It holds a private key as well.
    #[error("This file holds a private key, which belongs to nobody else. Choose a file with the certificate alone.")]
    HoldsPrivateKey,
    /// A certificate that vouches for a server, not for others.
    #[error(
        "This is the certificate of one server, not of the authority behind it. Choose the certificate of the authority."
    )]
    NotAnAuthority,
    /// It is over.
    #[error("This certificate has ended, so nothing that it vouches for is accepted. Choose the one that replaced it.")]
    Ended,
    /// More certificates than any network needs.
    #[error("This file holds too many certificates. Choose the one of the authority that your network uses.")]
    TooMany,
}

/// Settings that the protocol clients cannot follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("these settings do not make a working network client")]
pub struct NetworkSettingsError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_as_people_type_it_and_refused_with_what_is_wrong() {
        use ProxyAddressError::{Path, Scheme, Unreadable, UserInformation};
        for (typed, expected) in [
            ("proxy.example.com:8080", Ok("http://proxy.example.com:8080/")),
            (" http://10.0.0.1:3128 ", Ok("http://10.0.0.1:3128/")),
            ("https://proxy.example.com/", Ok("https://proxy.example.com/")),
            ("", Err(Unreadable)),
            ("http://", Err(Unreadable)),
            ("two words", Err(Unreadable)),
            ("proxy.example.com:99999", Err(Unreadable)),
            ("socks5://proxy.example.com", Err(Scheme)),
            ("file:///etc/passwd", Err(Scheme)),
            ("http://me:secret@proxy.example.com", Err(UserInformation)),
            ("http://proxy.example.com/wpad.dat", Err(Path)),
            ("http://proxy.example.com/?a=b", Err(Path)),
        ] {
            assert_eq!(OwnProxy::address(typed).as_ref().map(Url::as_str), expected.as_ref().copied(), "{typed:?}");
        }
    }

    #[test]
    fn what_is_shown_of_a_proxy_is_its_host_and_port() {
        let proxy = |address: &str| OwnProxy { address: address.parse().unwrap(), user: None, password: None };
        assert_eq!(proxy("http://proxy.example.com").shown(), "proxy.example.com:80");
        assert_eq!(proxy("http://[::1]:3128").shown(), "[::1]:3128");
    }
}
