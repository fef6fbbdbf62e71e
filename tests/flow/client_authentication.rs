//! Clients that prove themselves with keys and certificates, and tokens that are bound to a key, against somebody else's strict
//! authorization server: npm oidc-provider.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, PKCS_RSA_SHA256};
use serde_json::json;
use storm_auth::{Deadlines, HttpProvider, OsEntropy, SystemClock};
use storm_domain::port::{
    AuthorizationRequest, ClientIdentity, ListenRequest, Provider as _, TokenGrant, TokenRequest,
};
use storm_domain::{
    AnswerFormat, AuthorizationGrant, ClientAuth, Credential, Fields, HttpMethod, IdentityPaths, KeyPlacement,
    OAuthGrant, OAuthService, RefreshFailure, Timestamp, TokenAnswerReading, Verdict, VerifyRequest,
};
use storm_secret::{AccessToken, ClientSecret, PrivateKey, RefreshToken};
use storm_tests::consent::approve;
use storm_tests::{OidcProvider, OidcSettings, Outcome, StepError, ensure};
use url::Url;

const HOUR: Duration = Duration::from_secs(3600);
const PASSWORD: &str = "a secret with: odd+characters";

fn provider(authorities: &[Vec<u8>]) -> Outcome<HttpProvider> {
    HttpProvider::trusting(Arc::new(SystemClock), Arc::new(OsEntropy), Deadlines::default(), authorities)
        .map_err(|error| StepError::Wrong(error.to_string()))
}

fn client(name: &str, secret: impl Into<String>) -> ClientIdentity {
    ClientIdentity { client_id: format!("storm-{name}"), client_secret: Some(ClientSecret::new(secret)) }
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64_STANDARD.encode(der))
}

/// The service by its issuer, as the connector for any service finds it with these fields.
async fn found(http: &HttpProvider, issuer: &str, more: &[(&str, &str)]) -> Outcome<OAuthService> {
    let catalogue = storm_connectors::Catalogue::embedded().map_err(|error| StepError::Wrong(error.to_string()))?;
    let connector = catalogue.connector("generic-oauth").ok_or_else(|| wrong("no such connector"))?;
    let fields: Fields = [("issuer", issuer)]
        .iter()
        .chain(more)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let discovery = connector.discovery(&fields).map_err(|error| wrong(&error))?.ok_or_else(|| wrong("no issuer"))?;
    let found = http.discover(&discovery.issuer, discovery.service).await.map_err(|error| wrong(&error))?;
    let kept = connector.keep_discovered(&fields, &found.service);
    connector.oauth_service(&kept).map_err(|error| wrong(&error))
}

const ROBOT: (&str, &str) = ("grant", "client_credentials");

async fn ask(
    http: &HttpProvider,
    service: &OAuthService,
    client: &ClientIdentity,
    dpop_key: Option<&PrivateKey>,
) -> Outcome<TokenAnswerReading> {
    send(http, service, client, TokenGrant::ClientCredentials { scopes: &[] }, dpop_key).await
}

async fn send(
    http: &HttpProvider,
    service: &OAuthService,
    client: &ClientIdentity,
    grant: TokenGrant<'_>,
    dpop_key: Option<&PrivateKey>,
) -> Outcome<TokenAnswerReading> {
    let answer = http.send_token_request(TokenRequest { service, client, grant, dpop_key }).await;
    let answer = answer.map_err(|failure| wrong(format!("{failure:?}")))?;
    Ok(http.read_token_answer(service, &answer))
}

fn ensure_token(reading: &TokenAnswerReading) -> Outcome {
    ensure(reading.access.is_ok() && reading.oddities.is_empty(), || format!("{reading:?}"))
}

fn ensure_refused_client(reading: &TokenAnswerReading) -> Outcome {
    let is_refused = matches!(reading.access, Err(RefreshFailure::RegistrationRefused(_)));
    ensure(is_refused, || format!("{:?}", reading.access))
}

#[tokio::test]
async fn a_client_with_a_password_acts_in_its_own_name() -> Outcome {
    let server = OidcProvider::start(HOUR).await?;
    let http = provider(&[])?;
    for (name, client_auth) in [("basic", "basic"), ("post", "body"), ("post", "automatic")] {
        let service = found(&http, server.issuer(), &[ROBOT, ("client_auth", client_auth)]).await?;
        ensure(service.grant == AuthorizationGrant::ClientCredentials, || "the grant was not kept".to_owned())?;
        ensure_token(&ask(&http, &service, &client(name, PASSWORD), None).await?)?;
        ensure_refused_client(&ask(&http, &service, &client(name, "another"), None).await?)?;
    }
    Ok(())
}

