//! The schema: what must hold for every entry, and how entries are found.

use std::collections::BTreeSet;
use std::time::Duration;

use storm_connectors::{Catalogue, Connector, EntryError, RevokeBy, Setup, check_url};
use storm_domain::{Fields, KeyExchange, KeyFileAccount, KeyPlacement, KeyTask, Method, ServiceAccountKey};
use storm_secret::PrivateKey;
use url::Url;

fn example_fields(connector: &Connector, method: Method) -> Fields {
    let typed = connector.fields_of(method).map(|field| (field.name.clone(), field.example.clone())).collect();
    connector.check_fields(method, &typed).unwrap()
}

fn every_method() -> impl Iterator<Item = (&'static Connector, Method)> {
    let connectors = Catalogue::embedded().unwrap().connectors().iter();
    connectors.flat_map(|connector| connector.methods.iter().map(move |spec| (connector, spec.method())))
}

fn is_allowed(url: &Url) -> bool {
    check_url(url.as_str()).is_ok()
}

#[test]
fn every_entry_is_known_here_by_name() {
    let ids: BTreeSet<&str> =
        Catalogue::embedded().unwrap().connectors().iter().map(|connector| connector.id.as_str()).collect();
    let expected = BTreeSet::from([
        "app-store-connect",
        "aws",
        "entra-app",
        "generic-api-key",
        "generic-key-file",
        "generic-oauth",
        "github",
        "github-app",
        "gitlab",
        "google",
        "google-service-account",
        "kubernetes",
        "microsoft",
        "notion",
        "okta",
        "openai",
        "practice",
        "salesforce",
        "slack",
        "snowflake",
        "stripe",
    ]);
    assert_eq!(ids, expected);
}

#[test]
fn every_file_of_the_catalogue_is_embedded() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/catalogue");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let on_disk: BTreeSet<String> = files
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
        .filter(|id| id != "foreign-keys")
        .collect();
    let embedded = Catalogue::embedded().unwrap().connectors().iter().map(|connector| connector.id.clone()).collect();
    assert_eq!(on_disk, embedded);
}

#[test]
fn every_template_resolves_with_the_examples_of_its_fields() {
    for (connector, method) in every_method() {
        let fields = example_fields(connector, method);
        let at = format!("{} {method:?}", connector.id);
        let verify = connector.verify_request(method, &fields).unwrap_or_else(|error| panic!("{at}: {error}"));
        assert!(is_allowed(&verify.url), "{at}");
        for (name, value) in &verify.headers {
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{at}: header {name}");
            assert!(!value.chars().any(char::is_control), "{at}: header {name}");
        }
        if let Some(revoke) = connector.revoke_request(method, &fields, Some("key-1")).unwrap() {
            assert!(is_allowed(&revoke.url), "{at}");
        }
        if connector.mints(method) {
            let token_uri = url::Url::parse("https://oauth2.googleapis.com/token").unwrap();
            let client_email = "etl@project.iam.gserviceaccount.com".to_owned();
            let account = KeyFileAccount { client_email, project_id: None, token_uri };
            for task in [KeyTask::List, KeyTask::Create, KeyTask::Deactivate, KeyTask::Reactivate, KeyTask::Delete] {
                let request = connector.key_request(method, &fields, task, Some("key-1"), Some(&account));
                let request = request.unwrap_or_else(|error| panic!("{at}: {task:?}: {error}"));
                assert!(request.is_some_and(|request| is_allowed(&request.url)), "{at}: {task:?}");
            }
        }
        let pages = connector.pages(method, &fields).unwrap();
        assert!(pages.keys.is_some() || pages.apps.is_some(), "{at}: no page to make the credential on");
        for page in [pages.keys, pages.apps, pages.docs].into_iter().flatten() {
            assert!(is_allowed(&page), "{at}: {page}");
        }
        connector.rotation(method, &fields).unwrap_or_else(|error| panic!("{at}: {error}"));
        connector.key_placement(method, &fields).unwrap_or_else(|error| panic!("{at}: {error}"));
        match method {
            Method::ApiKey => {}
            Method::OAuth => {
                let service = connector.oauth_service(&fields).unwrap_or_else(|error| panic!("{at}: {error}"));
                assert!(is_allowed(&service.authorize_url) && is_allowed(&service.token_url), "{at}");
                assert!(!connector.redirect_uris().unwrap().is_empty(), "{at}");
            }
            Method::ServiceAccount if connector.shows_certificates() => {
                assert_eq!(connector.key_placement(method, &fields).unwrap(), KeyPlacement::TlsCertificate, "{at}");
            }
            Method::ServiceAccount => {
                let account = KeyFileAccount {
                    client_email: "etl@project.example".to_owned(),
                    project_id: None,
                    token_uri: Url::parse("https://oauth2.example/token").unwrap(),
                };
                let mut key = ServiceAccountKey::of_account(PrivateKey::new("pem"), "key-1".to_owned(), account);
                key.fingerprint = Some("SHA256:x".to_owned());
                let service = connector
                    .service_account_service(&fields, &[], &key)
                    .unwrap_or_else(|error| panic!("{at}: {error}"));
                match &service.exchange {
                    KeyExchange::Grant { token_url: None } => assert!(!service.token_hosts.is_empty(), "{at}"),
                    KeyExchange::Grant { token_url: Some(url) }
                    | KeyExchange::Client { token_url: url, .. }
                    | KeyExchange::Bearer { token_url: url } => assert!(is_allowed(url), "{at}"),
                    KeyExchange::Itself => assert!(service.assertion.issuer.is_some(), "{at}"),
                }
            }
        }
    }
}

