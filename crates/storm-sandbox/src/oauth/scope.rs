//! Scopes: those this provider knows, and reading lists of them.

/// Every scope that can be asked for, with what the consent page says about it.
pub(crate) const KNOWN_SCOPES: [(&str, &str); 7] = [
    ("openid", "Know who you are"),
    ("profile", "See your name"),
    ("email", "See your e-mail address"),
    ("offline_access", "Keep access while you are away"),
    ("read", "Read your practice data"),
    ("reports", "Read your reports"),
    ("write", "Change your practice data"),
];

/// Granted when nothing is asked for.
const DEFAULT_SCOPE: &str = "read";

/// The scopes of a space-separated list, each once; `None` when one is unknown. Nothing asked for is the default.
pub(crate) fn parse_scopes(list: Option<&str>) -> Option<Vec<String>> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in list.unwrap_or(DEFAULT_SCOPE).split_ascii_whitespace() {
        if !KNOWN_SCOPES.iter().any(|(known, _)| *known == scope) {
            return None;
        }
        if !scopes.iter().any(|listed| listed == scope) {
            scopes.push(scope.to_owned());
        }
    }
    Some(scopes)
}

/// What the consent page says about a scope.
pub(crate) fn description(scope: &str) -> &'static str {
    KNOWN_SCOPES.iter().find(|(known, _)| *known == scope).map_or("", |(_, description)| description)
}

#[cfg(test)]
mod tests {
    use super::parse_scopes;

    #[test]
    fn a_list_is_read_once_each_and_unknown_scopes_are_noticed() {
        assert_eq!(parse_scopes(Some("read reports  read")).unwrap(), ["read", "reports"]);
        assert_eq!(parse_scopes(None).unwrap(), ["read"]);
        assert!(parse_scopes(Some("read admin")).is_none());
    }
}