#[tokio::test]
async fn o54_a_client_with_a_key_signs_as_the_service_has_it_registered() -> Outcome {
    let rsa = KeyPair::generate_for(&PKCS_RSA_SHA256).map_err(|error| wrong(&error))?;
    let ec = KeyPair::generate().map_err(|error| wrong(&error))?;
    let (rsa, ec) = (pem("PRIVATE KEY", &rsa.serialize_der()), pem("PRIVATE KEY", &ec.serialize_der()));
    let settings = OidcSettings { client_keys: json!({ "rsa": rsa, "pss": rsa, "ec": ec }), ..OidcSettings::default() };
    let server = OidcProvider::start_with(HOUR, &settings).await?;
    let http = provider(&[])?;
    let by_issuer = found(&http, server.issuer(), &[ROBOT]).await?;
    let by_endpoint = OAuthService { issuer: None, ..by_issuer.clone() };
    for (name, secret) in [
        ("rsa", rsa.clone()),
        ("rsa", format!("kid: rsa-1\n{rsa}")),
        ("pss", format!("alg: PS256\nkid: pss-1\n{rsa}")),
        ("ec", ec.replace('\n', "")),
    ] {
        for service in [&by_issuer, &by_endpoint] {
            // Twice: an assertion that came before is refused.
            for _ in 0..2 {
                ensure_token(&ask(&http, service, &client(name, &secret), None).await?)?;
            }
        }
    }
    ensure_refused_client(&ask(&http, &by_issuer, &client("rsa", &ec), None).await?)?;
    ensure_refused_client(&ask(&http, &by_issuer, &client("ec", format!("kid: another\n{ec}")), None).await?)?;
    let token = ask(&http, &by_issuer, &client("ec", &ec), None).await?.access.map_err(|failure| failed(&failure))?;
    let revoke = by_issuer.revoke.as_ref().ok_or_else(|| wrong("no revocation endpoint was found"))?;
    let credential = Credential::OAuthGrant(OAuthGrant { access_token: Some(token), ..grant(None, None) });
    let revoked = http.revoke(revoke, &credential, Some(&client("ec", &ec)), None).await;
    ensure(revoked.is_ok(), || format!("{revoked:?}"))?;
    let stranger = http.revoke(revoke, &credential, Some(&client("ec", &rsa)), None).await;
    ensure(matches!(stranger, Err(RefreshFailure::RegistrationRefused(_))), || format!("{stranger:?}"))
}

/// What the rotation of a client secret rests on: nobody's refresh token is complained about only when the client was believed.
#[tokio::test]
async fn a_refresh_token_that_nobody_had_tells_whether_the_client_is_believed() -> Outcome {
    let (rsa, ec) = (KeyPair::generate_for(&PKCS_RSA_SHA256), KeyPair::generate());
    let (rsa, ec) = (rsa.map_err(|error| wrong(&error))?, ec.map_err(|error| wrong(&error))?);
    let (rsa, ec) = (pem("PRIVATE KEY", &rsa.serialize_der()), pem("PRIVATE KEY", &ec.serialize_der()));
    let settings = OidcSettings { client_keys: json!({ "rsa": rsa }), ..OidcSettings::default() };
    let server = OidcProvider::start_with(HOUR, &settings).await?;
    let http = provider(&[])?;
    let (confidential, password) = OidcProvider::CONFIDENTIAL;
    for (client_id, client_auth, right, others) in [
        (confidential, "basic", password, vec!["made up"]),
        ("storm-basic", "basic", PASSWORD, vec!["made up"]),
        ("storm-post", "body", PASSWORD, vec!["made up"]),
        ("storm-rsa", "automatic", rsa.as_str(), vec![ec.as_str(), "made up"]),
    ] {
        let service = found(&http, server.issuer(), &[("client_auth", client_auth)]).await?;
        let said = async |secret: &str| {
            let client_id = client_id.to_owned();
            let client = ClientIdentity { client_id, client_secret: Some(ClientSecret::new(secret)) };
            let made_up = RefreshToken::new("nobody ever had it");
            send(&http, &service, &client, TokenGrant::RefreshToken(&made_up), None).await.map(|reading| reading.access)
        };
        let answer = said(right).await?;
        // Not every client of this server may refresh; that, too, is said after it was believed.
        let is_believed = matches!(&answer, Err(RefreshFailure::GrantRefused(_) | RefreshFailure::RequestRefused(_)));
        ensure(is_believed, || format!("{client_id}: {answer:?}"))?;
        for secret in others {
            let answer = said(secret).await?;
            let is_refused =
                matches!(&answer, Err(RefreshFailure::RegistrationRefused(words)) if words.code == "invalid_client");
            ensure(is_refused, || format!("{client_id} with a wrong secret: {answer:?}"))?;
        }
    }
    Ok(())
}

