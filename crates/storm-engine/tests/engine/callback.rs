//! What comes back from the browser, and what only claims to: cases F001 to F024 as the engine sees them.

use std::time::Duration;

use storm_domain::port::Vault as _;
use storm_domain::{Action, ErrorCode, Failure, Fields};
use storm_engine::view::{
    AuthorizationProgress, AuthorizationTarget, AuthorizationView, BeginAuthorizationRequest, StatusView,
};
use storm_sandbox::{JournalQuery, Options, Sandbox};
use url::Url;

use crate::holds::holds;
use crate::person::{Decision, follow, sent_back};
use crate::rig::Rig;

const FIVE_MINUTES: Duration = Duration::from_secs(5 * 60);

async fn begin(rig: &Rig, target: AuthorizationTarget) -> AuthorizationView {
    rig.engine.begin_authorization(BeginAuthorizationRequest { target }).await.unwrap()
}

fn failure(ended: AuthorizationProgress) -> Failure {
    match ended {
        AuthorizationProgress::Failed { failure } => failure,
        other => panic!("it did not fail: {other:?}"),
    }
}

fn is_waiting(rig: &Rig, attempt: &AuthorizationView) -> bool {
    matches!(rig.engine.authorization(attempt.id).unwrap().progress, AuthorizationProgress::Waiting { .. })
}

/// Where the browser comes back to.
fn redirect_uri(attempt: &AuthorizationView) -> &str {
    attempt.redirect_uri.as_deref().unwrap()
}

fn with_query(address: &str, query: &str) -> Url {
    Url::parse(&format!("{address}?{query}")).unwrap()
}

/// The page that the practice service would show for this link, at another service.
fn at(service: &Sandbox, link: &Url) -> Url {
    let mut elsewhere = Url::parse(service.base_url()).unwrap();
    elsewhere.set_path(link.path());
    elsewhere.set_query(link.query());
    elsewhere
}

fn token_requests(service: &Sandbox) -> usize {
    let query = JournalQuery { path: Some("/oauth/token".into()), ..JournalQuery::default() };
    service.control().requests(&query).len()
}

#[tokio::test]
async fn f001_no_answer_in_five_minutes_closes_the_port_and_offers_to_try_again() {
    let rig = Rig::start().await;
    let attempt = begin(&rig, rig.new_target().await).await;
    rig.clock.sleepers(1).await;
    rig.clock.advance(FIVE_MINUTES - Duration::from_secs(1));
    tokio::task::yield_now().await;
    assert!(is_waiting(&rig, &attempt), "a second is left");
    rig.clock.advance(Duration::from_secs(1));
    let failure = failure(rig.authorization_ended(attempt.id).await);
    assert_eq!((failure.code, failure.action), (ErrorCode::AuthorizationTimedOut, Some(Action::Retry)));
    // It lingers a second for who comes a moment late.
    rig.clock.sleepers(1).await;
    rig.clock.advance(Duration::from_secs(2));
    while reqwest::get(redirect_uri(&attempt)).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(rig.vault.integrations().await.unwrap().is_empty());
}

#[tokio::test]
async fn f003_deny_at_reconnect_leaves_the_old_grant_alone() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let before = rig.refresh_token(id).await;
    let target = Rig::reconnect(id);
    let ended = rig.authorize(target, "ada@practice.example", Decision::Deny).await;
    assert_eq!(failure(ended).code, ErrorCode::AuthorizationDenied);
    assert_eq!(rig.refresh_token(id).await, before);
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
    rig.engine.refresh_integration(id).await.unwrap();
}

/// The browser delivers the redirect twice.
async fn twice() {
    let rig = Rig::start().await;
    let attempt = begin(&rig, rig.new_target().await).await;
    let redirect = sent_back(rig.browser.next().await, "ada", Decision::Approve).await;
    let (first, second) = tokio::join!(follow(redirect.clone()), follow(redirect));
    assert_eq!(first, second);
    assert!(first.contains("You are connected"), "{first}");
    let ended = rig.authorization_ended(attempt.id).await;
    assert!(matches!(ended, AuthorizationProgress::Completed { .. }), "{ended:?}");
    assert_eq!(rig.token_requests("authorization_code"), 1);
}

