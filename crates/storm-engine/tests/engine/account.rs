//! Whose a grant is: shown, asked about when it is another's, and told apart where one service has several.

use std::sync::Arc;
use std::time::Duration;

use storm_domain::port::{EventSink, Vault};
use storm_domain::{ActivityKind, AttemptId, ErrorCode, Event, GenerationPhase, IntegrationId, Verdict};
use storm_engine::view::{
    AccountAnswer, AuthorizationProgress, AuthorizationTarget, BeginAuthorizationRequest, RevocationView,
    SaveRegistrationRequest, StatusView,
};
use storm_sandbox::{JournalQuery, NewKey, Progress, Step};
use storm_testkit::RecordingEvents;

use crate::person::{Decision, visit};
use crate::rig::{Rig, failure};

const ADA: &str = "ada@practice.example";
const EVE: &str = "eve@practice.example";

/// Reconnects as `account` and gives the attempt with how it ended.
async fn reconnect_as(rig: &Rig, id: IntegrationId, account: &str) -> (AttemptId, AuthorizationProgress) {
    let begun = rig.engine.begin_authorization(BeginAuthorizationRequest { target: Rig::reconnect(id) }).await.unwrap();
    visit(rig.browser.next().await, account, Decision::Approve).await;
    (begun.id, rig.authorization_ended(begun.id).await)
}

/// An integration of Ada's after a Reconnect in which Eve signed in.
async fn undecided(rig: &Rig) -> (IntegrationId, AttemptId) {
    let id = rig.connect().await;
    let (attempt, ended) = reconnect_as(rig, id, EVE).await;
    let AuthorizationProgress::DifferentAccount { expected, got } = ended else { panic!("{ended:?}") };
    assert_eq!((expected.label.as_str(), got.unwrap().label.as_str()), (ADA, EVE));
    (id, attempt)
}

async fn connect_as(rig: &Rig, target: AuthorizationTarget, account: &str) -> IntegrationId {
    match rig.authorize(target, account, Decision::Approve).await {
        AuthorizationProgress::Completed { integration_id, account: connected, .. } => {
            assert_eq!(connected.unwrap().label, account);
            integration_id
        }
        other => panic!("not connected: {other:?}"),
    }
}

async fn label_of(rig: &Rig, id: IntegrationId) -> String {
    rig.page(id).await.integration.account.unwrap().label
}

async fn names(rig: &Rig) -> Vec<String> {
    rig.engine.integrations().await.unwrap().into_iter().map(|row| row.name).collect()
}

/// Whose grants are alive at the service.
fn alive(rig: &Rig) -> Vec<String> {
    let mut grants: Vec<_> = rig.sandbox.control().grants();
    grants.sort_by_key(|grant| grant.created_at_ms);
    grants.into_iter().filter(|grant| grant.alive).map(|grant| grant.account).collect()
}

async fn staged(rig: &Rig, id: IntegrationId) -> usize {
    let generations = rig.vault.generations(id).await.unwrap();
    generations.iter().filter(|generation| generation.phase == GenerationPhase::Staged).count()
}

#[tokio::test]
async fn f024_another_account_at_reconnect_is_a_question_and_nothing_is_swapped() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let before = rig.refresh_token(id).await;
    let (attempt, _) = reconnect_as(&rig, id, EVE).await;
    assert_eq!(rig.refresh_token(id).await, before);
    let page = rig.page(id).await;
    assert_eq!(page.integration.account.unwrap().label, ADA);
    let question = page.undecided.unwrap();
    assert_eq!((question.attempt, question.got.unwrap().label.as_str()), (attempt, EVE));
    rig.engine.refresh_integration(id).await.unwrap();
    assert_eq!(label_of(&rig, id).await, ADA, "what worked goes on working");
}

