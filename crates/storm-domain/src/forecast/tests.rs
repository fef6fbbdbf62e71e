use super::*;
use crate::{
    CredentialEnd, Fields, GenerationNumber, ProviderWords, ReconnectReason, RefreshTokenLife, ReplacementPolicy,
    TransientKind,
};
use proptest::prelude::*;
use uuid::Uuid;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const HORIZON: Duration = Duration::from_secs(90 * 24 * 60 * 60);
const NOW: Timestamp = Timestamp(1_700_000_000_000);
const SERVICE_BUSY: Trouble = Trouble::Service { kind: TransientKind::ServiceBusy };

fn day(days: i64) -> Timestamp {
    Timestamp(NOW.0 + days * 24 * 60 * 60 * 1000)
}

fn row(method: Method, state: TokenState) -> Integration {
    Integration {
        id: IntegrationId(Uuid::from_u128(1)),
        revision: 1,
        name: "Billing".to_owned(),
        connector_id: "practice".to_owned(),
        method,
        fields: Fields::new(),
        registration_id: None,
        requested_scopes: Vec::new(),
        asked_scopes: None,
        granted_scopes: Vec::new(),
        account: None,
        labels: Vec::new(),
        state,
        paused_at: None,
        hold: None,
        lending_allowed: false,
        replacement: ReplacementPolicy::default(),
        last_verdict: None,
        last_refreshed_at: Some(day(0)),
        refresh_life: None,
        created_at: day(-100),
        trashed_at: None,
    }
}

fn signed_in(refresh: RefreshState) -> Integration {
    row(Method::OAuth, TokenState::Active { expires_at: Some(day(0)), refresh })
}

fn key_row() -> Integration {
    row(Method::ApiKey, TokenState::Active { expires_at: None, refresh: RefreshState::NotRefreshable })
}

fn key(ends_at: Option<Timestamp>) -> KeyInUse {
    KeyInUse {
        integration_id: IntegrationId(Uuid::from_u128(1)),
        generation: GenerationNumber(1),
        saved_at: day(-80),
        ends_at,
    }
}

fn alone(integration: &Integration) -> Known<'_> {
    Known { integration, key: None, registration: None, lifetimes: Some(TokenLifetimes::default()) }
}

