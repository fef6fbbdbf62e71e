//! The first true cause of a failure, for each cause there is.

use std::sync::Arc;
use std::time::Duration;

use storm_domain::port::{CertificateFault, Clock as _, Knock, Obstacle, Reached, Vault as _};
use storm_domain::{
    Account, Action, ActivityKind, Cause, Integration, IntegrationId, InterruptedBy, Method, ProviderWords,
    ReconnectReason, RefreshState, Timestamp, TokenState, TransientKind, Trouble, Verdict, VerdictRecord,
};
use storm_engine::Engine;
use storm_engine::view::{AuthorizationProgress, BeginAuthorizationRequest, ExaminationSubject, FindingView};
use storm_sandbox::{GrantFilter, JournalQuery, Step};
use storm_testkit::FakeNetwork;

use crate::person::{Decision, visit};
use crate::rig::Rig;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// One integration whose row a test writes, and an engine that looks at a network of the test's.
struct Ward {
    rig: Rig,
    engine: Arc<Engine>,
    network: Arc<FakeNetwork>,
    id: IntegrationId,
}

impl Ward {
    async fn open() -> Self {
        let rig = Rig::start().await;
        let id = rig.connect().await;
        let network = Arc::new(FakeNetwork::default());
        Self { engine: rig.engine_on(Arc::clone(&network) as _), rig, network, id }
    }

    async fn write(&self, change: impl FnOnce(&mut Integration)) {
        let mut row = self.rig.vault.integration(self.id).await.unwrap();
        change(&mut row);
        self.rig.vault.update_integration(row).await.unwrap();
    }

    /// The integration is one of this service.
    async fn of(connector_id: &str) -> Self {
        let ward = Self::open().await;
        ward.write(|row| {
            connector_id.clone_into(&mut row.connector_id);
            row.fields.clear();
        })
        .await;
        ward
    }

    async fn suffers(&self, trouble: Trouble) {
        let until = self.rig.clock.now().after(Duration::from_secs(60));
        let refresh = RefreshState::BackingOff { failures: 1, until, trouble };
        self.write(|row| row.state = TokenState::Active { expires_at: None, refresh }).await;
    }

    async fn needs_its_user(&self, reason: ReconnectReason) {
        let since = self.rig.clock.now();
        self.write(|row| row.state = TokenState::NeedsReconnect { reason, since }).await;
    }

    async fn examined(&self) -> FindingView {
        self.engine.examine(ExaminationSubject::Integration { id: self.id }).await.unwrap().unwrap()
    }
}

fn unreached() -> Trouble {
    Trouble::Service { kind: TransientKind::Connection }
}

fn words(code: &str, description: &str) -> ProviderWords {
    ProviderWords::cleaned(code, description)
}

const HOST: &str = "slack.com";

fn host() -> String {
    HOST.to_owned()
}

#[tokio::test]
async fn o46_what_stands_on_the_way_is_named_with_what_helps_and_the_grant_is_left_alone() {
    let ward = Ward::of("slack").await;
    ward.suffers(unreached()).await;
    let before = ward.rig.vault.integration(ward.id).await.unwrap();
    let proxy = || "proxy.example:8080".to_owned();
    let certificate = |fault| Obstacle::Certificate(fault);
    let issuer = || Some("Example Inspection Root".to_owned());
    for (obstacle, cause, action, said) in [
        (Obstacle::NoRoute, Cause::NoNetwork, Action::Retry, "not connected"),
        (Obstacle::NameNotFound, Cause::HostNotFound { host: host() }, Action::Retry, "while others are"),
        (Obstacle::Refused, Cause::HostRefuses { host: host() }, Action::Retry, "does not take the connection"),
        (Obstacle::Silent, Cause::HostSilent { host: host() }, Action::NetworkSettings, "does not answer"),
        (
            Obstacle::ProxyNotReached,
            Cause::ProxyUnreachable { proxy: proxy() },
            Action::NetworkSettings,
            "proxy.example:8080",
        ),
        (
            Obstacle::ProxyRefused { status: 407 },
            Cause::ProxyWantsSignIn { proxy: proxy() },
            Action::NetworkSettings,
            "407",
        ),
        (
            Obstacle::ProxyRefused { status: 403 },
            Cause::ProxyRefuses { proxy: proxy(), status: 403 },
            Action::NetworkSettings,
            "slack.com",
        ),
        (
            certificate(CertificateFault::UnknownAuthority { issuer: issuer() }),
            Cause::AuthorityUnknown { host: host(), issuer: issuer() },
            Action::NetworkSettings,
            "“Example Inspection Root”",
        ),
        (
            certificate(CertificateFault::Expired { ended: Some(Timestamp(5)) }),
            Cause::CertificateExpired { host: host(), ended: Some(Timestamp(5)) },
            Action::Retry,
            "has ended",
        ),
        (
            certificate(CertificateFault::NotYetValid { begins: None }),
            Cause::CertificateNotYetValid { host: host(), begins: None },
            Action::Retry,
            "not valid yet",
        ),
        (
            certificate(CertificateFault::WrongHost),
            Cause::CertificateWrongHost { host: host() },
            Action::NetworkSettings,
            "another host",
        ),
        (
            Obstacle::NoSecureConnection,
            Cause::NoSecureConnection { host: host() },
            Action::NetworkSettings,
            "No secure connection",
        ),
        (Obstacle::NoAnswer, Cause::HostRefuses { host: host() }, Action::Retry, "may be down"),
    ] {
        let through = matches!(obstacle, Obstacle::ProxyNotReached | Obstacle::ProxyRefused { .. });
        match through {
            true => ward.network.answer_through(HOST, &proxy(), Err(obstacle)),
            false => ward.network.answer(HOST, Err(obstacle)),
        }
        let found = ward.examined().await;
        assert_eq!((&found.cause, found.action), (&cause, Some(action)));
        assert!(format!("{} {}", found.what, found.cure).contains(said), "{found:?}");
    }
    assert_eq!(ward.rig.vault.integration(ward.id).await.unwrap(), before, "examining changes nothing");
    assert!(ward.network.asked().iter().all(|url| url.query().is_none() && url.username().is_empty()));
}

