//! The modules of OpenID's conformance suite for relying parties (tests/conformance/modules.txt), against npm oidc-provider,
//! whose answers are given bad manners on their way out. A refused sign-in leaves nothing behind, here and at the provider; a
//! refused refresh keeps the rotated refresh token, without which this provider would end the grant.

use std::time::Duration;

use serde_json::{Value, json};
use storm_domain::{ErrorCode, Failure, IntegrationId};
use storm_engine::view::{AuthorizationProgress, IntegrationView, StatusView};
use storm_engine::{Lent, LentSecret};
use storm_tests::headless::connected;
use storm_tests::program::private_folder;
use storm_tests::{Browser, Desktop, Headless, Manner, OidcProvider, Outcome, StepError, ensure};

const SCOPES: &[&str] = &["openid", "email", "offline_access"];
const NAME: &str = "Elsewhere";

struct Scene {
    provider: OidcProvider,
    headless: Headless,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn set() -> Outcome<Self> {
        Browser::of(&Desktop::of_session()?).behave(Manner::Approve)?;
        let provider = OidcProvider::start(Duration::from_secs(3600)).await?;
        let folder = private_folder()?;
        let headless = Headless::start(&folder.path().join("data")).await?;
        Ok(Self { provider, headless, _folder: folder })
    }

    /// One whose answers have these manners from the start.
    async fn with(manner: Value) -> Outcome<Self> {
        let scene = Self::set().await?;
        scene.provider.behave(&manner).await?;
        Ok(scene)
    }

    fn fields(&self) -> Value {
        json!({ "issuer": self.provider.issuer() })
    }

    async fn sign_in(&self) -> Outcome<AuthorizationProgress> {
        let headless = &self.headless;
        let attempt =
            headless.begin_sign_in_to("generic-oauth", OidcProvider::CLIENT_ID, &self.fields(), NAME, SCOPES).await?;
        headless.await_end(&attempt).await
    }

    /// Signs in to the end.
    async fn connect(&mut self) -> Outcome<IntegrationId> {
        let id = connected(self.sign_in().await?)?;
        let event = self.provider.event().await?;
        ensure(event["granted"] == "authorization_code", || event.to_string())?;
        Ok(id)
    }

    async fn integrations(&self) -> Outcome<Vec<IntegrationView>> {
        self.headless.engine()?.integrations().await.map_err(|failure| wrong(&failure))
    }

    /// The sign-in fails with these words, nothing is left of it here, and the provider was told to end the grant.
    async fn ensure_sign_in_refused(mut self, because: &str) -> Outcome {
        let AuthorizationProgress::Failed { failure } = self.sign_in().await? else {
            return Err(StepError::Wrong("the sign-in was taken".to_owned()));
        };
        let fits = failure.code == ErrorCode::IdTokenRefused && failure.message.contains(because);
        ensure(fits, || format!("{failure:?}"))?;
        let left = self.integrations().await?;
        ensure(left.is_empty(), || format!("{left:?}"))?;
        let event = self.provider.event().await?;
        ensure(event["granted"] == "authorization_code", || event.to_string())?;
        let event = self.provider.event().await?;
        ensure(event["ended"] == "grant", || format!("the grant lives on: {event}"))
    }

    async fn refresh(&self, id: IntegrationId) -> Outcome<Result<(), Failure>> {
        Ok(self.headless.engine()?.refresh_integration(id).await)
    }

    async fn lent(&self) -> Outcome<String> {
        let engine = self.headless.engine()?;
        let Lent { secret, .. } = engine.lend(NAME, "conformance", None).await.map_err(|failure| wrong(&failure))?;
        match secret {
            // EXPOSE: compared in the test.
            LentSecret::AccessToken(token) => Ok(token.expose().to_owned()),
            LentSecret::ApiKey(_) => Err(StepError::Wrong("a key was lent".to_owned())),
        }
    }