holds! { twice:
    fn f008_a_code_that_is_delivered_twice_is_exchanged_once;
    fn o20_the_code_is_taken_exactly_once;
}

/// Somebody hands in a real code of an own sign-in, which the service would exchange: even its PKCE challenge is the right one.
async fn a_code_of_an_own_sign_in() {
    let rig = Rig::start().await;
    let attempt = begin(&rig, rig.new_target().await).await;
    let link = rig.browser.next().await;
    let mut forged = link.clone();
    let pairs: Vec<_> = link.query_pairs().into_owned().filter(|(name, _)| name != "state").collect();
    forged.query_pairs_mut().clear().extend_pairs(pairs).append_pair("state", "of-the-attacker");
    let redirect = sent_back(forged, "eve@practice.example", Decision::Approve).await;
    let page = follow(redirect).await;
    assert!(page.contains("not the sign-in"), "{page}");
    assert!(is_waiting(&rig, &attempt));
    assert_eq!(rig.token_requests("authorization_code"), 0);
    follow(sent_back(link, "ada@practice.example", Decision::Approve).await).await;
    let AuthorizationProgress::Completed { account, .. } = rig.authorization_ended(attempt.id).await else { panic!() };
    assert_eq!(account.unwrap().label, "ada@practice.example");
}

holds! { a_code_of_an_own_sign_in:
    fn f006_a_real_code_with_another_state_is_not_exchanged;
    fn o04_the_state_catches_a_forged_answer_where_pkce_is_not_looked_at;
}

#[tokio::test]
async fn f004_an_injected_error_does_not_end_a_sign_in() {
    let rig = Rig::start().await;
    let attempt = begin(&rig, rig.new_target().await).await;
    for query in ["error=access_denied", "error=access_denied&state=guessed", "error=server_error&state="] {
        follow(with_query(redirect_uri(&attempt), query)).await;
        assert!(is_waiting(&rig, &attempt), "{query}");
    }
    follow(sent_back(rig.browser.next().await, "ada", Decision::Approve).await).await;
    let ended = rig.authorization_ended(attempt.id).await;
    assert!(matches!(ended, AuthorizationProgress::Completed { .. }), "{ended:?}");
}

/// The right state, and the name of another service, or none though it is promised.
async fn issuers_that_do_not_fit() {
    let rig = Rig::start().await;
    for issuer in [Some("https://evil.example"), Some(""), None] {
        let attempt = begin(&rig, rig.new_target().await).await;
        let mut redirect = sent_back(rig.browser.next().await, "ada", Decision::Approve).await;
        let pairs: Vec<_> = redirect.query_pairs().into_owned().filter(|(name, _)| name != "iss").collect();
        redirect.query_pairs_mut().clear().extend_pairs(pairs).extend_pairs(issuer.map(|issuer| ("iss", issuer)));
        follow(redirect).await;
        let failure = failure(rig.authorization_ended(attempt.id).await);
        assert_eq!(failure.code, ErrorCode::AuthorizationRefused, "{issuer:?}");
    }
    assert_eq!(rig.token_requests("authorization_code"), 0);
    assert!(rig.vault.integrations().await.unwrap().is_empty());
}

holds! { issuers_that_do_not_fit:
    fn f016_a_wrong_or_missing_issuer_ends_the_sign_in_before_any_token_request;
    fn o07_nothing_is_sent_to_the_token_endpoint_when_the_issuer_does_not_fit;
}

