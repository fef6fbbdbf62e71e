//! The blocks of a PEM text (RFC 7468), whatever stands between them: attributes, a certificate in words, line ends of any system.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::der_form::{Form, form};
use super::parts::{KeyPart, Parts};
use super::pkcs12;
use super::{KeyMaterialError, Secret};

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";
/// A chain has three certificates or four; this is far more, and still little work.
const MOST_BLOCKS: usize = 64;

pub(super) fn is_pem(text: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with(BEGIN))
}

/// Takes what the blocks hold.
pub(super) fn take(text: &str, parts: &mut Parts) -> Result<(), KeyMaterialError> {
    let mut rest = text;
    for _ in 0..MOST_BLOCKS {
        let Some(at) = rest.find(BEGIN) else { return Ok(()) };
        let after = &rest[at + BEGIN.len()..];
        let (label, after) = after.split_once(DASHES).ok_or(KeyMaterialError::Truncated)?;
        let (body, after) = after.split_once("-----END ").ok_or(KeyMaterialError::Truncated)?;
        let after = after.strip_prefix(label).ok_or(MIXED)?;
        rest = after.strip_prefix(DASHES).ok_or(KeyMaterialError::Truncated)?;
        if body.contains(BEGIN) {
            return Err(MIXED);
        }
        take_block(label, body, parts)?;
    }
    Err(KeyMaterialError::Damaged { what: "it has far too many parts" })
}

const MIXED: KeyMaterialError = KeyMaterialError::Damaged { what: "its BEGIN and END lines do not match" };

fn take_block(label: &str, body: &str, parts: &mut Parts) -> Result<(), KeyMaterialError> {
    match label {
        "OPENSSH PRIVATE KEY" => {
            return Err(KeyMaterialError::Unsupported {
                what: "an SSH key in OpenSSH's own format",
                instead: "If the service takes such a key, convert a copy of it with ssh-keygen -p -m PKCS8.",
            });
        }
        "EC PARAMETERS" | "DSA PARAMETERS" | "DH PARAMETERS" | "X509 CRL" => return Ok(()),
        "PUBLIC KEY" | "RSA PUBLIC KEY" => {
            parts.public_keys += 1;
            return Ok(());
        }
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => {
            return Err(KeyMaterialError::Unsupported {
                what: "a request for a certificate",
                instead: "Choose the certificate that the authority made of it.",
            });
        }
        _ if label.starts_with("PGP ") => {
            return Err(KeyMaterialError::Unsupported {
                what: "a PGP key or message",
                instead: "Choose the key file of the service.",
            });
        }
        _ if body.contains("DEK-Info:") || body.contains("Proc-Type:") => {
            return Err(KeyMaterialError::Unsupported {
                what: "a private key encrypted in OpenSSL's outdated way, which a stolen file does not withstand",
                instead: "Convert a copy of it with openssl pkcs8 -topk8 and drop that.",
            });
        }
        _ => {}
    }
    let der = decode(body)?;
    match label {
        "PRIVATE KEY" => parts.keys.push(KeyPart::Pkcs8(der)),
        "RSA PRIVATE KEY" => parts.keys.push(KeyPart::Pkcs1(der)),
        "EC PRIVATE KEY" => parts.keys.push(KeyPart::Sec1(der)),
        "ENCRYPTED PRIVATE KEY" => parts.keys.push(KeyPart::Encrypted(der)),
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => parts.certificates.push(der.to_vec()),
        "PKCS7" => parts.has_bundle = true,
        _ if label.ends_with("PRIVATE KEY") => {
            return Err(KeyMaterialError::KeyUnsupported { what: "neither RSA, ECDSA nor Ed25519" });
        }
        _ => {}
    }
    Ok(())
}

fn decode(body: &str) -> Result<Secret, KeyMaterialError> {
    let mut packed = Zeroizing::new(String::with_capacity(body.len()));
    packed.extend(body.split_ascii_whitespace());
    let der =
        STANDARD.decode(packed.as_bytes()).map_err(|_| KeyMaterialError::Damaged { what: "its text is no Base64" })?;
    Ok(Zeroizing::new(der))
}

/// Takes a document in DER; a PKCS#12 file is opened with the password.
pub(super) fn take_der(der: &[u8], password: Option<&str>, parts: &mut Parts) -> Result<(), KeyMaterialError> {
    let copy = || Zeroizing::new(der.to_vec());
    match form(der)? {
        Form::Pkcs12 => {
            let contents = pkcs12::open(der, password)?;
            parts.is_pkcs12 = true;
            parts.keys.extend(contents.keys.into_iter().map(KeyPart::Pkcs8));
            parts.certificates.extend(contents.certificates);
        }
        Form::Pkcs8 => parts.keys.push(KeyPart::Pkcs8(copy())),
        Form::Pkcs1 => parts.keys.push(KeyPart::Pkcs1(copy())),
        Form::Sec1 => parts.keys.push(KeyPart::Sec1(copy())),
        Form::EncryptedPkcs8 => parts.keys.push(KeyPart::Encrypted(copy())),
        Form::Certificate => parts.certificates.push(der.to_vec()),
        Form::PublicKey => parts.public_keys += 1,
        Form::Bundle => parts.has_bundle = true,
        Form::Message => {
            return Err(KeyMaterialError::Unsupported {
                what: "an encrypted message or a part of one",
                instead: "Choose the key file that the service let you download.",
            });
        }
        Form::Other => return Err(KeyMaterialError::SomethingElse { what: "a binary file of another kind" }),
    }
    Ok(())
}
