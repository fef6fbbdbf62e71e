//! Keys that the tests make, as people paste them, and what was sent with them.

use std::collections::HashMap;

use aws_lc_rs::encoding::{AsDer as _, EcPrivateKeyRfc5915Der, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair as RsaKey, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation};
use serde_json::Value;
use url::form_urlencoded;

/// Bytes before the RSAPrivateKey in a PKCS#8 of 2,048 bits.
const PKCS8_HEAD: usize = 26;

pub fn pem(label: &str, der: &[u8]) -> String {
    let lines: Vec<String> = BASE64_STANDARD
        .encode(der)
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// A key in every form that is taken, and what verifies its signatures.
pub struct TestKey {
    pub pems: Vec<String>,
    pub public: DecodingKey,
}

pub fn rsa_key() -> TestKey {
    let pair = RsaKey::generate(KeySize::Rsa2048).unwrap();
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let pems = vec![pem("PRIVATE KEY", pkcs8.as_ref()), pem("RSA PRIVATE KEY", &pkcs8.as_ref()[PKCS8_HEAD..])];
    TestKey { pems, public: DecodingKey::from_rsa_der(pair.public_key().as_ref()) }
}

pub fn ec_key() -> TestKey {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let pkcs8 = pair.to_pkcs8v1().unwrap();
    let sec1: EcPrivateKeyRfc5915Der<'_> = pair.private_key().as_der().unwrap();
    let pems = vec![pem("PRIVATE KEY", pkcs8.as_ref()), pem("EC PRIVATE KEY", sec1.as_ref())];
    TestKey { pems, public: DecodingKey::from_ec_der(pair.public_key().as_ref()) }
}

/// The form of a request as it was sent.
pub fn form(request: &str) -> HashMap<String, String> {
    form_urlencoded::parse(request.split_once("\r\n\r\n").unwrap().1.as_bytes()).into_owned().collect()
}

pub fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let head = request.split_once("\r\n\r\n").unwrap().0;
    head.lines()
        .find_map(|line| line.split_once(": ").filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|it| it.1))
}

/// Header and claims of a signed text, if the signature is the key's. Whom it is for and when it ends is for the test to say.
pub fn signed(text: &str, algorithm: Algorithm, key: &DecodingKey) -> TokenData<Value> {
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    jsonwebtoken::decode(text, key, &validation).unwrap()
}
