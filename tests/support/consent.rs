//! A person who approves at oidc-provider's own pages, without a browser: forms are filled in over plain HTTP.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, redirect};
use url::Url;

use crate::{Outcome, StepError};

/// More steps than a sign-in and a consent take.
const MOST_STEPS: usize = 20;

/// Signs in as `login` and consents; the redirect that is sent to `redirect_uri`, not followed.
///
/// # Errors
/// When a page is another than expected.
pub async fn approve(authorization: &Url, login: &str, redirect_uri: &Url) -> Outcome<Url> {
    let client = Client::builder().redirect(redirect::Policy::none()).no_proxy().build().map_err(failed)?;
    let mut cookies = BTreeMap::new();
    let mut at = authorization.clone();
    let mut form: Option<Vec<(&str, String)>> = None;
    for _ in 0..MOST_STEPS {
        let request = match form.take() {
            Some(form) => client.post(at.clone()).form(&form),
            None => client.get(at.clone()),
        };
        let sent: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = request.header(COOKIE, sent.join("; ")).send().await.map_err(failed)?;
        keep_cookies(&answer, &mut cookies);
        if let Some(location) = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()) {
            at = at.join(location).map_err(|error| StepError::Wrong(error.to_string()))?;
            if at.port() == redirect_uri.port() && at.path() == redirect_uri.path() {
                return Ok(at);
            }
            continue;
        }
        let page = answer.text().await.map_err(failed)?;
        let (action, prompt) = (between(&page, "action=\"", "\""), between(&page, "name=\"prompt\" value=\"", "\""));
        let (Some(action), Some(prompt)) = (action, prompt) else { return Err(StepError::Wrong(page)) };
        at = at.join(action).map_err(|error| StepError::Wrong(error.to_string()))?;
        let fields = [("prompt", prompt), ("login", login), ("password", "any")];
        form = Some(fields.map(|(name, value)| (name, value.to_owned())).to_vec());
    }
    Err(StepError::Wrong("the sign-in never came to its end".to_owned()))
}

fn keep_cookies(answer: &Response, cookies: &mut BTreeMap<String, String>) {
    for cookie in answer.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
        let pair = cookie.split(';').next().and_then(|pair| pair.split_once('='));
        match pair {
            Some((name, "")) => drop(cookies.remove(name)),
            Some((name, value)) => drop(cookies.insert(name.to_owned(), value.to_owned())),
            None => {}
        }
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}

fn failed(error: reqwest::Error) -> StepError {
    StepError::Wrong(error.to_string())
}
