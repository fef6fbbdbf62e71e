//! Files of every shape on their way in: what is said of them, under a password too, and which service they may go to.

use std::time::Duration;

use storm_domain::{ErrorCode, Failure, Fields, HeldSecretId, Method, Verdict};
use storm_engine::HeldFile;
use storm_engine::view::{
    AddApiKeyRequest, AddServiceAccountRequest, FileFactKind, FilePreview, HeldFileView, KeyFileView, KeyInput,
    SaveRegistrationRequest, TypedSecret, UnlockFileRequest, ValidityView,
};
use storm_sandbox::Step;
use storm_secret::SecretBytes;

use crate::rig::Rig;

/// Of the files that are read in the catalogue's tests; its password is "practice".
const ARCHIVE: &[u8] = include_bytes!("../../../storm-connectors/tests/files/good/pfx-modern.p12");
const KEY: &[u8] = include_bytes!("../../../storm-connectors/tests/files/good/pkcs8-rsa2048.pem");

fn file(bytes: &[u8], name: &str) -> HeldFile {
    HeldFile { bytes: SecretBytes::new(bytes.to_vec()), name: name.to_owned() }
}

async fn locked(rig: &Rig) -> HeldSecretId {
    match rig.hold(ARCHIVE, "/downloads/app.p12").await.unwrap() {
        HeldFileView::Locked { id, name, shape } => {
            assert_eq!((name.as_str(), shape.as_str()), ("app.p12", "PKCS#12 archive"));
            id
        }
        other => panic!("{other:?}"),
    }
}

async fn unlock(rig: &Rig, id: HeldSecretId, password: &str) -> Result<KeyFileView, Failure> {
    let password: TypedSecret = serde_json::from_value(password.into()).unwrap();
    rig.engine.unlock_files(UnlockFileRequest { id, password }).await
}

#[tokio::test]
async fn a_file_under_a_password_opens_with_the_right_one_and_waits_for_it_until_then() {
    let rig = Rig::start().await;
    let preview = rig.engine.preview_files(vec![file(ARCHIVE, "app.p12")]).await.unwrap();
    assert!(matches!(&preview[..], [FilePreview::Locked { name, .. }] if name == "app.p12"));
    let id = locked(&rig).await;
    let refused = unlock(&rig, id, "wrong").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::FilePasswordRefused);
    assert!(!refused.message.contains("wrong"));

    let opened = unlock(&rig, id, "practice").await.unwrap();
    assert_eq!(opened.file.certificate.as_ref().unwrap().validity, ValidityView::Current);
    assert!(opened.file.facts.iter().any(|fact| fact.kind == FileFactKind::Fingerprint));
    assert!(opened.uses.iter().any(|one| one.connector.id == "entra-app" && one.method == Method::ServiceAccount));
    assert_eq!(unlock(&rig, id, "practice").await.unwrap_err().code, ErrorCode::NotFound, "it is open now");
}

const CERTIFICATE: &[u8] = include_bytes!("../../../storm-connectors/tests/files/hostile/certificate.crt");

#[tokio::test]
async fn several_files_are_held_each_for_itself_and_one_that_cannot_be_used_stops_no_other() {
    let rig = Rig::start().await;
    let files = || {
        let [notes, archive] = [(&b"Buy milk."[..], "/downloads/notes.txt"), (ARCHIVE, "app.p12")];
        [(CERTIFICATE, "own.crt"), notes, archive, (KEY, "own.pem")].map(|(bytes, name)| file(bytes, name)).into()
    };
    let previews = rig.engine.preview_files(files()).await.unwrap();
    let [FilePreview::Known { file: pair }, FilePreview::Refused { name, failure }, FilePreview::Locked { .. }] =
        &previews[..]
    else {
        panic!("{previews:?}")
    };
    assert_eq!((pair.shape.as_str(), name.as_str()), ("Certificate with its key (PEM)", "notes.txt"));
    assert_eq!(failure.code, ErrorCode::FileNotUsable);

    let held = rig.engine.hold_files(files()).await.unwrap();
    let places: Vec<&[usize]> = held.iter().map(|one| &one.files[..]).collect();
    assert_eq!(places, [&[0, 3][..], &[1], &[2]]);
    let HeldFileView::Locked { id, .. } = held[2].view else { panic!("{held:?}") };
    let opened = unlock(&rig, id, "practice").await.unwrap();
    assert!(!rig.engine.was_saved(id) && !rig.engine.was_saved(opened.id), "opened is not saved");
}

