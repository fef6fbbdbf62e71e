//! Dropped files: read within the limits, and no secret of theirs stands in a message or in what is printed for debugging.

use storm_connectors::{DroppedFile, KeyMaterial, KeyMaterialError, read_dropped, read_key_file, read_key_material};
use storm_domain::Timestamp;
use storm_secret::Passphrase;

use crate::{PLANTED, limit};

/// 1 December 2026, as in the tests of the golden files.
const NOW: Timestamp = Timestamp(1_796_083_200_000);
const PASSWORD: &str = "practice";

/// How a kind of file is dropped, and what stands before a secret in it.
struct Kind {
    name: &'static str,
    password: Option<&'static str>,
    before_secret: &'static [&'static str],
}

impl Kind {
    fn file<'a>(&self, bytes: &'a [u8]) -> DroppedFile<'a> {
        DroppedFile { bytes, name: self.name }
    }
}

pub fn aws(data: &[u8]) {
    const IN_INI: &[&str] = &["aws_secret_access_key=", "aws_secret_access_key = ", "AWS_SECRET_ACCESS_KEY="];
    const IN_CSV: &[&str] = &[",AKIAIOSFODNN7EXAMPLE,"];
    let text = std::str::from_utf8(data).unwrap_or_default();
    let is_csv = text.lines().next().is_some_and(|head| head.contains(','));
    // A user may be called like any of these; in a table as it is written, without quotes, that is no cell before the secret's.
    let is_plain = !text.contains('"') && text.starts_with("User name,Password,Access key ID,Secret access key,");
    let before_secret = if !is_csv {
        IN_INI
    } else if is_plain {
        IN_CSV
    } else {
        &[]
    };
    hold(data, &Kind { name: "credentials", password: None, before_secret });
}

pub fn json_key(data: &[u8]) {
    const BEFORE: &[&str] =
        &["\"private_key\":\"", "\"private_key\": \"", "\"client_secret\":\"", "\"client_secret\": \""];
    let kind = Kind { name: "key.json", password: None, before_secret: BEFORE };
    hold(data, &kind);
    if has_planted(data) {
        return;
    }
    for input in [Some(data.to_vec()), planted(data, kind.before_secret)].into_iter().flatten() {
        match limit::within(|| read_key_file(&input, kind.name)) {
            Ok(read) => check_text(&format!("{read:?}")),
            Err(error) => check_message(&error.to_string()),
        }
    }
}

pub fn kubeconfig(data: &[u8]) {
    const BEFORE: &[&str] = &["token: ", "client-key-data: ", "password: "];
    hold(data, &Kind { name: "config", password: None, before_secret: BEFORE });
}

pub fn pem(data: &[u8]) {
    const BEFORE: &[&str] = &["PRIVATE KEY-----\n", "PRIVATE KEY-----\r\n"];
    hold(data, &Kind { name: "key.pem", password: Some(PASSWORD), before_secret: BEFORE });
}

pub fn pkcs12(data: &[u8]) {
    hold(data, &Kind { name: "key.p12", password: Some(PASSWORD), before_secret: &[] });
}

/// As it is, with a secret planted in it, and cut in two files.
fn hold(data: &[u8], kind: &Kind) {
    if has_planted(data) {
        return;
    }
    let password = kind.password.map(Passphrase::new);
    check(&limit::within(|| read_key_material(kind.file(data), password.as_ref(), NOW)));
    if let Some(planted) = planted(data, kind.before_secret) {
        check(&limit::within(|| read_key_material(kind.file(&planted), password.as_ref(), NOW)));
    }
    let (one, other) = data.split_at(data.len() / 2);
    let files = [kind.file(one), DroppedFile { bytes: other, name: "other.pem" }];
    check(&limit::within(|| read_dropped(&files, password.as_ref(), NOW)));
}

/// Whether [`PLANTED`] is there already, maybe where a file keeps no secret: libFuzzer tries what it sees compared.
fn has_planted(data: &[u8]) -> bool {
    data.windows(PLANTED.len()).any(|window| window == PLANTED.as_bytes())
}

/// The file with [`PLANTED`] at the beginning of the first secret that it shows.
fn planted(data: &[u8], before_secret: &[&str]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(data).ok()?;
    let at = before_secret.iter().find_map(|before| text.find(before).map(|at| at + before.len()))?;
    Some([&text[..at], PLANTED, &text[at..]].concat().into_bytes())
}

fn check(read: &Result<KeyMaterial, KeyMaterialError>) {
    match read {
        Ok(material) => {
            check_text(&format!("{material:?}"));
            assert!(!material.file_name.contains('/'));
            if let Some(holder) = &material.holder {
                check_text(holder.name());
                assert!(holder.name().chars().count() <= 200 && !holder.name().contains(char::is_control));
            }
        }
        Err(error) => {
            check_text(&format!("{error:?}"));
            check_message(&error.to_string());
        }
    }
}

fn check_message(message: &str) {
    check_text(message);
    assert!(message.ends_with('.') && !message.contains(char::is_control), "{message}");
}

fn check_text(shown: &str) {
    assert!(!shown.contains(PLANTED), "{shown}");
}