    /// The refresh is refused with these words and its access token is not handed out, but its refresh token is kept: the next
    /// refresh, with good manners, works though this provider takes each refresh token once.
    async fn ensure_refresh_refused(mut self, manner: Value, because: &str) -> Outcome {
        let id = self.connect().await?;
        let engine = self.headless.engine()?;
        engine.set_lending(id, true).await.map_err(|failure| wrong(&failure))?;
        let before = self.lent().await?;
        self.provider.behave(&manner).await?;
        let failure = match self.refresh(id).await? {
            Err(failure) => failure,
            Ok(()) => return Err(StepError::Wrong("the refresh was taken".to_owned())),
        };
        ensure(failure.message.contains("ID token"), || format!("{failure:?}"))?;
        let event = self.provider.event().await?;
        ensure(event["granted"] == "refresh_token", || event.to_string())?;
        ensure(self.lent().await? == before, || "an access token was handed out that is not believed".to_owned())?;
        let log = engine.activity(Some(id), 50).await.map_err(|failure| wrong(&failure))?;
        ensure(format!("{log:?}").contains(because), || format!("the log does not say “{because}”: {log:?}"))?;

        self.provider.behave(&json!({})).await?;
        self.refresh(id).await?.map_err(|failure| wrong(&failure))?;
        let event = self.provider.event().await?;
        ensure(event["granted"] == "refresh_token", || format!("the refresh token was lost: {event}"))?;
        ensure(self.lent().await? != before, || "no new access token came".to_owned())?;
        let status = self.headless.integration(id).await?.status;
        ensure(!matches!(status, StatusView::NeedsYou { .. }), || format!("{status:?}"))
    }
}

fn wrong(failure: &Failure) -> StepError {
    StepError::Wrong(format!("{:?}: {}", failure.code, failure.message))
}

async fn claims_refused(claims: Value, because: &str) -> Outcome {
    Scene::with(json!({ "claims": claims })).await?.ensure_sign_in_refused(because).await
}

#[tokio::test]
async fn rp_b01_a_code_is_exchanged_and_userinfo_asked() -> Outcome {
    let mut scene = Scene::set().await?;
    let id = scene.connect().await?;
    let account = scene.headless.integration(id).await?.account;
    ensure(account.as_ref().is_some_and(|account| account.id == "alice"), || format!("{account:?}"))
}

#[tokio::test]
async fn rp_b02_an_id_token_of_another_issuer_is_refused() -> Outcome {
    claims_refused(json!({ "iss": "https://elsewhere.example" }), "another service").await
}

#[tokio::test]
async fn rp_b03_an_id_token_without_a_subject_is_refused() -> Outcome {
    claims_refused(json!({ "sub": null }), "does not say whose it is").await
}

#[tokio::test]
async fn rp_b04_an_id_token_for_another_client_is_refused() -> Outcome {
    claims_refused(json!({ "aud": "somebody-else" }), "another program").await
}

#[tokio::test]
async fn rp_b05_an_id_token_without_the_time_it_was_issued_is_refused() -> Outcome {
    claims_refused(json!({ "iat": null }), "the time at which it was issued").await
}

#[tokio::test]
async fn rp_b06_the_only_key_is_taken_for_an_id_token_that_names_none() -> Outcome {
    Scene::with(json!({ "kid": null })).await?.connect().await.map(drop)
}

#[tokio::test]
async fn rp_b07_an_id_token_that_could_be_of_several_keys_is_refused() -> Outcome {
    let scene = Scene::with(json!({ "kid": null, "keys": "several" })).await?;
    scene.ensure_sign_in_refused("does not say which of the service's keys").await
}

#[tokio::test]
async fn rp_b08_an_id_token_signed_with_rs256_is_accepted() -> Outcome {
    let announced = json!({ "metadata": { "id_token_signing_alg_values_supported": ["RS256"] } });
    Scene::with(announced).await?.connect().await.map(drop)
}

async fn ensure_unsigned_refused(announced: &[&str]) -> Outcome {
    let metadata = json!({ "id_token_signing_alg_values_supported": announced });
    let scene = Scene::with(json!({ "signature": "none", "metadata": metadata })).await?;
    scene.ensure_sign_in_refused("not signed in a way that can be checked").await
}

#[tokio::test]
async fn rp_b09_an_unsigned_id_token_is_refused() -> Outcome {
    ensure_unsigned_refused(&["RS256"]).await
}

#[tokio::test]
async fn rp_b10_an_id_token_with_a_wrong_signature_is_refused() -> Outcome {
    Scene::with(json!({ "signature": "wrong" })).await?.ensure_sign_in_refused("signature is wrong").await
}

#[tokio::test]
async fn rp_b11_a_userinfo_answer_about_another_subject_is_refused() -> Outcome {
    let scene = Scene::with(json!({ "userinfo": { "sub": "eve" } })).await?;
    scene.ensure_sign_in_refused("two different accounts").await
}

