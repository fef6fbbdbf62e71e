//! A certificate authority of the test's own, and servers it vouches for.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd};
use storm_sandbox::TlsIdentity;

pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub der: Vec<u8>,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "An authority of this test");
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Self { issuer: Issuer::new(params, key), der }
    }

    /// A server called `host`, until the end of `last_year`.
    pub fn vouch_for(&self, host: &str, last_year: i32) -> TlsIdentity {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(last_year, 12, 31);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        TlsIdentity { chain: vec![certificate.der().to_vec()], key: key.serialize_der() }
    }
}

/// A server that only vouches for itself.
pub fn self_made(host: &str) -> TlsIdentity {
    let made = rcgen::generate_simple_self_signed(vec![host.to_owned()]).unwrap();
    TlsIdentity { chain: vec![made.cert.der().to_vec()], key: made.signing_key.serialize_der() }
}
