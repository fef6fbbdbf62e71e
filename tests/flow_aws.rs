//! AWS access keys against somebody else's IAM and STS: moto, which checks signatures and knows which keys live.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use storm_domain::{CredentialSummary, ErrorCode, Failure, IntegrationId, RotationStep, Verdict};
use storm_engine::view::SavedView;
use storm_testkit::FakeKeyring;
use storm_tests::program::private_folder;
use storm_tests::{AwsKey, Headless, Moto, Outcome, StepError, ensure};

const USER: &str = "storm";

#[tokio::test]
async fn a_good_key_names_its_user_and_is_refused_once_it_was_deleted() -> Outcome {
    let moto = Moto::start().await?;
    let key = moto.make_key(USER).await?;
    let (_folder, headless) = host().await?;
    let pasted = format!("Access key ID,Secret access key\n{},{}\n", key.id, key.secret);
    let saved = connect(&headless, &moto, json!({ "from": "typed", "value": pasted })).await?;
    let Verdict::Works { account: Some(account) } = &saved.verdict else { return Err(wrong(&saved.verdict)) };
    ensure(account.label == format!("arn:aws:iam::123456789012:user/{USER}"), || account.label.clone())?;
    let id = saved.integration_id;
    let page = headless.engine()?.integration(id).await.map_err(refused)?;
    let shown = page.generations.iter().map(|generation| generation.summary.clone()).collect::<Vec<_>>();
    let is_named = matches!(&shown[..], [CredentialSummary::ApiKey { id: Some(id), .. }] if *id == key.id);
    ensure(is_named, || format!("{shown:?}"))?;

    moto.delete_key(USER, &key.id).await?;
    let verdict = verify(&headless, id).await?;
    ensure(is_refused(&verdict, "InvalidClientTokenId"), || format!("{verdict:?}"))?;

    let another = moto.make_key(USER).await?;
    let engine = headless.engine()?;
    let saved = engine.replace_api_key(id, serde_json::from_value(typed(&another))?).await.map_err(refused)?;
    ensure(matches!(saved.verdict, Verdict::Works { .. }), || format!("{:?}", saved.verdict))
}

#[tokio::test]
async fn a_wrong_secret_is_refused_and_half_a_key_is_sent_nowhere() -> Outcome {
    let moto = Moto::start().await?;
    let key = moto.make_key(USER).await?;
    let (_folder, headless) = host().await?;
    let wrong_secret = AwsKey { id: key.id.clone(), secret: key.secret.chars().rev().collect() };
    let saved = connect(&headless, &moto, typed(&wrong_secret)).await?;
    ensure(is_refused(&saved.verdict, "SignatureDoesNotMatch"), || format!("{:?}", saved.verdict))?;

    for key in [
        json!({ "from": "typed", "value": key.secret }),
        json!({ "from": "typed", "value": key.id }),
        json!({ "from": "typed", "value": key.secret, "key_id": "ASIAIOSFODNN7EXAMPLE" }),
    ] {
        let request = serde_json::from_value(request(&moto, key))?;
        let failure = headless.engine()?.add_api_key(request).await.err();
        ensure(failure.as_ref().is_some_and(|failure| failure.code == ErrorCode::KeyNotUsable), || {
            format!("{failure:?}")
        })?;
    }
    let all = headless.engine()?.integrations().await.map_err(refused)?;
    ensure(all.len() == 1, || format!("{all:?}"))
}

#[tokio::test]
async fn a_service_that_is_gone_says_nothing_about_the_key() -> Outcome {
    let moto = Moto::start().await?;
    let key = moto.make_key(USER).await?;
    let (_folder, headless) = host().await?;
    let saved = connect(&headless, &moto, typed(&key)).await?;
    drop(moto);
    let verdict = verify(&headless, saved.integration_id).await?;
    ensure(matches!(verdict, Verdict::CouldNotReach { .. }), || format!("{verdict:?}"))
}

#[tokio::test]
async fn one_click_makes_a_key_switches_to_it_and_deletes_the_old_one() -> Outcome {
    let moto = Moto::start().await?;
    let (_folder, headless) = host().await?;
    let (id, old) = connected(&headless, &moto).await?;
    let engine = headless.engine()?;
    let page = engine.begin_minted_rotation(id, false).await.map_err(refused)?;
    let step = page.rotation.map(|rotation| rotation.step);
    ensure(matches!(step, Some(RotationStep::Deactivating { .. })), || format!("{step:?}"))?;
    until(&headless, id, |step| matches!(step, RotationStep::Deactivating { ordered: true, tries: 1.., .. })).await?;
    let status = moto.keys_with_status(USER).await?;
    ensure(status.len() == 2 && status.contains(&(old.clone(), "Inactive".to_owned())), || format!("{status:?}"))?;
    // This server goes on taking a key that is inactive; the real one does not. Its user deletes it without waiting.
    engine.revoke_old_key(id).await.map_err(refused)?;
    until(&headless, id, |step| *step == RotationStep::Done).await?;
    let left = moto.keys(USER).await?;
    ensure(left.len() == 1 && left[0] != old, || format!("{left:?} after {old}"))?;
    let verdict = verify(&headless, id).await?;
    ensure(matches!(verdict, Verdict::Works { .. }), || format!("{verdict:?}"))?;
    let shown = engine.integration(id).await.map_err(refused)?.generations;
    let in_use = matches!(&shown[0].summary, CredentialSummary::ApiKey { id: Some(id), .. } if *id == left[0]);
    ensure(in_use, || format!("{shown:?}"))
}