#[tokio::test]
async fn rp_b12_an_id_token_with_another_nonce_is_refused() -> Outcome {
    claims_refused(json!({ "nonce": "of-another-sign-in" }), "another sign-in").await?;
    claims_refused(json!({ "nonce": null }), "another sign-in").await
}

#[tokio::test]
async fn rp_b13_claims_of_the_scopes_come_from_userinfo() -> Outcome {
    let mut scene = Scene::set().await?;
    let id = scene.connect().await?;
    let account = scene.headless.integration(id).await?.account;
    let is_email = account.as_ref().is_some_and(|account| account.label == "alice@elsewhere.example");
    ensure(is_email, || format!("the scope “email” brought no address: {account:?}"))
}

#[tokio::test]
async fn rp_b14_a_client_secret_goes_into_the_basic_header() -> Outcome {
    let metadata = json!({ "token_endpoint_auth_methods_supported": ["client_secret_basic"] });
    let mut scene = Scene::with(json!({ "metadata": metadata })).await?;
    let engine = scene.headless.engine()?;
    let (client_id, client_secret) = OidcProvider::CONFIDENTIAL;
    let registration = json!({
        "id": null, "connector_id": "generic-oauth", "client_id": client_id, "client_secret": client_secret,
        "fields": scene.fields(),
    });
    let saved = engine.save_registration(serde_json::from_value(registration)?).await.map_err(|f| wrong(&f))?;
    let target = json!({ "target": {
        "target": "new", "connector_id": "generic-oauth", "name": NAME, "fields": scene.fields(),
        "registration_id": saved.id, "scopes": SCOPES,
    }});
    let attempt = engine.begin_authorization(serde_json::from_value(target)?).await.map_err(|f| wrong(&f))?;
    let id = connected(scene.headless.await_end(&attempt).await?)?;
    scene.refresh(id).await?.map_err(|failure| wrong(&failure))?;
    for granted in ["authorization_code", "refresh_token"] {
        let event = scene.provider.event().await?;
        let fits = event["granted"] == granted && event["client"] == client_id && event["authorization"] == "Basic";
        ensure(fits, || event.to_string())?;
    }
    Ok(())
}

#[tokio::test]
async fn rp_c01_the_endpoints_come_from_the_metadata() -> Outcome {
    let mut scene = Scene::set().await?;
    let fields = serde_json::from_value(scene.fields())?;
    let found = scene.headless.engine()?.discover("generic-oauth", &fields).await.map_err(|failure| wrong(&failure))?;
    let found = found.ok_or_else(|| StepError::Wrong("nothing was looked up".to_owned()))?;
    ensure(found.issuer == scene.provider.issuer() && found.endpoints.len() == 5, || format!("{found:?}"))?;
    ensure(found.endpoints.iter().all(|endpoint| !endpoint.is_elsewhere), || format!("{found:?}"))?;
    ensure(found.refresh == Some(true) && found.scopes.iter().any(|scope| scope == "email"), || format!("{found:?}"))?;
    scene.connect().await.map(drop)
}

#[tokio::test]
async fn rp_c02_the_keys_come_from_the_address_in_the_metadata() -> Outcome {
    let scene = Scene::with(json!({ "break_off": "/jwks" })).await?;
    let ended = scene.sign_in().await?;
    let AuthorizationProgress::Failed { failure } = ended else {
        return Err(StepError::Wrong(format!("signed in without the service's keys: {ended:?}")));
    };
    ensure(failure.code == ErrorCode::ServiceUnreachable && failure.message.contains("keys"), || {
        format!("{failure:?}")
    })?;
    ensure(scene.integrations().await?.is_empty(), || "a half-made integration was left".to_owned())?;
    scene.provider.behave(&json!({})).await?;
    connected(scene.sign_in().await?).map(drop)
}

#[tokio::test]
async fn rp_c03_metadata_of_another_issuer_is_refused() -> Outcome {
    let scene = Scene::with(json!({ "metadata": { "issuer": "https://elsewhere.example" } })).await?;
    let fields = serde_json::from_value(scene.fields())?;
    let refused = scene.headless.engine()?.discover("generic-oauth", &fields).await;
    let fits = matches!(&refused, Err(failure) if failure.field.as_deref() == Some("issuer")
        && failure.message.contains("https://elsewhere.example"));
    ensure(fits, || format!("{refused:?}"))?;
    let begun = scene.sign_in().await;
    ensure(matches!(&begun, Err(StepError::Wrong(why)) if why.contains("another service")), || format!("{begun:?}"))
}

