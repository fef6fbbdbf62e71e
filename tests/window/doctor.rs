//! Why something failed, in the real window: the first true cause, what helps, and the button; and the network settings that mend it.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use serde_json::json;
use storm_sandbox::{NewKey, Options, Sandbox, TlsIdentity};
use storm_tests::step::{KEY, SIGN_IN, oauth};
use storm_tests::{Journey, Outcome, StepError, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const AUTHORITY: &str = "Example Inspection Root";

fn wrong(error: impl std::fmt::Display) -> StepError {
    StepError::Wrong(error.to_string())
}

/// A certificate authority that nobody trusts, in PEM, and a server on this computer that it vouches for.
fn inspected() -> Outcome<(String, TlsIdentity)> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, AUTHORITY);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate().map_err(wrong)?;
    let der = params.self_signed(&key).map_err(wrong)?.der().to_vec();
    let issuer = Issuer::new(params, key);
    let server = CertificateParams::new(vec!["127.0.0.1".to_owned()]).map_err(wrong)?;
    let key = KeyPair::generate().map_err(wrong)?;
    let certificate = server.signed_by(&key, &issuer).map_err(wrong)?;
    let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", BASE64_STANDARD.encode(der));
    Ok((pem, TlsIdentity { chain: vec![certificate.der().to_vec()], key: key.serialize_der() }))
}

/// Saves a key of the service at `base_url`, which is then tried.
async fn save_key(journey: &Journey, base_url: &str, key: &str, name: &str) -> Outcome {
    journey.choose_practice().await?;
    let window = journey.window()?;
    window.click("method-api_key").await?;
    window.fill("field-base_url", base_url).await?;
    window.fill("key-field", key).await?;
    window.fill("integration-name", name).await?;
    window.click("key-save").await
}

fn ensure_says(said: &str, parts: &[&str]) -> Outcome {
    ensure(parts.iter().all(|part| said.contains(part)), || format!("{parts:?} are not all in “{said}”"))
}

/// A port on which nobody listens any more.
async fn closed_port() -> Outcome<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?)
}

#[tokio::test]
async fn a_service_that_is_not_there_and_a_certificate_nobody_trusts_until_its_authority_is_added() -> Outcome {
    let journey = Journey::begin().await?;
    let nobody = closed_port().await?;
    save_key(&journey, &format!("http://{nobody}"), "pk_live_nobody", "Nobody").await?;
    let window = journey.window()?;
    window.find("verdict-could_not_reach").await?;
    let said = window.await_cause("finding", "host_refuses").await?;
    ensure_says(&said, &["127.0.0.1", "does not take the connection", "may be down"])?;
    window.click("connect-done").await?;

    let sandbox = Sandbox::start(Options::default()).await.map_err(wrong)?;
    let (pem, identity) = inspected()?;
    let address = sandbox.listen_with_tls(identity).await.map_err(wrong)?;
    let key = sandbox.control().create_key(NewKey::default()).await.map_err(wrong)?.key;
    save_key(&journey, &address, &key, KEY).await?;
    window.find("verdict-could_not_reach").await?;
    let said = window.await_cause("finding", "authority_unknown").await?;
    ensure_says(&said, &["is not trusted", AUTHORITY, "add its authority"])?;

    // The button leads to where it is mended; the file is chosen in the system's dialog and read in the core.
    window.click("finding-action").await?;
    window.find("network").await?;
    let file = journey.home.file("authority.pem");
    std::fs::write(&file, pem)?;
    window.click("authority-choose").await?;
    window.choose_in_dialog("Choose a certificate file", &file).await?;
    window.await_text("authority", AUTHORITY).await?;

    journey.show_page(KEY).await?;
    window.await_cause("attention", "passed_by").await?;
    window.click("finding-action").await?;
    window.await_gone("attention").await?;
    journey.show_list().await?;
    journey.await_status(KEY, "connected").await?;

    // It is kept, and it ends at once when it is taken away.
    let mut journey = journey;
    journey.restart().await?;
    journey.show_page(KEY).await?;
    let window = journey.window()?;
    window.click("page-action").await?;
    window.await_text("toasts", "Works as").await?;
    window.click("nav-settings").await?;
    window.click("authority-remove").await?;
    window.await_gone("authority").await?;
    journey.show_page(KEY).await?;
    window.click("page-action").await?;
    window.await_cause("attention", "authority_unknown").await.map(drop)
}

