//! Whose a value is: by its form first, which the paste guard knows; then by the name it stands under, or the host beside it.

use storm_connectors::{Catalogue, Category, Connector, PasteHint, PasteProblem, check_pasted_key, owner_of_key};
use storm_domain::{Fields, Method};
use storm_secret::ApiKey;

use crate::Certainty;

/// What stands beside a value.
#[derive(Default, Clone, Copy)]
pub(crate) struct Signs<'a> {
    /// The name it stands under.
    pub(crate) name: Option<&'a str>,
    /// The host it is for, with or without a port.
    pub(crate) host: Option<&'a str>,
}

/// Whose a value turned out to be.
pub(crate) enum Whose {
    /// A connector's, and the key without what stood around it.
    Connector(&'static Connector, Certainty, ApiKey),
    /// A service's that has no connector which takes keys.
    Foreign(&'static str),
    /// A service's, and it cannot be used.
    Unusable(String),
    /// Nobody's that is known.
    Unknown,
}

pub(crate) fn whose(key: &ApiKey, signs: Signs<'_>) -> Whose {
    let Ok(catalogue) = Catalogue::embedded() else { return Whose::Unknown };
    let presumed = signs
        .name
        .and_then(|name| connector_of_name(catalogue, name))
        .or_else(|| signs.host.and_then(|host| connector_of_host(catalogue, host)));
    if let Some(connector) = presumed {
        let report = check_pasted_key(connector, key);
        match (report.cleaned, report.problem) {
            (Some(cleaned), None) => {
                let is_known = report.hints.iter().any(|hint| matches!(hint, PasteHint::Recognised { .. }));
                let certainty = if is_known { Certainty::Certain } else { Certainty::Presumed };
                return Whose::Connector(connector, certainty, cleaned);
            }
            (_, Some(PasteProblem::OtherService { .. }) | None) => {}
            (_, Some(problem)) => return Whose::Unusable(problem.to_string()),
        }
    }
    let Some(owner) = owner_of_key(key) else { return Whose::Unknown };
    let Some(connector) = owner.connector_id.and_then(|id| catalogue.connector(id)) else {
        return Whose::Foreign(owner.service);
    };
    let report = check_pasted_key(connector, key);
    match (report.cleaned, report.problem) {
        (Some(cleaned), None) => Whose::Connector(connector, Certainty::Certain, cleaned),
        (_, problem) => Whose::Unusable(problem.map(|problem| problem.to_string()).unwrap_or_default()),
    }
}

/// The one service that a name names: `GITHUB_TOKEN`, `MY_GITHUB_PAT`, `githubToken`.
fn connector_of_name(catalogue: &'static Catalogue, name: &str) -> Option<&'static Connector> {
    let words = words(name);
    let mut named = takers_of_keys(catalogue).filter(|connector| connector.key_id().is_none()).filter(|connector| {
        words.iter().any(|word| *word == connector.id || (word == "gh" && connector.id == "github"))
    });
    named.next().filter(|_| named.next().is_none())
}

/// The one service whose keys are verified at this host, at one below it, or at one above it.
pub(crate) fn connector_of_host(catalogue: &'static Catalogue, host: &str) -> Option<&'static Connector> {
    let host = host_alone(host);
    let is_name = host.contains('.') && host.len() > 3;
    let is_its = |connector: &&Connector| {
        let fields = connector.check_fields(Method::ApiKey, &Fields::new()).unwrap_or_default();
        let Ok(request) = connector.verify_request(Method::ApiKey, &fields) else { return false };
        let own = request.url.host_str().unwrap_or_default();
        let below = |inner: &str, outer: &str| inner.strip_suffix(outer).is_some_and(|rest| rest.ends_with('.'));
        own == host || below(own, &host) || below(&host, own)
    };
    let mut found = takers_of_keys(catalogue).filter(|connector| connector.key_id().is_none()).filter(is_its);
    found.next().filter(|_| is_name && found.next().is_none())
}

fn takers_of_keys(catalogue: &'static Catalogue) -> impl Iterator<Item = &'static Connector> {
    catalogue
        .connectors()
        .iter()
        .filter(|connector| connector.category != Category::AnyService && connector.method(Method::ApiKey).is_some())
}

/// The host of `https://host:port/path`, `host:port` or `host`, in lower case.
pub(crate) fn host_alone(text: &str) -> String {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    host.split(':').next().unwrap_or_default().to_ascii_lowercase()
}

/// The words of a name, in lower case: by other characters, and by a capital after a small letter.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for c in name.chars().take(200) {
        let begins = !c.is_alphanumeric() || (c.is_uppercase() && was_small);
        was_small = c.is_lowercase() || c.is_ascii_digit();
        if begins {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What a name says of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    /// A key, a token or a password.
    Secret,
    /// The secret of an app registration.
    OfAnApp,
    /// A secret of the program itself, which signs or encrypts with it.
    OfTheProgram,
    /// Nothing of that kind.
    Nothing,
}

pub(crate) fn says(name: &str) -> Says {
    const SECRETS: [&str; 10] =
        ["token", "key", "apikey", "secret", "password", "passwd", "pwd", "pat", "credential", "credentials"];
    const ABOUT: [&str; 19] = [
        "id",
        "ids",
        "url",
        "uri",
        "name",
        "path",
        "file",
        "dir",
        "host",
        "port",
        "user",
        "username",
        "email",
        "region",
        "type",
        "algorithm",
        "ttl",
        "length",
        "expires",
    ];
    const APPS: [&str; 3] = ["client", "consumer", "oauth"];
    const PROGRAMS: [&str; 12] = [
        "signing",
        "webhook",
        "session",
        "jwt",
        "cookie",
        "csrf",
        "encryption",
        "encrypt",
        "salt",
        "nonce",
        "base",
        "hmac",
    ];
    let words = words(name);
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    if !has(&SECRETS)
        || words.last().is_some_and(|last| ABOUT.contains(&last.as_str()))
        || has(&["public", "publishable"])
    {
        return Says::Nothing;
    }
    if has(&APPS) && has(&["secret"]) {
        return Says::OfAnApp;
    }
    // Laravel's own.
    if has(&PROGRAMS) || words == ["app", "key"] || words == ["secret", "key"] {
        return Says::OfTheProgram;
    }
    Says::Secret
}

/// What a key of an unknown service may be called: its name without the words that every key has.
pub(crate) fn readable(name: &str) -> Option<String> {
    const EVERY: [&str; 13] = [
        "api",
        "token",
        "key",
        "apikey",
        "secret",
        "password",
        "passwd",
        "pwd",
        "pat",
        "access",
        "auth",
        "bearer",
        "credential",
    ];
    let kept: Vec<String> = words(name).into_iter().filter(|word| !EVERY.contains(&word.as_str())).collect();
    let mut text = kept.join(" ");
    if let Some(first) = text.get(..1).map(str::to_uppercase) {
        text.replace_range(..1, &first);
    }
    Some(text.chars().take(60).collect()).filter(|text: &String| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_speak_of_secrets_or_do_not() {
        for name in ["GITHUB_TOKEN", "acmeApiKey", "DB_PASSWORD", "STRIPE_SECRET_KEY", "npm.token"] {
            assert_eq!(says(name), Says::Secret, "{name}");
        }
        for name in ["TOKEN_URL", "KEY_ID", "MONKEY", "KEYBOARD", "PUBLIC_KEY", "PORT", "TOKEN_TTL"] {
            assert_eq!(says(name), Says::Nothing, "{name}");
        }
        assert_eq!(says("SLACK_CLIENT_SECRET"), Says::OfAnApp);
        for name in ["JWT_SECRET", "SLACK_SIGNING_SECRET", "APP_KEY", "SECRET_KEY_BASE"] {
            assert_eq!(says(name), Says::OfTheProgram, "{name}");
        }
    }

    #[test]
    fn a_host_names_its_service_and_no_other() {
        let catalogue = Catalogue::embedded().unwrap();
        let id = |host| connector_of_host(catalogue, host).map(|connector| connector.id.as_str());
        assert_eq!(id("github.com"), Some("github"));
        assert_eq!(id("https://api.github.com/user"), Some("github"));
        assert_eq!(id("registry.gitlab.com"), Some("gitlab"));
        assert_eq!(id("127.0.0.1:4780"), Some("practice"));
        for other in ["com", "notgithub.com", "github.com.evil.example", "example.com", ""] {
            assert_eq!(id(other), None, "{other}");
        }
    }

    #[test]
    fn a_name_without_the_words_of_every_key_is_readable() {
        assert_eq!(readable("ACME_API_KEY").as_deref(), Some("Acme"));
        assert_eq!(readable("internalBillingToken").as_deref(), Some("Internal billing"));
        assert_eq!(readable("API_KEY"), None);
    }
}
