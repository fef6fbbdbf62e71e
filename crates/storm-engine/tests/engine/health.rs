use std::time::Duration;

use storm_domain::port::{Clock as _, NewIntegration, Vault as _};
use storm_domain::{
    ActivityKind, Certainty, CredentialEnd, ForecastKind, GenerationNumber, Integration, IntegrationId, Method,
    RefreshState, ReplacementPolicy, Timestamp, TokenState,
};
use storm_engine::view::{
    AddServiceAccountRequest, AuthorizationProgress, AuthorizationTarget, ForecastView, HealthCounts, RefreshOutcome,
    SaveRegistrationRequest, SetReplacementRequest,
};
use storm_sandbox::{GrantFilter, Step};
use storm_testkit::{api_key, api_key_integration};

use crate::person::Decision;
use crate::rig::Rig;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn forecast(rig: &Rig) -> Vec<ForecastView> {
    let forecast = rig.engine.health().await.unwrap().forecast;
    assert_eq!(rig.engine.forecast().await.unwrap(), forecast, "what is exported is what is shown");
    forecast
}

async fn set_end(rig: &Rig, id: IntegrationId, ends_at: Timestamp) {
    let request = SetReplacementRequest { after_days: None, ends_at: Some(ends_at) };
    rig.engine.set_replacement(id, request).await.unwrap();
}

fn said(forecast: &[ForecastView]) -> Vec<(IntegrationId, ForecastKind, Timestamp, Certainty)> {
    forecast.iter().map(|entry| (entry.id, entry.kind, entry.at, entry.certainty)).collect()
}

#[tokio::test]
async fn health_counts_each_state_and_says_what_needs_its_user_now_and_next() {
    let mut rig = Rig::start().await;
    assert_eq!(rig.engine.health().await.unwrap().counts, HealthCounts::default());
    let (key, paused) = (rig.add_key(&rig.make_key().await).await, rig.add_key(&rig.make_key().await).await);
    let (lost, kept) = (rig.connect().await, rig.connect().await);
    rig.engine.pause_integration(paused, true).await.unwrap();
    let (now, end) = (rig.clock.now(), rig.clock.now().after(DAY * 20));
    set_end(&rig, key, end).await;
    rig.sandbox.control().revoke_grants(&GrantFilter::default()).await.unwrap();
    rig.engine.refresh_integration(lost).await.unwrap_err();
    rig.run().await;

    let health = rig.engine.health().await.unwrap();
    assert_eq!(health.counts, HealthCounts { all: 4, needs: 1, soon: 0, connected: 2, paused: 1 });
    assert_eq!(health.needs.iter().map(|need| need.id).collect::<Vec<_>>(), [lost]);
    assert_eq!(
        said(&health.forecast),
        [(lost, ForecastKind::NeedsYou, now, Certainty::Known), (key, ForecastKind::KeyEnds, end, Certainty::Known)]
    );
    let next = rig.engine.integration(kept).await.unwrap().integration.next_refresh_at.unwrap();
    assert_eq!(health.refreshes.iter().map(|next| (next.id, next.at)).collect::<Vec<_>>(), [(kept, next)]);

    // Without a refresher, which would find the other sign-in ended meanwhile.
    let rig = rig.restart().await;
    rig.clock.advance(DAY * 6);
    let counts = rig.engine.health().await.unwrap().counts;
    assert_eq!((counts.soon, counts.connected), (1, 1), "the key is to be replaced two weeks before its end");
    rig.engine.disconnect_integration(key, false).await.unwrap();
    assert!(forecast(&rig).await.iter().all(|entry| entry.id != key), "what lies in the bin needs nobody");
}