#[tokio::test]
async fn f024_an_account_that_nobody_can_tell_is_no_silent_swap_either() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let before = rig.refresh_token(id).await;
    let down = Step { path: "/api/whoami".into(), status: Some(503), times: Some(9), ..Step::default() };
    rig.sandbox.control().script(down).unwrap();
    let (attempt, ended) = reconnect_as(&rig, id, EVE).await;
    assert!(matches!(ended, AuthorizationProgress::DifferentAccount { got: None, .. }), "{ended:?}");
    assert_eq!(rig.refresh_token(id).await, before);

    rig.engine.decide_account(attempt, AccountAnswer::Replace).await.unwrap();
    assert_eq!(rig.page(id).await.integration.account, None, "nobody is named before the service did");
    rig.sandbox.control().clear_script();
    rig.engine.verify_integration(id).await.unwrap();
    assert_eq!(label_of(&rig, id).await, EVE);
}

#[tokio::test]
async fn o58_an_integration_changes_its_account_only_on_the_users_word() {
    let rig = Rig::start().await;
    let (id, attempt) = undecided(&rig).await;
    let replaced = rig.engine.decide_account(attempt, AccountAnswer::Replace).await.unwrap();
    let AuthorizationProgress::Completed { integration_id, account, .. } = replaced else { panic!("{replaced:?}") };
    assert_eq!((integration_id, account.unwrap().label.as_str()), (id, EVE));
    let page = rig.page(id).await;
    assert_eq!((page.integration.name.as_str(), page.undecided), ("Practice", None));
    assert_eq!(page.integration.account.unwrap().label, EVE);
    rig.engine.refresh_integration(id).await.unwrap();
    assert!(
        matches!(rig.engine.verify_integration(id).await.unwrap(), Verdict::Works { account: Some(now) } if now.label == EVE)
    );
    assert_eq!(names(&rig).await, ["Practice"]);
    let again = rig.engine.decide_account(attempt, AccountAnswer::Cancel).await;
    assert_eq!(failure(again).code, ErrorCode::NotFound, "it is answered once");
}

#[tokio::test]
async fn o29_the_one_who_signed_in_is_named_and_asked_about_when_it_is_another() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    assert_eq!(label_of(&rig, id).await, ADA);
    let (_, same) = reconnect_as(&rig, id, ADA).await;
    assert!(matches!(same, AuthorizationProgress::Completed { account: Some(one), .. } if one.label == ADA));
    let (_, other) = reconnect_as(&rig, id, EVE).await;
    assert!(matches!(other, AuthorizationProgress::DifferentAccount { .. }), "{other:?}");
    assert_eq!(label_of(&rig, id).await, ADA);
}

#[tokio::test]
async fn keeping_both_gives_the_other_account_an_integration_of_its_own() {
    let rig = Rig::start().await;
    let (id, attempt) = undecided(&rig).await;
    rig.engine.set_lending(id, true).await.unwrap();
    let before = rig.refresh_token(id).await;
    let kept = rig.engine.decide_account(attempt, AccountAnswer::KeepBoth).await.unwrap();
    let AuthorizationProgress::KeptBoth { integration_id: new, name, kept } = kept else { panic!("{kept:?}") };
    assert_eq!((name.as_str(), kept.as_str()), ("Practice (eve@practice.example)", "Practice"));
    assert_eq!((rig.refresh_token(id).await, staged(&rig, id).await), (before, 0));
    assert_eq!((label_of(&rig, id).await.as_str(), label_of(&rig, new).await.as_str()), (ADA, EVE));
    for id in [id, new] {
        rig.engine.refresh_integration(id).await.unwrap();
        assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
    }
    let page = rig.page(new).await;
    assert!(!page.integration.lending_allowed, "nobody was allowed this account's access");
    assert!(page.integration.next_refresh_at.is_some(), "it is refreshed by itself");
    assert_eq!(page.registration.unwrap().used_by, 2);
    assert_eq!(alive(&rig), [ADA, EVE]);
    let log = rig.engine.activity(Some(new), 10).await.unwrap();
    assert!(log.iter().any(|entry| entry.what == ActivityKind::Connected { account: Some(EVE.into()) }), "{log:?}");
}