/// A malicious service sends the browser on to an honest one, with the state and the redirect URI of its own sign-in, so that
/// the honest one's code would be handed to the malicious one's token endpoint.
async fn a_bounced_browser() {
    let rig = Rig::start().await;
    let honest = Sandbox::start(Options::default()).await.unwrap();
    for names_itself in [true, false] {
        honest.control().change_settings(|settings| settings.send_issuer = names_itself);
        let attempt = begin(&rig, rig.new_target().await).await;
        let link = rig.browser.next().await;
        let redirect = sent_back(at(&honest, &link), "ada", Decision::Approve).await;
        assert!(
            redirect.as_str().starts_with(redirect_uri(&attempt)) && redirect.as_str().contains("code="),
            "{redirect}"
        );
        follow(redirect).await;
        let failure = failure(rig.authorization_ended(attempt.id).await);
        assert_eq!(failure.code, ErrorCode::AuthorizationRefused);
    }
    assert_eq!((rig.token_requests("authorization_code"), token_requests(&honest)), (0, 0));
}

holds! { a_bounced_browser:
    fn f017_a_browser_that_a_malicious_service_bounced_brings_no_code_to_it;
    fn o05_an_answer_counts_only_in_the_context_it_was_asked_in;
}

/// Fifty sign-ins at once, answered out of order.
async fn fifty_at_once() {
    let rig = Rig::start().await;
    let account = |number: usize| format!("person-{number}@practice.example");
    let mut connected = Vec::new();
    for number in 0..50 {
        match rig.authorize(rig.new_target().await, &account(number), Decision::Approve).await {
            AuthorizationProgress::Completed { integration_id, .. } => connected.push(integration_id),
            other => panic!("{other:?}"),
        }
    }
    let mut attempts = Vec::new();
    for (number, integration_id) in connected.into_iter().enumerate() {
        let attempt = begin(&rig, Rig::reconnect(integration_id)).await;
        attempts.push((number, integration_id, attempt, rig.browser.next().await));
    }
    // Every seventh comes first; 7 and 50 share no divisor, so each has its turn.
    let mut arrivals = tokio::task::JoinSet::new();
    for turn in 0..50 {
        let (number, _, _, link) = &attempts[turn * 7 % 50];
        let (link, account) = (link.clone(), account(*number));
        arrivals.spawn(async move { follow(sent_back(link, &account, Decision::Approve).await).await });
    }
    while let Some(page) = arrivals.join_next().await {
        assert!(page.unwrap().contains("You are connected"));
    }
    for (number, integration_id, attempt, _) in attempts {
        let ended = rig.authorization_ended(attempt.id).await;
        let AuthorizationProgress::Completed { integration_id: own, account: who, .. } = ended else {
            panic!("{ended:?}")
        };
        assert_eq!((own, who.unwrap().label), (integration_id, account(number)));
    }
}

holds! { fifty_at_once:
    fn f022_fifty_sign_ins_answered_out_of_order_each_get_their_own;
    fn o27_fifty_flows_at_once_do_not_mix;
}

#[tokio::test]
async fn f023_a_program_that_ends_during_a_sign_in_leaves_no_half_connected_row() {
    let rig = Rig::start().await;
    let mut row = storm_testkit::oauth_integration(7);
    row.state = storm_domain::TokenState::Authorizing;
    rig.vault.add_integration(storm_domain::port::NewIntegration { integration: row, credential: None }).await.unwrap();
    let attempt = begin(&rig, rig.new_target().await).await;
    let redirect = sent_back(rig.browser.next().await, "ada", Decision::Approve).await;
    rig.engine.cancel_authorization(attempt.id).unwrap();
    rig.authorization_ended(attempt.id).await;
    let mut rig = rig.restart().await;
    rig.run().await;
    assert!(rig.vault.integrations().await.unwrap().is_empty());
    // The old tab: its port is gone, which the browser says itself.
    assert!(reqwest::get(redirect).await.unwrap_err().is_connect());
}

