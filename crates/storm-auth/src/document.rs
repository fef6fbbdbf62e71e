//! Fetching a public document, metadata or keys, from an address that somebody else may have named.
//!
//! INVARIANT: at most [`LARGEST_DOCUMENT`] bytes, unpacked, and [`DEEPEST`] levels are read. A host inside a network is asked
//! only if the user typed that very host; its name is looked up once, and the connection goes to the addresses that were
//! checked. Deliberately absent: secrets in the request.

use std::io::Read as _;
use std::net::{IpAddr, SocketAddr};

use flate2::read::GzDecoder;
use reqwest::header::{ACCEPT, LOCATION};
use storm_domain::{Delivery, DiscoveryError, HttpMethod, ProviderWords, SendFailure, TransientKind};
use url::{Host, Url};

use crate::http::{Answer, Http, is_trusted_address};
use crate::network_address::{is_never_a_service, is_public};

/// The most that is read of a document; the largest metadata known is a tenth of it.
pub(crate) const LARGEST_DOCUMENT: usize = 256 * 1024;

/// Objects and lists inside each other.
const DEEPEST: usize = 32;

/// What came.
pub(crate) struct Document {
    pub(crate) status: u16,
    /// JSON by its brackets, at most; or nothing like it.
    pub(crate) body: Vec<u8>,
    /// Where it redirects to, resolved.
    pub(crate) location: Option<Url>,
}

/// Fetches `url`. The host of `typed` is the one that the user named.
pub(crate) async fn fetch(http: &Http, url: &Url, typed: &Url) -> Result<Document, DiscoveryError> {
    if !is_trusted_address(url) {
        return Err(DiscoveryError::EndpointNotHttps { endpoint: "issuer" });
    }
    let client = match checked_addresses(url, typed).await? {
        Checked::Literal => http.client_for(url),
        Checked::Name { host, addresses } => {
            http.client_pinned_to(url, &host, &addresses).ok_or(unreachable_by_tls())?
        }
    };
    let request = http.request_of(&client, HttpMethod::Get, url.clone()).header(ACCEPT, "application/json");
    let sent = http.send_for_answer(request, http.deadlines.other, LARGEST_DOCUMENT).await;
    let Answer { raw, headers } = sent.map_err(|failure| unanswered(&failure))?;
    let location = headers.get(LOCATION).and_then(|value| value.to_str().ok()).and_then(|text| url.join(text).ok());
    // EXPOSE: the document is public; only the type says otherwise.
    let body = unpacked(raw.body.expose())?;
    if depth(&body) > DEEPEST {
        return Err(DiscoveryError::TooDeep);
    }
    Ok(Document { status: raw.status, body, location })
}

enum Checked {
    /// The URL holds the address itself, which is looked up nowhere.
    Literal,
    /// A name, and where the connection may go.
    Name { host: String, addresses: Vec<SocketAddr> },
}

/// Looks a host up and leaves out what must not be asked.
async fn checked_addresses(url: &Url, typed: &Url) -> Result<Checked, DiscoveryError> {
    let is_typed = url.host() == typed.host();
    let allowed = |address: &IpAddr| if is_typed { !is_never_a_service(*address) } else { is_public(*address) };
    let inside = || DiscoveryError::InsideNetwork { host: shown(url) };
    let literal = |address: IpAddr| {
        // The user typed this very address, so it is meant.
        if is_typed || allowed(&address) { Ok(Checked::Literal) } else { Err(inside()) }
    };
    match url.host() {
        Some(Host::Ipv4(address)) => literal(address.into()),
        Some(Host::Ipv6(address)) => literal(address.into()),
        Some(Host::Domain(host)) => {
            let port = url.port_or_known_default().unwrap_or(443);
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((host, port)).await.map(Iterator::collect).unwrap_or_default();
            let addresses: Vec<SocketAddr> = found.iter().copied().filter(|found| allowed(&found.ip())).collect();
            if addresses.is_empty() && !found.is_empty() {
                return Err(inside());
            }
            // A name that is not found here may be known to a proxy; without one the connection then has nowhere to go.
            Ok(Checked::Name { host: host.to_owned(), addresses })
        }
        None => Err(inside()),
    }
}

/// Whether an endpoint's host may be used at all: an address inside a network only if it is the typed host.
pub(crate) fn is_endpoint_host(url: &Url, typed: &Url) -> bool {
    let inside = match url.host() {
        Some(Host::Ipv4(address)) => !is_public(address.into()),
        Some(Host::Ipv6(address)) => !is_public(address.into()),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => true,
    };
    !inside || url.host() == typed.host()
}

/// A host, fit to be shown.
pub(crate) fn shown(url: &Url) -> String {
    ProviderWords::cleaned(url.host_str().unwrap_or("elsewhere"), "").code
}

fn unanswered(failure: &SendFailure) -> DiscoveryError {
    match failure.kind {
        TransientKind::TooLarge => DiscoveryError::TooLarge,
        kind => DiscoveryError::Unreachable(kind),
    }
}

fn unreachable_by_tls() -> DiscoveryError {
    unanswered(&SendFailure { delivery: Delivery::NotSent, kind: TransientKind::Tls })
}

/// Some services compress without being asked to. A bomb is cut off where the document is too large anyway.
fn unpacked(body: &[u8]) -> Result<Vec<u8>, DiscoveryError> {
    if !body.starts_with(&[0x1f, 0x8b]) {
        return Ok(body.to_vec());
    }
    let most = LARGEST_DOCUMENT as u64 + 1;
    let mut plain = Vec::new();
    let read = GzDecoder::new(body).take(most).read_to_end(&mut plain);
    match read {
        Ok(length) if length as u64 == most => Err(DiscoveryError::TooLarge),
        Ok(_) => Ok(plain),
        Err(_) => Err(DiscoveryError::NoMetadata),
    }
}

/// How deep brackets stand inside each other, outside of texts. Counted before anything is parsed.
fn depth(body: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_of_texts() {
        assert_eq!(depth(br#"{"a":[{"b":"[[[{\"{{"}]}"#), 3);
        assert_eq!(depth(b"[".repeat(40).as_slice()), 40);
        assert_eq!(depth(b"]]]{}"), 1);
    }
}
