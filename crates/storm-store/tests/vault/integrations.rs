//! Integrations and app registrations: round trips and compare-and-set.

use crate::common::{LATER, NOW, add, id};
use storm_domain::port::{NewIntegration, Vault as _};
use storm_domain::{
    Account, AppRegistration, Appearance, Authority, Credential, CredentialSummary, GenerationNumber, GenerationPhase,
    Integration, IntegrationId, LanguageChoice, ListSort, NetworkSettings, NotificationPreferences, OwnProxy,
    Preferences, ProxyChoice, QuietHours, ReconnectReason, RefreshMargin, RefreshPreferences, RefreshState,
    RegistrationId, RotationMode, TokenState, Trouble, VaultError, Verdict, VerdictRecord, VerificationSchedule,
};
use storm_secret::{ClientSecret, ProxyPassword};
use storm_testkit::{api_key, api_key_integration, oauth_grant, oauth_integration};
use uuid::Uuid;

fn registration(has_secret: bool) -> AppRegistration {
    AppRegistration {
        id: RegistrationId(Uuid::from_u128(5)),
        connector_id: "practice".into(),
        client_id: "client".into(),
        has_secret,
        secret_ends_at: None,
        fields: [("host".to_owned(), "git.example.com".to_owned())].into(),
        created_at: NOW,
    }
}

