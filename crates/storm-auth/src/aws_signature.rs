//! AWS Signature Version 4: the key never travels, it signs the request
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).
//!
//! INVARIANT: what is signed is the request as it is sent: method, address, host, content type and body. Deliberately absent:
//! temporary credentials, presigned addresses and bodies that are streamed.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningParams, SigningSettings, sign};
use aws_sigv4::sign::v4;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Request, RequestBuilder};
use storm_domain::{KeyPlacement, Timestamp};

use crate::placement::Presented;

/// Whether requests with such a credential are signed.
pub(crate) fn is_signed(placement: &KeyPlacement) -> bool {
    matches!(placement, KeyPlacement::AwsSigV4 { .. })
}

/// The request, with its signature where there is to be one.
pub(crate) fn signed_if_needed(
    request: RequestBuilder,
    presented: Presented<'_>,
    placement: &KeyPlacement,
    now: Timestamp,
) -> Option<RequestBuilder> {
    match placement {
        KeyPlacement::AwsSigV4 { service, region } => signed(request, presented, service, region, now),
        _ => Some(request),
    }
}

/// The request with its signature, made at `now`. None = the key has no id, or the request cannot be signed.
fn signed(
    request: RequestBuilder,
    presented: Presented<'_>,
    service: &str,
    region: &str,
    now: Timestamp,
) -> Option<RequestBuilder> {
    let (client, request) = request.build_split();
    let mut request = request.ok()?;
    for (name, value) in signature(&request, presented, service, region, now)? {
        request.headers_mut().insert(name, value);
    }
    Some(RequestBuilder::from_parts(client, request))
}

/// The headers that the signature is made of.
fn signature(
    request: &Request,
    presented: Presented<'_>,
    service: &str,
    region: &str,
    now: Timestamp,
) -> Option<Vec<(HeaderName, HeaderValue)>> {
    let host = match request.url().port() {
        Some(port) => format!("{}:{port}", request.url().host_str()?),
        None => request.url().host_str()?.to_owned(),
    };
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let headers = [("host", host.as_str())].into_iter().chain(content_type.map(|value| ("content-type", value)));
    let body = match request.body() {
        Some(body) => body.as_bytes()?,
        None => &[],
    };
    let signable =
        SignableRequest::new(request.method().as_str(), request.url().as_str(), headers, SignableBody::Bytes(body));
    let identity = Credentials::new(presented.id?, presented.secret, None, None, "vault").into();
    let since_epoch = Duration::from_millis(u64::try_from(now.0).ok()?);
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(UNIX_EPOCH + since_epoch)
        .settings(SigningSettings::default())
        .build()
        .ok()?;
    let (instructions, _) = sign(signable.ok()?, &SigningParams::from(parameters)).ok()?.into_parts();
    let (headers, _) = instructions.into_parts();
    headers
        .into_iter()
        .map(|header| {
            let mut value = HeaderValue::from_str(header.value()).ok()?;
            value.set_sensitive(header.name() == "authorization");
            Some((HeaderName::from_static(header.name()), value))
        })
        .collect()
}