#[tokio::test]
async fn a_clock_that_is_off_and_a_grant_that_ended_for_a_reason_of_the_service() -> Outcome {
    let mut journey = Journey::begin().await?;
    oauth::walk(&mut journey).await?;
    journey.practice.set(json!({ "clock_skew_s": 7200 })).await?;
    journey.practice.script(json!({ "path": "/oauth/token", "status": 503 })).await?;
    journey.show_page(SIGN_IN).await?;
    let window = journey.window()?;
    window.click("refresh-now").await?;
    let said = window.await_cause("attention", "clock_off").await?;
    ensure_says(&said, &["clock is off", "slow", "Set date and time"])?;

    journey.practice.set(json!({ "clock_skew_s": 0 })).await?;
    let refusal = json!({ "error": "invalid_grant", "error_description": "The password was changed." }).to_string();
    journey.practice.script(json!({ "path": "/oauth/token", "status": 400, "body": refusal })).await?;
    window.click("finding-action").await?;
    let said = window.await_cause("attention", "known_of_service").await?;
    ensure_says(
        &said,
        &["ended this connection", "password of this practice account", "Sign in again", "invalid_grant"],
    )?;
    let button = window.text("page-action").await?;
    ensure(button.contains("Reconnect"), || format!("the button says {button}"))?;

    // And the button does it.
    window.click("page-action").await?;
    window.find("authorization-completed").await?;
    window.click("connect-done").await?;
    window.await_gone("attention").await
}

#[tokio::test]
async fn a_sign_in_that_fails_for_its_app_registration_leads_to_where_that_is_mended() -> Outcome {
    let journey = Journey::begin().await?;
    let refusal = json!({ "error": "invalid_client", "error_description": "No such client." }).to_string();
    journey.practice.script(json!({ "path": "/oauth/token", "status": 401, "body": refusal })).await?;
    oauth::fill_in(&journey).await?;
    let window = journey.window()?;
    window.click("authorize").await?;
    let said = window.await_cause("authorization-failed", "registration_refused").await?;
    ensure_says(&said, &["app registration", "client ID or client secret", "invalid_client"])?;
    window.click("registration-mend").await?;
    window.find("client-id").await.map(drop)
}

/// A proxy that wants a name (407), counted.
async fn serve_refusing(listener: TcpListener) {
    while let Ok((mut stream, _)) = listener.accept().await {
        tokio::spawn(async move { refuse(&mut stream).await });
    }
}

async fn refuse(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let refusal =
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n";
    stream.write_all(refusal.as_bytes()).await
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named_in_the_dialog_and_by_the_network_test() -> Outcome {
    let journey = Journey::begin().await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let proxy = listener.local_addr()?;
    let serving = tokio::spawn(serve_refusing(listener));
    let window = journey.window()?;
    window.click("nav-settings").await?;
    window.click("proxy-own").await?;
    window.fill("proxy-address", "not an address").await?;
    window.click("proxy-save").await?;
    window.await_text("network", "cannot be read").await?;
    window.fill("proxy-address", &proxy.to_string()).await?;
    window.fill("proxy-user", "ada").await?;
    window.fill("proxy-password", "not-the-right-one").await?;
    window.click("proxy-save").await?;
    window.find_css("[data-test=network][data-proxy=own]").await?;
    let page = window
        .execute(
            "return document.documentElement.outerHTML + [...document.querySelectorAll('input')].map((i) => i.value)",
        )
        .await?;
    ensure(!page.to_string().contains("not-the-right-one"), || "the page still holds the password".to_owned())?;

    save_key(&journey, "https://practice.example", "pk_live_nobody", KEY).await?;
    let said = window.await_cause("finding", "proxy_wants_sign_in").await?;
    ensure_says(&said, &[&proxy.to_string(), "407"])?;
    window.click("finding-action").await?;
    window.click("network-test").await?;
    window.find_css("[data-test=test-host][data-host='practice.example'][data-cause=proxy_wants_sign_in]").await?;
    window.find_css("[data-test=check-proxy][data-outcome=failed]").await?;
    window.find_css("[data-test=check-certificate][data-outcome=not_reached]").await?;

    // Nobody there at all.
    serving.abort();
    ensure(serving.await.is_err_and(|error| error.is_cancelled()), || "the proxy ended by itself".to_owned())?;
    window.click("network-test").await?;
    window.find_css("[data-test=test-host][data-cause=proxy_unreachable]").await?;
    window.click("proxy-direct").await?;
    window.find_css("[data-test=network][data-proxy=direct]").await?;
    for file in [journey.home.log(), journey.home.data().join("vault.db"), journey.home.data().join("vault.db-wal")] {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let holds = bytes.windows(17).any(|part| part == b"not-the-right-one");
        ensure(!holds, || format!("{} holds the password", file.display()))?;
    }
    Ok(())
}
