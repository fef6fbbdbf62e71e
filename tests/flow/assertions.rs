//! What is signed for each service that takes an assertion, checked by somebody else's libraries behind the service's real
//! address: from the file that is dropped to the token that is lent, by the catalogue as it is shipped.

use std::sync::Arc;

use serde_json::{Value, json};
use storm_domain::{Failure, IntegrationId, Verdict};
use storm_engine::view::{HeldFileView, KeyFileView, SavedView};
use storm_engine::{HeldFile, LentSecret};
use storm_secret::SecretBytes;
use storm_testkit::FakeKeyring;
use storm_tests::program::private_folder;
use storm_tests::{AssertionServices, Headless, KeyOf, Outcome, StepError, ensure};

/// How a service is set up.
struct Recipe {
    service: &'static str,
    connector: &'static str,
    file: &'static str,
    is_locked: bool,
    algorithm: &'static str,
    fields: fn() -> Value,
}

const RECIPES: [Recipe; 7] = [
    Recipe {
        service: "google",
        connector: "google-service-account",
        file: "google.json",
        is_locked: false,
        algorithm: "RS256",
        fields: || json!({ "subject": "ada@acme.example" }),
    },
    Recipe {
        service: "entra",
        connector: "entra-app",
        file: "entra.pfx",
        is_locked: true,
        algorithm: "PS256",
        fields: || json!({ "tenant": "contoso.onmicrosoft.com", "client_id": "00001111-aaaa-2222-bbbb-3333cccc4444" }),
    },
    Recipe {
        service: "okta",
        connector: "okta",
        file: "okta.pem",
        is_locked: false,
        algorithm: "RS256",
        fields: || json!({ "domain": "acme.okta.com", "client_id": "0oa1a2b3c4d5e6f7g8h9", "signing_key_id": "sk-2026-11" }),
    },
    Recipe {
        service: "github",
        connector: "github-app",
        file: "acme-bot.2026-11-27.private-key.pem",
        is_locked: false,
        algorithm: "RS256",
        fields: || json!({ "app_id": "Iv23liABCDEF12345678", "installation_id": "12345678" }),
    },
    Recipe {
        service: "apple",
        connector: "app-store-connect",
        file: "AuthKey_2X9R4HXF34.p8",
        is_locked: false,
        algorithm: "ES256",
        fields: || json!({ "issuer_id": "57246542-96fe-1a63-e053-0824d011072a" }),
    },
    Recipe {
        service: "snowflake",
        connector: "snowflake",
        file: "rsa_key.p8",
        is_locked: true,
        algorithm: "RS256",
        fields: || json!({ "account": "MYORG-ACCOUNT123", "user": "ETL_USER" }),
    },
    Recipe {
        service: "salesforce",
        connector: "salesforce",
        file: "server.key",
        is_locked: false,
        algorithm: "RS256",
        fields: || json!({ "client_id": "3MVG9A2kN3Bn17hsWKbFxjXRw", "username": "integration@acme.example" }),
    },
];

