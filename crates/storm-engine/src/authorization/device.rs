//! Authorizing on another device (RFC 8628): the user types a code there, and the token endpoint is asked until they decided.
//!
//! INVARIANT: every answer lands before it is read, as in a refresh; between two polls nothing is held, so that what worked
//! before goes on being refreshed. A cancel waits for a poll under way, since its answer may be the grant.

use std::sync::Arc;
use std::time::Duration;

use storm_domain::port::{RedirectError, TokenGrant};
use storm_domain::{
    Action, AttemptId, Delivery, DeviceAuthorization, DevicePoll, ErrorCode, Failure, PollPace, RefreshFailure,
    TransientKind, VaultError,
};
use storm_secret::{DeviceCode, DisplaySafeUrl};
use tokio::sync::watch;

use super::complete::{Stored, Unanswered, sign_in_failure};
use super::{Attempt, Plan};
use crate::catalogue::badge;
use crate::engine::Engine;
use crate::error::{ToFailure as _, passing_trouble, quoted};
use crate::view::{AuthorizationProgress, AuthorizationView, BeginAuthorizationRequest, QrView};

/// What the polling goes by.
struct Wait {
    device_code: DeviceCode,
    pace: PollPace,
    /// By the clock that only runs forward.
    ends_at: Duration,
    stopped: watch::Receiver<bool>,
}

enum Ended {
    Approved(Stored),
    Failed(Failure),
    Cancelled,
}

impl Engine {
    /// Gets a code for another device, and asks in the background until it was entered there. What was open before is replaced
    /// once the code is there.
    ///
    /// # Errors
    /// When a field or the registration cannot be used, or the service gives no code.
    pub async fn begin_device_authorization(
        self: &Arc<Self>,
        request: BeginAuthorizationRequest,
    ) -> Result<AuthorizationView, Failure> {
        let plan = self.plan(request.target).await?;
        let begun = self.parts.provider.begin_device_authorization(&plan.service, &plan.client, &plan.scopes).await;
        let DeviceAuthorization {
            device_code,
            user_code,
            verification_uri,
            verification_uri_complete,
            lifetime,
            interval,
        } = begun.map_err(no_code)?;
        self.replace_open_attempts(&plan).await;
        self.add_row_if_new(&plan).await?;

        let page = verification_uri_complete.as_ref().unwrap_or(&verification_uri);
        let id = AttemptId(self.parts.entropy.make_uuid());
        let view = AuthorizationView {
            id,
            connector: badge(self.connector(&plan.integration.connector_id)?),
            scopes: plan.scopes.clone(),
            url: page.text.clone(),
            redirect_uri: None,
            is_one_time: false,
            offers_code: true,
            disturbed: false,
            expires_at: self.now().after(lifetime),
            progress: AuthorizationProgress::EnteringCode {
                user_code,
                verification_uri: verification_uri.text.clone(),
                qr: QrView::of(&page.text),
            },
        };
        let (stop, stopped) = watch::channel(false);
        let url = DisplaySafeUrl::new(page.url.clone());
        self.keep_attempt(Attempt { view: view.clone(), url, plan: plan.clone(), desk: None, stop });
        let ends_at = self.parts.clock.monotonic().saturating_add(lifetime);
        let wait = Wait { device_code, pace: PollPace::new(interval), ends_at, stopped };
        let engine = Arc::clone(self);
        tokio::spawn(async move { engine.carry_out_device(id, plan, wait).await });
        Ok(view)
    }

    async fn carry_out_device(self: Arc<Self>, id: AttemptId, plan: Plan, wait: Wait) {
        let progress = match self.poll(&plan, wait).await {
            Ended::Approved(stored) => {
                self.progress(id, AuthorizationProgress::Exchanging);
                let outcome = self.connect_with(&plan, Ok(stored)).await;
                self.ended(id, &plan, outcome).await
            }
            Ended::Failed(failure) => {
                self.forget_if_new(&plan).await;
                self.ended(id, &plan, Err(failure)).await
            }
            Ended::Cancelled => {
                self.forget_if_new(&plan).await;
                AuthorizationProgress::Cancelled
            }
        };
        self.progress(id, progress);
    }

