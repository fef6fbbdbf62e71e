//! The second way back from the browser: the user pastes the address it ended on, because the browser runs on another computer
//! or was not let through to the loopback port.

use storm_domain::port::PasteError;
use storm_domain::{Action, AttemptId, ErrorCode, Failure};
use storm_secret::PastedRedirect;

use super::over;
use crate::engine::{Engine, lock};

/// The field that a refusal is about.
const FIELD: &str = "pasted_redirect";

impl Engine {
    /// Goes on with an authorization by the address that the browser ended on, judged as if the browser had come with it.
    ///
    /// # Errors
    /// When it is not the address of this authorization, which then waits on, or when the authorization is over.
    pub fn paste_redirect(&self, id: AttemptId, address: &PastedRedirect) -> Result<(), Failure> {
        let attempt = lock(&self.attempts).get(&id).map(|attempt| {
            let uri = attempt.view.redirect_uri.clone().unwrap_or_default();
            let service = attempt.view.connector.name.clone();
            Some((std::sync::Arc::clone(attempt.desk.as_ref()?), uri, service))
        });
        let (desk, uri, service) = attempt.flatten().ok_or_else(over)?;
        desk.paste(address).map_err(|error| match error {
            PasteError::Over => over(),
            PasteError::NotAnAddress => not_usable("This is not a web address. Copy the whole address bar of the browser."),
            PasteError::OtherAddress => not_usable(format!(
                "This is another address. Approve at {service} first; then copy the address the browser ended on. It begins with {uri}"
            )),
            PasteError::OtherSignIn => not_usable(
                "This address belongs to another sign-in. Open the link above in the browser, and paste where that one ended.",
            ),
            _ => not_usable("The answer is missing from this address. Copy all of it, with everything after the “?”."),
        })
    }
}

fn not_usable(message: impl Into<String>) -> Failure {
    Failure {
        field: Some(FIELD.to_owned()),
        ..Failure::new(ErrorCode::FieldNotUsable, message, Some(Action::EditField))
    }
}
