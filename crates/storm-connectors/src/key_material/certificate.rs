//! A certificate (RFC 5280): whom it names, when it ends, and which key it belongs to. No signature or chain is judged here: the
//! service that the certificate is presented to does that.

use storm_domain::Timestamp;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::material::{CertificateSummary, Fingerprint, Validity};
use super::{KeyMaterialError, plain};

const DAMAGED: KeyMaterialError = KeyMaterialError::Damaged { what: "a certificate in it cannot be read" };

/// A certificate with its bytes.
pub(super) struct Certificate {
    pub(super) der: Vec<u8>,
    pub(super) subject: String,
    begins: Timestamp,
    ends: Timestamp,
    /// The bits of its public key.
    public: Vec<u8>,
}

impl Certificate {
    pub(super) fn of_der(der: &[u8]) -> Result<Self, KeyMaterialError> {
        let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| DAMAGED)?;
        if !rest.is_empty() {
            return Err(DAMAGED);
        }
        let common_name = certificate.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
        let subject = common_name.map_or_else(|| certificate.subject().to_string(), str::to_owned);
        let validity = certificate.validity();
        let at = |seconds: i64| Timestamp(seconds.saturating_mul(1000));
        Ok(Self {
            der: der.to_vec(),
            subject: plain(&subject),
            begins: at(validity.not_before.timestamp()),
            ends: at(validity.not_after.timestamp()),
            public: certificate.public_key().subject_public_key.data.to_vec(),
        })
    }

    pub(super) fn belongs_to(&self, public: &[u8]) -> bool {
        self.public == public
    }

    pub(super) fn summary(&self, now: Timestamp) -> CertificateSummary {
        CertificateSummary {
            subject: self.subject.clone(),
            begins: self.begins,
            ends: self.ends,
            validity: Validity::at(now, self.begins, self.ends),
            fingerprint: Fingerprint::of(&self.der),
        }
    }
}