    /// Asks until the user has decided, the code has expired, or nobody waits any more.
    async fn poll(&self, plan: &Plan, wait: Wait) -> Ended {
        let Wait { device_code, mut pace, ends_at, mut stopped } = wait;
        let mut is_in_doubt = false;
        loop {
            let left = ends_at.saturating_sub(self.parts.clock.monotonic());
            tokio::select! {
                () = self.parts.clock.sleep(pace.pause().min(left)) => {}
                _ = stopped.wait_for(|stop| *stop) => return Ended::Cancelled,
            }
            if self.parts.clock.monotonic() >= ends_at {
                return Ended::Failed(expired());
            }
            let flight = self.flights.take_off(plan.integration.id).await;
            let asked = match self.ask_for_grant(plan, TokenGrant::DeviceCode(&device_code)).await {
                Ok(asked) => asked,
                // A refresh of what worked before is under way elsewhere.
                Err(Unanswered::NotPrepared(VaultError::LeaseHeld { .. })) => continue,
                Err(Unanswered::NotPrepared(error)) => return Ended::Failed(error.to_failure()),
                Err(Unanswered::NoAnswer(failure)) => {
                    is_in_doubt |= failure.delivery != Delivery::NotSent;
                    pace = pace.after_trouble(None);
                    continue;
                }
            };
            match self.parts.provider.read_device_answer(&plan.service, &asked.answer) {
                DevicePoll::Pending => self.empty_out(&asked.lease).await,
                DevicePoll::SlowDown => {
                    pace = pace.slowed_down();
                    self.empty_out(&asked.lease).await;
                }
                DevicePoll::Denied => {
                    self.empty_out(&asked.lease).await;
                    return Ended::Failed(RedirectError::Denied.to_failure());
                }
                DevicePoll::Expired => {
                    self.empty_out(&asked.lease).await;
                    return Ended::Failed(expired());
                }
                DevicePoll::Decided(reading) => match (&reading.access, &reading.refresh_token) {
                    (Err(failure), None) if let Some(retry_after) = passing(failure) => {
                        pace = pace.after_trouble(retry_after);
                        self.empty_out(&asked.lease).await;
                    }
                    // The answer to an earlier poll may have been the grant.
                    (Err(RefreshFailure::GrantRefused(_)), None) if is_in_doubt => {
                        self.empty_out(&asked.lease).await;
                        return Ended::Failed(sign_in_failure(RefreshFailure::Transient {
                            delivery: Delivery::Ambiguous,
                            kind: TransientKind::Connection,
                            retry_after: None,
                        }));
                    }
                    _ => {
                        let stored = self.store_grant(plan, asked, *reading, None).await;
                        return stored.map_or_else(Ended::Failed, Ended::Approved);
                    }
                },
            }
            drop(flight);
        }
    }
}

/// The service's wish, if a failure says nothing about the code: it is asked again.
fn passing(failure: &RefreshFailure) -> Option<Option<Duration>> {
    match failure {
        RefreshFailure::Transient { kind: TransientKind::UnusableToken, .. } => None,
        RefreshFailure::Transient { retry_after, .. } => Some(*retry_after),
        _ => None,
    }
}

fn expired() -> Failure {
    Failure::new(
        ErrorCode::CodeExpired,
        "The code expired before access was approved. Nothing was changed; ask for a new one.",
        Some(Action::Retry),
    )
}

/// Why the service gave no code.
fn no_code(failure: RefreshFailure) -> Failure {
    match failure {
        RefreshFailure::RegistrationRefused(words) => Failure::new(
            ErrorCode::RegistrationRefused,
            format!(
                "The service gives no codes to this app registration ({}). Authorize in the browser, or allow the device flow at the service.",
                quoted(&words)
            ),
            Some(Action::EditRegistration),
        ),
        RefreshFailure::Transient { kind, .. } => passing_trouble(kind, "There is no code yet"),
        RefreshFailure::RequestRefused(words)
        | RefreshFailure::GrantRefused(words)
        | RefreshFailure::InteractionRequired(words) => Failure::new(
            ErrorCode::RequestRefused,
            format!("The service gave no code ({}). Authorize in the browser instead.", quoted(&words)),
            Some(Action::Retry),
        ),
        other => other.to_failure(),
    }
}
