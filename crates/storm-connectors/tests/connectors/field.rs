//! Fields: what is kept of what was typed, and how the rest is refused.

use proptest::prelude::*;
use storm_connectors::{Connector, FieldError, FieldProblem, UrlRefused};
use storm_domain::{Fields, Method};

use crate::connector;

fn help_desk() -> Connector {
    Connector::from_toml(
        r##"
id = "desk"
name = "Desk"
category = "productivity"
monogram = "D"
colour = "#000000"
description = "A service with one subdomain for each customer."
[[fields]]
name = "subdomain"
title = "Subdomain"
example = "acme"
kind = "subdomain"
prefix = "https://"
suffix = ".desk.example"
[[methods]]
title = "Key"
how_to_get = "Ask."
pages = { keys = "https://{subdomain}.desk.example/keys" }
setup = { api_key = {} }
verify = { url = "https://{subdomain}.desk.example/me" }
[[sources]]
about = ["api_key"]
standing = "checked"
source = "a test"
checked_on = "2026-11-22"
"##,
    )
    .unwrap()
}

fn check(connector: &Connector, method: Method, name: &str, typed: &str) -> Result<Fields, FieldError> {
    connector.check_fields(method, &Fields::from([(name.to_owned(), typed.to_owned())]))
}

#[test]
fn a_subdomain_is_trimmed_lowered_and_freed_of_the_suffix_that_is_shown_anyway() {
    for typed in ["acme", " acme \n", "ACME", "acme.desk.example", "\u{feff}acme"] {
        assert_eq!(check(&help_desk(), Method::ApiKey, "subdomain", typed).unwrap()["subdomain"], "acme", "{typed:?}");
    }
}

#[test]
fn a_pasted_address_is_refused_with_the_value_to_type() {
    for typed in [
        "https://acme.desk.example",
        "https://acme.desk.example/agent/dashboard?x=1#y",
        "http://ACME.desk.example/",
        "acme.desk.example/agent",
    ] {
        let error = check(&help_desk(), Method::ApiKey, "subdomain", typed).unwrap_err();
        assert_eq!(error.problem.suggestion(), Some("acme"), "{typed}");
        assert_eq!(
            error.to_string(),
            "Subdomain: this is a whole web address, but only the name is needed. Type acme.",
            "{typed}"
        );
    }
}

#[test]
fn an_address_of_another_service_brings_no_suggestion() {
    for typed in ["https://evil.example/", "https://acme.desk.example.evil.example/", "https://", "//", "a@b", "a\\b"] {
        let error = check(&help_desk(), Method::ApiKey, "subdomain", typed).unwrap_err();
        assert_eq!(error.problem, FieldProblem::AddressThatDoesNotFit { example: "acme".to_owned() }, "{typed}");
    }
}

#[test]
fn what_is_no_subdomain_is_refused() {
    for typed in ["a.b", "-a", "a-", "a b", "a_b", "ünï", "%61", "a:1", "..", &"a".repeat(64)] {
        let error = check(&help_desk(), Method::ApiKey, "subdomain", typed).unwrap_err();
        assert_eq!(error.problem, FieldProblem::NotAHost { example: "acme".to_owned() }, "{typed}");
    }
    let empty = check(&help_desk(), Method::ApiKey, "subdomain", "  ").unwrap_err();
    assert_eq!(empty.problem, FieldProblem::Missing { example: "acme".to_owned() });
    let inside = check(&help_desk(), Method::ApiKey, "subdomain", "ac\nme").unwrap_err();
    assert_eq!(inside.problem, FieldProblem::ControlCharacter);
}

#[test]
fn a_host_may_have_a_port_and_be_an_ip_literal() {
    for (typed, kept) in [
        ("git.example.com", "git.example.com"),
        ("GIT.example.com:8443", "git.example.com:8443"),
        ("192.168.1.4", "192.168.1.4"),
        ("[fd00::1]:8443", "[fd00::1]:8443"),
        ("", "gitlab.com"),
    ] {
        assert_eq!(check(connector("gitlab"), Method::ApiKey, "host", typed).unwrap()["host"], kept, "{typed}");
    }
}