#[tokio::test]
async fn after_five_wrong_passwords_there_is_a_pause() {
    let rig = Rig::start().await;
    let id = locked(&rig).await;
    for _ in 0..5 {
        let refused = unlock(&rig, id, "wrong").await.unwrap_err();
        assert!(!refused.message.contains("seconds"));
    }
    let paused = unlock(&rig, id, "practice").await.unwrap_err();
    assert_eq!(paused.code, ErrorCode::FilePasswordRefused);
    assert!(paused.message.contains("seconds"), "{}", paused.message);
    rig.clock.advance(Duration::from_secs(31));
    assert!(unlock(&rig, id, "practice").await.is_ok());
}

#[tokio::test]
async fn a_key_goes_to_no_service_that_takes_another_kind() {
    let rig = Rig::start().await;
    let HeldFileView::Known { file } = rig.hold(KEY, "key.pem").await.unwrap() else { panic!("it has no password") };
    let request = |connector_id: &str, fields: Fields| AddServiceAccountRequest {
        connector_id: connector_id.to_owned(),
        name: None,
        fields,
        file: file.id,
        scopes: Vec::new(),
    };
    let refused = rig.engine.add_service_account(request("practice", rig.fields())).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::FileNotUsable);
    assert!(refused.message.contains("Private key (PKCS#8)") && refused.message.contains("Practice"));
    assert!(rig.engine.integrations().await.unwrap().is_empty());
}

/// The key of a service account of the practice service, as a bare PEM file; and the fields that say whom it is for.
async fn bare_key(rig: &Rig) -> (Vec<u8>, Fields) {
    let file = rig.sandbox.control().create_service_account("etl").await.unwrap();
    let text = |name: &str| file[name].as_str().unwrap().to_owned();
    let base = rig.sandbox.base_url();
    let fields = [
        ("token_url", text("token_uri")),
        ("issuer", text("client_email")),
        ("signing_key_id", text("private_key_id")),
        ("verify_url", format!("{base}/api/whoami")),
        ("keys_page", format!("{base}/service-accounts")),
    ];
    (text("private_key").into_bytes(), fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
}

#[tokio::test]
async fn a_bare_key_is_exchanged_for_whom_the_fields_name() {
    let rig = Rig::start().await;
    let (pem, fields) = bare_key(&rig).await;
    let HeldFileView::Known { file } = rig.hold(&pem, "key.pem").await.unwrap() else { panic!("it has no password") };
    let request = AddServiceAccountRequest {
        connector_id: "generic-key-file".to_owned(),
        name: None,
        fields,
        file: file.id,
        scopes: Vec::new(),
    };
    assert!(!rig.engine.was_saved(file.id));
    let saved = rig.engine.add_service_account(request).await.unwrap();
    assert!(rig.engine.was_saved(file.id), "so that its file can go to the bin");
    assert!(matches!(saved.verdict, Verdict::Works { .. }), "{:?}", saved.verdict);
    let page = rig.page(saved.integration_id).await;
    let storm_domain::CredentialSummary::ServiceAccountKey { key_id, client_email, ends_at, .. } =
        &page.generations[0].summary
    else {
        panic!("another kind")
    };
    assert!(key_id.as_ref().unwrap().starts_with("SHA256:") && client_email.is_none() && ends_at.is_none());
}

#[tokio::test]
async fn the_file_of_a_client_fills_its_app_registration() {
    let rig = Rig::start().await;
    let json = include_bytes!("../../../storm-connectors/tests/files/good/google-client-installed.json");
    let HeldFileView::Known { file } = rig.hold(json, "client.json").await.unwrap() else {
        panic!("it has no password")
    };
    assert!(file.uses.iter().map(|one| (one.connector.id.as_str(), one.method)).eq([("google", Method::OAuth)]));
    let client_id = file.file.facts.iter().find(|fact| fact.kind == FileFactKind::ClientId).unwrap().value.clone();
    let request = |client_id: &str| SaveRegistrationRequest {
        id: None,
        connector_id: "google".to_owned(),
        client_id: client_id.to_owned(),
        client_secret: None,
        file: Some(file.id),
        secret_ends_at: None,
        fields: Fields::new(),
    };
    let refused = rig.engine.save_registration(request("another")).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("client_id"));
    let saved = rig.engine.save_registration(request(&client_id)).await.unwrap();
    assert!(saved.has_secret && saved.client_id == client_id);
    let gone = rig.engine.save_registration(request(&client_id)).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::NotFound, "it is in the vault now, and held no more");
}

