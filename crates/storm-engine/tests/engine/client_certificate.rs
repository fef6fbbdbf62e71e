//! A kubeconfig with a client certificate: connected to a cluster that asks for it, watched, rotated, and lent to nobody.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use storm_domain::port::BrowserError;
use storm_domain::{
    AccountComparison, CredentialSummary, ErrorCode, Fields, GenerationPhase, IntegrationId, Method, ReconnectReason,
    RotationStep, Verdict,
};
use storm_engine::view::{
    AddServiceAccountRequest, FileFactKind, HeldFileView, IntegrationDetailView, KeyFileView, LendingView, RevokeMode,
    StatusView,
};
use storm_testkit::MutualTls;

use crate::rig::{Rig, failure};

const ADMIN: &str = r#"{"kind":"SelfSubjectReview","status":{"userInfo":{"username":"kubernetes-admin"}}}"#;
const UNKNOWN: &str = r#"{"kind":"Status","status":"Failure","reason":"Unauthorized","code":401}"#;

/// As kubeadm writes it, for a user of the cluster.
fn kubeconfig(cluster: &MutualTls, user: &str) -> String {
    let (text, _) = cluster.client(user);
    let (certificate, key) = text.split_at(text.find("-----BEGIN PRIVATE KEY").unwrap());
    let whole = |text: &str| BASE64_STANDARD.encode(text);
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: admin@home\nclusters:\n- name: home\n  cluster:\n    server: {}\n    \
         certificate-authority-data: {}\ncontexts:\n- name: admin@home\n  context: {{cluster: home, user: admin}}\nusers:\n- name: \
         admin\n  user:\n    client-certificate-data: {}\n    client-key-data: {}\n",
        cluster.base.as_str().trim_end_matches('/'),
        whole(&cluster.authority_pem()),
        whole(certificate),
        whole(key)
    )
}

async fn hold(rig: &Rig, text: &str) -> KeyFileView {
    match rig.hold(text.as_bytes(), "config").await.unwrap() {
        HeldFileView::Known { file } => file,
        other => panic!("{other:?}"),
    }
}

async fn connect(rig: &Rig, cluster: &MutualTls) -> (IntegrationId, Verdict) {
    let file = hold(rig, &kubeconfig(cluster, "kubernetes-admin")).await;
    let request = AddServiceAccountRequest {
        connector_id: "kubernetes".to_owned(),
        name: None,
        fields: file.fields.clone(),
        file: file.id,
        scopes: Vec::new(),
    };
    let saved = rig.engine.add_service_account(request).await.unwrap();
    (saved.integration_id, saved.verdict)
}

#[tokio::test]
async fn a_kubeconfig_with_a_certificate_connects_to_its_cluster_and_trusts_its_authority_there() {
    let (rig, cluster) = (Rig::start().await, MutualTls::start(ADMIN).await);
    let file = hold(&rig, &kubeconfig(&cluster, "kubernetes-admin")).await;
    let uses: Vec<_> = file.uses.iter().map(|one| (one.connector.id.as_str(), one.method)).collect();
    assert_eq!(uses, [("kubernetes", Method::ServiceAccount)]);
    assert_eq!(
        file.fields,
        Fields::from([("server".to_owned(), cluster.base.as_str().trim_end_matches('/').to_owned())])
    );
    assert!(file.file.certificate.is_some(), "its end is shown");
    assert!(file.file.facts.iter().any(|fact| fact.kind == FileFactKind::Authority), "{:?}", file.file.facts);

    let (id, verdict) = connect(&rig, &cluster).await;
    assert!(matches!(verdict, Verdict::Works { .. }), "{verdict:?}");
    let page = rig.page(id).await;
    assert_eq!(page.integration.status, StatusView::Connected);
    assert_eq!(page.integration.account.unwrap().label, "kubernetes-admin");
    assert_eq!((page.integration.access_expires_at, page.integration.next_refresh_at), (None, None));
    assert!(!page.can.refresh && page.can.rotate && page.can.verify);
    let CredentialSummary::ServiceAccountKey { ends_at: Some(_), .. } = page.generations[0].summary else {
        panic!("{:?}", page.generations[0].summary)
    };
    assert_eq!(failure(rig.engine.refresh_integration(id).await).code, ErrorCode::NotSupported);

    // What lies in the vault still knows whom to trust.
    let mut rig = rig.restart().await;
    rig.run().await;
    let verdict = rig.engine.verify_integration(id).await.unwrap();
    assert!(matches!(verdict, Verdict::Works { .. }), "{verdict:?}");
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected, "the schedule asks for no token");
}

