//! Keys and key files made for the tests. RSA takes its time, so one key serves them all.

use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

static RSA_2048: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let der: Pkcs8V1Der<'_> = KeyPair::generate(KeySize::Rsa2048).unwrap().as_der().unwrap();
    der.as_ref().to_vec()
});

/// 1024 bits, PKCS#8. Protects nothing; nothing here can generate so short a key any more.
const RSA_1024: &str = "\
    MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAOpQXkg4gHvg+2GYy35weImU2NVEO6HbTCWvMuNRE0o00w0vI7mW\
    VYSdiRQkVZBVA1ld8KtURK7dV6M67OB3ce/9hYCWixNxp23yNt8YA++AoE/EKZ1e7SkOsHY7wcNYEz/T2CZ7P0PZjNVNGhvPS6rD\
    kOpuYFfl5rb/3P1L6OM5AgMBAAECgYEAj8qGMVfLMTpdygTUTGGE9xlK/4WB+s/zKOUdG3azmcRVCDA3gjqJfHqYlq29fHdPONZ3\
    TQzHoW/fyiHtH8rtNacACuVhePgd/Yy42IB3GbNh3qXCjKRxLRm0ECuZxdDcIdUhvJUf3UOJxXS2XJLVK+clix6HkTTef7+EPjEt\
    r6kCQQD5IqnlsIhIt5XVnRi512JDYmREW+n2DU9JeqvWWvr3Rk//G9A153i/36lyO9/yb4H+Nqh5iLjcYOtoQpz21NEjAkEA8MUo\
    aY9UMRQQnk94oFmuQmaHyFxEuS4o3C51ZVnW4xLChwScS+i6njISmCXpaWHWu5d6PO5vqe4oLpAQ/G+V8wJAIAIYGe6IU+9iTMOW\
    Paoycb3ea/nzIS2sliAwm6WswMBD3t7P7V0D4oL13jtbFmbFKMgU9Shft9Cr7gVA7WWCSQJBAJI3qasxl/eWL+F0cdUvoVxB2AQd\
    xL6RAc91h2XdgVq1cd19N04CMBMSZahwnaeZ+0ZBX8LRKo8QSua8JxSmz3ECQDfiqbvpCFozZe0Xqnsf7SeST4mFysNZqyrOGEbo\
    TZAIC2GrG4b77y5TJi+DyAgurlcaOMhWyYh5+AGQDcf2Rwo=";

pub fn rsa_2048() -> &'static [u8] {
    &RSA_2048
}

pub fn rsa_1024() -> Vec<u8> {
    STANDARD.decode(RSA_1024).unwrap()
}

pub fn ec_p256() -> Vec<u8> {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap().to_pkcs8v1().unwrap().as_ref().to_vec()
}

pub fn pem(label: &str, der: &[u8]) -> String {
    let body: Vec<String> =
        STANDARD.encode(der).as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", body.join("\n"))
}

/// A key file as Google writes it.
pub fn google_file() -> Value {
    json!({
        "type": "service_account",
        "project_id": "practice-project",
        "private_key_id": "0123456789abcdef",
        "private_key": pem("PRIVATE KEY", rsa_2048()),
        "client_email": "etl@practice-project.iam.gserviceaccount.com",
        "client_id": "100000000000000000000",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
        "universe_domain": "googleapis.com"
    })
}

/// The same with one member changed.
pub fn google_file_with(name: &str, value: Value) -> String {
    let mut file = google_file();
    file[name] = value;
    file.to_string()
}