#[test]
fn what_is_no_host_is_refused_and_a_pasted_address_corrected() {
    for typed in
        ["git lab.com", "git..example.com", "git.example.com:99999", "-x.example.com", "[::1", "git.example.com:443x"]
    {
        let error = check(connector("gitlab"), Method::ApiKey, "host", typed).unwrap_err();
        assert!(matches!(error.problem, FieldProblem::NotAHost { .. }), "{typed}: {error}");
    }
    let pasted = check(connector("gitlab"), Method::ApiKey, "host", "https://git.example.com:8443/group/project");
    assert_eq!(pasted.unwrap_err().problem.suggestion(), Some("git.example.com:8443"));
}

#[test]
fn an_address_is_https_or_this_computer() {
    let practice = |typed| check(connector("practice"), Method::ApiKey, "base_url", typed);
    for (typed, kept) in [
        ("", "http://127.0.0.1:4780"),
        ("http://127.0.0.1:5000/", "http://127.0.0.1:5000/"),
        ("http://[::1]:5000", "http://[::1]:5000"),
        ("http://localhost:5000", "http://localhost:5000"),
        ("https://practice.example", "https://practice.example"),
    ] {
        assert_eq!(practice(typed).unwrap()["base_url"], kept, "{typed}");
    }
    for (typed, refused) in [
        ("http://practice.example", UrlRefused::NotHttps),
        ("http://127.0.0.1.evil.example", UrlRefused::NotHttps),
        ("http://localhost.evil.example", UrlRefused::NotHttps),
        ("http://169.254.169.254", UrlRefused::NotHttps),
        ("ftp://127.0.0.1", UrlRefused::NotHttps),
        ("file:///etc/passwd", UrlRefused::NotHttps),
        ("javascript:alert(1)", UrlRefused::NotHttps),
        ("https://user@practice.example", UrlRefused::UserInfo),
        ("https://user:pw@practice.example", UrlRefused::UserInfo),
        ("https://practice.example#x", UrlRefused::Fragment),
        ("https://practice .example", UrlRefused::ControlCharacter),
        ("practice.example", UrlRefused::NotAUrl),
    ] {
        assert_eq!(practice(typed).unwrap_err().problem, FieldProblem::NotAUrl { refused }, "{typed}");
    }
}

#[test]
fn patterns_are_anchored_at_both_ends() {
    for typed in ["contoso.com/../evil", "a b", "contoso\u{0}", "-contoso", "contoso.com?x"] {
        assert!(check(connector("microsoft"), Method::OAuth, "tenant", typed).is_err(), "{typed}");
    }
    assert_eq!(check(connector("microsoft"), Method::OAuth, "tenant", "").unwrap()["tenant"], "common");
}

#[test]
fn choices_are_kept_to_and_what_they_need_is_asked_for() {
    let fields = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().chain(&[("verify_url", "https://api.example.com/me")]);
        let typed = pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        connector("generic-api-key").check_fields(Method::ApiKey, &typed)
    };
    assert_eq!(fields(&[]).unwrap()["placement"], "bearer");
    assert!(matches!(fields(&[("placement", "cookie")]).unwrap_err().problem, FieldProblem::NotAChoice { .. }));
    assert_eq!(fields(&[("placement", "query")]).unwrap_err().field, "query_name");
    assert_eq!(fields(&[("placement", "basic_password")]).unwrap_err().field, "username");
    assert!(fields(&[("placement", "query"), ("query_name", "key")]).is_ok());
}

