//! AWS access keys against somebody else's IAM and STS: moto, which checks signatures and knows which keys live.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use storm_auth::SystemClock;
use storm_domain::port::Clock as _;
use storm_domain::{
    CredentialSummary, ErrorCode, Failure, GenerationPhase, HeldSecretId, IntegrationId, RotationStep, Verdict,
};
use storm_engine::HeldFile;
use storm_engine::view::{HeldFileView, SavedView, StatusView};
use storm_secret::SecretBytes;
use storm_testkit::FakeKeyring;
use storm_tests::program::{Program, built, private_folder};
use storm_tests::{AwsKey, Desktop, Headless, Moto, Outcome, StepError, ensure};
use tokio::process::Command;

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

#[tokio::test]
async fn a_dropped_file_connects_and_the_next_one_rotates() -> Outcome {
    let moto = Moto::start().await?;
    let (first, second) = (moto.make_key(USER).await?, moto.make_key(USER).await?);
    let (_folder, headless) = host().await?;
    let file = drop_csv(&headless, &first).await?;
    let saved = connect(&headless, &moto, json!({ "from": "file", "id": file, "key_id": null })).await?;
    ensure(matches!(saved.verdict, Verdict::Works { .. }), || format!("{:?}", saved.verdict))?;

    let engine = headless.engine()?;
    let id = saved.integration_id;
    let input = json!({ "from": "file", "id": drop_csv(&headless, &second).await?, "key_id": null });
    let page = engine.begin_key_rotation(id, serde_json::from_value(input)?, false).await.map_err(refused)?;
    let step = page.rotation.map(|rotation| rotation.step);
    ensure(matches!(step, Some(RotationStep::Switched)), || format!("{step:?}"))?;
    let in_use = page.generations.iter().find(|generation| generation.phase == GenerationPhase::Active);
    let summary = in_use.map(|generation| generation.summary.clone());
    ensure(is_key(summary.as_ref(), &second.id), || format!("{summary:?}"))
}

#[tokio::test]
async fn a_role_is_assumed_for_those_who_borrow_and_again_when_little_is_left() -> Outcome {
    let moto = Moto::start().await?;
    let key = moto.make_key(USER).await?;
    let role = moto.make_role("reports", USER, "storm-4711").await?;
    let (_folder, headless) = host().await?;
    let id = connect_with(&headless, &moto, &key, json!({ "role": role, "external_id": "storm-4711" })).await?;
    let engine = headless.engine()?;
    engine.set_lending(id, true).await.map_err(refused)?;

    let lend = async |wanted: u64| engine.lend_access_key("Cloud", "test", Some(Duration::from_secs(wanted))).await;
    let all = join_all((0..8).map(|_| lend(0))).await.into_iter().collect::<Result<Vec<_>, _>>().map_err(refused)?;
    let ids: BTreeSet<&str> = all.iter().map(|lent| lent.id.as_str()).collect();
    ensure(ids.len() == 1 && all[0].id.starts_with("ASIA"), || format!("{ids:?}"))?;
    let left = all[0].expires_at.map(|end| end.since(SystemClock.now()));
    let is_an_hour = left.is_some_and(|left| (3_590..=3_600).contains(&left.as_secs()));
    ensure(all[0].session_token.is_some() && is_an_hour, || format!("{left:?}"))?;

    let kept = lend(3_000).await.map_err(refused)?;
    ensure(kept.id == all[0].id, || "another one, though this one lasts".to_owned())?;
    // Longer than what is left of the kept one; a new one lasts a full hour.
    let later = engine.lend_access_key("Cloud", "test", left).await.map_err(refused)?;
    ensure(later.id != all[0].id, || "the same, though it ends too soon".to_owned())?;
    let too_long = lend(7_200).await.err().map(|failure| failure.code);
    ensure(too_long == Some(ErrorCode::NotSupported), || format!("{too_long:?}"))
}

#[tokio::test]
async fn a_role_that_may_not_be_assumed_lends_nothing_and_leaves_the_key_alone() -> Outcome {
    let moto = Moto::start().await?;
    let key = moto.make_key(USER).await?;
    let role = moto.make_role("reports", USER, "storm-4711").await?;
    let (_folder, headless) = host().await?;
    let id = connect_with(&headless, &moto, &key, json!({ "role": role, "external_id": "another" })).await?;
    let engine = headless.engine()?;
    engine.set_lending(id, true).await.map_err(refused)?;
    let denied = engine.lend_access_key("Cloud", "test", None).await.err();
    let is_denied =
        |failure: &Failure| failure.code == ErrorCode::RequestRefused && failure.message.contains("AccessDenied");
    ensure(denied.as_ref().is_some_and(is_denied), || format!("{denied:?}"))?;
    ensure(matches!(verify(&headless, id).await?, Verdict::Works { .. }), || "the key is blamed".to_owned())?;

    moto.delete_key(USER, &key.id).await?;
    let refused_key = engine.lend_access_key("Cloud", "test", None).await.err();
    let is_refused = refused_key.as_ref().is_some_and(|failure| failure.code == ErrorCode::CredentialRefused);
    ensure(is_refused, || format!("{refused_key:?}"))?;
    let status = headless.integration(id).await?.status;
    ensure(matches!(status, StatusView::NeedsYou { .. }), || format!("{status:?}"))
}