#[tokio::test]
async fn a_lost_name_is_told_from_a_lost_network() {
    let ward = Ward::of("slack").await;
    ward.suffers(unreached()).await;
    ward.network.answer(HOST, Err(Obstacle::NameNotFound));
    ward.network.lose(HOST);
    assert_eq!(ward.examined().await.cause, Cause::HostNotFound { host: host() });
    ward.network.go_down();
    assert_eq!(ward.examined().await.cause, Cause::NoNetwork);
}

#[tokio::test]
async fn o47_a_network_that_wants_its_user_to_sign_in_is_a_passing_trouble_that_says_so() {
    let ward = Ward::of("slack").await;
    ward.suffers(unreached()).await;
    let portal = |status, location: Option<&str>| Knock {
        status,
        location: location.map(|location| location.parse().unwrap()),
        server_time: None,
        at: Timestamp(0),
    };
    // By its certificate and what it answers over plain http.
    for fault in [CertificateFault::WrongHost, CertificateFault::UnknownAuthority { issuer: None }] {
        ward.network.answer(HOST, Err(Obstacle::Certificate(fault)));
        for knock in [portal(302, Some("http://portal.hotel.example/")), portal(511, None)] {
            ward.network.answer_plainly(HOST, knock);
            let found = ward.examined().await;
            assert_eq!((found.cause, found.action), (Cause::NetworkSignIn { host: host() }, Some(Action::Retry)));
            assert!(found.cure.contains("sign in to the network"), "{}", found.cure);
        }
    }
    ward.network.answer_plainly(HOST, portal(301, Some("https://slack.com/")));
    assert!(matches!(ward.examined().await.cause, Cause::AuthorityUnknown { .. }));

    // By what the token endpoint answered: a page with status 200, and a redirect. The grant stays.
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let token = rig.refresh_token(id).await;
    let page = "<html><body>Welcome to our hotel</body></html>";
    for step in [
        Step {
            status: Some(200),
            headers: vec![("Content-Type".into(), "text/html".into())],
            body: Some(page.into()),
            ..Step::default()
        },
        Step {
            status: Some(302),
            headers: vec![("Location".into(), "http://portal.hotel.example/".into())],
            ..Step::default()
        },
    ] {
        rig.next_token_answer(step);
        rig.engine.refresh_integration(id).await.unwrap_err();
        let found = rig.engine.examine(ExaminationSubject::Integration { id }).await.unwrap().unwrap();
        assert!(matches!(found.cause, Cause::NetworkSignIn { .. }), "{found:?}");
        assert_eq!(rig.refresh_token(id).await, token, "the grant is kept");
    }
}

