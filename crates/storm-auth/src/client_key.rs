//! A client secret that is a private key in PEM: what its assertions are signed with, and what it presents in TLS.
//!
//! The text holds the key, and for mutual TLS the certificate chain, the client's own certificate first. Before the key may stand
//! `kid: NAME`, the name under which its public half is registered (RFC 7515 §4.1.4); without it none is sent, since a service
//! looks for the very key that is named. Deliberately absent: keys under a passphrase, and keys in files.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::Header;
use reqwest::Identity;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use sha2::{Digest as _, Sha256};
use storm_domain::port::ClientKeyError;
use zeroize::Zeroizing;

use crate::pem::{note, sections};
use crate::signing_key::SigningKey;

pub(crate) struct ClientKey {
    pub(crate) signing: SigningKey,
    key_id: Option<String>,
    /// SHA-256 of the client's certificate (RFC 7515 §4.1.8), by which some services find the key.
    certificate_thumbprint: Option<String>,
    /// The key and its certificates, for the handshake.
    identity: Option<Result<Identity, ClientKeyError>>,
}

impl ClientKey {
    pub(crate) fn of_pem(text: &str) -> Result<Self, ClientKeyError> {
        let signing = SigningKey::of_pem(text)?;
        let sections = sections(text);
        let certificate = sections.iter().find(|section| section.label == "CERTIFICATE");
        let certificate = certificate.map(|section| CertificateDer::from_pem_slice(section.pem.as_bytes())).transpose();
        let certificate = certificate.map_err(|_| ClientKeyError::Certificate)?;
        let identity = certificate.is_some().then(|| {
            let is_needed = |label: &str| label == "CERTIFICATE" || label.ends_with("PRIVATE KEY");
            let needed = sections.iter().filter(|section| is_needed(&section.label));
            let pem = Zeroizing::new(needed.map(|section| section.pem.as_str()).collect::<Vec<_>>().concat());
            Identity::from_pem(pem.as_bytes()).map_err(|_| ClientKeyError::Certificate)
        });
        Ok(Self {
            signing,
            key_id: note(text, "kid").map(str::to_owned),
            certificate_thumbprint: certificate
                .map(|certificate| BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&certificate))),
            identity,
        })
    }

    /// The header of what it signs.
    pub(crate) fn header(&self) -> Header {
        let mut header = Header::new(self.signing.algorithm());
        header.kid.clone_from(&self.key_id);
        header.x5t_s256.clone_from(&self.certificate_thumbprint);
        header
    }

    /// What it presents in a handshake; None = there is no certificate beside the key.
    ///
    /// # Errors
    /// When the certificate does not fit the key, or is of a form that TLS does not take: an assertion may name it all the same.
    pub(crate) fn identity(&self) -> Result<Option<&Identity>, ClientKeyError> {
        self.identity.as_ref().map(Result::as_ref).transpose().map_err(|error| *error)
    }
}
