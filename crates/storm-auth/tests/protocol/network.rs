//! The way to a service: real TLS with good and bad certificates, a real proxy, a service whose clock is off.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd};
use storm_auth::{Deadlines, HttpProvider, OsEntropy, SystemClock};
use storm_domain::port::{CertificateFault, Network as _, Obstacle, Provider as _, TokenGrant, TokenRequest};
use storm_domain::{
    Authority, Delivery, NetworkSettings, OAuthService, OwnProxy, ProxyChoice, SendFailure, Timestamp, TransientKind,
};
use storm_sandbox::{JournalQuery, Options, Progress, Sandbox, Settings, Step, TlsIdentity};
use storm_secret::{ProxyPassword, RefreshToken};
use tokio::net::TcpListener;
use url::Url;

use crate::support::proxy::{Manner, Proxy};
use crate::support::{now, provider, public_client, service};

/// What the practice service answers to a client it does not know.
const UNKNOWN_CLIENT: u16 = 401;

/// A certificate authority of the test's own.
struct Issuing {
    issuer: Issuer<'static, KeyPair>,
    authority: Authority,
}

impl Issuing {
    fn named(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        let [authority] = <[_; 1]>::try_from(provider().read_authorities(&der, now()).unwrap()).unwrap();
        Self { issuer: Issuer::new(params, key), authority }
    }

