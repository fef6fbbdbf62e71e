//! Device authorization (RFC 8628): codes for a program without a browser, and the page where a person types one.
//!
//! Like authorization codes they live in memory only. A device code is taken once; a user code leads to the same sign-in and
//! consent as an authorization in the browser.

use std::collections::HashMap;

use serde_json::json;

use super::authorize::{Attempt, Return};
use super::client_authentication::authenticate;
use super::refusal::{OauthRefusal, TokenFailure};
use super::scope::parse_scopes;
use crate::page;
use crate::secret::{DEVICE_CODE_PREFIX, Fingerprint, make_secret, make_user_code};
use crate::server::{Reply, Request, Service};
use crate::settings::milliseconds;

/// The grant type of a device code (RFC 8628 §3.4).
pub(crate) const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// What `slow_down` adds to the interval (RFC 8628 §3.5).
const SLOW_DOWN_MS: i64 = 5_000;
/// More than any rehearsal has open at once.
const MOST_DEVICES: usize = 1_000;

/// What the person decided.
enum Decision {
    Pending,
    Approved { account: String },
    Denied,
}

/// A program that waits for its person.
struct Device {
    user_code: String,
    client_id: String,
    client_name: String,
    scopes: Vec<String>,
    expires_at_ms: i64,
    interval_ms: i64,
    polled_at_ms: Option<i64>,
    decision: Decision,
}

/// Every device code, by its fingerprint.
#[derive(Default)]
pub(crate) struct Devices {
    devices: HashMap<Fingerprint, Device>,
}

/// What an approved code stands for.
pub(super) struct Approved {
    pub(super) account: String,
    pub(super) scopes: Vec<String>,
}

impl Devices {
    /// What a poll is told; an approved code is taken.
    pub(super) fn poll(&mut self, code: &str, client_id: &str, now_ms: i64) -> Result<Approved, OauthRefusal> {
        let unknown = || OauthRefusal::invalid_grant("The device code is unknown or was used.");
        let fingerprint = Fingerprint::of(code);
        let device = self.devices.get_mut(&fingerprint).filter(|device| device.client_id == client_id);
        let device = device.ok_or_else(unknown)?;
        if device.expires_at_ms <= now_ms {
            return Err(OauthRefusal::new("expired_token", "The device code has expired."));
        }
        let is_early = device.polled_at_ms.is_some_and(|last| now_ms - last < device.interval_ms);
        device.polled_at_ms = Some(now_ms);
        if is_early {
            device.interval_ms += SLOW_DOWN_MS;
            return Err(OauthRefusal::new("slow_down", "Ask less often."));
        }
        match &device.decision {
            Decision::Pending => Err(OauthRefusal::new("authorization_pending", "The person has not decided yet.")),
            Decision::Denied => Err(OauthRefusal::new("access_denied", "The person refused.")),
            Decision::Approved { account } => {
                let approved = Approved { account: account.clone(), scopes: device.scopes.clone() };
                self.devices.remove(&fingerprint);
                Ok(approved)
            }
        }
    }

    /// Writes down what the person decided. False when the code is gone meanwhile.
    pub(super) fn decide(&mut self, user_code: &str, account: Option<String>, now_ms: i64) -> bool {
        let Some(device) = self.waiting(user_code, now_ms) else { return false };
        device.decision = account.map_or(Decision::Denied, |account| Decision::Approved { account });
        true
    }

    fn waiting(&mut self, user_code: &str, now_ms: i64) -> Option<&mut Device> {
        let is_it = |device: &&mut Device| {
            device.user_code == user_code
                && now_ms < device.expires_at_ms
                && matches!(device.decision, Decision::Pending)
        };
        self.devices.values_mut().find(is_it)
    }
}