/// An authority, and what it and nobody else vouches for.
struct Certificates {
    authority: CertifiedIssuer<'static, KeyPair>,
}

impl Certificates {
    fn make() -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Ok(Self { authority: CertifiedIssuer::self_signed(params, KeyPair::generate()?)? })
    }

    /// Certificate and key in PEM.
    fn issue(&self, host: Option<&str>, name: &str) -> Result<(String, String), rcgen::Error> {
        let key = KeyPair::generate()?;
        let certificate = params(host, name)?.signed_by(&key, &self.authority)?;
        Ok((pem("CERTIFICATE", certificate.der()), pem("PRIVATE KEY", &key.serialize_der())))
    }
}

fn params(host: Option<&str>, name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(host.map(str::to_owned).into_iter().collect::<Vec<_>>())?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}

fn self_signed(name: &str) -> Result<(String, String), rcgen::Error> {
    let key = KeyPair::generate()?;
    let certificate = params(None, name)?.self_signed(&key)?;
    Ok((pem("CERTIFICATE", certificate.der()), pem("PRIVATE KEY", &key.serialize_der())))
}

#[tokio::test]
async fn a_client_with_a_certificate_is_known_by_it() -> Outcome {
    let made = Certificates::make().map_err(|error| wrong(&error))?;
    let (certificate, key) = made.issue(Some("localhost"), "server").map_err(|error| wrong(&error))?;
    let known = self_signed("its own").map_err(|error| wrong(&error))?;
    let authority = made.authority.der().to_vec();
    let tls = json!({
        "key": key,
        "certificate": certificate,
        "authority": pem("CERTIFICATE", &authority),
        "selfSigned": known.0,
    });
    let server = OidcProvider::start_with(HOUR, &OidcSettings { tls, ..OidcSettings::default() }).await?;
    let http = provider(&[authority])?;
    let service = found(&http, server.issuer(), &[ROBOT, ("client_auth", "tls_certificate")]).await?;
    ensure(service.token_client_auth == ClientAuth::TlsCertificate, || "the choice was not kept".to_owned())?;
    let issued = |name| made.issue(None, name).map(|(certificate, key)| format!("{certificate}{key}"));
    let (storm, stranger) = (issued("storm"), issued("stranger"));
    let (storm, stranger) = (storm.map_err(|error| wrong(&error))?, stranger.map_err(|error| wrong(&error))?);
    let own = format!("{}{}", known.1, known.0);
    let forged = self_signed("storm").map(|(certificate, key)| format!("{key}{certificate}"));
    let forged = forged.map_err(|error| wrong(&error))?;
    ensure_token(&ask(&http, &service, &client("tls", &storm), None).await?)?;
    ensure_token(&ask(&http, &service, &client("self-signed", &own), None).await?)?;
    for (name, secret) in [("tls", &stranger), ("tls", &forged), ("self-signed", &storm), ("self-signed", &forged)] {
        ensure_refused_client(&ask(&http, &service, &client(name, secret), None).await?)?;
    }
    ensure_token(&ask(&http, &service, &client("tls", &storm), None).await?)
}

fn grant(reading: Option<&TokenAnswerReading>, dpop_key: Option<&PrivateKey>) -> OAuthGrant {
    OAuthGrant {
        refresh_token: None,
        access_token: None,
        expires_at: None,
        token_type: reading.and_then(|reading| reading.token_type.clone()),
        scopes: None,
        id_token: None,
        dpop_key: dpop_key.cloned(),
        obtained_at: Timestamp(0),
        refresh_life: None,
    }
}

/// Asks the userinfo endpoint as whoever holds this key.
async fn verdict(
    http: &HttpProvider,
    service: &OAuthService,
    grant: OAuthGrant,
    token: &AccessToken,
) -> Outcome<Verdict> {
    let request = VerifyRequest {
        method: HttpMethod::Get,
        url: service.userinfo_url.clone().ok_or_else(|| wrong("no userinfo endpoint"))?,
        placement: KeyPlacement::Bearer,
        headers: Vec::new(),
        body: None,
        answer: AnswerFormat::Json,
        ok_pointer: None,
        error_pointer: None,
        limited_codes: Vec::new(),
        refused_codes: Vec::new(),
        limited_means: None,
        identity: IdentityPaths { id: Some("/sub".to_owned()), label: None },
        is_userinfo: false,
    };
    Ok(http.verify(&request, &Credential::OAuthGrant(grant), Some(token)).await)
}

