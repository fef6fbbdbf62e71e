//! When to use which method, in the words of the setup dialog. A connector may say it in its own words instead.

use storm_domain::Method;

/// When a method is the right one.
#[must_use]
pub fn when_to_use(method: Method) -> &'static str {
    match method {
        Method::ApiKey => {
            "Best for developer tools and data APIs. You make one key on the service's page and paste it here. It is the \
             simplest way, and it lasts: the key works until you replace it, so plan to rotate it now and then."
        }
        Method::OAuth => {
            "Best for mail, calendars, chat, CRMs and other tools that belong to a person. You approve the access in your \
             browser, so nobody shares a password. Access is refreshed for you and can be taken back at any time."
        }
        Method::ServiceAccount => {
            "Best when access must not hang on one person, or where the service offers no sign-in for tools. An \
             administrator makes a technical account and its key file; drop the file here. It goes on working when \
             people change teams."
        }
    }
}