#[tokio::test]
async fn without_a_role_a_session_of_the_keys_own_user_is_lent_unless_the_key_itself_is_wanted() -> Outcome {
    let moto = Moto::start().await?;
    let key = moto.make_key(USER).await?;
    let (_folder, headless) = host().await?;
    let id = connect_with(&headless, &moto, &key, json!({})).await?;
    let engine = headless.engine()?;
    engine.set_lending(id, true).await.map_err(refused)?;
    let lent = engine.lend_access_key("Cloud", "test", None).await.map_err(refused)?;
    let is_other = lent.id != key.id && lent.secret.expose() != key.secret;
    ensure(is_other && lent.session_token.is_some() && lent.expires_at.is_some(), || format!("{lent:?}"))?;

    moto.forbid(USER, "sts:GetSessionToken").await?;
    let id = connect_as(&headless, &moto, "Root", &key, json!({})).await?;
    engine.set_lending(id, true).await.map_err(refused)?;
    let denied = engine.lend_access_key("Root", "test", None).await.err().map(|failure| failure.code);
    ensure(denied == Some(ErrorCode::RequestRefused), || format!("{denied:?}"))?;

    let id = connect_as(&headless, &moto, "Itself", &key, json!({ "lend": "key" })).await?;
    engine.set_lending(id, true).await.map_err(refused)?;
    let lent = engine.lend_access_key("Itself", "test", None).await.map_err(refused)?;
    ensure(lent.id == key.id && lent.session_token.is_none() && lent.expires_at.is_none(), || format!("{lent:?}"))
}

/// The built command and agent, and the library that AWS's own command line is made of.
#[tokio::test]
async fn aws_tools_read_what_is_lent_from_their_credential_process() -> Outcome {
    Desktop::of_session()?;
    let moto = Moto::start().await?;
    let key = moto.make_key(USER).await?;
    let role = moto.make_role("reports", USER, "storm-4711").await?;
    let folder = private_folder()?;
    let (data, socket) = (folder.path().join("data"), folder.path().join("host.sock"));
    let headless = Headless::start(&data).await?;
    for (name, fields) in [
        ("My role", json!({ "role": role, "external_id": "storm-4711" })),
        ("itself", json!({ "lend": "key" })),
        ("kept", json!({ "lend": "key" })),
    ] {
        let id = connect_as(&headless, &moto, name, &key, fields).await?;
        headless.engine()?.set_lending(id, name != "kept").await.map_err(refused)?;
    }
    headless.stop().await;
    let mut agent = Command::new(built("storm-agent")?);
    agent.env("STORM_CONNECT_LOG", "warn").arg("--data-folder").arg(&data).arg("--socket").arg(&socket);
    let mut agent = Program::start(agent)?;
    agent.line("READY", |line| (line == "READY").then_some(())).await?;

    let storm = built("storm")?;
    let profile = |profile: &str, name: &str| {
        format!("[profile {profile}]\ncredential_process = \"{}\" token \"{name}\" --format aws\n", storm.display())
    };
    let settings = folder.path().join("config");
    std::fs::write(
        &settings,
        [profile("role", "My role"), profile("user", "itself"), profile("kept", "kept")].concat(),
    )?;
    let caller = async |profile: &str| moto.caller_by_profile(&settings, profile, &socket).await;
    for (profile, expected) in [
        ("role", "arn:aws:sts::123456789012:assumed-role/reports/storm-connect custom-process".to_owned()),
        ("user", format!("arn:aws:iam::123456789012:user/{USER} custom-process")),
    ] {
        let found = caller(profile).await?;
        ensure(found == expected, || format!("{profile}: {found}"))?;
    }
    let said = caller("kept").await.err().map(|error| error.to_string()).unwrap_or_default();
    ensure(said.contains("Lending is off for") && !said.contains(&key.secret), || said.clone())?;

    let mut plain = Command::new(&storm);
    let plain = plain.args(["token", "itself"]).env("STORM_CONNECT_SOCKET", &socket).output().await?;
    let said = String::from_utf8_lossy(&plain.stderr).into_owned();
    ensure(plain.stdout.is_empty() && said.contains("--format aws"), || said)
}

async fn drop_csv(headless: &Headless, key: &AwsKey) -> Outcome<HeldSecretId> {
    let text = format!("\u{feff}Access key ID,Secret access key\r\n{},{}\r\n", key.id, key.secret);
    let file = HeldFile { bytes: SecretBytes::new(text.into_bytes()), name: "storm_accessKeys.csv".to_owned() };
    match headless.engine()?.hold_files(vec![file]).await.map_err(refused)?.pop().map(|held| held.view) {
        Some(HeldFileView::Known { file }) => Ok(file.id),
        other => Err(StepError::Wrong(format!("{other:?}"))),
    }
}

async fn connect_with(headless: &Headless, moto: &Moto, key: &AwsKey, fields: Value) -> Outcome<IntegrationId> {
    connect_as(headless, moto, "Cloud", key, fields).await
}

async fn connect_as(
    headless: &Headless,
    moto: &Moto,
    name: &str,
    key: &AwsKey,
    fields: Value,
) -> Outcome<IntegrationId> {
    let mut request = request(moto, typed(key));
    request["name"] = json!(name);
    for (field, value) in fields.as_object().into_iter().flatten() {
        request["fields"][field] = value.clone();
    }
    let saved = headless.engine()?.add_api_key(serde_json::from_value(request)?).await.map_err(refused)?;
    ensure(matches!(saved.verdict, Verdict::Works { .. }), || format!("{:?}", saved.verdict))?;
    Ok(saved.integration_id)
}

fn is_key(summary: Option<&CredentialSummary>, id: &str) -> bool {
    matches!(summary, Some(CredentialSummary::ApiKey { id: Some(shown), .. }) if shown == id)
}