#[tokio::test]
async fn every_service_believes_what_is_signed_with_a_key_that_it_knows() -> Outcome {
    let services = AssertionServices::start().await?;
    let (_folder, headless) = host(&services).await?;
    for recipe in RECIPES {
        let saved = connect(&headless, &services, &recipe, KeyOf::Known).await?;
        ensure(matches!(saved.verdict, Verdict::Works { .. }), || wrong(&recipe, &saved.verdict))?;
        headless.engine()?.refresh_integration(saved.integration_id).await.map_err(refused)?;
        check_lent(&headless, &recipe, saved.integration_id).await?;
    }
    let believed = services.believed().await?;
    for recipe in RECIPES {
        let of_service = believed.iter().filter(|one| one.service == recipe.service).collect::<Vec<_>>();
        ensure(!of_service.is_empty(), || format!("{} saw no assertion", recipe.service))?;
        for one in &of_service {
            ensure(one.header["alg"] == recipe.algorithm, || format!("{}: {}", recipe.service, one.header))?;
        }
        let mut ids: Vec<_> = of_service.iter().filter_map(|one| one.claims["jti"].as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        ensure(ids.len() == of_service.len(), || format!("{}: an assertion was sent twice", recipe.service))?;
    }
    Ok(())
}

#[tokio::test]
async fn every_service_refuses_what_is_signed_with_a_strangers_key() -> Outcome {
    let services = AssertionServices::start().await?;
    let (_folder, headless) = host(&services).await?;
    for recipe in RECIPES {
        let saved = connect(&headless, &services, &recipe, KeyOf::Stranger).await?;
        ensure(matches!(saved.verdict, Verdict::Refused { .. }), || wrong(&recipe, &saved.verdict))?;
    }
    let believed = services.believed().await?;
    ensure(believed.is_empty(), || format!("{believed:?}"))
}

/// The token that other tools get: the service's where it gave one, what was signed where that is the token.
async fn check_lent(headless: &Headless, recipe: &Recipe, id: IntegrationId) -> Outcome {
    let engine = headless.engine()?;
    engine.set_lending(id, true).await.map_err(refused)?;
    let lent = engine.lend(&id.to_string(), "a test", None).await.map_err(refused)?;
    let LentSecret::AccessToken(token) = lent.secret else { return Err(StepError::Wrong("a key was lent".to_owned())) };
    // EXPOSE: the token of a service of this test.
    let token = token.expose();
    let is_own = matches!(recipe.service, "apple" | "snowflake");
    let is_right = if is_own { token.split('.').count() == 3 } else { token == format!("token-of-{}", recipe.service) };
    ensure(is_right, || format!("{} lent another token", recipe.service))
}

/// A host whose every request goes through the proxy of these services.
async fn host(services: &AssertionServices) -> Outcome<(tempfile::TempDir, Headless)> {
    let folder = private_folder()?;
    let headless = Headless::start_locked(&folder.path().join("data"), Some(Arc::new(FakeKeyring::default()))).await;
    let engine = headless.engine()?;
    let proxy = json!({ "choice": "own", "address": services.url(), "user": "", "password": null });
    engine.choose_proxy(serde_json::from_value(proxy)?).await.map_err(refused)?;
    engine.trust_authorities(&services.authority()?).await.map_err(refused)?;
    Ok((folder, headless))
}

async fn connect(
    headless: &Headless,
    services: &AssertionServices,
    recipe: &Recipe,
    key_of: KeyOf,
) -> Outcome<SavedView> {
    let engine = headless.engine()?;
    let file = HeldFile { bytes: SecretBytes::new(services.file(key_of, recipe.file)?), name: recipe.file.to_owned() };
    let held: KeyFileView = match engine.hold_files(vec![file]).await.map_err(refused)?.pop().map(|held| held.view) {
        Some(HeldFileView::Known { file }) if !recipe.is_locked => file,
        Some(HeldFileView::Locked { id, .. }) if recipe.is_locked => {
            let request = serde_json::from_value(json!({ "id": id, "password": "practice" }))?;
            engine.unlock_files(request).await.map_err(refused)?
        }
        other => return Err(StepError::Wrong(format!("{}: {other:?}", recipe.file))),
    };
    let is_offered = held.uses.iter().any(|usage| usage.connector.id == recipe.connector);
    ensure(is_offered, || format!("{} is not offered for {}: {:?}", recipe.connector, recipe.file, held.uses))?;
    let request = json!({
        "connector_id": recipe.connector,
        "name": format!("{} {key_of:?}", recipe.service),
        "fields": (recipe.fields)(),
        "file": held.id,
        "scopes": [],
    });
    engine.add_service_account(serde_json::from_value(request)?).await.map_err(refused)
}

fn refused(failure: Failure) -> StepError {
    StepError::Wrong(format!("{:?}: {}", failure.code, failure.message))
}

fn wrong(recipe: &Recipe, verdict: &Verdict) -> String {
    format!("{}: {verdict:?}", recipe.service)
}
