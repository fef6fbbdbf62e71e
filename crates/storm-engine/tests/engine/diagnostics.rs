//! A report for whoever helps: it counts, and repeats nothing that anybody typed or a service said.

use storm_domain::port::{NewIntegration, Vault as _};
use storm_domain::{
    Account, ActivityKind, AppRegistration, InterruptedBy, NetworkChange, ProviderWords, ReconnectReason,
    RegistrationId, TokenState, TransientKind, Trouble, Verdict, VerdictRecord,
};
use storm_secret::ClientSecret;
use storm_testkit::{api_key, api_key_integration, oauth_integration};
use uuid::Uuid;

use crate::person::Decision;
use crate::rig::Rig;

/// In every text that somebody else could have written.
const CANARY: &str = "canary-7Qm2xW9vFs";

fn planted(part: &str) -> String {
    format!("{CANARY} {part}")
}

fn words() -> ProviderWords {
    ProviderWords { code: planted("code"), description: planted("description") }
}

async fn report(rig: &Rig) -> String {
    rig.engine.diagnostics().await.unwrap().iter().map(ToString::to_string).collect()
}

/// The value of a fact.
fn fact<'a>(report: &'a str, name: &str) -> &'a str {
    let line = report.lines().find_map(|line| line.strip_prefix("  ")?.strip_prefix(name)?.strip_prefix("  "));
    line.unwrap_or_else(|| panic!("{name} is not in\n{report}")).trim()
}

#[tokio::test]
async fn nothing_that_somebody_typed_or_a_service_said_is_in_it() {
    let rig = Rig::start().await;
    let now = rig.engine.now();
    let reasons = [
        ReconnectReason::GrantRefused { words: words() },
        ReconnectReason::InteractionRequired { words: words() },
        ReconnectReason::KeyRefused { words: words() },
    ];
    for (number, reason) in (1..).zip(reasons.clone()) {
        let mut row = oauth_integration(number);
        row.name = planted("name");
        row.labels = vec![planted("label")];
        row.fields = [(planted("field"), planted("host.example"))].into();
        row.requested_scopes = vec![planted("scope")];
        row.asked_scopes = Some(vec![planted("scope")]);
        row.granted_scopes = vec![planted("scope")];
        row.account = Some(Account { id: planted("id"), label: format!("{CANARY}@practice.example") });
        row.state = TokenState::NeedsReconnect { reason, since: now };
        row.last_verdict = Some(VerdictRecord { verdict: Verdict::Refused { reason: planted("reason") }, at: now });
        rig.vault.add_integration(NewIntegration { integration: row, credential: None }).await.unwrap();
    }
    let mut unknown = api_key_integration(9);
    unknown.connector_id = planted("connector");
    let credential = Some(api_key(&planted("key")));
    rig.vault.add_integration(NewIntegration { integration: unknown, credential }).await.unwrap();
    let registration = AppRegistration {
        id: RegistrationId(Uuid::from_u128(1)),
        connector_id: "practice".into(),
        client_id: planted("client"),
        has_secret: true,
        secret_ends_at: None,
        fields: [(planted("field"), planted("tenant"))].into(),
        created_at: now,
    };
    rig.vault.put_registration(&registration, Some(&ClientSecret::new(planted("client secret")))).await.unwrap();
    let proxy = serde_json::json!({
        "choice": "own", "address": format!("{CANARY}.example:8080"), "user": CANARY, "password": planted("password"),
    });
    rig.engine.choose_proxy(serde_json::from_value(proxy).unwrap()).await.unwrap();

    let postponed = |trouble| ActivityKind::RefreshPostponed { trouble, until: now };
    let refused = || Verdict::Refused { reason: planted("reason") };
    let told = [
        ActivityKind::Connected { account: Some(planted("account")) },
        ActivityKind::AuthorizationFailed { reason: planted("reason") },
        postponed(Trouble::Registration { words: words() }),
        postponed(Trouble::Request { words: words() }),
        postponed(Trouble::Service { kind: TransientKind::Tls }),
        ActivityKind::ReconnectNeeded {
            reason: ReconnectReason::RefreshInterrupted { at: now, by: InterruptedBy::Crash },
        },
        ActivityKind::Verified { verdict: refused() },
        ActivityKind::Verified { verdict: Verdict::CouldNotReach { reason: planted("reason") } },
        ActivityKind::Verified { verdict: Verdict::WorksWithout { account: None, missing: planted("missing") } },
        ActivityKind::Renamed { from: planted("name") },
        ActivityKind::Lent { consumer: planted("consumer") },
        ActivityKind::RevokeFailed { reason: planted("reason") },
        ActivityKind::RevocationGivenUp { reason: planted("reason") },
        ActivityKind::OddAnswer { what: planted("what") },
        ActivityKind::NetworkChanged { change: NetworkChange::Proxy { proxy: Some(planted("proxy")) } },
        ActivityKind::NetworkChanged {
            change: NetworkChange::AuthoritiesTrusted { subjects: vec![planted("subject")] },
        },
    ];
    for what in told.into_iter().chain(reasons.map(|reason| ActivityKind::ReconnectNeeded { reason })) {
        rig.vault.append_activity(None, &planted("name"), &what, now).await.unwrap();
    }

    let report = report(&rig).await;
    assert!(!report.to_lowercase().contains(&CANARY.to_lowercase()) && !report.contains('@'), "{report}");
    // Yet all of it was counted.
    assert_eq!(fact(&report, "all"), "4");
    assert_eq!(fact(&report, "oauth / needs_you"), "3");
    assert_eq!(fact(&report, "not in the catalogue"), "1");
    assert_eq!(fact(&report, "practice"), "3");
    assert_eq!(fact(&report, "proxy"), "own");
    for code in [
        "authorization_failed",
        "refresh_postponed / registration / own words",
        "refresh_postponed / service / tls",
        "reconnect_needed / refresh_interrupted / crash",
        "reconnect_needed / grant_refused / own words",
        "reconnect_needed / key_refused / own words",
        "verified / refused",
        "revocation_given_up",
        "odd_answer",
    ] {
        assert!(fact(&report, code).starts_with("1, last "), "{code} in {report}");
    }
    assert!(!report.contains("renamed") && !report.contains("lent /"), "what is no trouble: {report}");
}

#[tokio::test]
async fn it_says_what_waits_when_it_is_due_and_how_far_the_clocks_are_apart() {
    let mut rig = Rig::start().await;
    rig.run().await;
    let empty = report(&rig).await;
    assert_eq!(fact(&empty, "waiting in the schedule"), "0");
    assert_eq!(fact(&empty, "next due"), "none");
    assert_eq!(fact(&empty, "clock ahead of services"), "not known");

    rig.authorize(rig.new_target().await, "ada", Decision::Approve).await;
    let id = rig.engine.integrations().await.unwrap()[0].id;
    rig.engine.refresh_integration(id).await.unwrap();
    let report = report(&rig).await;
    assert_eq!(fact(&report, "oauth / connected"), "1");
    assert_eq!(fact(&report, "waiting in the schedule"), "1");
    assert_ne!(fact(&report, "next due"), "none");
    assert_eq!(fact(&report, "proxy"), "system");
    // The practice service goes by the real clock, the engine by one that was set beside it.
    let apart = fact(&report, "clock ahead of services").split(" s, seen ").next().unwrap();
    assert!(apart.parse::<i64>().is_ok_and(|seconds| seconds.abs() < 600), "{report}");
    assert!(!report.contains("ada") && !report.contains("127.0.0.1"), "{report}");
}