#[test]
fn an_issuer_may_be_typed_as_a_plain_host_or_pasted_with_its_well_known_path() {
    let kept = |typed: &str| {
        let typed = [("issuer".to_owned(), typed.to_owned())].into();
        connector("generic-oauth").check_fields(Method::OAuth, &typed).map(|fields| fields["issuer"].clone())
    };
    for (typed, expected) in [
        ("login.example.com", "https://login.example.com"),
        ("login.example.com:8443/realm", "https://login.example.com:8443/realm"),
        ("https://login.example.com/realm/.well-known/openid-configuration", "https://login.example.com/realm"),
        ("https://login.example.com/", "https://login.example.com/"),
        ("http://127.0.0.1:4780", "http://127.0.0.1:4780"),
    ] {
        assert_eq!(kept(typed).unwrap(), expected);
    }
    for refused in ["http://login.example.com", "ftp://login.example.com", "javascript:alert(1)", "not a host"] {
        assert!(matches!(kept(refused).unwrap_err().problem, FieldProblem::NotAUrl { .. }), "{refused}");
    }
}

#[test]
fn oauth_needs_an_issuer_or_the_addresses() {
    let fields = |pairs: &[(&str, &str)]| {
        let typed = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        connector("generic-oauth").check_fields(Method::OAuth, &typed)
    };
    assert!(fields(&[("issuer", "https://login.example.com")]).is_ok());
    let nothing = fields(&[]).unwrap_err();
    assert_eq!(nothing.field, "authorize_url");
    assert_eq!(nothing.problem, FieldProblem::MissingBoth { other: "Issuer".to_owned() });
    let authorize = ("authorize_url", "https://login.example.com/a");
    assert_eq!(fields(&[authorize]).unwrap_err().field, "token_url");
    let token = ("token_url", "https://login.example.com/t");
    assert!(fields(&[authorize, token, ("userinfo_url", "https://login.example.com/u")]).is_ok());
}

#[test]
fn a_field_that_the_connector_does_not_have_is_refused() {
    let error = check(connector("github"), Method::ApiKey, "host", "github.com").unwrap_err();
    assert_eq!((error.field.as_str(), error.problem), ("host", FieldProblem::Unknown));
}

proptest! {
    #[test]
    fn whatever_is_typed_the_host_stays_the_services(typed in "\\PC{0,40}|[a-z./:@?#%\\\\-]{0,30}|.{0,20}") {
        let desk = help_desk();
        if let Ok(fields) = check(&desk, Method::ApiKey, "subdomain", &typed) {
            let url = desk.verify_request(Method::ApiKey, &fields).unwrap().url;
            prop_assert!(url.host_str().unwrap().ends_with(".desk.example"), "{} made {}", typed, url);
            prop_assert_eq!(url.path(), "/me");
        }
    }

    #[test]
    fn whatever_is_in_a_field_the_path_stays_the_templates(tenant in "\\PC{0,40}|[./%?#\\\\a-z]{0,12}") {
        // Straight to the template, as a damaged vault could: the fields were never checked.
        let fields = Fields::from([("tenant".to_owned(), tenant)]);
        if let Ok(service) = connector("microsoft").oauth_service(&fields) {
            prop_assert_eq!(service.token_url.host_str(), Some("login.microsoftonline.com"));
            prop_assert_eq!(service.token_url.path_segments().unwrap().count(), 4);
            prop_assert!(service.token_url.path().ends_with("/oauth2/v2.0/token"));
            prop_assert_eq!(service.token_url.query(), None);
        }
    }

    #[test]
    fn whatever_is_in_a_host_field_the_url_is_https_and_ends_as_written(host in "\\PC{0,30}|[a-z0-9.:@/\\[\\]-]{0,20}") {
        let fields = Fields::from([("host".to_owned(), host)]);
        if let Ok(verify) = connector("gitlab").verify_request(Method::ApiKey, &fields) {
            prop_assert_eq!(verify.url.scheme(), "https");
            prop_assert_eq!(verify.url.path(), "/api/v4/user");
            prop_assert_eq!(verify.url.username(), "");
        }
    }
}
