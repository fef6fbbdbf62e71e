//! Any bytes under any name give a reading or a reason, soon and without a panic.

use proptest::prelude::*;

use crate::read_as;

const NAMES: [&str; 14] = [
    ".env",
    "credentials",
    "hosts.yml",
    "config.json",
    ".netrc",
    "kubeconfig",
    ".npmrc",
    ".pypirc",
    "a.postman_environment.json",
    "Insomnia.yaml",
    "a.bru",
    "1Password.csv",
    "a.1pux",
    "bitwarden_export.json",
];

/// Pieces that the readers look for, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "`",
        "\n",
        "\r\n",
        "=",
        ": ",
        ",",
        "#",
        "\\",
        "export ",
        "machine ",
        "password ",
        "macdef x\n",
        "vars {\n",
        "vars:secret [\n",
        "apiVersion: v1\nusers:\n",
        "[default]\n",
        "aws_access_key_id=",
        "AWS_SECRET_ACCESS_KEY=",
        "\"encrypted\":false,\"items\":[",
        "\"values\":[",
        "title,password\n",
        "type: collection.insomnia.rest/5.0\n",
        "&a ",
        "*a",
        "//x/:_auth=",
        "\"auths\":{",
        "ghp_",
        "-----BEGIN PRIVATE KEY-----",
        "é",
        "\u{feff}",
        "GITHUB_TOKEN",
        "abc",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in pieces(), name in prop::sample::select(NAMES.to_vec())) {
        let _ = read_as(text.as_bytes(), name);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), name in prop::sample::select(NAMES.to_vec())) {
        let _ = read_as(&bytes, name);
        let mut archive = b"PK\x03\x04".to_vec();
        archive.extend(bytes);
        let _ = read_as(&archive, name);
    }
}

#[test]
fn a_file_is_no_larger_than_such_files_are() {
    let line = b"ACME_TOKEN=acme0123456789abcdef\n";
    let large = line.repeat(1024 * 1024 / line.len() + 1);
    assert!(read_as(&large, ".env").unwrap_err().to_string().contains("1 MiB"));
    let larger = vec![b'a'; 4 * 1024 * 1024 + 1];
    assert!(read_as(&larger, "bitwarden_export.json").unwrap_err().to_string().contains("4 MiB"));
}

#[test]
fn a_file_with_thousands_of_keys_gives_five_hundred_and_says_so() {
    let text: String = (0..2000).map(|number| format!("ACME_{number}_TOKEN=acme0123456789abcdef\n")).collect();
    let reading = read_as(text.as_bytes(), ".env").unwrap();
    assert_eq!(reading.found.len(), 500);
    assert_eq!(reading.left.len(), 1, "said once");
    assert!(reading.left[0].reason.contains("more than 500"));
}