#[tokio::test]
async fn cancelling_revokes_the_new_grant_and_forgets_it() {
    let rig = Rig::start().await;
    let (id, attempt) = undecided(&rig).await;
    let declined = rig.engine.decide_account(attempt, AccountAnswer::Cancel).await.unwrap();
    let AuthorizationProgress::Declined { account, revocation } = declined else { panic!("{declined:?}") };
    assert_eq!((account.unwrap().label.as_str(), revocation), (EVE, RevocationView::Revoked));
    assert_eq!(alive(&rig), [ADA]);
    assert_eq!((staged(&rig, id).await, label_of(&rig, id).await.as_str()), (0, ADA));
    rig.engine.refresh_integration(id).await.unwrap();
    assert!(rig.engine.pending_revocations().await.unwrap().is_empty());
}

#[tokio::test]
async fn o51_a_grant_nobody_wants_is_revoked_later_when_the_service_is_down() {
    let rig = Rig::start().await;
    let (id, attempt) = undecided(&rig).await;
    let down = Step { path: "/oauth/revoke".into(), status: Some(503), times: Some(9), ..Step::default() };
    rig.sandbox.control().script(down).unwrap();
    let declined = rig.engine.decide_account(attempt, AccountAnswer::Cancel).await.unwrap();
    let AuthorizationProgress::Declined { revocation: RevocationView::Pending { .. }, .. } = declined else {
        panic!("{declined:?}")
    };
    let mut rig = rig.restart().await;
    let [pending] = rig.engine.pending_revocations().await.unwrap().try_into().unwrap();
    assert_eq!(pending.account.unwrap().label, EVE);
    rig.sandbox.control().clear_script();
    rig.clock.advance(Duration::from_secs(60));
    rig.run().await;
    while !rig.engine.pending_revocations().await.unwrap().is_empty() {
        rig.events.wait_for(|event| *event == Event::RevocationsChanged).await;
        rig.events.clear();
    }
    assert_eq!(alive(&rig), [ADA]);
    rig.engine.refresh_integration(id).await.unwrap();
}

#[tokio::test]
async fn cancelling_ends_nothing_that_another_integration_lives_on() {
    let rig = Rig::start().await;
    let target = rig.new_target().await;
    let ada = connect_as(&rig, target.clone(), ADA).await;
    let eve = connect_as(&rig, target, EVE).await;
    let (attempt, _) = reconnect_as(&rig, ada, EVE).await;
    let declined = rig.engine.decide_account(attempt, AccountAnswer::Cancel).await.unwrap();
    assert!(
        matches!(&declined, AuthorizationProgress::Declined { revocation: RevocationView::NotAsked, .. }),
        "{declined:?}"
    );
    let asked = JournalQuery { path: Some("/oauth/revoke".into()), ..JournalQuery::default() };
    assert!(rig.sandbox.control().requests(&asked).is_empty());
    assert_eq!(staged(&rig, ada).await, 0);
    rig.engine.refresh_integration(eve).await.unwrap();
}

#[tokio::test]
async fn a_question_outlives_the_program_and_can_still_be_answered_each_way() {
    for answer in [AccountAnswer::Replace, AccountAnswer::KeepBoth, AccountAnswer::Cancel] {
        let rig = Rig::start().await;
        let (id, _) = undecided(&rig).await;
        let before = rig.refresh_token(id).await;
        let mut rig = rig.restart().await;
        rig.run().await;
        let question = rig.page_when(id, |page| page.undecided.is_some()).await.undecided.unwrap();
        assert_eq!((question.expected.label.as_str(), question.got.unwrap().label.as_str()), (ADA, EVE));
        assert_eq!(rig.refresh_token(id).await, before);
        rig.engine.decide_account(question.attempt, answer).await.unwrap();
        let page = rig.page(id).await;
        let (expected, rows) = match answer {
            AccountAnswer::Replace => (EVE, 1),
            AccountAnswer::KeepBoth => (ADA, 2),
            AccountAnswer::Cancel => (ADA, 1),
        };
        assert_eq!((page.integration.account.unwrap().label.as_str(), page.undecided), (expected, None));
        assert_eq!(names(&rig).await.len(), rows);
        rig.engine.refresh_integration(id).await.unwrap();
    }
}