fn outlook(known: &[Known<'_>]) -> Outlook {
    outlook_of(known, true)
}

fn outlook_of(known: &[Known<'_>], keep_warm: bool) -> Outlook {
    let mut forecast = Forecast::begun(NOW, HORIZON, keep_warm);
    known.iter().for_each(|one| forecast.add(one));
    forecast.finish()
}

/// What is said of one integration.
fn said(known: &Known<'_>) -> Vec<(ForecastKind, Timestamp, Certainty)> {
    outlook(&[*known]).entries.iter().map(|entry| (entry.kind, entry.at, entry.certainty)).collect()
}

fn with_limits(idle: Option<Duration>, whole: Option<Duration>) -> Option<TokenLifetimes> {
    Some(TokenLifetimes { refresh_idle: idle, refresh_absolute: whole, ..TokenLifetimes::default() })
}

fn life(since: i64, ends_at: Option<i64>, is_put_off: Option<bool>) -> Option<RefreshTokenLife> {
    Some(RefreshTokenLife { since: day(since), ends_at: ends_at.map(day), is_put_off })
}

#[test]
fn a_grant_that_is_kept_warm_needs_nobody_and_lapses_only_if_the_program_is_not_run() {
    let row = signed_in(RefreshState::Idle);
    let known = Known { lifetimes: with_limits(Some(DAY * 60), None), ..alone(&row) };
    let outlook = outlook(&[known]);
    assert_eq!((outlook.entries, outlook.lapse), (Vec::new(), Some((day(60), row.id))));
    let busy = signed_in(RefreshState::BackingOff { failures: 9, until: day(0), trouble: SERVICE_BUSY });
    assert_eq!(said(&Known { integration: &busy, ..known }), [], "it is tried again by itself");
}

#[test]
fn a_grant_that_nothing_refreshes_ends_of_disuse() {
    let unused = [(ForecastKind::SignInUnused, day(60), Certainty::Presumed)];
    let lifetimes = with_limits(Some(DAY * 60), None);
    let paused = Integration { paused_at: Some(NOW), ..signed_in(RefreshState::Idle) };
    assert_eq!(said(&Known { lifetimes, ..alone(&paused) }), unused);
    let words = ProviderWords { code: "invalid_client".to_owned(), description: String::new() };
    let refused = RefreshState::BackingOff { failures: 2, until: day(0), trouble: Trouble::Registration { words } };
    assert_eq!(said(&Known { lifetimes, ..alone(&signed_in(refused)) }), unused);
}

#[test]
fn a_grant_that_is_not_kept_warm_ends_of_disuse_unless_its_access_token_is_renewed_before() {
    let lifetimes = with_limits(Some(DAY * 60), None);
    for (expires_at, is_left) in [(None, true), (Some(day(61)), true), (Some(day(59)), false), (Some(day(-1)), false)] {
        let row = row(Method::OAuth, TokenState::Active { expires_at, refresh: RefreshState::Idle });
        let cold = outlook_of(&[Known { lifetimes, ..alone(&row) }], false);
        let said: Vec<_> = cold.entries.iter().map(|entry| (entry.kind, entry.at, entry.certainty)).collect();
        let unused = (ForecastKind::SignInUnused, day(60), Certainty::Presumed);
        assert_eq!(said, is_left.then_some(unused).into_iter().collect::<Vec<_>>(), "{expires_at:?}");
        assert_eq!(cold.lapse, (!is_left).then_some((day(60), row.id)), "{expires_at:?}");
        assert_eq!(self::said(&Known { lifetimes, ..alone(&row) }), [], "kept warm, it needs nobody");
    }
    // An end that each refresh would put off comes as well, when there is none.
    let row = Integration {
        refresh_life: life(-1, Some(20), Some(true)),
        ..row(Method::OAuth, TokenState::Active { expires_at: None, refresh: RefreshState::Idle })
    };
    let cold = outlook_of(&[Known { lifetimes, ..alone(&row) }], false);
    assert_eq!((cold.entries[0].kind, cold.entries[0].at), (ForecastKind::SignInEnds, day(20)));
}

#[test]
fn the_whole_time_of_a_sign_in_counts_once_a_refresh_has_shown_that_it_stays() {
    let documented = with_limits(None, Some(DAY * 30));
    for (life, expected) in [
        (None, vec![]),
        (life(-1, None, None), vec![]),
        (life(-1, None, Some(true)), vec![]),
        (life(-1, None, Some(false)), vec![(ForecastKind::SignInEnds, day(29), Certainty::Presumed)]),
        (life(-1, Some(6), Some(false)), vec![(ForecastKind::SignInEnds, day(6), Certainty::Known)]),
        (life(-1, Some(6), Some(true)), vec![]),
    ] {
        let row = Integration { refresh_life: life, ..signed_in(RefreshState::InFlight) };
        assert_eq!(said(&Known { lifetimes: documented, ..alone(&row) }), expected, "{life:?}");
    }
}

#[test]
fn the_end_of_an_access_token_counts_only_where_nothing_renews_it() {
    let renewed = row(Method::OAuth, TokenState::Active { expires_at: Some(day(1)), refresh: RefreshState::Idle });
    assert_eq!(said(&alone(&renewed)), []);
    let ends =
        row(Method::OAuth, TokenState::Active { expires_at: Some(day(1)), refresh: RefreshState::NotRefreshable });
    assert_eq!(said(&alone(&ends)), [(ForecastKind::AccessEnds, day(1), Certainty::Known)]);
    let exchanged =
        row(Method::ServiceAccount, TokenState::Active { expires_at: Some(day(1)), refresh: RefreshState::Idle });
    assert_eq!(said(&alone(&exchanged)), []);
}

#[test]
fn keys_end_by_certificate_or_by_word_and_get_as_old_as_their_user_wants() {
    let certificate = key(Some(day(40)));
    let file = row(Method::ServiceAccount, TokenState::Active { expires_at: None, refresh: RefreshState::Idle });
    let ends = (ForecastKind::KeyEnds, day(40), Certainty::Known);
    assert_eq!(said(&Known { key: Some(&certificate), ..alone(&file) }), [ends]);
    let pasted = key(None);
    let told = Some(CredentialEnd { generation: GenerationNumber(1), at: day(40) });
    let by_service =
        Integration { replacement: ReplacementPolicy { told, ..ReplacementPolicy::default() }, ..key_row() };
    assert_eq!(said(&Known { key: Some(&pasted), ..alone(&by_service) }), [ends]);
    let policy = |after_days, end: Option<(u64, i64)>| ReplacementPolicy {
        after_days,
        end: end.map(|(number, at)| CredentialEnd { generation: GenerationNumber(number), at: day(at) }),
        ..ReplacementPolicy::default()
    };
    for (policy, expected) in [
        (policy(None, None), vec![]),
        (policy(Some(90), None), vec![(ForecastKind::KeyGetsOld, day(10), Certainty::ByPolicy)]),
        (policy(None, Some((1, 20))), vec![(ForecastKind::KeyEnds, day(20), Certainty::Known)]),
        (policy(None, Some((2, 20))), vec![]),
        (policy(Some(30), None), vec![(ForecastKind::KeyGetsOld, day(-50), Certainty::ByPolicy)]),
    ] {
        let row = Integration { replacement: policy.clone(), ..key_row() };
        assert_eq!(said(&Known { key: Some(&pasted), ..alone(&row) }), expected, "{policy:?}");
    }
}

#[test]
fn one_client_secret_is_one_thing_to_do() {
    let registration = AppRegistration {
        id: RegistrationId(Uuid::from_u128(9)),
        connector_id: "practice".to_owned(),
        client_id: "app".to_owned(),
        has_secret: true,
        secret_ends_at: Some(day(30)),
        fields: Fields::new(),
        created_at: day(-1),
    };
    let first = signed_in(RefreshState::Idle);
    let others: Vec<_> =
        (2..5).map(|id| Integration { id: IntegrationId(Uuid::from_u128(id)), ..first.clone() }).collect();
    let known = Known { registration: Some(&registration), ..alone(&first) };
    let mut all = vec![known];
    all.extend(others.iter().map(|integration| Known { integration, ..known }));
    let entries = outlook(&all).entries;
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].integration_id, entries[0].others, entries[0].at), (first.id, 3, day(30)));
    let public = AppRegistration { has_secret: false, ..registration.clone() };
    assert_eq!(said(&Known { registration: Some(&public), ..known }), []);
}

