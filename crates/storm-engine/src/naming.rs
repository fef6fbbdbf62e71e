//! Names that nobody chose: integrations of one service are told apart by their accounts.

use storm_domain::{Account, Failure, Integration};

use crate::engine::Engine;
use crate::error::ToFailure as _;

/// A name with its account behind it is no longer than what a person may type, with room for a number.
const LONGEST_NAME: usize = 76;
const LONGEST_LABEL: usize = 48;

impl Engine {
    /// The name for an integration that the user did not name, now that its account is known: one that got only a number, because
    /// there is another of its service, is called by its account, unless that is the other's too. None = the name it has.
    pub(crate) async fn name_by_account(
        &self,
        row: &Integration,
        account: Option<&Account>,
    ) -> Result<Option<String>, Failure> {
        let service = &self.connector(&row.connector_id)?.name;
        let (Some(account), true) = (account, is_numbered(&row.name, service)) else { return Ok(None) };
        let rows = self.vault().integrations().await.map_err(|error| error.to_failure())?;
        let is_anothers = |other: &Integration| {
            other.id != row.id
                && other.trashed_at.is_none()
                && other.connector_id == row.connector_id
                && other.account.as_ref().is_some_and(|one| one.id == account.id)
        };
        if rows.iter().any(is_anothers) {
            return Ok(None);
        }
        self.free_name(named_by_account(service, &account.label)).await.map(Some)
    }
}

/// Whether the user typed a name.
pub(crate) fn is_chosen(name: Option<&str>) -> bool {
    name.is_some_and(|name| !name.trim().is_empty())
}

/// `NAME (account)`.
pub(crate) fn named_by_account(name: &str, label: &str) -> String {
    let label = shortened(label, LONGEST_LABEL);
    let room = LONGEST_NAME.saturating_sub(label.chars().count() + 3);
    format!("{} ({label})", shortened(name, room))
}

/// The name of `NAME (account)`, so that another account takes the place of this one.
pub(crate) fn without_account<'a>(name: &'a str, label: &str) -> &'a str {
    let suffix = format!(" ({})", shortened(label, LONGEST_LABEL));
    name.strip_suffix(&suffix).filter(|rest| !rest.is_empty()).unwrap_or(name)
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Whether a name is the service's own with a number behind it.
fn is_numbered(name: &str, service: &str) -> bool {
    let number = name.strip_prefix(service).and_then(|rest| rest.strip_prefix(' '));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_stands_behind_the_name() {
        assert_eq!(named_by_account("Practice", "bob@practice.example"), "Practice (bob@practice.example)");
    }

    #[test]
    fn another_account_takes_the_place_of_the_one_in_the_name() {
        let long = "a".repeat(200);
        for label in ["bob", &long] {
            assert_eq!(without_account(&named_by_account("Practice", label), label), "Practice");
        }
        for own in ["Practice", "Practice (test)", " (bob)"] {
            assert_eq!(without_account(own, "bob"), own);
        }
    }

    #[test]
    fn a_long_name_and_a_long_account_still_fit_and_stay_apart() {
        let name = named_by_account(&"n".repeat(80), &"a".repeat(200));
        assert_eq!(name.chars().count(), LONGEST_NAME);
        assert!(name.ends_with("a…)") && name.starts_with("nnn"), "{name}");
        let short = named_by_account(&"n".repeat(80), "bob");
        assert!(short.ends_with("n… (bob)"), "{short}");
    }

    #[test]
    fn only_a_number_behind_the_services_name_is_nobodys_choice() {
        assert!(is_numbered("Practice 2", "Practice"));
        for chosen in ["Practice", "Practice two", "Practice 2b", "Billing 2", "Practice2", "Practice "] {
            assert!(!is_numbered(chosen, "Practice"), "{chosen}");
        }
    }
}