#[test]
fn every_method_says_when_to_use_it_and_how_to_get_the_credential() {
    for (connector, method) in every_method() {
        let spec = connector.method(method).unwrap();
        for text in [&spec.title, &spec.how_to_get, spec.when_to_use(), &connector.description, &connector.name] {
            assert!(text.len() > 3 && text.len() < 400 && text.trim() == text, "{}: {text}", connector.id);
            assert!(!text.to_lowercase().contains("simply"), "{}: {text}", connector.id);
        }
        if let Setup::OAuth(setup) = &spec.setup {
            assert!(setup.redirect_help.ends_with('.'), "{}", connector.id);
        }
    }
}

#[test]
fn every_fact_has_a_dated_source_for_each_method() {
    for connector in Catalogue::embedded().unwrap().connectors() {
        assert!(!connector.sources.is_empty(), "{}", connector.id);
        for source in &connector.sources {
            let date: Vec<&str> = source.checked_on.split('-').collect();
            let well_formed = date.iter().map(|part| part.len()).eq([4, 2, 2])
                && date.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
            assert!(well_formed, "{}: {}", connector.id, source.checked_on);
            assert!(!source.about.is_empty() && !source.source.is_empty(), "{}", connector.id);
        }
        let about: Vec<&str> = connector.sources.iter().flat_map(|source| &source.about).map(String::as_str).collect();
        for spec in &connector.methods {
            let word = match spec.method() {
                Method::ApiKey => "api_key",
                Method::OAuth => "oauth",
                Method::ServiceAccount => "service_account",
            };
            assert!(about.iter().any(|fact| fact.starts_with(word)), "{} {word}", connector.id);
        }
    }
}

#[test]
fn every_tile_can_be_drawn() {
    for connector in Catalogue::embedded().unwrap().connectors() {
        let digits = connector.colour.strip_prefix('#').unwrap_or_default();
        assert!(digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "{}", connector.id);
        assert!((1..=2).contains(&connector.monogram.chars().count()), "{}", connector.id);
        assert!(contrast_with_white(digits) >= 4.5, "{}: {}", connector.id, connector.colour);
    }
}

