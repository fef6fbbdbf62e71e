//! A person, or a service account, as the API sees it: an id and a label.
//!
//! The id is derived from the label, so accounts need no table: the same address is the same account after a reset, a
//! restart, or in another practice service.

use serde::Serialize;

use crate::secret::{Fingerprint, hexadecimal};

/// The account that the sign-in page suggests.
pub(crate) const DEFAULT_ACCOUNT: &str = "ada@practice.example";

/// Whose data a credential opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Account {
    /// `acc_` and sixteen hexadecimal digits.
    pub(crate) id: String,
    /// What a person would recognize: an e-mail address.
    pub(crate) label: String,
}

impl Account {
    /// The account with this label.
    pub(crate) fn named(label: &str) -> Self {
        let fingerprint = Fingerprint::of(&format!("account:{label}"));
        Self { id: format!("acc_{}", hexadecimal(&fingerprint.bytes()[..8])), label: label.to_owned() }
    }

    /// The label to use for what someone typed: trimmed, lower case; the default when nothing remains.
    pub(crate) fn label_from_input(input: &str) -> String {
        /// The longest e-mail address (RFC 5321 §4.5.3.1.3).
        const LONGEST_LABEL: usize = 254;
        let label: String =
            input.trim().to_lowercase().chars().filter(|c| !c.is_control()).take(LONGEST_LABEL).collect();
        if label.is_empty() { DEFAULT_ACCOUNT.to_owned() } else { label }
    }
}

#[cfg(test)]
mod tests {
    use super::Account;

    #[test]
    fn the_same_label_is_the_same_account() {
        assert_eq!(Account::named("ada@practice.example"), Account::named("ada@practice.example"));
        assert_ne!(Account::named("ada@practice.example").id, Account::named("grace@practice.example").id);
    }
}
