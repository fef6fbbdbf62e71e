//! The person in the browser: follows the pages of the practice service by submitting their forms.

use url::Url;

/// What the person does on the consent page.
#[derive(Clone, Copy)]
pub enum Decision {
    Approve,
    Deny,
}

/// Signs in as `account`, decides, and follows the redirect back to the loopback. Gives the final page.
pub async fn visit(page: Url, account: &str, decision: Decision) -> String {
    follow(sent_back(page, account, decision).await).await
}

/// Signs in as `account` and decides. Gives where the service sends the browser back to.
pub async fn sent_back(page: Url, account: &str, decision: Decision) -> Url {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let base = page.origin().ascii_serialization();
    let sign_in = http.get(page).send().await.unwrap().text().await.unwrap();
    let answer = decide(&http, &base, &sign_in, account, decision).await;
    Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap()
}

/// Types a code on the page of another device, signs in and decides. Gives the final page.
pub async fn enter_code(page: &str, user_code: &str, account: &str, decision: Decision) -> String {
    let http = reqwest::Client::new();
    let base = Url::parse(page).unwrap().origin().ascii_serialization();
    let form = [("user_code", user_code)];
    let sign_in = http.post(page).form(&form).send().await.unwrap().text().await.unwrap();
    decide(&http, &base, &sign_in, account, decision).await.text().await.unwrap()
}

async fn decide(
    http: &reqwest::Client,
    base: &str,
    sign_in: &str,
    account: &str,
    decision: Decision,
) -> reqwest::Response {
    let form = [("attempt", attempt_of(sign_in)), ("account", account.to_owned()), ("password", "practice".to_owned())];
    let consent = http.post(format!("{base}/oauth/sign-in")).form(&form).send().await.unwrap().text().await.unwrap();
    let decision = match decision {
        Decision::Approve => "approve",
        Decision::Deny => "deny",
    };
    let form = [("attempt", attempt_of(&consent)), ("decision", decision.to_owned())];
    http.post(format!("{base}/oauth/consent")).form(&form).send().await.unwrap()
}

/// Opens an address of the loopback. Gives the page.
pub async fn follow(address: Url) -> String {
    reqwest::get(address).await.unwrap().text().await.unwrap()
}

fn attempt_of(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"attempt\" value=\"").unwrap_or_else(|| panic!("no form in: {page}"));
    rest.split_once('"').unwrap().0.to_owned()
}
