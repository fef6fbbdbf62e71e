//! 1PUX archives, made here: what is taken of one, and what a hostile one costs.

use std::io::{Cursor, Write as _};

use zip::write::{SimpleFileOptions, ZipWriter};

use crate::{read_as, told};

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const DATA: &str = r#"{"accounts":[{"attrs":{"name":"Ada"},"vaults":[{"attrs":{"name":"Private"},"items":[
{"uuid":"1","categoryUuid":"112","state":"active","overview":{"title":"Acme","url":"https://api.example.com"},
 "details":{"loginFields":[],"sections":[{"title":"","fields":[
  {"title":"username","id":"username","value":{"string":"ada"}},
  {"title":"credential","id":"credential","value":{"concealed":"acme0123456789abcdef"}}]}]}},
{"uuid":"2","categoryUuid":"001","overview":{"title":"GitHub","url":"https://github.com"},
 "details":{"loginFields":[{"designation":"username","value":"ada"},{"designation":"password","value":"a-password-of-a-web-page"}],
  "sections":[{"title":"Tokens","fields":[{"title":"bot","id":"x","value":{"concealed":"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"}}]}]}},
{"item":{"uuid":"3","categoryUuid":"005","overview":{"title":"Mail"},"details":{"password":"another-password"}}}]}]}]}"#;

#[test]
fn keys_are_taken_and_passwords_of_web_pages_are_not() {
    let bytes =
        archive(&[("export.attributes", b"{}"), ("export.data", DATA.as_bytes()), ("files/a__photo.png", b"x")]);
    let expected = "= 1Password export (1PUX)\n\
        + ? Acme › credential: generic-api-key unknown acme0123456789abcdef “Acme”\n\
        + ? GitHub › bot: github certain 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\n";
    assert_eq!(told(&read_as(&bytes, "1PasswordExport.1pux")), expected);
}

#[test]
fn an_archive_of_something_else_is_unknown() {
    assert!(told(&read_as(&archive(&[("word/document.xml", b"<x/>")]), "a.docx")).contains("none of the files"));
}

#[test]
fn a_bomb_is_not_inflated() {
    let bytes = archive(&[("export.data", &vec![b' '; 16 * 1024 * 1024])]);
    assert!(bytes.len() < 1024 * 1024, "{}", bytes.len());
    assert!(told(&read_as(&bytes, "a.1pux")).contains("larger than 8 MiB"));
}

#[test]
fn an_archive_that_lies_about_its_size_is_not_inflated_either() {
    let mut bytes = archive(&[("export.data", &vec![b' '; 16 * 1024 * 1024])]);
    let real = u32::try_from(16 * 1024 * 1024).unwrap().to_le_bytes();
    let lie = 100_u32.to_le_bytes();
    let mut lies = 0;
    for at in 0..bytes.len() - 4 {
        if bytes[at..at + 4] == real {
            bytes[at..at + 4].copy_from_slice(&lie);
            lies += 1;
        }
    }
    assert!(lies > 0, "the size stands in the archive");
    assert!(told(&read_as(&bytes, "a.1pux")).starts_with('!'));
}

#[test]
fn an_archive_of_thousands_of_entries_is_refused() {
    let names: Vec<String> = (0..2_100).map(|number| format!("files/{number}")).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    assert!(told(&read_as(&archive(&entries), "a.1pux")).contains("far more entries"));
}