const AWS_KEY: &[u8] = include_bytes!("../../../storm-connectors/tests/files/good/aws-older.csv");
const AWS_PROFILES: &[u8] = include_bytes!("../../../storm-connectors/tests/files/good/aws-profiles");
const AWS_SESSION: &[u8] = include_bytes!("../../../storm-connectors/tests/files/good/aws-session");
const AWS_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const ANOTHER_AWS_ID: &str = "AKIAI44QH8DHBEXAMPLE";

async fn opened(rig: &Rig, bytes: &[u8], name: &str) -> KeyFileView {
    match rig.hold(bytes, name).await.unwrap() {
        HeldFileView::Known { file } => file,
        other => panic!("{other:?}"),
    }
}

fn add_to_aws(rig: &Rig, file: HeldSecretId, key_id: Option<&str>, lend: &str) -> AddApiKeyRequest {
    // Nobody there speaks AWS's protocol: the key is saved, and not known to work.
    let fields = [("base_url", rig.sandbox.base_url()), ("lend", lend)];
    AddApiKeyRequest {
        connector_id: "aws".to_owned(),
        name: Some("Cloud".to_owned()),
        fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect(),
        key: KeyInput::File { id: file, key_id: key_id.map(str::to_owned) },
    }
}

async fn saved_id(rig: &Rig, id: storm_domain::IntegrationId) -> Option<String> {
    match &rig.page(id).await.generations[0].summary {
        storm_domain::CredentialSummary::ApiKey { id, .. } => id.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_dropped_access_key_is_saved_with_its_id_and_lent_with_it() {
    let rig = Rig::start().await;
    let file = opened(&rig, AWS_KEY, "storm_accessKeys.csv").await;
    assert!(file.uses.iter().map(|one| (one.connector.id.as_str(), one.method)).eq([("aws", Method::ApiKey)]));
    let facts: Vec<_> = file.file.facts.iter().map(|fact| (fact.kind, fact.value.as_str())).collect();
    assert_eq!(facts, [(FileFactKind::AccessKeyId, AWS_ID), (FileFactKind::User, "storm")]);
    assert!(file.keys.is_empty(), "there is nothing to choose from");

    let foreign = AddApiKeyRequest { connector_id: "github".to_owned(), ..add_to_aws(&rig, file.id, None, "key") };
    let refused = rig.engine.add_api_key(AddApiKeyRequest { fields: Fields::new(), ..foreign }).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::FileNotUsable);
    assert!(refused.message.contains("AWS access key (CSV)"), "{}", refused.message);

    let id = rig.engine.add_api_key(add_to_aws(&rig, file.id, None, "key")).await.unwrap().integration_id;
    assert_eq!(saved_id(&rig, id).await.as_deref(), Some(AWS_ID));
    let gone = rig.engine.add_api_key(add_to_aws(&rig, file.id, None, "key")).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::NotFound, "it is in the vault now, and held no more");

    rig.engine.set_lending(id, true).await.unwrap();
    let refused = rig.engine.lend("Cloud", "test", None).await.unwrap_err();
    assert!(refused.message.contains("credential_process = storm token"), "{}", refused.message);
    let lent = rig.engine.lend_access_key("Cloud", "test", None).await.unwrap();
    assert_eq!((lent.id.as_str(), lent.secret.expose()), (AWS_ID, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
    assert!(lent.session_token.is_none() && lent.expires_at.is_none());
}

#[tokio::test]
async fn of_several_profiles_the_chosen_one_is_saved_and_none_is_guessed() {
    let rig = Rig::start().await;
    let file = opened(&rig, AWS_PROFILES, "credentials").await;
    let offered: Vec<_> = file.keys.iter().map(|key| (key.profile.as_str(), key.key_id.as_str())).collect();
    assert_eq!(offered, [("default", AWS_ID), ("reports", ANOTHER_AWS_ID)]);
    let unsaid = rig.engine.add_api_key(add_to_aws(&rig, file.id, None, "session")).await.unwrap_err();
    assert!(unsaid.code == ErrorCode::FileNotUsable && unsaid.message.contains("several keys"), "{}", unsaid.message);
    let chosen = add_to_aws(&rig, file.id, Some(ANOTHER_AWS_ID), "session");
    let id = rig.engine.add_api_key(chosen).await.unwrap().integration_id;
    assert_eq!(saved_id(&rig, id).await.as_deref(), Some(ANOTHER_AWS_ID));

    // No short-lived key comes of it, and the lasting one is not lent in its place.
    rig.engine.set_lending(id, true).await.unwrap();
    let refused = rig.engine.lend_access_key("Cloud", "test", None).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ServiceUnreachable);
}

#[tokio::test]
async fn a_temporary_access_key_is_refused_with_the_reason_while_it_hangs_over_the_window() {
    let rig = Rig::start().await;
    let preview = rig.engine.preview_files(vec![file(AWS_SESSION, "credentials")]).await.unwrap().pop();
    let Some(FilePreview::Refused { failure: hovering, .. }) = preview else { panic!("{preview:?}") };
    let dropped = rig.hold(AWS_SESSION, "credentials").await.unwrap_err();
    assert!(hovering.message.contains("temporary key of AWS"), "{}", hovering.message);
    assert_eq!((hovering.code, hovering.message), (dropped.code, dropped.message));
}

#[tokio::test]
async fn what_does_not_sign_has_no_access_key_to_lend() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    rig.engine.set_lending(id, true).await.unwrap();
    let refused = rig.engine.lend_access_key("Practice", "test", None).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotSupported);
}

