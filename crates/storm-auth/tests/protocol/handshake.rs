//! A key from a file that proves connections: its certificate is shown in the handshake, and nothing of it is sent.

use std::sync::Arc;

use storm_auth::{Deadlines, HttpProvider, OsEntropy, SystemClock};
use storm_domain::port::Provider;
use storm_domain::{
    Account, AnswerFormat, Credential, HttpMethod, IdentityPaths, KeyPlacement, ServiceAccountKey, Verdict,
    VerifyRequest,
};
use storm_secret::PrivateKey;
use storm_testkit::MutualTls;
use url::Url;

use crate::support::keys::pem;
use crate::support::provider;

const ADMIN: &str = r#"{"kind":"SelfSubjectReview","status":{"userInfo":{"username":"kubernetes-admin"}}}"#;
const UNKNOWN: &str = r#"{"kind":"Status","status":"Failure","reason":"Unauthorized","code":401}"#;
const NOBODY: &str = r#"{"kind":"Status","status":"Failure","reason":"Forbidden","code":403}"#;

/// As a cluster is asked.
fn review(server: &Url) -> VerifyRequest {
    let name = Some("/status/userInfo/username".to_owned());
    VerifyRequest {
        method: HttpMethod::Post,
        url: server.join("apis/authentication.k8s.io/v1/selfsubjectreviews").unwrap(),
        placement: KeyPlacement::TlsCertificate,
        headers: Vec::new(),
        body: Some(r#"{"kind":"SelfSubjectReview"}"#.to_owned()),
        answer: AnswerFormat::Json,
        ok_pointer: None,
        error_pointer: Some("/reason".to_owned()),
        limited_codes: vec!["NotFound".to_owned()],
        refused_codes: vec!["Unauthorized".to_owned()],
        limited_means: None,
        identity: IdentityPaths { id: name.clone(), label: name },
        is_userinfo: false,
    }
}

/// A client of the server, whose file names who signs the server.
fn client(server: &MutualTls, name: &str) -> (ServiceAccountKey, Vec<u8>) {
    let (text, der) = server.client(name);
    let at = text.find("-----BEGIN PRIVATE KEY").unwrap();
    let key = ServiceAccountKey {
        private_key: PrivateKey::new(&text[at..]),
        certificates: text[..at].to_owned(),
        authorities: server.authority_pem(),
        key_id: None,
        fingerprint: None,
        ends_at: None,
        account: None,
    };
    (key, der)
}

async fn verdict(provider: &HttpProvider, server: &Url, key: ServiceAccountKey) -> Verdict {
    provider.verify(&review(server), &Credential::ServiceAccountKey(key), None).await
}

#[tokio::test]
async fn a_certificate_proves_whose_it_is_and_nothing_of_the_key_is_sent() {
    let server = MutualTls::start(ADMIN).await;
    let provider = provider();
    for name in ["first", "second"] {
        let (key, der) = client(&server, name);
        let account = Account { id: "kubernetes-admin".into(), label: "kubernetes-admin".into() };
        assert_eq!(verdict(&provider, &server.base, key).await, Verdict::Works { account: Some(account) });
        let (shown, request) = server.seen().pop().unwrap();
        assert_eq!(shown, der, "each shows its own");
        assert!(request.starts_with("POST /apis/authentication.k8s.io/v1/selfsubjectreviews "), "{request}");
        let lower = request.to_ascii_lowercase();
        assert!(lower.contains("content-type: application/json") && lower.contains("selfsubjectreview"), "{request}");
        assert!(!lower.contains("authorization") && !lower.contains("private key"), "{request}");
    }
}

#[tokio::test]
async fn an_authority_of_a_file_is_trusted_with_its_own_key_alone() {
    let (server, other) = (MutualTls::start(ADMIN).await, MutualTls::start(ADMIN).await);
    let provider = provider();
    let (key, _) = client(&server, "first");
    assert!(verdict(&provider, &server.base, key.clone()).await.is_accepted());
    let unnamed = ServiceAccountKey { authorities: String::new(), ..key.clone() };
    let another = ServiceAccountKey { authorities: other.authority_pem(), ..key.clone() };
    for key in [unnamed.clone(), another.clone()] {
        let untrusted = verdict(&provider, &server.base, key).await;
        let Verdict::CouldNotReach { reason } = untrusted else { panic!("{untrusted:?}") };
        assert_eq!(reason, "The service's certificate was not accepted.");
    }
    assert_eq!(server.seen().len(), 1, "and it is not asked");
    // Only the file's own: not the one that is trusted everywhere else.
    let trusting =
        HttpProvider::trusting(Arc::new(SystemClock), Arc::new(OsEntropy), Deadlines::default(), &[server.authority()])
            .unwrap();
    assert!(verdict(&trusting, &server.base, unnamed).await.is_accepted());
    assert!(!verdict(&trusting, &server.base, another).await.is_accepted());
}

#[tokio::test]
async fn a_cluster_that_does_not_know_the_certificate_refuses_it_in_its_answer_or_in_the_handshake() {
    let server = MutualTls::answering("401 Unauthorized", UNKNOWN).await;
    let (key, _) = client(&server, "removed");
    let refused = verdict(&provider(), &server.base, key).await;
    assert!(matches!(&refused, Verdict::Refused { reason } if reason.contains("Unauthorized")), "{refused:?}");

    // Of another cluster.
    let other = MutualTls::start(ADMIN).await;
    let stranger = ServiceAccountKey { authorities: server.authority_pem(), ..client(&other, "stranger").0 };
    let refused = verdict(&provider(), &server.base, stranger).await;
    let reason = "The service does not take the certificate.".to_owned();
    assert_eq!(refused, Verdict::Refused { reason });
    assert_eq!(server.seen().len(), 1, "the stranger's request was not read");
}

#[tokio::test]
async fn what_shows_no_certificate_is_no_word_about_it() {
    // A proxy that speaks TLS itself passes no certificate on, and the cluster sees nobody.
    let server = MutualTls::answering("403 Forbidden", NOBODY).await;
    let (key, _) = client(&server, "first");
    let seen_as_nobody = verdict(&provider(), &server.base, key.clone()).await;
    assert!(
        matches!(&seen_as_nobody, Verdict::CouldNotReach { reason } if reason.contains("Forbidden")),
        "{seen_as_nobody:?}"
    );
    let plain = Url::parse("http://127.0.0.1:1/").unwrap();
    let verdict_of_plain = verdict(&provider(), &plain, key.clone()).await;
    assert!(
        matches!(&verdict_of_plain, Verdict::CouldNotReach { reason } if reason.contains("https")),
        "{verdict_of_plain:?}"
    );
    let unusable = ServiceAccountKey { private_key: PrivateKey::new(pem("PRIVATE KEY", b"PLANTED")), ..key };
    let Verdict::CouldNotReach { reason } = verdict(&provider(), &server.base, unusable).await else { panic!() };
    assert!(reason.contains("cannot be used") && !reason.contains("PLANTED"), "{reason}");
}
