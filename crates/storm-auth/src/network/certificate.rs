//! Seeing why a certificate is not accepted.

use std::sync::{Mutex, PoisonError};

use rustls_platform_verifier::Verifier;
use storm_domain::port::CertificateFault;
use storm_domain::{ProviderWords, Timestamp};
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use x509_parser::prelude::{FromDer as _, X509Certificate, X509Name};

/// Asks the platform's verifier and notes its refusal. INVARIANT: it accepts what that one accepts, and nothing else.
#[derive(Debug)]
pub(super) struct Witness {
    verifier: Verifier,
    fault: Mutex<Option<CertificateFault>>,
}

impl Witness {
    pub(super) fn new(verifier: Verifier) -> Self {
        Self { verifier, fault: Mutex::default() }
    }

    /// Why the certificate was refused, if it was.
    pub(super) fn fault(&self) -> Option<CertificateFault> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        if let Err(error) = &verified {
            let fault = fault_of(error, end_entity, intermediates);
            *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
        }
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

fn fault_of(error: &Error, own: &CertificateDer<'_>, chain: &[CertificateDer<'_>]) -> CertificateFault {
    use CertificateError as Refused;
    let Error::InvalidCertificate(refused) = error else { return CertificateFault::Other };
    let parsed = X509Certificate::from_der(own).ok().map(|(_, certificate)| certificate);
    let validity = parsed.as_ref().map(|certificate| certificate.validity());
    match refused {
        Refused::Expired | Refused::ExpiredContext { .. } => {
            CertificateFault::Expired { ended: validity.map(|validity| instant(validity.not_after.timestamp())) }
        }
        Refused::NotValidYet | Refused::NotValidYetContext { .. } => {
            CertificateFault::NotYetValid { begins: validity.map(|validity| instant(validity.not_before.timestamp())) }
        }
        Refused::NotValidForName | Refused::NotValidForNameContext { .. } => CertificateFault::WrongHost,
        Refused::Revoked | Refused::BadSignature | Refused::BadEncoding => CertificateFault::Other,
        // The platforms each have words of their own for "nobody here knows who that is".
        _ => CertificateFault::UnknownAuthority { issuer: issuer_of(chain.last().unwrap_or(own)) },
    }
}

/// Who signed the last certificate of a chain.
fn issuer_of(last: &CertificateDer<'_>) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(last).ok()?;
    name(certificate.issuer())
}

/// A common name as it may be shown, or the whole name where there is none.
pub(super) fn name(name: &X509Name<'_>) -> Option<String> {
    let common = name.iter_common_name().next().and_then(|common| common.as_str().ok()).map(str::to_owned);
    let text = common.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| name.to_string());
    Some(ProviderWords::cleaned(text.trim(), "").code).filter(|text| !text.is_empty())
}

/// Seconds since 1970, before it too.
pub(super) fn instant(seconds: i64) -> Timestamp {
    Timestamp(seconds.saturating_mul(1000))
}
