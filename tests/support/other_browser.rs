//! A browser that is not the desktop's: on another computer, or an HTTP client in a program. It signs in and approves at the
//! practice service and is sent back; whether it follows is up to the test.

use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use url::Url;

use crate::{Outcome, StepError};

/// Signs in as `account` and approves; gives where the service sends the browser back to, with its code.
///
/// # Errors
/// When a page is not as expected.
pub async fn approve(link: &Url, account: &str) -> Outcome<Url> {
    let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build()?;
    let base = link.origin().ascii_serialization();
    let sign_in = http.get(link.clone()).send().await?.text().await?;
    let form =
        [("attempt", attempt_of(&sign_in)?), ("account", account.to_owned()), ("password", "practice".to_owned())];
    let consent = http.post(format!("{base}/oauth/sign-in")).form(&form).send().await?.text().await?;
    let form = [("attempt", attempt_of(&consent)?), ("decision", "approve".to_owned())];
    let sent_back = http.post(format!("{base}/oauth/consent")).form(&form).send().await?;
    let location = sent_back.headers().get(LOCATION).and_then(|location| location.to_str().ok());
    let location = location.ok_or_else(|| StepError::Wrong(format!("no way back: {}", sent_back.status())))?;
    Url::parse(location).map_err(|error| StepError::Wrong(error.to_string()))
}

fn attempt_of(page: &str) -> Outcome<String> {
    let found = page.split_once("name=\"attempt\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    found.map(|(attempt, _)| attempt.to_owned()).ok_or_else(|| StepError::Wrong("a page without its form".to_owned()))
}