contract! {
    async fn an_integration_comes_back_as_it_was_after_a_restart(house) {
        let vault = house.open().await;
        let mut integration = api_key_integration(1);
        integration.fields.insert("subdomain".into(), "acme".into());
        integration.labels = vec!["prod".into()];
        integration.requested_scopes = vec!["read".into()];
        integration.account = Some(Account { id: "1".into(), label: "ada".into() });
        integration.last_verdict = Some(VerdictRecord { verdict: Verdict::Works { account: None }, at: NOW });
        integration.revision = 99; // whatever the caller says, it begins at 1
        let added = vault.add_integration(NewIntegration { integration: integration.clone(), credential: None }).await;
        integration.revision = 1;
        assert_eq!(added.unwrap(), integration);
        let vault = house.reopen(vault).await;
        assert_eq!(vault.integration(id(1)).await.unwrap(), integration);
        assert_eq!(vault.integrations().await.unwrap(), [integration]);
    }

    async fn integrations_are_listed_in_the_order_they_were_made(house) {
        let vault = house.open().await;
        for number in [3, 1, 2] {
            add(&vault, api_key_integration(number), None).await;
        }
        let listed: Vec<_> = vault.integrations().await.unwrap().into_iter().map(|integration| integration.id).collect();
        assert_eq!(listed, [id(3), id(1), id(2)]);
    }

    async fn an_integration_is_found_by_its_present_name_in_upper_or_lower_case(house) {
        let vault = house.open().await;
        for (number, name) in [(1, "GitHub"), (2, "github 2"), (3, "Übung"), (4, "GITHUB")] {
            let mut integration = api_key_integration(number);
            integration.name = name.into();
            add(&vault, integration, None).await;
        }
        let mut renamed = vault.integration(id(2)).await.unwrap();
        renamed.name = "gitHub".into();
        vault.update_integration(renamed).await.unwrap();
        for (name, expected) in [("github", vec![id(1), id(2), id(4)]), ("github 2", vec![]), ("Übung", vec![id(3)])] {
            let found = vault.integrations_called(name).await.unwrap();
            assert_eq!(found.into_iter().map(|row| row.id).collect::<Vec<_>>(), expected, "{name}");
        }
    }

    async fn every_integration_that_needs_looking_at_is_found(house) {
        let vault = house.open().await;
        let expires_at = Some(LATER);
        let states = [
            TokenState::Disconnected,
            TokenState::Authorizing,
            TokenState::Active { expires_at, refresh: RefreshState::Idle },
            TokenState::Active { expires_at: None, refresh: RefreshState::NotRefreshable },
            TokenState::Active { expires_at, refresh: RefreshState::InFlight },
            TokenState::Active {
                expires_at,
                refresh: RefreshState::BackingOff { failures: 1, until: LATER, trouble: Trouble::Vault },
            },
            TokenState::NeedsReconnect { reason: ReconnectReason::AccessTokenEnded, since: NOW },
            TokenState::Revoked,
        ];
        let mut expected = Vec::new();
        for (number, state) in (1..).zip(states) {
            if state.clone().settled() != state {
                expected.push(id(number));
            }
            add(&vault, Integration { state, ..oauth_integration(number) }, None).await;
        }
        assert_eq!(expected.len(), 2, "the states that none may rest in");
        expected.extend([id(100), id(101)]);
        add(&vault, Integration { trashed_at: Some(NOW), ..api_key_integration(100) }, None).await;
        add(&vault, oauth_integration(101), Some(Credential::OAuthGrant(oauth_grant("old", Some("old"))))).await;
        let staged = Credential::OAuthGrant(oauth_grant("new", Some("new")));
        vault.stage_generation(id(101), &staged, NOW).await.unwrap();
        let found: Vec<_> = vault.unsettled().await.unwrap().into_iter().map(|row| row.id).collect();
        for id in expected {
            assert!(found.contains(&id), "{id}");
        }
        let mut shown = Vec::new();
        vault.each_integration(&mut |row| shown.push(row)).await.unwrap();
        assert_eq!(shown, vault.integrations().await.unwrap());
    }

    async fn the_first_credential_is_active_at_once(house) {
        let vault = house.open().await;
        let id = add(&vault, api_key_integration(1), Some(api_key("ghp_0123456789abcdefghijklmnopqrstuv"))).await;
        let infos = vault.generations(id).await.unwrap();
        assert_eq!(infos.len(), 1);
        assert_eq!((infos[0].number, infos[0].phase), (GenerationNumber(1), GenerationPhase::Active));
        assert_eq!(infos[0].summary, CredentialSummary::ApiKey { id: None, hint: "ghp_…stuv".into() });
        assert_eq!(vault.active_generation(id).await.unwrap().unwrap().number, GenerationNumber(1));
    }

    async fn the_same_id_is_not_added_twice_and_nothing_of_the_second_stays(house) {
        let vault = house.open().await;
        add(&vault, api_key_integration(1), None).await;
        let again = NewIntegration { integration: api_key_integration(1), credential: Some(api_key("second")) };
        assert_eq!(vault.add_integration(again).await.unwrap_err(), VaultError::Conflict);
        assert!(vault.active_generation(id(1)).await.unwrap().is_none());
    }

    async fn an_update_names_the_revision_that_was_read(house) {
        let vault = house.open().await;
        add(&vault, api_key_integration(1), None).await;
        let read = vault.integration(id(1)).await.unwrap();
        let mut first = read.clone();
        first.state = TokenState::Authorizing;
        assert_eq!(vault.update_integration(first.clone()).await.unwrap().revision, 2);
        assert_eq!(vault.update_integration(read).await.unwrap_err(), VaultError::Conflict);
        assert_eq!(vault.integration(id(1)).await.unwrap().state, TokenState::Authorizing);
        assert_eq!(vault.update_integration(api_key_integration(9)).await.unwrap_err(), VaultError::NotFound);
    }

    async fn erasing_takes_everything_that_belongs_to_an_integration(house) {
        let vault = house.open().await;
        let id = add(&vault, oauth_integration(1), Some(api_key("key"))).await;
        let lease = crate::common::begun(&vault, id, None).await;
        vault.land(&lease, None, &crate::common::raw_answer(b"answer")).await.unwrap();
        vault.begin_rotation(id, &api_key("new"), RotationMode::Guided, NOW).await.unwrap();
        vault.erase_integration(id).await.unwrap();
        assert_eq!(vault.integration(id).await.unwrap_err(), VaultError::NotFound);
        assert!(vault.generations(id).await.unwrap().is_empty());
        assert!(vault.open_intents().await.unwrap().is_empty());
        assert!(vault.landed().await.unwrap().is_empty());
        assert!(vault.rotations().await.unwrap().is_empty());
        assert_eq!(vault.erase_integration(id).await.unwrap_err(), VaultError::NotFound);
    }

    async fn a_registration_and_its_secret_come_back_after_a_restart(house) {
        let vault = house.open().await;
        vault.put_registration(&registration(true), Some(&ClientSecret::new("s3cret"))).await.unwrap();
        let vault = house.reopen(vault).await;
        assert_eq!(vault.registrations().await.unwrap(), [registration(true)]);
        let secret = vault.registration_secret(registration(true).id).await.unwrap().unwrap();
        assert_eq!(secret.expose(), "s3cret");
    }

    async fn the_network_settings_come_back_with_their_password_and_the_last_choice_counts(house) {
        let vault = house.open().await;
        assert!(vault.network_settings().await.unwrap().is_none(), "nothing was chosen yet");
        let own = OwnProxy {
            address: "http://proxy.example:8080".parse().unwrap(),
            user: Some("ada".into()),
            password: Some(ProxyPassword::new("s3cret")),
        };
        let authority = Authority { der: vec![1, 2, 3], subject: "Example Root".into(), ends_at: LATER };
        let settings = NetworkSettings { proxy: ProxyChoice::Own(own), authorities: vec![authority.clone()] };
        vault.put_network_settings(&settings).await.unwrap();
        let vault = house.reopen(vault).await;
        let kept = vault.network_settings().await.unwrap().unwrap();
        assert_eq!(kept.authorities, [authority]);
        let ProxyChoice::Own(own) = kept.proxy else { panic!("{:?}", kept.proxy) };
        assert_eq!((own.address.as_str(), own.user.as_deref()), ("http://proxy.example:8080/", Some("ada")));
        // EXPOSE: compared in a test.
        assert_eq!(own.password.unwrap().expose(), "s3cret");
        let direct = NetworkSettings { proxy: ProxyChoice::Direct, authorities: Vec::new() };
        vault.put_network_settings(&direct).await.unwrap();
        let kept = vault.network_settings().await.unwrap().unwrap();
        assert!(matches!(kept.proxy, ProxyChoice::Direct) && kept.authorities.is_empty(), "{kept:?}");
    }

    async fn what_is_preferred_comes_back_beside_the_network_settings_and_the_last_choice_counts(house) {
        let vault = house.open().await;
        assert!(vault.preferences().await.unwrap().is_none(), "nothing was chosen yet");
        vault.put_network_settings(&NetworkSettings::default()).await.unwrap();
        vault.put_preferences(&Preferences::default()).await.unwrap();
        let quiet = Some(QuietHours { from: 1_320, until: 420 });
        let chosen = Preferences {
            notifications: NotificationPreferences { needs_you: false, replace_soon: true, quiet },
            language: LanguageChoice::Chinese,
            appearance: Appearance::Dark,
            refresh: RefreshPreferences { margin: RefreshMargin::Own { minutes: 30 }, keep_warm: false },
            verification: VerificationSchedule::Weekly,
            sort: ListSort::Connector,
            letter_keys: false,
            asked_start_at_login: true,
        };
        vault.put_preferences(&chosen).await.unwrap();
        let vault = house.reopen(vault).await;
        assert_eq!(vault.preferences().await.unwrap(), Some(chosen));
        assert!(matches!(vault.network_settings().await.unwrap().unwrap().proxy, ProxyChoice::System));
    }

    async fn what_stood_on_top_of_the_list_is_there_again(house) {
        let vault = house.open().await;
        assert!(vault.list_top().await.unwrap().is_empty(), "nobody noted it yet");
        let top = [IntegrationId(Uuid::nil()), IntegrationId(Uuid::max())];
        vault.put_list_top(&top).await.unwrap();
        let vault = house.reopen(vault).await;
        assert_eq!(vault.list_top().await.unwrap(), top);
    }

    async fn mending_a_registration_keeps_its_secret_unless_it_says_it_has_none(house) {
        let vault = house.open().await;
        let id = registration(true).id;
        vault.put_registration(&registration(true), Some(&ClientSecret::new("s3cret"))).await.unwrap();
        let mended = AppRegistration { client_id: "other".into(), ..registration(true) };
        vault.put_registration(&mended, None).await.unwrap();
        assert_eq!(vault.registrations().await.unwrap(), [mended]);
        assert_eq!(vault.registration_secret(id).await.unwrap().unwrap().expose(), "s3cret");
        vault.put_registration(&registration(false), None).await.unwrap();
        assert!(vault.registration_secret(id).await.unwrap().is_none());
        assert_eq!(vault.registrations().await.unwrap(), [registration(false)]);
        let unknown = RegistrationId(Uuid::from_u128(6));
        assert_eq!(vault.registration_secret(unknown).await.unwrap_err(), VaultError::NotFound);
    }
}
