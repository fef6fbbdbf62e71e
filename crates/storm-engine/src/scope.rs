//! Scopes: what a Reconnect asks for, and what of it was not granted.

use storm_domain::{Action, ErrorCode, Failure, Integration, Method, RefreshState, TokenState};

use crate::engine::Engine;

impl Engine {
    /// Scopes that were asked for and not granted. Never an error: the grant works without them.
    pub(crate) fn missing_scopes(&self, row: &Integration) -> Vec<String> {
        let refreshable = !matches!(row.state, TokenState::Active { refresh: RefreshState::NotRefreshable, .. });
        match self.parts.catalogue.connector(&row.connector_id) {
            Some(connector) if row.method == Method::OAuth => {
                connector.missing_scopes(&row.requested_scopes, &row.granted_scopes, refreshable)
            }
            _ => Vec::new(),
        }
    }
}

/// `asked` and `more`, each once.
///
/// # Errors
/// When one is not a scope as RFC 6749 §3.3 writes them.
pub(crate) fn union(asked: &[String], more: &[String]) -> Result<Vec<String>, Failure> {
    let mut all = asked.to_vec();
    for scope in more {
        if !is_scope(scope) {
            return Err(Failure {
                field: Some("scopes".to_owned()),
                ..Failure::new(
                    ErrorCode::FieldNotUsable,
                    "A scope is one word without spaces, quotes or backslashes. Copy it from the service's documentation.",
                    Some(Action::EditField),
                )
            });
        }
        if !all.contains(scope) {
            all.push(scope.clone());
        }
    }
    Ok(all)
}

/// RFC 6749 §3.3.
fn is_scope(scope: &str) -> bool {
    const LONGEST: usize = 512;
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    !scope.is_empty() && scope.len() <= LONGEST && scope.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(scopes: &[&str]) -> Vec<String> {
        scopes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_scope_is_asked_for_once_and_none_is_given_up() {
        let asked = list(&["read", "reports"]);
        assert_eq!(union(&asked, &list(&["write", "read", "write"])).unwrap(), ["read", "reports", "write"]);
        assert_eq!(union(&asked, &[]).unwrap(), asked);
    }

    #[test]
    fn what_is_no_scope_is_refused_with_its_field() {
        for scope in ["", "a b", "a\"b", "a\\b", "läsa", "a\n", &"x".repeat(513)] {
            let failure = union(&[], &list(&[scope])).unwrap_err();
            assert_eq!(
                (failure.code, failure.field.as_deref()),
                (ErrorCode::FieldNotUsable, Some("scopes")),
                "{scope}"
            );
        }
        assert!(union(&[], &list(&["https://www.googleapis.com/auth/drive.file"])).is_ok());
    }
}
