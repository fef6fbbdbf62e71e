//! Which proxy is asked, and whom is trusted, as both the HTTP client and the probes go by it.

use std::sync::Arc;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::header::HeaderValue;
use reqwest::{Certificate, ClientBuilder, NoProxy, Proxy};
use rustls_platform_verifier::Verifier;
use storm_domain::{NetworkSettings, OwnProxy, ProxyChoice};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::CertificateDer;
use url::Url;

use crate::http::{HttpClientError, is_loopback};
use crate::placement::basic;

/// Never asked for through a proxy of the user's own: it would look for them on its own computer.
const THIS_COMPUTER: &str = "localhost,127.0.0.0/8,::1";

/// How services are reached.
pub(crate) struct Way {
    proxy: ProxyChoice,
    authorities: Vec<CertificateDer<'static>>,
}

/// A proxy that stands between.
pub(super) struct Between {
    pub(super) is_secure: bool,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) authorization: Option<HeaderValue>,
}

impl Between {
    /// `host:port`, as it is shown.
    pub(super) fn shown(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

impl Way {
    /// `own` are trusted whatever the settings say.
    pub(crate) fn new(settings: &NetworkSettings, own: &[Vec<u8>]) -> Self {
        let chosen = settings.authorities.iter().map(|authority| &authority.der);
        let authorities = own.iter().chain(chosen).map(|der| CertificateDer::from(der.clone())).collect();
        Self { proxy: settings.proxy.clone(), authorities }
    }

    /// A client that goes this way.
    pub(crate) fn client(&self, builder: ClientBuilder) -> Result<ClientBuilder, HttpClientError> {
        let authorities: Result<Vec<_>, _> = self.authorities.iter().map(|der| Certificate::from_der(der)).collect();
        self.through_proxy(builder.tls_certs_merge(authorities.map_err(|_| HttpClientError)?))
    }

    /// The same, for a client that trusts the authorities in this PEM text and nobody else.
    pub(crate) fn client_trusting(
        &self,
        builder: ClientBuilder,
        authorities: &str,
    ) -> Result<ClientBuilder, HttpClientError> {
        let authorities = Certificate::from_pem_bundle(authorities.as_bytes()).map_err(|_| HttpClientError)?;
        self.through_proxy(builder.tls_certs_only(authorities))
    }

    fn through_proxy(&self, builder: ClientBuilder) -> Result<ClientBuilder, HttpClientError> {
        Ok(match &self.proxy {
            ProxyChoice::System => builder,
            ProxyChoice::Direct => builder.no_proxy(),
            ProxyChoice::Own(own) => builder.proxy(proxy(own)?),
        })
    }

    /// What verifies certificates: the platform's own verifier, which the HTTP client uses too.
    pub(super) fn verifier(&self) -> Option<Verifier> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        if self.authorities.is_empty() {
            Verifier::new(provider).ok()
        } else {
            Verifier::new_with_extra_roots(self.authorities.iter().cloned(), provider).ok()
        }
    }

    /// The proxy that is asked for this address, if one is.
    pub(super) fn between(&self, url: &Url) -> Option<Between> {
        match &self.proxy {
            ProxyChoice::Direct => None,
            ProxyChoice::System => {
                let intercepted = Matcher::from_system().intercept(&url.as_str().parse().ok()?)?;
                let uri = intercepted.uri();
                let is_secure = uri.scheme_str() == Some("https");
                Some(Between {
                    is_secure,
                    host: uri.host()?.to_owned(),
                    port: uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 }),
                    authorization: intercepted.basic_auth().cloned(),
                })
            }
            ProxyChoice::Own(_) if is_loopback(url) => None,
            ProxyChoice::Own(own) => Some(Between {
                is_secure: own.address.scheme() == "https",
                host: own.address.host_str()?.to_owned(),
                port: own.address.port_or_known_default()?,
                authorization: own.user.as_deref().and_then(|user| {
                    // EXPOSE: into the header for the proxy.
                    basic(user, own.password.as_ref().map_or("", |password| password.expose()))
                }),
            }),
        }
    }
}

fn proxy(own: &OwnProxy) -> Result<Proxy, HttpClientError> {
    let proxy = Proxy::all(own.address.clone()).map_err(|_| HttpClientError)?;
    let proxy = proxy.no_proxy(NoProxy::from_string(THIS_COMPUTER));
    Ok(match &own.user {
        // EXPOSE: into the header for the proxy.
        Some(user) => proxy.basic_auth(user, own.password.as_ref().map_or("", |password| password.expose())),
        None => proxy,
    })
}