/// Authorize is pressed a second time, and the first tab is finished afterwards.
async fn a_second_press() {
    let rig = Rig::start().await;
    let first = begin(&rig, rig.new_target().await).await;
    let first_tab = rig.browser.next().await;
    let second = begin(&rig, rig.new_target().await).await;
    assert_eq!(failure(rig.authorization_ended(first.id).await).code, ErrorCode::AuthorizationReplaced);
    assert!(is_waiting(&rig, &second));
    let page = follow(sent_back(first_tab, "eve", Decision::Approve).await).await;
    assert!(page.contains("This sign-in was replaced"), "{page}");
    assert!(is_waiting(&rig, &second), "the old tab changes nothing");
    follow(sent_back(rig.browser.next().await, "ada@practice.example", Decision::Approve).await).await;
    let ended = rig.authorization_ended(second.id).await;
    let AuthorizationProgress::Completed { account, .. } = ended else { panic!("{ended:?}") };
    assert_eq!(account.unwrap().label, "ada@practice.example");
    assert_eq!(rig.token_requests("authorization_code"), 1);
}

holds! { a_second_press:
    fn o28_a_second_sign_in_replaces_the_first_and_its_tab_says_so;
}

/// Addresses that a system's opener could take for something else than a page.
async fn addresses_that_are_no_pages() {
    let rig = Rig::start().await;
    let registration = storm_engine::view::SaveRegistrationRequest {
        id: None,
        connector_id: "generic-oauth".into(),
        client_id: "desktop".into(),
        client_secret: None,
        file: None,
        secret_ends_at: None,
        fields: Fields::new(),
    };
    let registration_id = rig.engine.save_registration(registration).await.unwrap().id;
    let endless = format!("https://login.example.com/{}", "a".repeat(100_000));
    for address in [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "smb://host/share",
        "ms-msdt:/id",
        "--flag",
        "http://x/$(calc)",
        "https://me@login.example.com/authorize",
        "https://login.example.com/\u{1b}[31m",
        &endless,
    ] {
        let fields = [("authorize_url", address), ("token_url", "https://login.example.com/token")];
        let target = AuthorizationTarget::New {
            connector_id: "generic-oauth".into(),
            name: None,
            fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            registration_id,
            scopes: Vec::new(),
        };
        let begun = rig.engine.begin_authorization(BeginAuthorizationRequest { target }).await;
        let refused = begun.map(|view| view.url).unwrap_err();
        assert_eq!(refused.code, ErrorCode::FieldNotUsable, "{address}: {refused:?}");
        let names_it = refused.field.as_deref() == Some("authorize_url") || refused.message.contains("authorize_url");
        assert!(names_it || address == endless, "{address}: {refused:?}");
    }
    let opened = tokio::time::timeout(Duration::from_millis(100), rig.browser.next()).await;
    assert!(opened.is_err(), "the browser was asked to open {opened:?}");
}

holds! { addresses_that_are_no_pages:
    fn f021_an_address_that_is_no_page_is_refused_before_any_browser_sees_it;
    fn o02_only_https_authorization_endpoints_are_opened_and_the_field_is_named;
}

#[tokio::test]
async fn o25_a_program_that_keeps_guessing_is_noticed_and_gains_nothing() {
    let rig = Rig::start().await;
    let attempt = begin(&rig, rig.new_target().await).await;
    let guess =
        async |number: usize| follow(with_query(redirect_uri(&attempt), &format!("code=c&state=guess-{number}"))).await;
    for number in 0..9 {
        guess(number).await;
    }
    assert!(!rig.engine.authorization(attempt.id).unwrap().disturbed, "a browser's habits");
    guess(9).await;
    rig.events.wait_for(|event| *event == storm_domain::Event::AuthorizationChanged { id: attempt.id }).await;
    assert!(rig.engine.authorization(attempt.id).unwrap().disturbed);
    assert!(is_waiting(&rig, &attempt));
    follow(sent_back(rig.browser.next().await, "ada", Decision::Approve).await).await;
    let ended = rig.authorization_ended(attempt.id).await;
    assert!(matches!(ended, AuthorizationProgress::Completed { .. }), "{ended:?}");
}