#[tokio::test]
async fn a_third_key_is_not_asked_for_and_the_one_to_delete_is_named() -> Outcome {
    let moto = Moto::start().await?;
    let (_folder, headless) = host().await?;
    let (id, old) = connected(&headless, &moto).await?;
    let other = moto.make_key(USER).await?;
    let failure = headless.engine()?.begin_minted_rotation(id, false).await.err();
    let message = failure.map(|failure| failure.message).unwrap_or_default();
    ensure(message.contains("2 keys") && message.contains(&other.id) && !message.contains(&old), || message.clone())?;
    let page = headless.engine()?.integration(id).await.map_err(refused)?;
    ensure(page.rotation.is_none() && moto.keys(USER).await?.len() == 2, || format!("{:?}", page.rotation))
}

#[tokio::test]
async fn a_drill_leaves_the_account_as_it_was_and_a_forbidden_one_says_what_is_forbidden() -> Outcome {
    let moto = Moto::start().await?;
    let (_folder, headless) = host().await?;
    let (id, old) = connected(&headless, &moto).await?;
    headless.engine()?.begin_minted_rotation(id, true).await.map_err(refused)?;
    until(&headless, id, |step| *step == RotationStep::Rehearsed).await?;
    let left = moto.keys(USER).await?;
    ensure(left == [old.clone()], || format!("{left:?}"))?;

    moto.forbid(USER, "iam:CreateAccessKey").await?;
    let failure = headless.engine()?.begin_minted_rotation(id, false).await.err();
    let is_told = failure.as_ref().is_some_and(|failure| failure.message.contains("CreateAccessKey"));
    ensure(is_told, || format!("{failure:?}"))?;
    let page = headless.engine()?.integration(id).await.map_err(refused)?;
    ensure(page.rotation.is_none() && moto.keys(USER).await? == [old], || format!("{:?}", page.rotation))
}

/// An integration with a key, and that key's id.
async fn connected(headless: &Headless, moto: &Moto) -> Outcome<(IntegrationId, String)> {
    let key = moto.make_key(USER).await?;
    Ok((connect(headless, moto, typed(&key)).await?.integration_id, key.id))
}

/// Waits until the rotation stands so; woken by events, not by time.
async fn until(headless: &Headless, id: IntegrationId, fits: fn(&RotationStep) -> bool) -> Outcome {
    loop {
        headless.events.clear();
        let page = headless.engine()?.integration(id).await.map_err(refused)?;
        if page.rotation.as_ref().is_some_and(|rotation| fits(&rotation.step)) {
            return Ok(());
        }
        headless.events.wait_for(|_| true).await;
    }
}

async fn host() -> Outcome<(tempfile::TempDir, Headless)> {
    let folder = private_folder()?;
    let headless = start(&folder.path().join("data"), &Arc::new(FakeKeyring::default())).await;
    Ok((folder, headless))
}

async fn start(data: &Path, keyring: &Arc<FakeKeyring>) -> Headless {
    Headless::start_locked(data, Some(Arc::clone(keyring) as _)).await
}

fn typed(key: &AwsKey) -> Value {
    json!({ "from": "typed", "value": key.secret, "key_id": key.id })
}

fn request(moto: &Moto, key: Value) -> Value {
    let fields = json!({ "region": "eu-central-1", "base_url": moto.url() });
    json!({ "connector_id": "aws", "name": "Cloud", "fields": fields, "key": key })
}

async fn connect(headless: &Headless, moto: &Moto, key: Value) -> Outcome<SavedView> {
    let request = serde_json::from_value(request(moto, key))?;
    headless.engine()?.add_api_key(request).await.map_err(refused)
}

async fn verify(headless: &Headless, id: IntegrationId) -> Outcome<Verdict> {
    headless.engine()?.verify_integration(id).await.map_err(refused)
}

fn is_refused(verdict: &Verdict, code: &str) -> bool {
    matches!(verdict, Verdict::Refused { reason } if reason.contains(code))
}

fn refused(failure: Failure) -> StepError {
    StepError::Wrong(format!("{:?}: {}", failure.code, failure.message))
}

fn wrong(verdict: &Verdict) -> StepError {
    StepError::Wrong(format!("{verdict:?}"))
}