#[tokio::test]
async fn a_clock_that_is_off_is_named_by_how_much_and_which_way() {
    let ward = Ward::of("slack").await;
    ward.suffers(Trouble::Service { kind: TransientKind::ServiceBusy }).await;
    let at = ward.rig.clock.now();
    let reached = |server_time| Ok(Reached { server_time: Some(server_time), at });
    ward.network.answer(HOST, reached(at.before(Duration::from_secs(7200))));
    let found = ward.examined().await;
    assert_eq!(found.cause, Cause::ClockOff { seconds: 7200, ahead: true });
    assert!(found.what.contains("2 hours fast") && found.cure.contains("Set date and time"), "{found:?}");
    ward.network.answer(HOST, reached(at.after(3 * DAY)));
    assert!(ward.examined().await.what.contains("3 days slow"));
    ward.network.answer(HOST, reached(at.after(Duration::from_secs(200))));
    assert_eq!(ward.examined().await.cause, Cause::ServiceBusy { host: host() });

    // A certificate that is out of its time only by our clock.
    ward.network.answer(HOST, Err(Obstacle::Certificate(CertificateFault::Expired { ended: None })));
    assert!(matches!(ward.examined().await.cause, Cause::CertificateExpired { .. }));
    let server_time = Some(at.before(400 * DAY));
    ward.network.answer_plainly(HOST, Knock { status: 301, location: None, server_time, at });
    assert!(matches!(ward.examined().await.cause, Cause::ClockOff { ahead: true, .. }));
}

#[tokio::test]
async fn what_the_service_said_is_explained_and_what_it_is_known_for_comes_first() {
    let grant = |code: &str, description: &str| ReconnectReason::GrantRefused { words: words(code, description) };
    let register = |code: &str, description: &str| Trouble::Registration { words: words(code, description) };
    let request = |code: &str, description: &str| Trouble::Request { words: words(code, description) };
    enum State {
        Needs(ReconnectReason),
        Suffers(Trouble),
    }
    use State::{Needs, Suffers};
    for (service, state, cause, action, said) in [
        (
            "slack",
            Needs(grant("token_revoked", "")),
            "known_of_service",
            Action::Reconnect,
            "removed from the workspace",
        ),
        ("github", Needs(grant("bad_refresh_token", "")), "known_of_service", Action::Reconnect, "six months"),
        (
            "microsoft",
            Needs(grant("invalid_grant", "AADSTS700082: expired")),
            "known_of_service",
            Action::Reconnect,
            "not used for so long",
        ),
        (
            "microsoft",
            Needs(ReconnectReason::InteractionRequired { words: words("invalid_grant", "AADSTS50076: MFA") }),
            "known_of_service",
            Action::Reconnect,
            "second factor",
        ),
        (
            "microsoft",
            Suffers(register("invalid_client", "AADSTS7000222: expired")),
            "known_of_service",
            Action::EditRegistration,
            "has ended",
        ),
        ("slack", Needs(grant("invalid_grant", "")), "grant_refused", Action::Reconnect, "no longer accepts"),
        (
            "slack",
            Needs(ReconnectReason::InteractionRequired { words: words("login_required", "") }),
            "interaction_required",
            Action::Reconnect,
            "further check",
        ),
        (
            "slack",
            Suffers(register("invalid_client", "")),
            "registration_refused",
            Action::EditRegistration,
            "client secret is wrong",
        ),
        (
            "slack",
            Suffers(register("unauthorized_client", "")),
            "registration_refused",
            Action::EditRegistration,
            "client ID",
        ),
        (
            "slack",
            Suffers(request("invalid_request", "The redirect_uri does not match.")),
            "redirect_not_registered",
            Action::EditRegistration,
            "redirect URI",
        ),
        ("slack", Suffers(request("invalid_scope", "")), "request_refused", Action::Retry, "scopes"),
        ("slack", Suffers(Trouble::Vault), "vault_not_writable", Action::Retry, "Free some space"),
        (
            "slack",
            Suffers(Trouble::Service { kind: TransientKind::UnusableToken }),
            "answer_not_usable",
            Action::Retry,
            "cannot be used",
        ),
        ("slack", Suffers(unreached()), "passed_by", Action::Retry, "can be reached now"),
        (
            "slack",
            Needs(ReconnectReason::AccessTokenEnded),
            "access_token_ended",
            Action::Reconnect,
            "no token to renew",
        ),
        ("slack", Needs(ReconnectReason::RecordDamaged), "record_damaged", Action::Reconnect, "was not asked"),
        (
            "slack",
            Needs(ReconnectReason::RefreshInterrupted { at: Timestamp(0), by: InterruptedBy::Crash }),
            "refresh_interrupted",
            Action::Reconnect,
            "broken off",
        ),
    ] {
        let ward = Ward::of(service).await;
        match state {
            Needs(reason) => ward.needs_its_user(reason).await,
            Suffers(trouble) => ward.suffers(trouble).await,
        }
        let found = ward.examined().await;
        let named = serde_json::to_value(&found.cause).unwrap()["cause"].clone();
        assert_eq!((named.as_str().unwrap(), found.action), (cause, Some(action)), "{found:?}");
        assert!(format!("{} {}", found.what, found.cure).contains(said), "{found:?}");
    }
}