    fn vouch_for(&self, host: &str, first_year: i32, last_year: i32) -> TlsIdentity {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.not_before = date_time_ymd(first_year, 1, 1);
        params.not_after = date_time_ymd(last_year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        TlsIdentity { chain: vec![certificate.der().to_vec()], key: key.serialize_der() }
    }
}

async fn sandbox() -> Sandbox {
    Sandbox::start(Options::default()).await.unwrap()
}

async fn listening(sandbox: &Sandbox, identity: TlsIdentity) -> Url {
    sandbox.listen_with_tls(identity).await.unwrap().parse().unwrap()
}

fn trusting(authority: &Authority) -> NetworkSettings {
    NetworkSettings { authorities: vec![authority.clone()], ..NetworkSettings::default() }
}

/// Through `proxy`, as somebody whom it may ask for a name.
fn through(proxy: SocketAddr, user: Option<(&str, &str)>) -> NetworkSettings {
    let own = OwnProxy {
        address: format!("http://{proxy}").parse().unwrap(),
        user: user.map(|(name, _)| name.to_owned()),
        password: user.map(|(_, password)| ProxyPassword::new(password)),
    };
    NetworkSettings { proxy: ProxyChoice::Own(own), ..NetworkSettings::default() }
}

async fn refresh(provider: &HttpProvider, base: &Url) -> Result<u16, SendFailure> {
    let token = RefreshToken::new("unknown");
    let service = OAuthService { refresh_url: base.join("/oauth/token").unwrap(), ..service(base) };
    let grant = TokenGrant::RefreshToken(&token);
    let request = TokenRequest { service: &service, client: &public_client(), grant, dpop_key: None };
    provider.send_token_request(request).await.map(|answer| answer.status)
}

#[tokio::test]
async fn a_probe_of_a_good_service_says_what_time_it_is_there_and_carries_nothing() {
    let (sandbox, issuing) = (sandbox().await, Issuing::named("An authority of this test"));
    let url = listening(&sandbox, issuing.vouch_for("127.0.0.1", 2020, 2999)).await;
    let provider = provider();
    provider.follow(&trusting(&issuing.authority)).unwrap();
    let probe = provider.probe(&url.join("/oauth/token?secret=s3cret").unwrap()).await;
    let reached = probe.outcome.unwrap();
    assert_eq!(probe.proxy, None);
    assert!(reached.server_time.unwrap().since(reached.at) < Duration::from_secs(5));
    let seen = sandbox.control().requests(&JournalQuery::default());
    let [entry] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!((entry.method.as_str(), entry.path.as_str()), ("HEAD", "/"), "{entry:?}");
}

#[tokio::test]
async fn o32_each_certificate_that_is_not_good_is_told_from_the_others_and_nothing_is_sent() {
    let (sandbox, issuing) = (sandbox().await, Issuing::named("Example Inspection Root"));
    let stranger = Issuing::named("A stranger");
    let provider = provider();
    provider.follow(&trusting(&stranger.authority)).unwrap();
    let unknown = CertificateFault::UnknownAuthority { issuer: Some("Example Inspection Root".to_owned()) };
    let at = |seconds: i64| Some(Timestamp(seconds * 1000));
    for (identity, expected) in [
        (issuing.vouch_for("127.0.0.1", 2020, 2999), unknown),
        (stranger.vouch_for("127.0.0.1", 2020, 2022), CertificateFault::Expired { ended: at(1_640_995_200) }),
        (stranger.vouch_for("127.0.0.1", 2998, 2999), CertificateFault::NotYetValid { begins: at(32_440_608_000) }),
        (stranger.vouch_for("other.example", 2020, 2999), CertificateFault::WrongHost),
    ] {
        let url = listening(&sandbox, identity).await;
        assert_eq!(provider.probe(&url).await.outcome, Err(Obstacle::Certificate(expected)));
        let refused = SendFailure { delivery: Delivery::NotSent, kind: TransientKind::Tls };
        assert_eq!(refresh(&provider, &url).await, Err(refused), "a token request is refused the same");
    }
    assert!(sandbox.control().requests(&JournalQuery::default()).is_empty(), "nothing was sent");
}

#[tokio::test]
async fn an_authority_that_is_trusted_takes_effect_at_once_and_so_does_its_end() {
    let (sandbox, issuing) = (sandbox().await, Issuing::named("An authority of this test"));
    let url = listening(&sandbox, issuing.vouch_for("127.0.0.1", 2020, 2999)).await;
    let provider = provider();
    assert!(refresh(&provider, &url).await.is_err());
    provider.follow(&trusting(&issuing.authority)).unwrap();
    assert_eq!(refresh(&provider, &url).await, Ok(UNKNOWN_CLIENT), "the service itself answers");
    provider.follow(&NetworkSettings::default()).unwrap();
    assert!(refresh(&provider, &url).await.is_err());
}

#[tokio::test]
async fn what_is_under_way_ends_as_it_began_when_the_settings_change() {
    let (sandbox, issuing) = (sandbox().await, Issuing::named("An authority of this test"));
    let url = listening(&sandbox, issuing.vouch_for("127.0.0.1", 2020, 2999)).await;
    let provider = Arc::new(provider());
    provider.follow(&trusting(&issuing.authority)).unwrap();
    let held = Step { path: "/oauth/token".into(), hold: Some("answer".into()), ..Step::default() };
    sandbox.control().script(held).unwrap();
    let sending = tokio::spawn({
        let (provider, url) = (Arc::clone(&provider), url.clone());
        async move { refresh(&provider, &url).await }
    });
    let query = JournalQuery { path: Some("/oauth/token".into()), ..JournalQuery::default() };
    sandbox.control().wait_for_requests(&query, Progress::Held, 1, Duration::from_secs(10)).await.unwrap();
    provider.follow(&NetworkSettings::default()).unwrap();
    assert!(refresh(&provider, &url).await.is_err(), "the new settings are followed");
    sandbox.control().release("answer");
    assert_eq!(sending.await.unwrap(), Ok(UNKNOWN_CLIENT), "the old request got its answer");
}

#[tokio::test]
async fn a_host_that_is_not_there_refuses_says_nothing_or_hangs_up_is_told_apart() {
    let provider = HttpProvider::with_deadlines(
        Arc::new(SystemClock),
        Arc::new(OsEntropy),
        Deadlines { connect: Duration::from_secs(2), ..Deadlines::default() },
    )
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("https://{}", listener.local_addr().unwrap()).parse().unwrap();
    assert_eq!(provider.probe(&silent).await.outcome, Err(Obstacle::Silent), "it accepts and says nothing");
    drop(listener);
    assert_eq!(provider.probe(&silent).await.outcome, Err(Obstacle::Refused));
    let missing: Url = "https://no-such-host.invalid".parse().unwrap();
    // A resolver that is out of reach itself says nothing until the deadline.
    assert!(matches!(provider.probe(&missing).await.outcome, Err(Obstacle::NameNotFound | Obstacle::Silent)));
    assert!(!provider.finds("no-such-host.invalid").await);
    assert!(provider.finds("localhost").await);

    let plain = sandbox().await;
    let plain = format!("https://{}", plain.address()).parse().unwrap();
    assert_eq!(provider.probe(&plain).await.outcome, Err(Obstacle::NoSecureConnection), "no TLS there");
}

#[tokio::test]
async fn a_services_clock_is_read_from_its_answer() {
    let settings = Settings { clock_skew_s: -7200, ..Settings::default() };
    let sandbox = Sandbox::start(Options { settings, ..Options::default() }).await.unwrap();
    let reached = provider().probe(&sandbox.base_url().parse().unwrap()).await.outcome.unwrap();
    let behind = reached.at.since(reached.server_time.unwrap());
    assert!((7190..=7210).contains(&behind.as_secs()), "{behind:?}");
}

#[tokio::test]
async fn a_proxy_lets_through_asks_for_a_name_refuses_or_is_not_there() {
    let (sandbox, issuing) = (sandbox().await, Issuing::named("An authority of this test"));
    let behind = listening(&sandbox, issuing.vouch_for("service.example", 2020, 2999)).await;
    let proxy = Proxy::start(Manner::AskForName { user: "ada".into(), password: "s3:cret".into() }, &behind).await;
    let url: Url = "https://service.example".parse().unwrap();
    let provider = provider();

    let follow = |settings: NetworkSettings| {
        let authorities = vec![issuing.authority.clone()];
        provider.follow(&NetworkSettings { authorities, ..settings }).unwrap();
    };
    follow(through(proxy.address, Some(("ada", "s3:cret"))));
    let probe = provider.probe(&url).await;
    assert_eq!(probe.proxy, Some(proxy.address.to_string()));
    assert!(probe.outcome.is_ok(), "{probe:?}");
    assert_eq!(
        refresh(&provider, &url).await,
        Ok(421),
        "a token request goes the same way; the service has another name"
    );
    assert!(proxy.asked().iter().all(|asked| asked == "CONNECT service.example:443"), "{:?}", proxy.asked());

    for user in [None, Some(("ada", "wrong"))] {
        follow(through(proxy.address, user));
        assert_eq!(provider.probe(&url).await.outcome, Err(Obstacle::ProxyRefused { status: 407 }));
        assert_eq!(refresh(&provider, &url).await.unwrap_err().delivery, Delivery::NotSent);
    }
    proxy.behave(Manner::Refuse);
    follow(through(proxy.address, None));
    assert_eq!(provider.probe(&url).await.outcome, Err(Obstacle::ProxyRefused { status: 403 }));

    let seen = proxy.asked().len();
    follow(NetworkSettings { proxy: ProxyChoice::Direct, ..NetworkSettings::default() });
    assert_eq!(provider.probe(&url).await.proxy, None);
    assert_eq!(proxy.asked().len(), seen, "without a proxy, it is not asked");

    let gone = proxy.end().await;
    follow(through(gone, None));
    assert_eq!(provider.probe(&url).await.outcome, Err(Obstacle::ProxyNotReached));
    assert_eq!(refresh(&provider, &url).await.unwrap_err().delivery, Delivery::NotSent);
}

#[tokio::test]
async fn a_service_on_this_computer_is_never_asked_for_through_a_proxy() {
    let (sandbox, issuing) = (sandbox().await, Issuing::named("An authority of this test"));
    let url = listening(&sandbox, issuing.vouch_for("127.0.0.1", 2020, 2999)).await;
    let proxy = Proxy::start(Manner::Refuse, &url).await;
    let provider = provider();
    let authorities = vec![issuing.authority.clone()];
    provider.follow(&NetworkSettings { authorities, ..through(proxy.address, None) }).unwrap();
    assert!(provider.probe(&url).await.outcome.is_ok());
    assert_eq!(refresh(&provider, &url).await, Ok(UNKNOWN_CLIENT));
    assert!(proxy.asked().is_empty(), "{:?}", proxy.asked());
}

#[tokio::test]
async fn a_network_that_wants_its_user_to_sign_in_is_seen_over_plain_http() {
    let sandbox = sandbox().await;
    let issuing = Issuing::named("Hotel");
    let behind = listening(&sandbox, issuing.vouch_for("portal.hotel.example", 2020, 2999)).await;
    let proxy = Proxy::start(Manner::Portal { sends_to: "http://portal.hotel.example/login".into() }, &behind).await;
    let provider = provider();
    provider.follow(&through(proxy.address, None)).unwrap();
    let url: Url = "https://service.example/oauth/token?secret=s3cret".parse().unwrap();
    let outcome = provider.probe(&url).await.outcome;
    assert!(matches!(outcome, Err(Obstacle::Certificate(_))), "{outcome:?}");
    let knock = provider.knock(&url).await.unwrap();
    assert_eq!((knock.status, knock.location.unwrap().as_str()), (302, "http://portal.hotel.example/login"));
    assert_eq!(proxy.asked().last().unwrap(), "HEAD http://service.example/", "nothing but the host is named");
}