/// The program ends in the middle of giving a grant back: the service was asked, and nobody heard its answer.
#[tokio::test]
async fn a_grant_that_is_given_back_when_the_program_ends_is_ended_by_the_next_one() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let doomed = rig.doomed_engine(Arc::new(RecordingEvents::default()) as Arc<dyn EventSink>);
    let begun = doomed.begin_authorization(BeginAuthorizationRequest { target: Rig::reconnect(id) }).await.unwrap();
    visit(rig.browser.next().await, EVE, Decision::Approve).await;
    while matches!(
        doomed.authorization(begun.id).unwrap().progress,
        AuthorizationProgress::Waiting { .. } | AuthorizationProgress::Exchanging
    ) {
        tokio::task::yield_now().await;
    }
    let hold = Step { path: "/oauth/revoke".into(), hold: Some("gate".into()), ..Step::default() };
    rig.sandbox.control().script(hold).unwrap();
    let user = tokio::spawn(async move { doomed.decide_account(begun.id, AccountAnswer::Cancel).await });
    let query = JournalQuery { path: Some("/oauth/revoke".into()), ..JournalQuery::default() };
    rig.sandbox.control().wait_for_requests(&query, Progress::Held, 1, Duration::from_secs(10)).await;
    user.abort();
    assert!(user.await.unwrap_err().is_cancelled());
    rig.sandbox.control().clear_script();
    assert_eq!(alive(&rig), [ADA, EVE]);

    let mut rig = rig.restart().await;
    rig.run().await;
    while !rig.engine.pending_revocations().await.unwrap().is_empty() {
        rig.events.wait_for(|event| *event == Event::RevocationsChanged).await;
        rig.events.clear();
    }
    assert_eq!(alive(&rig), [ADA]);
    assert_eq!(rig.page(id).await.undecided, None);
    rig.engine.refresh_integration(id).await.unwrap();
}

#[tokio::test]
async fn o51_disconnecting_ends_the_grant_that_nobody_decided_about_as_well() {
    let rig = Rig::start().await;
    let (id, attempt) = undecided(&rig).await;
    assert_eq!(alive(&rig), [ADA, EVE]);
    let gone = rig.engine.disconnect_integration(id, true).await.unwrap();
    assert_eq!((gone.revocation, alive(&rig).len()), (RevocationView::Revoked, 0));
    assert_eq!(failure(rig.engine.decide_account(attempt, AccountAnswer::KeepBoth).await).code, ErrorCode::NotFound);
}

#[tokio::test]
async fn two_accounts_of_one_service_share_its_registration_and_are_told_apart() {
    let rig = Rig::start().await;
    let target = rig.new_target().await;
    let first = connect_as(&rig, target.clone(), ADA).await;
    let second = connect_as(&rig, target.clone(), EVE).await;
    assert_eq!(names(&rig).await, ["Practice", "Practice (eve@practice.example)"]);
    assert_eq!(rig.engine.registrations("practice").await.unwrap().len(), 1);
    assert_eq!(rig.page(second).await.registration.unwrap().used_by, 2);
    rig.engine.refresh_integration(first).await.unwrap();
    rig.engine.refresh_integration(second).await.unwrap();
    assert_eq!((label_of(&rig, first).await.as_str(), label_of(&rig, second).await.as_str()), (ADA, EVE));

    connect_as(&rig, target.clone(), EVE).await;
    assert_eq!(names(&rig).await[2], "Practice 2", "an account that is there already tells nothing apart");
    let AuthorizationTarget::New { connector_id, fields, registration_id, scopes, .. } = target else { panic!() };
    let name = Some("Practice 3".to_owned());
    let named = AuthorizationTarget::New { connector_id, name, fields, registration_id, scopes };
    connect_as(&rig, named, "bob@practice.example").await;
    assert_eq!(names(&rig).await[3], "Practice 3", "the user's own name stays");
}