#[tokio::test]
async fn a_grant_that_the_service_ended_is_not_blamed_on_a_network_that_is_down_now() {
    let ward = Ward::of("slack").await;
    ward.needs_its_user(ReconnectReason::GrantRefused { words: words("invalid_grant", "") }).await;
    ward.network.answer(HOST, Err(Obstacle::NoRoute));
    assert!(matches!(ward.examined().await.cause, Cause::GrantRefused { .. }));
    ward.suffers(Trouble::Registration { words: words("invalid_client", "") }).await;
    assert!(matches!(ward.examined().await.cause, Cause::RegistrationRefused { .. }));
}

#[tokio::test]
async fn googles_week_of_testing_is_known_by_the_day() {
    for (days, said) in [(7, "still in Testing"), (30, "more than 100 times")] {
        let ward = Ward::of("google").await;
        ward.rig.clock.advance(days * DAY);
        let expired = words("invalid_grant", "Token has been expired or revoked.");
        ward.needs_its_user(ReconnectReason::GrantRefused { words: expired }).await;
        let found = ward.examined().await;
        assert!(found.what.contains(said), "{days}: {found:?}");
    }
}

#[tokio::test]
async fn o44_a_newer_grant_than_the_refused_one_is_used_and_nobody_signs_in() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    // The row says that the grant was refused before the one that is stored came.
    let mut row = rig.vault.integration(id).await.unwrap();
    let reason = ReconnectReason::GrantRefused { words: words("invalid_grant", "") };
    row.state = TokenState::NeedsReconnect { reason, since: rig.clock.now().before(Duration::from_secs(60)) };
    rig.vault.update_integration(row).await.unwrap();
    let found = rig.engine.examine(ExaminationSubject::Integration { id }).await.unwrap().unwrap();
    assert_eq!((found.cause, found.action), (Cause::RefreshedMeanwhile, Some(Action::Retry)));
    rig.engine.refresh_integration(id).await.unwrap();
    assert!(matches!(rig.vault.integration(id).await.unwrap().state, TokenState::Active { .. }));
}

#[tokio::test]
async fn a_refresh_that_is_tried_again_says_when_and_then_what_broke_it_off() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    rig.next_token_answer(Step { apply_first: true, reset_after_bytes: Some(0), ..Step::default() });
    rig.engine.refresh_integration(id).await.unwrap_err();
    let subject = || ExaminationSubject::Integration { id };
    let found = rig.engine.examine(subject()).await.unwrap().unwrap();
    let Cause::RefreshRetried { by: InterruptedBy::Network, until, at } = found.cause else { panic!("{found:?}") };
    assert!(until > rig.clock.now() && at <= rig.clock.now());
    assert_eq!(found.action, Some(Action::Retry));
    // A strict service does not take the old token any more.
    rig.engine.refresh_integration(id).await.unwrap_err();
    let found = rig.engine.examine(subject()).await.unwrap().unwrap();
    assert!(matches!(found.cause, Cause::RefreshInterrupted { by: InterruptedBy::Network, .. }), "{found:?}");
}