/// `POST /oauth/device_authorization`
pub(crate) fn device_authorization(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let form = request.form();
    let mut world = service.world();
    let now_ms = world.now_ms();
    if form.repeated(&["client_id", "client_secret", "scope"]).is_some() {
        return Err(OauthRefusal::invalid_request("A parameter is repeated.").into());
    }
    let client_id = authenticate(&world.provider, request, &form).map_err(Reply::from)?;
    let client_name = world.provider.clients.get(&client_id).map_or_else(String::new, |client| client.name.clone());
    let Some(scopes) = parse_scopes(form.value("scope")) else {
        return Err(OauthRefusal::new("invalid_scope", "A requested scope does not exist.").into());
    };
    let (lifetime_s, interval_s) = (world.settings.device_code_lifetime_s, world.settings.device_interval_s);
    let (device_code, user_code) = (make_secret(DEVICE_CODE_PREFIX)?, make_user_code()?);
    let device = Device {
        user_code: user_code.clone(),
        client_id,
        client_name,
        scopes,
        expires_at_ms: now_ms.saturating_add(milliseconds(lifetime_s)),
        interval_ms: milliseconds(interval_s),
        polled_at_ms: None,
        decision: Decision::Pending,
    };
    let devices = &mut world.devices.devices;
    // Expired ones stay for as long again, so that a late poll hears that they expired.
    devices.retain(|_, device| now_ms < device.expires_at_ms.saturating_add(milliseconds(lifetime_s)));
    if devices.len() >= MOST_DEVICES {
        return Err(OauthRefusal::new("temporarily_unavailable", "Too many devices wait.").into());
    }
    devices.insert(Fingerprint::of(&device_code), device);
    let base = &service.base_url;
    Ok(Reply::json(&json!({
        "device_code": device_code,
        "user_code": user_code,
        "verification_uri": format!("{base}/oauth/device"),
        "verification_uri_complete": format!("{base}/oauth/device?user_code={user_code}"),
        "expires_in": lifetime_s,
        "interval": interval_s,
    })))
}

/// `GET /oauth/device`
pub(crate) fn device_page(request: &Request) -> Reply {
    page::device_code(request.query().value("user_code").unwrap_or_default(), None)
}

/// `POST /oauth/device`
pub(crate) fn enter_code(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let form = request.form();
    let typed = form.value("user_code").unwrap_or_default();
    let user_code = normalized(typed);
    let mut world = service.world();
    let now_ms = world.now_ms();
    let Some(device) = world.devices.waiting(&user_code, now_ms) else {
        return Ok(page::device_code(typed, Some("This code is not known, or it has expired. Look at it once more.")));
    };
    let attempt = Attempt::of(
        (device.client_id.clone(), device.client_name.clone()),
        device.scopes.clone(),
        Return::Device { user_code },
        now_ms,
    );
    Ok(world.attempts.begin(attempt, "", now_ms)?)
}

/// Tokens for a device code (RFC 8628 §3.4).
pub(super) fn redeem(service: &Service, request: &Request) -> Result<(Approved, String), TokenFailure> {
    let form = request.form();
    let mut world = service.world();
    let now_ms = world.now_ms();
    let client_id = authenticate(&world.provider, request, &form)?;
    let code = form.value("device_code").ok_or_else(|| OauthRefusal::invalid_request("device_code is missing."))?;
    Ok((world.devices.poll(code, &client_id, now_ms)?, client_id))
}

/// As a person may type it: small letters, without the hyphen or with spaces.
fn normalized(typed: &str) -> String {
    let letters: String = typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    match letters.split_at_checked(4) {
        Some((first, rest)) if rest.len() == 4 => format!("{first}-{rest}"),
        _ => letters,
    }
}

#[cfg(test)]
mod tests {
    use super::normalized;

    #[test]
    fn a_code_may_be_typed_in_small_letters_and_without_the_hyphen() {
        for typed in ["WDJB-MJHT", "wdjb-mjht", "wdjbmjht", " wdjb mjht "] {
            assert_eq!(normalized(typed), "WDJB-MJHT");
        }
        assert_eq!(normalized("short"), "SHORT");
    }
}
