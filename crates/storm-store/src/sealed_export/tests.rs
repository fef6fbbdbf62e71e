//! Exports: all that they hold comes back, and nothing of it is readable without the passphrase. What a sealed file promises of
//! damage and costs is tested where it is made (storm-crypto).

use std::collections::BTreeMap;

use storm_domain::Credential;
use storm_secret::PrivateKey;
use storm_testkit::{api_key, oauth_grant, service_account_key};

use super::*;

const NOW: Timestamp = Timestamp(1_767_225_600_000);
const SECRETS: [&str; 5] = ["k-3y-of-the-export", "at-secret", "rt-secret", "-----a private key", "s3cret-of-the-app"];

fn passphrase() -> Passphrase {
    Passphrase::new("correct horse battery")
}

fn integration(number: u128, method: Method, credential: Option<Credential>) -> ExportedIntegration {
    ExportedIntegration {
        id: IntegrationId(Uuid::from_u128(number)),
        name: format!("Reports {number}"),
        labels: vec!["billing".to_owned()],
        connector_id: "practice".to_owned(),
        method,
        fields: BTreeMap::from([("base_url".to_owned(), "https://practice.example".to_owned())]),
        registration_id: (method == Method::OAuth).then(|| RegistrationId(Uuid::from_u128(7))),
        requested_scopes: vec!["read".to_owned()],
        granted_scopes: vec!["read".to_owned()],
        account: Some(Account { id: "1".to_owned(), label: "ada@practice.example".to_owned() }),
        after_days: Some(90),
        ends_at: Some(Timestamp(NOW.0 + 1)),
        saved_at: NOW,
        credential,
    }
}

fn export() -> Export {
    let mut grant = oauth_grant(SECRETS[1], Some(SECRETS[2]));
    grant.dpop_key = Some(PrivateKey::new("dpop"));
    let registration = AppRegistration {
        id: RegistrationId(Uuid::from_u128(7)),
        connector_id: "practice".to_owned(),
        client_id: "practice-desktop".to_owned(),
        has_secret: true,
        secret_ends_at: Some(Timestamp(NOW.0 + 2)),
        fields: BTreeMap::new(),
        created_at: NOW,
    };
    Export {
        id: Uuid::from_u128(1),
        term: Term::of_days(NOW, 7).unwrap(),
        integrations: vec![
            integration(1, Method::ApiKey, Some(api_key(SECRETS[0]))),
            integration(2, Method::OAuth, Some(Credential::OAuthGrant(grant))),
            integration(3, Method::ServiceAccount, Some(service_account_key(SECRETS[3]))),
            integration(4, Method::OAuth, None),
        ],
        registrations: vec![ExportedRegistration { registration, secret: Some(ClientSecret::new(SECRETS[4])) }],
    }
}

fn sealed(export: &Export) -> Vec<u8> {
    seal_export(export, &passphrase(), PassphraseCost::LEAST).unwrap()
}

#[test]
fn all_of_it_comes_back_and_none_of_it_is_readable_before() {
    let export = export();
    let file = sealed(&export);
    assert!(is_export(&file));
    assert_eq!(read_export_term(&file, NOW).unwrap(), export.term);
    for hidden in SECRETS.into_iter().chain(["Reports", "ada@practice.example", "practice-desktop", "base_url"]) {
        assert!(!file.windows(hidden.len()).any(|part| part == hidden.as_bytes()), "{hidden} stands in the file");
    }
    let opened = open_export(&file, &passphrase(), NOW).unwrap();
    assert_eq!((opened.id, opened.term), (export.id, export.term));
    // What a row and a registration say, and each secret byte for byte: as they were written they would be written again.
    assert_eq!(format!("{opened:?}"), format!("{export:?}"));
    // EXPOSE: compared in a test.
    assert_eq!(encode(&opened).unwrap().expose(), encode(&export).unwrap().expose());
    let moves: Vec<bool> = opened.integrations.iter().map(ExportedIntegration::moves_sign_in).collect();
    assert_eq!(moves, [false, true, false, false]);
}

#[test]
fn an_export_that_has_ended_says_so_before_and_after_its_passphrase() {
    let export = export();
    let file = sealed(&export);
    let end = export.term.ends_at;
    let late = Timestamp(end.0 + 1);
    assert!(open_export(&file, &passphrase(), end).is_ok());
    assert_eq!(read_export_term(&file, late), Err(ExportFileError::Ended { at: end }));
    assert_eq!(open_export(&file, &passphrase(), late).unwrap_err(), ExportFileError::Ended { at: end });
}

#[test]
fn another_passphrase_damage_and_something_else_are_told_apart() {
    let file = sealed(&export());
    let open = |file: &[u8]| open_export(file, &passphrase(), NOW).unwrap_err();
    let other = Passphrase::new("correct house battery");
    assert_eq!(open_export(&file, &other, NOW).unwrap_err(), ExportFileError::WrongPassphrase);
    assert_eq!(open(&file[..file.len() / 2]), ExportFileError::Damaged);
    assert_eq!(open(b"{\"type\":\"service_account\"}"), ExportFileError::NotAnExport);
    assert_eq!(open(b""), ExportFileError::NotAnExport);
    let mut newer = file.clone();
    newer[8] = 9;
    assert_eq!(open(&newer), ExportFileError::NewerVersion);
    let long = [file, vec![0; LONGEST_EXPORT]].concat();
    assert_eq!(open(&long), ExportFileError::TooLarge);
}

#[test]
fn a_short_passphrase_and_too_much_are_refused_before_anything_is_sealed() {
    let short = Passphrase::new("eleven char");
    let refusal = seal_export(&export(), &short, PassphraseCost::LEAST).unwrap_err();
    assert_eq!(refusal, ExportFileError::PassphraseTooShort);
    let one = integration(1, Method::ApiKey, None);
    let many = Export { integrations: vec![one; MOST_EXPORTED + 1], ..export() };
    assert_eq!(seal_export(&many, &passphrase(), PassphraseCost::LEAST).unwrap_err(), ExportFileError::TooLarge);
    let heavy = integration(1, Method::ApiKey, Some(api_key(&"k".repeat(LONGEST_EXPORT))));
    let heavy = Export { integrations: vec![heavy], ..export() };
    assert_eq!(seal_export(&heavy, &passphrase(), PassphraseCost::LEAST).unwrap_err(), ExportFileError::TooLarge);
}

#[test]
fn content_that_was_sealed_with_a_secret_too_few_or_too_many_is_damage() {
    let export = export();
    let id = (export.id, export.term);
    let empty = Export { integrations: Vec::new(), registrations: Vec::new(), ..export.clone() };
    let head = Head { integrations: export.integrations.iter().map(row_of).collect(), registrations: Vec::new() };
    for secrets in [0, 3, 5] {
        let content = payload::encode(&head, &vec![None; secrets]).unwrap();
        assert_eq!(decode(id.0, id.1, &content).unwrap_err(), ExportFileError::Damaged, "{secrets} secrets");
    }
    assert!(decode(id.0, id.1, &encode(&empty).unwrap()).unwrap().integrations.is_empty());
}