#[tokio::test]
async fn a_failed_authorization_is_explained_by_what_the_token_endpoint_answered() {
    let rig = Rig::start().await;
    for (step, cause, action) in [
        (
            Step { status: Some(401), body: Some(r#"{"error":"invalid_client"}"#.into()), ..Step::default() },
            "registration_refused",
            Action::EditRegistration,
        ),
        (
            Step {
                status: Some(400),
                body: Some(r#"{"error":"invalid_grant","error_description":"redirect_uri is another"}"#.into()),
                ..Step::default()
            },
            "redirect_not_registered",
            Action::EditRegistration,
        ),
        (
            Step {
                status: Some(400),
                body: Some(r#"{"error":"invalid_grant","error_description":"The password was changed."}"#.into()),
                ..Step::default()
            },
            "known_of_service",
            Action::Reconnect,
        ),
        (Step { status: Some(503), ..Step::default() }, "service_busy", Action::Retry),
    ] {
        rig.events.clear();
        let target = rig.new_target().await;
        let begun = rig.engine.begin_authorization(BeginAuthorizationRequest { target }).await.unwrap();
        rig.next_token_answer(step);
        visit(rig.browser.next().await, "ada@practice.example", Decision::Approve).await;
        let ended = rig.authorization_ended(begun.id).await;
        assert!(matches!(ended, AuthorizationProgress::Failed { .. }), "{ended:?}");
        let found = rig.engine.examine(ExaminationSubject::Attempt { id: begun.id }).await.unwrap().unwrap();
        let named = serde_json::to_value(&found.cause).unwrap()["cause"].clone();
        assert_eq!((named.as_str().unwrap(), found.action), (cause, Some(action)), "{found:?}");
    }

    // The user's own refusal needs no doctor.
    rig.events.clear();
    let target = rig.new_target().await;
    let begun = rig.engine.begin_authorization(BeginAuthorizationRequest { target }).await.unwrap();
    visit(rig.browser.next().await, "ada@practice.example", Decision::Deny).await;
    rig.authorization_ended(begun.id).await;
    assert_eq!(rig.engine.examine(ExaminationSubject::Attempt { id: begun.id }).await.unwrap(), None);
}

#[tokio::test]
async fn a_key_that_was_refused_or_not_reached_and_a_service_that_cannot_be_set_up_are_looked_into() {
    let ward = Ward::of("slack").await;
    ward.write(|row| row.method = Method::ApiKey).await;
    ward.needs_its_user(ReconnectReason::KeyRefused { words: words("401", "invalid_auth") }).await;
    let found = ward.examined().await;
    assert_eq!((found.action, found.what.contains("the key")), (Some(Action::ReplaceCredential), true), "{found:?}");

    let at = ward.rig.clock.now();
    let verdict = Verdict::CouldNotReach { reason: "The connection was refused.".into() };
    ward.write(|row| {
        row.state = TokenState::Active { expires_at: None, refresh: RefreshState::NotRefreshable };
        row.last_verdict = Some(VerdictRecord { verdict, at });
    })
    .await;
    ward.network.answer(HOST, Err(Obstacle::Refused));
    assert_eq!(ward.examined().await.cause, Cause::HostRefuses { host: host() });

    let issuer = [("issuer".to_owned(), "https://login.lost.example".to_owned())].into();
    let subject =
        ExaminationSubject::Service { connector_id: "generic-oauth".into(), method: Method::OAuth, fields: issuer };
    ward.network.answer("login.lost.example", Err(Obstacle::NameNotFound));
    let found = ward.engine.examine(subject.clone()).await.unwrap().unwrap();
    assert_eq!(found.cause, Cause::HostNotFound { host: "login.lost.example".into() });
    ward.network.answer("login.lost.example", Ok(Reached { server_time: None, at }));
    assert_eq!(ward.engine.examine(subject).await.unwrap(), None);
}

#[tokio::test]
async fn examining_carries_no_credential_and_no_account_is_named_without_one() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let revoked = rig.sandbox.control().revoke_grants(&GrantFilter::default()).await.unwrap();
    assert_eq!(revoked, 1);
    rig.next_token_answer(Step { status: Some(503), ..Step::default() });
    rig.engine.refresh_integration(id).await.unwrap_err();
    let since = rig.sandbox.control().state().last_sequence;
    let found = rig.engine.examine(ExaminationSubject::Integration { id }).await.unwrap().unwrap();
    assert!(matches!(found.cause, Cause::ServiceBusy { .. }), "{found:?}");
    let seen = rig.sandbox.control().requests(&JournalQuery { since, ..JournalQuery::default() });
    let [entry] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!((entry.method.as_str(), entry.path.as_str()), ("HEAD", "/"), "{entry:?}");
    assert!(!format!("{entry:?}").to_lowercase().contains("bearer"), "{entry:?}");

    rig.engine.refresh_integration(id).await.unwrap_err();
    let found = rig.engine.examine(ExaminationSubject::Integration { id }).await.unwrap().unwrap();
    assert!(found.cure.contains("sign in again as ada@practice.example"), "{found:?}");
    let mut row = rig.vault.integration(id).await.unwrap();
    row.account = None::<Account>;
    rig.vault.update_integration(row).await.unwrap();
    let found = rig.engine.examine(ExaminationSubject::Integration { id }).await.unwrap().unwrap();
    assert!(found.cure.ends_with("sign in again."), "{found:?}");
    let log = rig.engine.activity(Some(id), 50).await.unwrap();
    assert!(log.iter().any(|entry| matches!(entry.what, ActivityKind::ReconnectNeeded { .. })));
}