#[tokio::test]
async fn the_private_key_is_lent_to_nobody_and_it_is_said_why() {
    let (rig, cluster) = (Rig::start().await, MutualTls::start(ADMIN).await);
    let (id, _) = connect(&rig, &cluster).await;
    assert_eq!(rig.page(id).await.lends, LendingView::Nothing);
    rig.engine.set_lending(id, true).await.unwrap();
    let refused = failure(rig.engine.lend(&id.to_string(), "kubectl", None).await);
    assert_eq!(refused.code, ErrorCode::NotSupported);
    assert!(refused.message.contains("private key stays in Storm Connect"), "{refused:?}");
    assert_eq!(failure(rig.engine.lend_access_key(&id.to_string(), "aws", None).await).code, ErrorCode::NotSupported);
}

#[tokio::test]
async fn a_certificate_that_the_cluster_refuses_needs_another_one_which_takes_its_place() {
    let (rig, cluster) = (Rig::start().await, MutualTls::answering("401 Unauthorized", UNKNOWN).await);
    let (id, verdict) = connect(&rig, &cluster).await;
    assert!(matches!(verdict, Verdict::Refused { .. }), "{verdict:?}");
    let status = rig.page(id).await.integration.status;
    assert!(matches!(status, StatusView::NeedsYou { reason: ReconnectReason::KeyRefused { .. }, .. }), "{status:?}");
}

#[tokio::test]
async fn a_certificate_is_rotated_to_the_next_one_of_the_same_user() {
    let (rig, cluster) = (Rig::start().await, MutualTls::start(ADMIN).await);
    let (id, _) = connect(&rig, &cluster).await;
    let next = hold(&rig, &kubeconfig(&cluster, "kubernetes-admin")).await;
    let page = rig.engine.begin_key_file_rotation(id, next.id, false).await.unwrap();
    assert_eq!(page.rotation.unwrap().step, RotationStep::Switched);
    let shown = cluster.seen();
    assert_ne!(shown[0].0, shown[shown.len() - 1].0, "the next one was shown");
    assert!(matches!(rig.engine.verify_integration(id).await.unwrap(), Verdict::Works { .. }));
    assert_eq!(cluster.seen().pop().unwrap().0, shown[shown.len() - 1].0, "and is in use");
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
    // The cluster takes the old one until it ends; here it is erased, no page is opened, and no proof is claimed.
    rig.browser.fail_always(Some(BrowserError::NotOpened));
    rig.engine.revoke_old_key(id).await.unwrap();
    let is_over = |page: &IntegrationDetailView| {
        page.generations.iter().any(|one| one.phase == GenerationPhase::Retired) && page.can.rotate
    };
    let page = rig.page_when(id, is_over).await;
    let rotation = page.rotation.unwrap();
    assert_eq!((rotation.step, rotation.revoke_mode), (RotationStep::Done, RevokeMode::AtItsEnd));
    assert_eq!(rotation.proved_at, None);
}

#[tokio::test]
async fn a_rotation_to_another_certificate_is_rehearsed() {
    let (rig, cluster) = (Rig::start().await, MutualTls::start(ADMIN).await);
    let (id, _) = connect(&rig, &cluster).await;
    let next = hold(&rig, &kubeconfig(&cluster, "kubernetes-admin")).await;
    rig.engine.begin_key_file_rotation(id, next.id, true).await.unwrap();
    let is_over = |page: &IntegrationDetailView| {
        page.rotation.as_ref().is_some_and(|rotation| rotation.step == RotationStep::Rehearsed) && page.can.rotate
    };
    let page = rig.page_when(id, is_over).await;
    assert_eq!(page.rotation.unwrap().found.unwrap().comparison, AccountComparison::Same);
    assert_eq!(page.integration.status, StatusView::Connected);
    rig.engine.verify_integration(id).await.unwrap();
    let shown = cluster.seen();
    assert_eq!(shown[0].0, shown[shown.len() - 1].0, "the first one is in use");
}

#[tokio::test]
async fn the_end_of_a_certificate_is_what_its_user_is_reminded_of() {
    let (rig, cluster) = (Rig::start().await, MutualTls::start(ADMIN).await);
    let (id, _) = connect(&rig, &cluster).await;
    let page = rig.page(id).await;
    let CredentialSummary::ServiceAccountKey { ends_at: Some(end), .. } = page.generations[0].summary else {
        panic!("{:?}", page.generations[0].summary)
    };
    assert_eq!(page.replacement.unwrap().ends_at, Some(end));
}