#[tokio::test]
async fn rp_c04_an_unsigned_id_token_is_refused_though_it_is_announced() -> Outcome {
    ensure_unsigned_refused(&["RS256", "none"]).await
}

#[tokio::test]
async fn rp_c05_keys_that_were_replaced_just_before_signing_are_fetched_anew() -> Outcome {
    let mut scene = Scene::set().await?;
    scene.connect().await?; // the keys are known now
    scene.provider.behave(&json!({ "keys": "rotated-at-signing" })).await?;
    scene.connect().await.map(drop)
}

#[tokio::test]
async fn rp_c06_a_second_id_token_is_accepted_after_the_keys_were_replaced() -> Outcome {
    let mut scene = Scene::set().await?;
    scene.connect().await?;
    scene.provider.behave(&json!({ "keys": "rotated" })).await?;
    scene.connect().await?;
    // Without a name in its header, only the signature tells that the key is another one.
    scene.provider.behave(&json!({ "keys": "rotated", "kid": null })).await?;
    scene.connect().await.map(drop)
}

#[tokio::test]
async fn rp_r01_a_refresh_brings_an_id_token_of_the_same_account() -> Outcome {
    let mut scene = Scene::set().await?;
    let id = scene.connect().await?;
    for round in 0..2 {
        scene.refresh(id).await?.map_err(|failure| wrong(&failure))?;
        let event = scene.provider.event().await?;
        ensure(event["granted"] == "refresh_token", || format!("refresh {round}: {event}"))?;
    }
    Ok(())
}

#[tokio::test]
async fn rp_r02_a_refreshed_id_token_of_another_issuer_is_refused_and_the_grant_kept() -> Outcome {
    let manner = json!({ "grant": "refresh_token", "claims": { "iss": "https://elsewhere.example" } });
    Scene::set().await?.ensure_refresh_refused(manner, "another service").await
}

#[tokio::test]
async fn rp_r03_a_refreshed_id_token_about_another_subject_is_refused_and_the_grant_kept() -> Outcome {
    let manner = json!({ "grant": "refresh_token", "claims": { "sub": "eve" } });
    Scene::set().await?.ensure_refresh_refused(manner, "another account").await
}

#[tokio::test]
async fn o07_a_redirect_without_the_promised_iss_or_with_another_brings_no_token_request() -> Outcome {
    let mut scene = Scene::set().await?;
    for iss in [Value::Null, json!("https://elsewhere.example"), json!(format!("{}/", scene.provider.issuer()))] {
        scene.provider.behave(&json!({ "redirect": { "iss": iss } })).await?;
        let ended = scene.sign_in().await?;
        let fits = matches!(&ended, AuthorizationProgress::Failed { failure }
            if failure.code == ErrorCode::AuthorizationRefused && failure.message.contains("another service"));
        ensure(fits, || format!("{iss}: {ended:?}"))?;
    }
    // The first thing the provider tells of is the exchange of the sign-in that follows.
    scene.provider.behave(&json!({})).await?;
    let id = scene.connect().await?;
    scene.refresh(id).await?.map_err(|failure| wrong(&failure))?;
    let event = scene.provider.event().await?;
    ensure(event["granted"] == "refresh_token", || format!("a code was exchanged in between: {event}"))
}

#[tokio::test]
async fn o56_an_id_token_of_another_access_token_is_refused() -> Outcome {
    claims_refused(json!({ "at_hash": "77QmUPtjPfzWtF2AnpK9RQ" }), "another access token").await
}

#[tokio::test]
async fn o56_keys_out_of_reach_do_not_hold_a_refresh_back() -> Outcome {
    let mut scene = Scene::set().await?;
    let id = scene.connect().await?;
    // A new key that cannot be fetched: the answer came over the pinned token endpoint all the same.
    scene.provider.behave(&json!({ "keys": "rotated", "break_off": "/jwks" })).await?;
    scene.refresh(id).await?.map_err(|failure| wrong(&failure))?;
    scene.provider.behave(&json!({})).await?;
    scene.refresh(id).await?.map_err(|failure| wrong(&failure))
}
