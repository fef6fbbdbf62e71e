//! What other tools are lent in place of an AWS key, by the fields of the integration.

use std::collections::BTreeMap;

use storm_connectors::{Connector, EntryError};
use storm_domain::{Fields, Method, SessionRequest};

use crate::connector;

const ROLE: &str = "arn:aws:iam::123456789012:role/service/reports";

fn request(pairs: &[(&str, &str)]) -> Option<SessionRequest> {
    let typed: Fields = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let fields = connector("aws").check_fields(Method::ApiKey, &typed).unwrap();
    connector("aws").session_request(&fields).unwrap()
}

fn params(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    request(pairs).unwrap().params.into_iter().collect()
}

#[test]
fn a_role_is_assumed_with_the_external_id_if_there_is_one() {
    let with_id = params(&[("role", ROLE), ("external_id", "storm-4711")]);
    assert_eq!((with_id["Action"].as_str(), with_id["RoleArn"].as_str()), ("AssumeRole", ROLE));
    assert_eq!(with_id["ExternalId"], "storm-4711");
    let without = params(&[("role", ROLE), ("lend", "key")]);
    assert!(
        without["Action"] == "AssumeRole" && !without.contains_key("ExternalId"),
        "the role goes before: {without:?}"
    );
}

#[test]
fn without_a_role_it_is_a_session_unless_the_user_wants_the_key_lent() {
    assert_eq!(params(&[])["Action"], "GetSessionToken");
    assert_eq!(params(&[("external_id", "storm-4711")])["Action"], "GetSessionToken");
    assert_eq!(request(&[("lend", "key")]), None);
    // As it was saved before there was a choice.
    assert!(connector("aws").session_request(&Fields::new()).unwrap().is_some());
    assert_eq!(connector("openai").session_request(&Fields::new()).unwrap(), None);
}

#[test]
fn it_is_asked_of_the_region_or_of_the_address_that_was_typed() {
    let host = |pairs: &[(&str, &str)]| request(pairs).unwrap().url.to_string();
    assert_eq!(host(&[("region", "eu-central-1")]), "https://sts.eu-central-1.amazonaws.com/");
    assert_eq!(host(&[("base_url", "https://sts.example.com")]), "https://sts.example.com/");
}

#[test]
fn a_role_is_named_in_full() {
    let check = |role: &str| {
        let typed = Fields::from([("role".to_owned(), role.to_owned())]);
        connector("aws").check_fields(Method::ApiKey, &typed)
    };
    for role in
        ["reports", "arn:aws:iam::123456789012:user/ada", "arn:aws:iam::1234:role/a", "arn:aws:iam::123456789012:role/"]
    {
        assert_eq!(check(role).unwrap_err().field, "role", "{role}");
    }
    assert!(check("arn:aws-us-gov:iam::123456789012:role/a").is_ok());
}

#[test]
fn a_way_that_hangs_on_an_undeclared_field_is_refused() {
    let text = include_str!("../../catalogue/aws.toml");
    for (place, with) in
        [("when = { field = \"role\" }", "when = { field = \"rolle\" }"), ("\"{role}\"", "\"{rolle}\"")]
    {
        let entry = Connector::from_toml(&text.replacen(place, with, 1));
        assert!(matches!(entry, Err(EntryError::UndeclaredField { field, .. }) if field == "rolle"), "{with}");
    }
}