/// An answer of the token endpoint that says when the refresh token ends, and brings another one or not.
fn saying_its_end(brings_another: bool) -> Step {
    let refresh_token = if brings_another { r#""refresh_token":"{{refresh_token}}","# } else { "" };
    let body = format!(
        r#"{{"access_token":"{{{{access_token}}}}",{refresh_token}"token_type":"Bearer","expires_in":3600,"refresh_token_expires_in":604800}}"#
    );
    Step { apply_first: true, body: Some(body), ..Step::default() }
}

#[tokio::test]
async fn the_end_of_a_sign_in_that_the_service_names_counts_once_a_refresh_did_not_put_it_off() {
    let rig = Rig::start().await;
    rig.next_token_answer(saying_its_end(true));
    let id = rig.connect().await;
    let ends_at = rig.clock.now().after(DAY * 7);
    assert_eq!(forecast(&rig).await, [], "a refresh comes before, and tells");
    let lapse = rig.engine.health().await.unwrap().lapse.unwrap();
    assert_eq!((lapse.id, lapse.at), (id, ends_at), "if the program is not run any more");

    rig.clock.advance(Duration::from_secs(60 * 60));
    rig.next_token_answer(saying_its_end(true));
    rig.engine.refresh_integration(id).await.unwrap();
    assert_eq!(forecast(&rig).await, [], "the service puts the end off at each refresh");

    let ends_at = rig.clock.now().after(DAY * 7);
    rig.clock.advance(DAY);
    rig.next_token_answer(Step {
        apply_first: true,
        body: Some(r#"{"access_token":"{{access_token}}","token_type":"Bearer","expires_in":3600}"#.into()),
        ..Step::default()
    });
    rig.engine.refresh_integration(id).await.unwrap();
    assert_eq!(said(&forecast(&rig).await), [(id, ForecastKind::SignInEnds, ends_at, Certainty::Known)]);
    let rig = rig.restart().await;
    assert_eq!(said(&forecast(&rig).await), [(id, ForecastKind::SignInEnds, ends_at, Certainty::Known)]);
}

#[tokio::test]
async fn a_client_secret_is_said_once_for_all_that_use_it_and_not_of_the_next_one() {
    let rig = Rig::start().await;
    let ends_at = rig.clock.now().after(DAY * 60);
    let request = |id, client_secret: Option<&str>, secret_ends_at| SaveRegistrationRequest {
        id,
        connector_id: "practice".into(),
        client_id: "practice-web".into(),
        client_secret: client_secret.map(|secret| serde_json::from_value(secret.into()).unwrap()),
        file: None,
        secret_ends_at,
        fields: rig.fields(),
    };
    let saved = rig.engine.save_registration(request(None, Some("practice-secret"), Some(ends_at))).await.unwrap();
    assert_eq!(saved.secret_ends_at, Some(ends_at));
    let mut ids = Vec::new();
    for name in ["One", "Two"] {
        let target = AuthorizationTarget::New {
            connector_id: "practice".into(),
            name: Some(name.into()),
            fields: rig.fields(),
            registration_id: saved.id,
            scopes: Vec::new(),
        };
        match rig.authorize(target, "ada@practice.example", Decision::Approve).await {
            AuthorizationProgress::Completed { integration_id, .. } => ids.push(integration_id),
            other => panic!("not connected: {other:?}"),
        }
    }
    let entries = forecast(&rig).await;
    assert_eq!(said(&entries), [(ids[0], ForecastKind::ClientSecretEnds, ends_at, Certainty::Known)]);
    assert_eq!(entries[0].others, 1);
    assert!(entries[0].key.starts_with(&saved.id.to_string()), "a calendar knows the secret again by its app");

    let changed = rig.engine.save_registration(request(Some(saved.id), None, None)).await.unwrap();
    assert_eq!((changed.has_secret, changed.secret_ends_at), (true, None));
    assert_eq!(forecast(&rig).await, []);
}

#[tokio::test]
async fn what_crosses_to_the_window_is_bounded_however_much_there_is() {
    const KEYS: u32 = 300;
    let rig = Rig::start().await;
    let end = rig.clock.now().after(DAY);
    let row = |number: u32| Integration {
        state: TokenState::Active { expires_at: None, refresh: RefreshState::NotRefreshable },
        replacement: ReplacementPolicy {
            end: Some(CredentialEnd { generation: GenerationNumber(1), at: end }),
            ..ReplacementPolicy::default()
        },
        ..api_key_integration(u128::from(number) + 1)
    };
    for number in 0..KEYS {
        let (integration, credential) = (row(number), Some(api_key("key")));
        rig.vault.add_integration(NewIntegration { integration, credential }).await.unwrap();
    }
    let health = rig.engine.health().await.unwrap();
    assert_eq!((health.counts.all, health.counts.soon), (KEYS, KEYS));
    assert_eq!((health.forecast.len(), health.more), (200, KEYS - 200));
    assert_eq!(rig.engine.forecast().await.unwrap().len(), 300, "a calendar gets all of them");

    for number in 0..KEYS {
        let id = row(number).id;
        let row = rig.vault.integration(id).await.unwrap();
        rig.vault.update_integration(Integration { state: TokenState::Disconnected, ..row }).await.unwrap();
    }
    let health = rig.engine.health().await.unwrap();
    assert_eq!((health.counts.needs, health.needs.len(), health.forecast.len()), (KEYS, 50, 0));
}

#[tokio::test]
async fn the_history_tells_how_each_refresh_ended_and_how_long_it_took() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    rig.engine.refresh_integration(id).await.unwrap();
    rig.next_token_answer(Step { status: Some(503), ..Step::default() });
    rig.engine.refresh_integration(id).await.unwrap_err();
    rig.engine.refresh_integration(id).await.unwrap();
    rig.sandbox.control().revoke_grants(&GrantFilter::default()).await.unwrap();
    rig.engine.refresh_integration(id).await.unwrap_err();
    let history = rig.engine.refreshes(id).await.unwrap();
    let told: Vec<_> = history.iter().map(|one| (&one.outcome, one.took_ms.is_some())).collect();
    assert!(
        matches!(
            told[..],
            [
                (RefreshOutcome::Refreshed, true),
                (RefreshOutcome::Postponed { .. }, false),
                (RefreshOutcome::Refreshed, true),
                (RefreshOutcome::Refused, false)
            ]
        ),
        "{told:?}"
    );
    assert!(history.is_sorted_by_key(|one| one.at));
}

#[tokio::test]
async fn the_tokens_of_a_key_file_have_a_history_too() {
    let rig = Rig::start().await;
    let file = rig.sandbox.control().create_service_account("etl").await.unwrap();
    let request = AddServiceAccountRequest {
        connector_id: "practice".into(),
        name: Some("ETL".into()),
        fields: rig.fields(),
        file: rig.hold_file(&file).await,
        scopes: Vec::new(),
    };
    let id = rig.engine.add_service_account(request).await.unwrap().integration_id;
    let before = rig.engine.refreshes(id).await.unwrap().len();
    rig.engine.refresh_integration(id).await.unwrap();
    let history = rig.engine.refreshes(id).await.unwrap();
    assert_eq!(history.len(), before + 1);
    assert_eq!(history.last().unwrap().outcome, RefreshOutcome::Refreshed);
    let log = rig.engine.activity(Some(id), 1).await.unwrap();
    assert!(matches!(log[0].what, ActivityKind::Refreshed { took_ms: Some(_) }), "{log:?}");
    assert_eq!(rig.page(id).await.integration.method, Method::ServiceAccount);
}
