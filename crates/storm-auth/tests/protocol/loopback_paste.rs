//! The pasted address: judged as the redirect itself.

use storm_domain::port::{PasteError, RedirectError};
use storm_secret::PastedRedirect;
use url::Position;

use crate::support::attempt::{Attempt, STATE, request};

impl Attempt {
    fn paste(&self, text: impl Into<String>) -> Result<(), PasteError> {
        self.desk.paste(&PastedRedirect::new(text))
    }
}

#[tokio::test]
async fn the_address_the_browser_ended_on_gives_its_code() {
    for make in [
        |uri: &str| uri.to_owned(),
        |uri: &str| format!("  {uri}\n"),
        |uri: &str| format!("{uri}#_=_"),
        |uri: &str| uri.strip_prefix("http://").unwrap().to_owned(),
        |uri: &str| uri.replacen("http://", "HTTP://", 1),
        // As a terminal breaks it.
        |uri: &str| format!("{}\n  {}", &uri[..40], &uri[40..]),
    ] {
        let attempt = Attempt::begin().await;
        let pasted = make(&format!("{}?code=a%2Fb&state={STATE}&scope=x&scope=y", attempt.uri));
        attempt.paste(&pasted).unwrap();
        assert_eq!(attempt.outcome().await.unwrap().code.expose(), "a/b", "{pasted}");
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused_for_what_it_is_and_the_wait_goes_on() {
    let attempt = Attempt::begin().await;
    let uri = attempt.uri.as_str();
    let origin = &attempt.uri[..Position::BeforePath];
    let right = format!("code=evil&state={STATE}");
    for (text, expected) in [
        (String::new(), PasteError::NotAnAddress),
        ("storm connect".to_owned(), PasteError::NotAnAddress),
        ("http://".to_owned(), PasteError::NotAnAddress),
        (format!("{uri}?code={}&state={STATE}", "a".repeat(9_000)), PasteError::NotAnAddress),
        ("https://service.example/authorize?client_id=x".to_owned(), PasteError::OtherAddress),
        (format!("{origin}/callback/other?{right}"), PasteError::OtherAddress),
        (format!("{uri}/?{right}"), PasteError::OtherAddress),
        (uri.replace("http:", "https:") + "?" + &right, PasteError::OtherAddress),
        (uri.replace("127.0.0.1", "evil.example") + "?" + &right, PasteError::OtherAddress),
        (uri.replace("127.0.0.1", "me@127.0.0.1") + "?" + &right, PasteError::OtherAddress),
        (format!("javascript://127.0.0.1/?{right}"), PasteError::OtherAddress),
        (uri.to_owned(), PasteError::NoAnswer),
        (format!("{uri}?code=evil"), PasteError::NoAnswer),
        (format!("{uri}?code=evil&state=wrong"), PasteError::OtherSignIn),
        (format!("{uri}?error=access_denied&state=wrong"), PasteError::OtherSignIn),
        (format!("{uri}?state={STATE}"), PasteError::NoAnswer),
        (format!("{uri}?code=c1&code=c2&state={STATE}"), PasteError::NoAnswer),
    ] {
        assert_eq!(attempt.paste(&text), Err(expected), "{text}");
    }
    attempt.finishes().await;
}

#[tokio::test]
async fn an_error_and_another_issuer_end_the_wait_as_in_the_browser() {
    let attempt = Attempt::begin().await;
    attempt.paste(format!("{}?error=access_denied&state={STATE}", attempt.uri)).unwrap();
    assert_eq!(attempt.outcome().await.unwrap_err(), RedirectError::Denied);

    let attempt = Attempt::begin().await;
    attempt.paste(format!("{}?code=c1&state={STATE}&iss=https://evil.example", attempt.uri)).unwrap();
    assert_eq!(attempt.outcome().await.unwrap_err(), RedirectError::WrongIssuer);

    let mut promised = request();
    promised.service.issuer_in_redirect = true;
    let attempt = Attempt::of(promised).await;
    attempt.paste(format!("{}?code=c1&state={STATE}", attempt.uri)).unwrap();
    assert_eq!(attempt.outcome().await.unwrap_err(), RedirectError::WrongIssuer);
}

#[tokio::test]
async fn the_code_is_taken_once_whichever_way_it_comes() {
    let attempt = Attempt::begin().await;
    let pasted = format!("{}?code=c1&state={STATE}", attempt.uri);
    attempt.paste(&pasted).unwrap();
    assert_eq!(attempt.paste(&pasted), Err(PasteError::Over));
    let page = attempt.get(&format!("code=c2&state={STATE}")).await;
    assert!(page.contains("You are connected"), "{page}");
    assert_eq!(attempt.outcome().await.unwrap().code.expose(), "c1");

    let attempt = Attempt::begin().await;
    attempt.get(&format!("code=c1&state={STATE}")).await;
    assert_eq!(attempt.paste(format!("{}?code=c2&state={STATE}", attempt.uri)), Err(PasteError::Over));
    assert_eq!(attempt.outcome().await.unwrap().code.expose(), "c1");
}