#[test]
fn what_needs_its_user_is_said_and_nothing_besides() {
    let reason = ReconnectReason::AccessTokenEnded;
    let needs = row(Method::OAuth, TokenState::NeedsReconnect { reason, since: day(-2) });
    let lifetimes = with_limits(Some(DAY), Some(DAY));
    assert_eq!(said(&Known { lifetimes, ..alone(&needs) }), [(ForecastKind::NeedsYou, day(-2), Certainty::Known)]);
    let paused = Integration { paused_at: Some(NOW), ..needs.clone() };
    assert_eq!(said(&alone(&paused)), []);
    let binned = Integration { trashed_at: Some(NOW), ..needs };
    assert_eq!(said(&alone(&binned)), []);
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (-400i64..400).prop_map(day)
}

fn any_refresh() -> impl Strategy<Value = RefreshState> {
    prop_oneof![
        Just(RefreshState::NotRefreshable),
        Just(RefreshState::Idle),
        Just(RefreshState::InFlight),
        any_time().prop_map(|until| RefreshState::BackingOff { failures: 1, until, trouble: SERVICE_BUSY }),
    ]
}

fn any_state() -> impl Strategy<Value = TokenState> {
    prop_oneof![
        Just(TokenState::Disconnected),
        any_time().prop_map(|since| TokenState::NeedsReconnect { reason: ReconnectReason::AccessTokenEnded, since }),
        (prop::option::of(any_time()), any_refresh())
            .prop_map(|(expires_at, refresh)| TokenState::Active { expires_at, refresh }),
    ]
}