/// WCAG 2.1 contrast ratio of white letters on `rrggbb`.
fn contrast_with_white(digits: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    1.05 / (0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4) + 0.05)
}

#[test]
fn every_pasted_key_has_a_way_to_end() {
    for (connector, method) in every_method().filter(|(_, method)| *method == Method::ApiKey) {
        let rotation = connector.rotation(method, &example_fields(connector, method)).unwrap();
        assert_ne!(rotation.revoke, RevokeBy::Hand, "{}", connector.id);
        assert!(rotation.create_page.is_some(), "{}", connector.id);
        assert!(rotation.settle.as_secs() > 0, "{}", connector.id);
    }
}

#[test]
fn key_shapes_of_one_connector_differ_and_are_never_empty() {
    for connector in Catalogue::embedded().unwrap().connectors() {
        let prefixes: BTreeSet<&str> = connector.key_shapes.iter().map(|shape| shape.prefix.as_str()).collect();
        assert_eq!(prefixes.len(), connector.key_shapes.len(), "{}", connector.id);
        assert!(!prefixes.contains(""), "{}", connector.id);
    }
}

#[test]
fn only_bearer_needs_no_name() {
    for (connector, method) in every_method() {
        let placement = connector.key_placement(method, &example_fields(connector, method)).unwrap();
        if let KeyPlacement::Header { name, .. } | KeyPlacement::Query { name } = placement {
            assert!(!name.is_empty(), "{}", connector.id);
        }
    }
}

fn found(text: &str) -> Vec<&'static str> {
    Catalogue::embedded().unwrap().search(text).into_iter().map(|connector| connector.id.as_str()).collect()
}

#[test]
fn search_puts_the_beginning_of_a_name_before_anything_else() {
    assert_eq!(found("git"), ["github", "github-app", "gitlab"]);
    assert_eq!(found("google"), ["google", "google-service-account"]);
    assert_eq!(found("SLACK"), ["slack"]);
    assert_eq!(found("service")[..1], ["google-service-account"]);
    assert_eq!(found("bigquery"), ["google-service-account"]);
    assert_eq!(found("outlook"), ["microsoft"]);
    assert_eq!(found("developer"), ["app-store-connect", "github", "github-app", "gitlab"]);
}

#[test]
fn search_needs_every_word_and_finds_all_for_none() {
    assert_eq!(found("google bigquery"), ["google-service-account"]);
    assert!(found("google slack").is_empty());
    assert!(found("zzz").is_empty());
    assert_eq!(found("  ").len(), Catalogue::embedded().unwrap().connectors().len());
    assert_eq!(found("amazon"), ["aws"]);
    assert_eq!(found("aws"), ["aws"]);
    assert_eq!(found("")[0], "practice");
}

const SMALLEST: &str = r##"
id = "small"
name = "Small"
category = "ai"
monogram = "S"
colour = "#000000"
description = "As little as there can be."
[[methods]]
title = "Key"
how_to_get = "Ask."
pages = { keys = "https://small.example/keys" }
setup = { api_key = {} }
verify = { url = "https://small.example/me" }
[[sources]]
about = ["api_key"]
standing = "checked"
source = "a test"
checked_on = "2026-11-22"
"##;

#[test]
fn the_smallest_entry_is_accepted() {
    assert_eq!(Connector::from_toml(SMALLEST).unwrap().methods.len(), 1);
}

#[test]
fn a_service_has_its_own_idea_of_how_often_it_is_asked_but_an_hour_at_least() {
    let interval = |verify: &str| {
        let text = SMALLEST.replacen("verify = { ", &format!("verify = {{ {verify}"), 1);
        Connector::from_toml(&text).unwrap().verification_interval(Method::ApiKey)
    };
    assert_eq!(interval(""), None);
    assert_eq!(interval("interval_s = 259_200, "), Some(Duration::from_secs(3 * 24 * 60 * 60)));
    assert_eq!(interval("interval_s = 1, "), Some(Duration::from_secs(60 * 60)));
}

