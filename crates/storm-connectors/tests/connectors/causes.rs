//! What services are known to mean by their refusals.

use storm_domain::{Action, Method, ProviderWords};

use crate::connector;

#[test]
fn a_refusal_is_known_by_its_code_its_words_and_its_day() {
    use Action::{EditRegistration, Reconnect, ReplaceCredential};
    use Method::{OAuth, ServiceAccount};
    let expired = "Token has been expired or revoked.";
    for (service, method, code, description, days, expected) in [
        ("google", OAuth, "invalid_grant", expired, Some(7.02), Some(("still in Testing", Reconnect))),
        ("google", OAuth, "invalid_grant", expired, Some(3.0), Some(("more than 100 times", Reconnect))),
        ("google", OAuth, "invalid_grant", expired, None, Some(("more than 100 times", Reconnect))),
        (
            "google",
            OAuth,
            "invalid_grant",
            "reauth related error (invalid_rapt)",
            Some(7.0),
            Some(("Workspace asks", Reconnect)),
        ),
        ("google", OAuth, "deleted_client", "", None, Some(("was deleted", EditRegistration))),
        ("google", OAuth, "invalid_client", "Unauthorized", None, None),
        (
            "google-service-account",
            ServiceAccount,
            "invalid_grant",
            "Invalid JWT Signature.",
            None,
            Some(("does not know this key", ReplaceCredential)),
        ),
        (
            "microsoft",
            OAuth,
            "invalid_grant",
            "AADSTS700082: The refresh token has expired due to inactivity.",
            None,
            Some(("not used for so long", Reconnect)),
        ),
        ("microsoft", OAuth, "invalid_grant", "AADSTS70008: expired", None, Some(("not used for so long", Reconnect))),
        (
            "microsoft",
            OAuth,
            "invalid_grant",
            "AADSTS50076: strong authentication is required",
            None,
            Some(("second factor", Reconnect)),
        ),
        ("microsoft", OAuth, "interaction_required", "AADSTS50079: enroll", None, Some(("second factor", Reconnect))),
        ("microsoft", OAuth, "invalid_grant", "AADSTS65001: no consent", None, Some(("no consent", Reconnect))),
        (
            "microsoft",
            OAuth,
            "invalid_client",
            "AADSTS7000215: Invalid client secret provided.",
            None,
            Some(("secret is wrong", EditRegistration)),
        ),
        (
            "microsoft",
            OAuth,
            "invalid_client",
            "AADSTS7000222: expired keys",
            None,
            Some(("secret of the app registration has ended", EditRegistration)),
        ),
        ("microsoft", OAuth, "invalid_grant", "AADSTS70000: scopes", None, Some(("scopes asked for", Reconnect))),
        ("microsoft", OAuth, "invalid_grant", "something new", None, None),
        ("slack", OAuth, "token_revoked", "", None, Some(("removed from the workspace", Reconnect))),
        ("github", OAuth, "BAD_REFRESH_TOKEN", "", None, Some(("six months", Reconnect))),
        ("github", Method::ApiKey, "bad_refresh_token", "", None, None),
    ] {
        let words = ProviderWords::cleaned(code, description);
        let found = connector(service).known_cause(method, &words, days);
        let shown = format!("{service} {code} {description} {days:?}: {found:?}");
        match expected {
            None => assert!(found.is_none(), "{shown}"),
            Some((part, action)) => {
                let found = found.unwrap_or_else(|| panic!("{shown}"));
                assert!(found.what.contains(part) && found.action == action, "{shown}");
            }
        }
    }
}

#[test]
fn every_known_cause_says_what_is_so_and_what_helps_in_whole_sentences() {
    for connector in storm_connectors::Catalogue::embedded().unwrap().search("") {
        for cause in connector.methods.iter().flat_map(|spec| spec.known_causes()) {
            for text in [&cause.what, &cause.cure] {
                assert!(text.ends_with('.') && text.starts_with(char::is_uppercase), "{}: {text}", connector.id);
            }
            assert!(!matches!(cause.action, Action::Unlock | Action::AllowLending), "{}: {}", connector.id, cause.what);
        }
    }
}