async fn authorized(
    http: &HttpProvider,
    service: &OAuthService,
    client: &ClientIdentity,
    key: &PrivateKey,
) -> Outcome<TokenAnswerReading> {
    let listen = ListenRequest { service: service.clone(), timeout: Duration::from_secs(60) };
    let pending = http.listen(&listen).await.map_err(|error| wrong(&error))?;
    let redirect_uri = pending.redirect_uri();
    let request = AuthorizationRequest {
        service: service.clone(),
        client: client.clone(),
        redirect_uri: redirect_uri.clone(),
        scopes: ["openid", "email", "offline_access"].map(str::to_owned).to_vec(),
        login_hint: None,
    };
    let made = http.make_authorization_url(&request).await.map_err(wrong)?;
    let waiting = tokio::spawn(pending.expect(made.csrf_state, service.issuer.clone()).outcome);
    // EXPOSE: the person follows the link.
    let redirect: Url = approve(made.url.expose(), "ada", &redirect_uri).await?;
    reqwest::get(redirect).await.map_err(|error| wrong(&error))?;
    let code = waiting.await.map_err(|error| wrong(&error))?.map_err(|error| wrong(&error))?.code;
    let grant = TokenGrant::AuthorizationCode { code, code_verifier: made.code_verifier, redirect_uri };
    send(http, service, client, grant, Some(key)).await
}

#[tokio::test]
async fn o55_a_grant_is_bound_to_its_key_from_the_code_on() -> Outcome {
    for dpop_nonce in [false, true] {
        let settings = OidcSettings { dpop_nonce, ..OidcSettings::default() };
        let server = OidcProvider::start_with(HOUR, &settings).await?;
        let http = provider(&[])?;
        let service = found(&http, server.issuer(), &[("dpop", "yes")]).await?;
        ensure(service.dpop, || "the service offers it".to_owned())?;
        let client = ClientIdentity { client_id: "storm-bound".to_owned(), client_secret: None };
        let (key, other) = (make_key(&http)?, make_key(&http)?);
        let reading = authorized(&http, &service, &client, &key).await?;
        ensure_token(&reading)?;
        ensure(reading.token_type.as_deref() == Some("DPoP"), || format!("{:?}", reading.token_type))?;
        let token = reading.access.as_ref().map_err(failed)?;
        let of = |key| grant(Some(&reading), Some(key));
        let works = verdict(&http, &service, of(&key), token).await?;
        ensure(works.account().is_some_and(|account| account.id == "ada"), || format!("{works:?}"))?;
        let stolen = verdict(&http, &service, of(&other), token).await?;
        ensure(matches!(stolen, Verdict::Refused { .. }), || format!("{stolen:?}"))?;
        let as_bearer = OAuthGrant { token_type: Some("Bearer".to_owned()), ..of(&key) };
        let as_bearer = verdict(&http, &service, as_bearer, token).await?;
        ensure(matches!(as_bearer, Verdict::Refused { .. }), || format!("{as_bearer:?}"))?;

        let first = reading.refresh_token.as_ref().ok_or_else(|| wrong("no refresh token"))?;
        let refreshed = refresh(&http, &service, &client, first, Some(&key)).await?;
        ensure_token(&refreshed)?;
        let next = refreshed.refresh_token.ok_or_else(|| wrong("it was not rotated"))?;
        let stolen = refresh(&http, &service, &client, &next, Some(&other)).await?;
        ensure(matches!(stolen.access, Err(RefreshFailure::GrantRefused(_))), || format!("{:?}", stolen.access))?;
    }
    Ok(())
}

async fn refresh(
    http: &HttpProvider,
    service: &OAuthService,
    client: &ClientIdentity,
    token: &RefreshToken,
    key: Option<&PrivateKey>,
) -> Outcome<TokenAnswerReading> {
    send(http, service, client, TokenGrant::RefreshToken(token), key).await
}

#[tokio::test]
async fn o55_a_client_in_its_own_name_has_its_tokens_bound_too() -> Outcome {
    let settings = OidcSettings { dpop_nonce: true, ..OidcSettings::default() };
    let server = OidcProvider::start_with(HOUR, &settings).await?;
    let http = provider(&[])?;
    let service = found(&http, server.issuer(), &[ROBOT, ("dpop", "yes"), ("client_auth", "basic")]).await?;
    let key = make_key(&http)?;
    let reading = ask(&http, &service, &client("basic", PASSWORD), Some(&key)).await?;
    ensure_token(&reading)?;
    ensure(reading.token_type.as_deref() == Some("DPoP"), || format!("{:?}", reading.token_type))
}

fn make_key(http: &HttpProvider) -> Outcome<PrivateKey> {
    http.make_dpop_key().ok_or_else(|| wrong("no key could be made"))
}

fn wrong(what: impl ToString) -> StepError {
    StepError::Wrong(what.to_string())
}

fn failed(failure: &RefreshFailure) -> StepError {
    StepError::Wrong(format!("{failure:?}"))
}
