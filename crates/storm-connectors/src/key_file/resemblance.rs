//! What a refused file looks like, so that the refusal can name it.

use super::KeyFileError;
use super::json_object::JsonObject;

const USE_JSON: &str = "Make a key in JSON form at the service and drop that file.";

/// Bytes that are not text.
pub(crate) fn of_binary(bytes: &[u8]) -> KeyFileError {
    let what = match bytes {
        [0x30, 0x80..=0x84, ..] => {
            return KeyFileError::Unsupported { what: "a PKCS#12 or DER file", instead: USE_JSON };
        }
        [0x4c, 0, 0, 0, ..] => "a shortcut, not the file it leads to",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "text in UTF-16, saved by an editor",
        [b'P', b'K', 3, 4, ..] => "a ZIP archive; unpack it first",
        [0x1f, 0x8b, ..] => "a compressed archive; unpack it first",
        [b'%', b'P', b'D', b'F', ..] => "a PDF document",
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => "a picture",
        [0x7f, b'E', b'L', b'F', ..] | [b'M', b'Z', ..] => "a program",
        [b'b', b'p', b'l', b'i', b's', b't', ..] => "a link or a settings file of macOS",
        _ => "a binary file",
    };
    KeyFileError::SomethingElse { what }
}

/// Text that is not a JSON object.
pub(crate) fn of_text(text: &str, file_name: &str) -> KeyFileError {
    if let Some(refusal) = of_pem(text) {
        return refusal;
    }
    let lower: String = text.chars().take(400).collect::<String>().to_ascii_lowercase();
    let first_line = lower.lines().next().unwrap_or_default();
    if first_line.contains("access key id") || lower.contains("aws_access_key_id") {
        return KeyFileError::Unsupported {
            what: "an AWS access key",
            instead: "AWS keys are not supported yet; keep the file where it is.",
        };
    }
    if lower.contains("apiversion:") && lower.contains("clusters:") {
        return KeyFileError::Unsupported {
            what: "a kubeconfig file",
            instead: "Such files are not supported yet; keep it where it is.",
        };
    }
    if first_line.starts_with("ssh-") || first_line.starts_with("ecdsa-sha2-") {
        return public_key();
    }
    let what = if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        "a web page; the sign-in page may have been saved instead of the file"
    } else if lower.contains("<!doctype plist") || lower.contains("[internetshortcut]") {
        "a link to a web page"
    } else if lower.starts_with('<') {
        "an XML file"
    } else if lower.starts_with('[') {
        "a list in JSON"
    } else if file_name.starts_with(".env") || first_line.contains('=') {
        "a list of settings; paste a key from it as an API key instead"
    } else {
        "a text file"
    };
    KeyFileError::SomethingElse { what }
}

/// PEM (RFC 7468), told apart by its labels; None = no PEM.
pub(crate) fn of_pem(text: &str) -> Option<KeyFileError> {
    let labels: Vec<&str> =
        text.lines().filter_map(|line| line.trim().strip_prefix("-----BEGIN ")?.strip_suffix("-----")).collect();
    let keys = labels.iter().filter(|label| label.ends_with("PRIVATE KEY")).count();
    let has = |label: &str| labels.contains(&label);
    Some(if labels.is_empty() {
        return None;
    } else if keys > 1 {
        KeyFileError::SeveralKeys
    } else if has("OPENSSH PRIVATE KEY") {
        KeyFileError::Unsupported { what: "an SSH key", instead: USE_JSON }
    } else if has("ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED") || text.contains("DEK-Info:") {
        KeyFileError::Unsupported { what: "a private key under a passphrase", instead: USE_JSON }
    } else if keys == 1 {
        KeyFileError::Unsupported { what: "a private key alone, without the account it belongs to", instead: USE_JSON }
    } else if has("CERTIFICATE") {
        KeyFileError::Unsupported { what: "a certificate without its private key", instead: USE_JSON }
    } else if labels.iter().any(|label| label.ends_with("PUBLIC KEY")) {
        public_key()
    } else {
        KeyFileError::SomethingElse { what: "a PEM file of another kind" }
    })
}

/// A JSON object that is no service-account key.
pub(crate) fn of_object(object: &JsonObject) -> KeyFileError {
    let unsupported = |what, instead| KeyFileError::Unsupported { what, instead };
    match object.text("type") {
        Some("external_account" | "impersonated_service_account" | "external_account_authorized_user") => unsupported(
            "a workload identity configuration, which may run programs or fetch from addresses it names",
            USE_JSON,
        ),
        Some("authorized_user") => {
            unsupported("a personal sign-in that another tool saved", "Use Authorize to sign in yourself instead.")
        }
        _ if object.has("installed") || object.has("web") => unsupported(
            "an OAuth client file",
            "Enter its client_id and client_secret as an app registration, then use Authorize.",
        ),
        _ if object.has("private_key") && object.has("client_email") => KeyFileError::NotUsable { name: "type" },
        _ if object.has("kty") => unsupported("a JSON Web Key", USE_JSON),
        _ if object.has("dependencies") || object.has("devDependencies") || object.has("scripts") => {
            KeyFileError::SomethingElse { what: "a package.json of a JavaScript project" }
        }
        _ if object.has("compilerOptions") => KeyFileError::SomethingElse { what: "a tsconfig.json" },
        _ if object.has("access_token") || object.has("refresh_token") => {
            unsupported("a saved token", "Tokens end soon; set the service up with Authorize instead.")
        }
        _ => KeyFileError::SomethingElse { what: "JSON data of another kind" },
    }
}

fn public_key() -> KeyFileError {
    KeyFileError::Unsupported { what: "a public key, which cannot sign in", instead: USE_JSON }
}