fn any_life() -> impl Strategy<Value = Option<RefreshTokenLife>> {
    prop::option::of(
        (any_time(), prop::option::of(any_time()), prop::option::of(any::<bool>()))
            .prop_map(|(since, ends_at, is_put_off)| RefreshTokenLife { since, ends_at, is_put_off }),
    )
}

fn any_row() -> impl Strategy<Value = Integration> {
    let method = prop_oneof![Just(Method::ApiKey), Just(Method::OAuth), Just(Method::ServiceAccount)];
    let replacement = (prop::option::of(1u16..400), prop::option::of(any_time())).prop_map(|(after_days, end)| {
        let end = end.map(|at| CredentialEnd { generation: GenerationNumber(1), at });
        ReplacementPolicy { after_days, end, ..ReplacementPolicy::default() }
    });
    let rest = (prop::option::of(any_time()), any_life(), any::<bool>(), any::<u128>());
    (method, any_state(), replacement, rest).prop_map(|(method, state, replacement, (used, life, is_paused, id))| {
        Integration {
            id: IntegrationId(Uuid::from_u128(id)),
            replacement,
            last_refreshed_at: used,
            refresh_life: life,
            paused_at: is_paused.then_some(NOW),
            ..row(method, state)
        }
    })
}

proptest! {
    #[test]
    fn a_forecast_is_sorted_within_its_horizon_and_knows_no_end_of_a_token_that_renews_itself(
        rows in prop::collection::vec(any_row(), 0..20),
        idle in prop::option::of(1u32..400),
        whole in prop::option::of(1u32..400),
        certificate in prop::option::of(any_time()),
        secret_ends_at in prop::option::of(any_time()),
    ) {
        let key = key(certificate);
        let registration = AppRegistration {
            id: RegistrationId(Uuid::nil()),
            connector_id: "practice".to_owned(),
            client_id: "app".to_owned(),
            has_secret: true,
            secret_ends_at,
            fields: Fields::new(),
            created_at: NOW,
        };
        let lifetimes = with_limits(idle.map(|days| DAY * days), whole.map(|days| DAY * days));
        let known: Vec<_> = rows
            .iter()
            .map(|row| Known { key: Some(&key), registration: Some(&registration), lifetimes, ..alone(row) })
            .collect();
        let entries = outlook(&known).entries;
        prop_assert!(entries.is_sorted_by_key(|entry| entry.at));
        prop_assert!(entries.iter().all(|entry| entry.at <= NOW.after(HORIZON)));
        let secrets = entries.iter().filter(|entry| entry.kind == ForecastKind::ClientSecretEnds);
        prop_assert!(secrets.map(|entry| entry.others + 1).sum::<u32>() <= u32::try_from(rows.len()).unwrap());
        for entry in entries.iter().filter(|entry| entry.kind == ForecastKind::AccessEnds) {
            let renews = rows.iter().filter(|row| row.id == entry.integration_id).all(|row| {
                !matches!(row.state, TokenState::Active { refresh: RefreshState::NotRefreshable, .. })
                    || row.method != Method::OAuth
            });
            prop_assert!(!renews, "{entry:?} of a token that renews itself");
        }
        // Moving every access token's end moves nothing of what renews itself.
        let moved: Vec<_> = rows
            .iter()
            .cloned()
            .map(|mut row| {
                if let TokenState::Active { expires_at, refresh } = &mut row.state
                    && *refresh != RefreshState::NotRefreshable
                {
                    *expires_at = expires_at.map(|end| end.after(DAY));
                }
                row
            })
            .collect();
        let known: Vec<_> = known.iter().zip(&moved).map(|(known, integration)| Known { integration, ..*known }).collect();
        prop_assert_eq!(outlook(&known).entries, entries);
    }
}
