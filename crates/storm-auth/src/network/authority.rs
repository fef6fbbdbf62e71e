//! Reading the certificate authorities that a user brings.

use storm_domain::{Authority, AuthorityFileError, Timestamp};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::certificate::{instant, name};

/// A network has one or two; a whole system's bundle is no choice of anybody's.
const MOST: usize = 32;

/// The authorities in a PEM or DER file. Certificates of servers that stand beside them are left out, and so are those that ended.
pub(crate) fn read_authorities(file: &[u8], now: Timestamp) -> Result<Vec<Authority>, AuthorityFileError> {
    const PRIVATE: &[u8] = b"PRIVATE KEY-----";
    if file.windows(PRIVATE.len()).any(|part| part == PRIVATE) {
        return Err(AuthorityFileError::HoldsPrivateKey);
    }
    let mut certificates: Vec<CertificateDer<'_>> = CertificateDer::pem_slice_iter(file)
        .take(MOST + 1)
        .collect::<Result<_, _>>()
        .map_err(|_| AuthorityFileError::NoCertificate)?;
    if certificates.is_empty() {
        certificates.push(CertificateDer::from_slice(file));
    }
    if certificates.len() > MOST {
        return Err(AuthorityFileError::TooMany);
    }
    let mut found = Vec::new();
    let mut has_ended = false;
    for der in &certificates {
        let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| AuthorityFileError::NoCertificate)?;
        if !rest.is_empty() {
            return Err(AuthorityFileError::NoCertificate);
        }
        if !certificate.is_ca() {
            continue;
        }
        let ends_at = instant(certificate.validity().not_after.timestamp());
        if ends_at <= now {
            has_ended = true;
            continue;
        }
        let subject = name(certificate.subject()).unwrap_or_else(|| "without a name".to_owned());
        found.push(Authority { der: der.to_vec(), subject, ends_at });
    }
    match (found.is_empty(), has_ended) {
        (false, _) => Ok(found),
        (true, true) => Err(AuthorityFileError::Ended),
        (true, false) => Err(AuthorityFileError::NotAnAuthority),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, date_time_ymd};

    use super::*;

    const NOW: Timestamp = Timestamp(1_790_000_000_000); // September 2026

    fn certificate(name: &str, is_ca: bool, last_year: i32) -> rcgen::Certificate {
        let mut params = CertificateParams::default();
        if is_ca {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(last_year, 1, 1);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap()
    }

    fn pem(what: &str, der: &[u8]) -> String {
        format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", BASE64_STANDARD.encode(der))
    }

    fn pem_of(certificate: &rcgen::Certificate) -> String {
        pem("CERTIFICATE", certificate.der())
    }

    fn subjects(file: &[u8]) -> Result<Vec<String>, AuthorityFileError> {
        read_authorities(file, NOW).map(|found| found.into_iter().map(|one| one.subject).collect())
    }

    #[test]
    fn authorities_are_read_from_pem_and_der_and_servers_beside_them_are_left_out() {
        let (own, other) = (certificate("Example Root", true, 2040), certificate("Example Second", true, 2041));
        let server = certificate("server.example", false, 2040);
        assert_eq!(subjects(pem_of(&own).as_bytes()).unwrap(), ["Example Root"]);
        assert_eq!(subjects(own.der()).unwrap(), ["Example Root"]);
        let bundle = [pem_of(&server), pem_of(&own), pem_of(&other)].join("\n");
        assert_eq!(subjects(bundle.as_bytes()).unwrap(), ["Example Root", "Example Second"]);
        assert_eq!(read_authorities(own.der(), NOW).unwrap()[0].ends_at, Timestamp(2_208_988_800_000));
    }

    #[test]
    fn a_file_that_brings_no_authority_is_refused_with_what_it_is() {
        use AuthorityFileError as Refused;
        let key = pem("PRIVATE KEY", &KeyPair::generate().unwrap().serialize_der());
        let own = pem_of(&certificate("Example Root", true, 2040));
        let broken = own.replace("MII", "!!!");
        for (file, refused) in [
            (String::new(), Refused::NoCertificate),
            ("hello".to_owned(), Refused::NoCertificate),
            (broken, Refused::NoCertificate),
            (format!("{own}{key}"), Refused::HoldsPrivateKey),
            (pem_of(&certificate("server.example", false, 2040)), Refused::NotAnAuthority),
            (pem_of(&certificate("Example Root", true, 2021)), Refused::Ended),
            (own.repeat(MOST + 1), Refused::TooMany),
        ] {
            assert_eq!(subjects(file.as_bytes()), Err(refused), "{file:.60}");
        }
    }

    #[test]
    fn a_name_is_shown_without_marks_that_turn_text_around() {
        let odd = certificate("Ex\u{202e}ample\u{1b}[31m", true, 2040);
        assert_eq!(subjects(odd.der()).unwrap(), ["Example[31m"]);
    }
}
