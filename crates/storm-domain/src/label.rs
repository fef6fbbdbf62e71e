//! Labels: the user's own words on integrations, by which the list is filtered. They mean nothing to the program.

use thiserror::Error;

/// Labels on one integration.
pub const MOST_LABELS: usize = 16;
/// Characters in one label.
pub const LONGEST_LABEL: usize = 40;

/// Labels that are not kept. Nothing is changed then.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LabelError {
    /// Nothing but space.
    #[error("A label cannot be empty. Type a word that you will recognise.")]
    Empty,
    /// More characters than [`LONGEST_LABEL`].
    #[error("This label is longer than {LONGEST_LABEL} characters. Type a shorter one.")]
    TooLong,
    /// A control character.
    #[error("This label holds a character that cannot be shown. Type it again.")]
    Unshowable,
    /// The same word twice, in upper or lower case.
    #[error("The label “{0}” is there already. Each stands once, in upper or lower case.")]
    Twice(String),
    /// More than [`MOST_LABELS`].
    #[error("An integration has at most {MOST_LABELS} labels. Remove one that you do not use.")]
    TooMany,
}

/// The labels as they are kept: without the space around them, in the order they were given.
///
/// # Errors
/// Names the first thing that is wrong with them.
pub fn tidy_labels(typed: &[String]) -> Result<Vec<String>, LabelError> {
    let mut kept: Vec<String> = Vec::new();
    for label in typed.iter().map(|label| label.trim()) {
        if label.is_empty() {
            return Err(LabelError::Empty);
        }
        if label.chars().count() > LONGEST_LABEL {
            return Err(LabelError::TooLong);
        }
        if label.chars().any(char::is_control) {
            return Err(LabelError::Unshowable);
        }
        if let Some(same) = kept.iter().find(|other| other.to_lowercase() == label.to_lowercase()) {
            return Err(LabelError::Twice(same.clone()));
        }
        kept.push(label.to_owned());
    }
    if kept.len() > MOST_LABELS { Err(LabelError::TooMany) } else { Ok(kept) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tidy(labels: &[&str]) -> Result<Vec<String>, LabelError> {
        tidy_labels(&labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn they_are_kept_in_their_order_without_the_space_around_them() {
        assert_eq!(tidy(&[" prod ", "Team A"]).unwrap(), ["prod", "Team A"]);
        assert_eq!(tidy(&[]).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn each_bound_has_its_own_words() {
        let longest = "ü".repeat(LONGEST_LABEL);
        assert_eq!(tidy(&[&longest]).unwrap(), [longest.as_str()], "characters are counted, not bytes");
        assert_eq!(tidy(&[&format!("{longest}ü")]), Err(LabelError::TooLong));
        assert_eq!(tidy(&["prod", "  "]), Err(LabelError::Empty));
        assert_eq!(tidy(&["a\u{7}b"]), Err(LabelError::Unshowable));
        assert_eq!(tidy(&["Größe", " grösse", "GRÖßE "]), Err(LabelError::Twice("Größe".to_owned())));
        let many: Vec<String> = (0..=MOST_LABELS).map(|number| number.to_string()).collect();
        assert_eq!(tidy_labels(many.get(..MOST_LABELS).unwrap()).unwrap().len(), MOST_LABELS);
        assert_eq!(tidy_labels(&many), Err(LabelError::TooMany));
    }
}