#[test]
fn a_key_that_the_schema_does_not_know_is_refused_at_every_level() {
    for (place, with) in [
        ("monogram = ", "monogramm = \"x\"\nmonogram = "),
        ("title = \"Key\"", "title = \"Key\"\ntitel = \"x\""),
        ("{ api_key = {} }", "{ api_key = { colour = \"x\" } }"),
        ("{ keys = ", "{ key = \"https://a.example\", keys = "),
        ("verify = { ", "verify = { uri = \"x\", "),
        ("standing = ", "standingg = \"x\"\nstanding = "),
    ] {
        let text = SMALLEST.replacen(place, with, 1);
        assert_ne!(text, SMALLEST, "{place} is not in the entry");
        assert!(matches!(Connector::from_toml(&text), Err(EntryError::Shape(_))), "{with}");
    }
}

#[test]
fn entries_that_contradict_themselves_are_refused() {
    let with = |place: &str, text: &str| Connector::from_toml(&SMALLEST.replacen(place, text, 1)).unwrap_err();
    assert!(matches!(with("id = \"small\"", "id = \"Sm all\""), EntryError::Id { .. }));
    assert!(matches!(with("https://small.example/me", "https://{host}/me"), EntryError::UndeclaredField { .. }));
    assert!(matches!(with("https://small.example/me", "https://{host/me"), EntryError::Shape(_)));
    let method = &SMALLEST[SMALLEST.find("[[methods]]").unwrap()..SMALLEST.find("[[sources]]").unwrap()];
    assert!(matches!(with("[[sources]]", &format!("{method}[[sources]]")), EntryError::Methods { .. }));
    let field = "[[fields]]\nname = \"host\"\ntitle = \"Host\"\nexample = \"not a host\"\nkind = \"host\"\n[[sources]]";
    assert!(matches!(with("[[sources]]", field), EntryError::Example { .. }));
    let reserved = "[[fields]]\nname = \"key_id\"\ntitle = \"Id\"\nexample = \"x\"\n[[sources]]";
    assert!(matches!(with("[[sources]]", reserved), EntryError::FieldName { .. }));
    let pattern = "[[fields]]\nname = \"id\"\ntitle = \"Id\"\nexample = \"x\"\npattern = \"[\"\n[[sources]]";
    assert!(matches!(with("[[sources]]", pattern), EntryError::Shape(_)));
}

/// RFC 8252 §8.5: what is in every copy of a program is no secret. A client secret is the user's own, and lies in the vault.
#[test]
fn o11_no_entry_of_the_catalogue_has_room_for_a_client_secret_or_holds_one() {
    fn keys(value: &toml::Value, found: &mut Vec<String>) {
        match value {
            toml::Value::Table(table) => table.iter().for_each(|(key, value)| {
                found.push(format!("{key} = {value}"));
                keys(value, found);
            }),
            toml::Value::Array(list) => list.iter().for_each(|value| keys(value, found)),
            _ => {}
        }
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut found = Vec::new();
        keys(&toml::from_str(&text).unwrap(), &mut found);
        let named: Vec<_> = found.iter().filter(|line| line.split(" =").next().unwrap().contains("secret")).collect();
        assert!(named.iter().all(|line| line.starts_with("secret_required = ")), "{named:?}");
        assert!(!text.contains("GOCSPX-") && !text.contains("BEGIN "), "a known shape of secrets");
        files += 1;
    }
    assert!(files > 10);
    let entry = |extra: &str| {
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/catalogue/practice.toml")).unwrap();
        Connector::from_toml(&text.replace("redirect_help", &format!("{extra}\nredirect_help")))
    };
    assert!(entry("").is_ok());
    assert!(entry("client_secret = \"x\"").is_err(), "the schema has no place for it");
}