#[tokio::test]
async fn a_private_key_may_be_a_client_secret() {
    let rig = Rig::start().await;
    let HeldFileView::Known { file } = rig.hold(KEY, "key.pem").await.unwrap() else { panic!("it has no password") };
    let request = SaveRegistrationRequest {
        id: None,
        connector_id: "generic-oauth".to_owned(),
        client_id: "reports".to_owned(),
        client_secret: None,
        file: Some(file.id),
        secret_ends_at: None,
        fields: Fields::new(),
    };
    assert!(rig.engine.save_registration(request).await.unwrap().has_secret);
}

const CLUSTER: &str = include_str!("../../../storm-connectors/tests/files/good/kube-token.yaml");

#[tokio::test]
async fn a_kubeconfig_with_a_token_connects_to_the_cluster_it_names() {
    let rig = Rig::start().await;
    let file = opened(&rig, CLUSTER.as_bytes(), "config").await;
    assert!(file.uses.iter().map(|one| (one.connector.id.as_str(), one.method)).eq([("kubernetes", Method::ApiKey)]));
    assert_eq!(file.fields, Fields::from([("server".to_owned(), "https://127.0.0.1:6443".to_owned())]));

    // The user sends it to this cluster instead.
    let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    let user = r#"{"uid":"b7d3-41","username":"system:serviceaccount:ci:reports"}"#;
    let review = Step {
        path: path.into(),
        method: Some("POST".into()),
        status: Some(201),
        headers: vec![("Content-Type".into(), "application/json".into())],
        body: Some(format!(r#"{{"kind":"SelfSubjectReview","status":{{"userInfo":{user}}}}}"#)),
        ..Step::default()
    };
    rig.sandbox.control().script(review).unwrap();
    let request = AddApiKeyRequest {
        connector_id: "kubernetes".to_owned(),
        name: None,
        fields: Fields::from([("server".to_owned(), rig.sandbox.base_url().to_owned())]),
        key: KeyInput::File { id: file.id, key_id: None },
    };
    let saved = rig.engine.add_api_key(request).await.unwrap();
    assert!(matches!(saved.verdict, Verdict::Works { .. }), "{:?}", saved.verdict);
    let account = rig.page(saved.integration_id).await.integration.account.unwrap();
    assert_eq!((account.id.as_str(), account.label.as_str()), ("b7d3-41", "system:serviceaccount:ci:reports"));
}

#[tokio::test]
async fn a_cluster_that_is_no_plain_https_address_is_left_to_the_user() {
    let rig = Rig::start().await;
    for server in ["http://10.0.0.1:6443", "https://ada:practice@10.0.0.1", "10.0.0.1", "https://10.0.0.1/?a=b", ""] {
        let text = CLUSTER.replace("https://127.0.0.1:6443", &format!("\"{server}\""));
        assert_eq!(opened(&rig, text.as_bytes(), "config").await.fields, Fields::new(), "{server}");
    }
    let another = CLUSTER.replace("current-context: practice", "current-context: other");
    assert!(rig.hold(another.as_bytes(), "config").await.is_err(), "a context that is not there has no user either");
}