#[tokio::test]
async fn keys_of_two_accounts_are_told_apart_too() {
    let rig = Rig::start().await;
    rig.add_key(&rig.make_key().await).await;
    let asked = NewKey { account: Some(EVE.into()), ..NewKey::default() };
    let key = rig.sandbox.control().create_key(asked).await.unwrap().key;
    let second = rig.add_key(&key).await;
    assert_eq!(rig.page(second).await.integration.name, "Practice (eve@practice.example)");
}

#[tokio::test]
async fn a_reconnect_names_the_account_and_lets_another_be_chosen() {
    let rig = Rig::start().await;
    let asked = async |target| {
        let begun = rig.engine.begin_authorization(BeginAuthorizationRequest { target }).await.unwrap();
        rig.browser.next().await;
        let link = rig.engine.authorization_link(begun.id).unwrap();
        rig.engine.cancel_authorization(begun.id).unwrap();
        // EXPOSE: the test plays the user who looks at the link.
        let query: Vec<(String, String)> = link.expose().query_pairs().into_owned().collect();
        let value = |name: &str| query.iter().find(|(one, _)| one == name).map(|(_, value)| value.clone());
        (value("login_hint"), value("prompt"))
    };
    assert_eq!(asked(rig.new_target().await).await, (None, None));
    let id = rig.connect().await;
    assert_eq!(asked(Rig::reconnect(id)).await, (Some(ADA.into()), Some("select_account".into())));
}

/// A service whose address to verify with takes a good token and names nobody where OpenID Connect does; the ID token does.
async fn target_without_userinfo(rig: &Rig) -> AuthorizationTarget {
    let address = |path: &str| format!("{}{path}", rig.sandbox.base_url());
    let fields = storm_domain::Fields::from([
        ("authorize_url".to_owned(), address("/oauth/authorize")),
        ("token_url".to_owned(), address("/oauth/token")),
        ("userinfo_url".to_owned(), address("/api/whoami")),
    ]);
    let registration = SaveRegistrationRequest {
        id: None,
        connector_id: "generic-oauth".into(),
        client_id: "practice-desktop".into(),
        client_secret: None,
        file: None,
        secret_ends_at: None,
        fields: fields.clone(),
    };
    AuthorizationTarget::New {
        connector_id: "generic-oauth".into(),
        name: Some("Sign-in".into()),
        fields,
        registration_id: rig.engine.save_registration(registration).await.unwrap().id,
        scopes: ["openid", "email", "read", "offline_access"].map(str::to_owned).to_vec(),
    }
}

#[tokio::test]
async fn o29_where_nothing_else_names_the_account_the_id_token_does() {
    let rig = Rig::start().await;
    let target = target_without_userinfo(&rig).await;
    let id = connect_as(&rig, target, ADA).await;
    assert_eq!(label_of(&rig, id).await, ADA);
    let (_, same) = reconnect_as(&rig, id, ADA).await;
    assert!(matches!(same, AuthorizationProgress::Completed { .. }), "{same:?}");
    let (attempt, other) = reconnect_as(&rig, id, EVE).await;
    assert!(matches!(&other, AuthorizationProgress::DifferentAccount { got: Some(got), .. } if got.label == EVE));
    rig.engine.decide_account(attempt, AccountAnswer::KeepBoth).await.unwrap();
    assert_eq!(names(&rig).await, ["Sign-in", "Sign-in (eve@practice.example)"]);
}
