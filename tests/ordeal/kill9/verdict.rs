//! Whether what the victim says of itself after a kill is what the service knows.

use storm_domain::{ActivityKind, IntegrationId, InterruptedBy, ReconnectReason, RotationStep, Timestamp};
use storm_engine::view::StatusView;

use super::point::Operation;
use super::tally::End;
use crate::estate::Truth;
use crate::victim::report::Standing;

/// One operation, from its order to the opening after its last kill.
#[derive(Debug)]
pub struct Round {
    pub operation: Operation,
    /// Whose it was; for a new integration, whose it is to be.
    pub account: String,
    /// Where it was killed, and where its recovery was.
    pub points: Vec<String>,
    pub begun_at: Timestamp,
    pub killed_at: Timestamp,
    /// Where the integration stood before.
    pub before: Option<Standing>,
    /// All integrations there were.
    pub known: Vec<IntegrationId>,
    /// How many token requests the service had seen when it was killed first.
    pub requests: u64,
}

/// The end of a round whose integration stands so. An Err says what is wrong.
pub fn judge(round: &Round, standing: Option<&Standing>, truth: &Truth) -> Result<End, String> {
    let Some(standing) = standing else {
        return if round.operation == Operation::Connect { Ok(End::Undone) } else { Err("it is gone".to_owned()) };
    };
    if matches!(round.operation, Operation::Rotate | Operation::RevokeOld) {
        return judge_rotation(round, standing);
    }
    let holds = truth.holds(&round.account, standing);
    let newest_before = round.before.as_ref().and_then(|before| before.log.first()).map_or(0, |entry| entry.sequence);
    let is_recovered = standing
        .log
        .iter()
        .any(|entry| entry.sequence > newest_before && matches!(entry.what, ActivityKind::RefreshRecovered));
    match &standing.status {
        StatusView::Connected if holds && is_recovered => Ok(End::Replayed),
        StatusView::Connected if holds && truth.requests > round.requests => Ok(End::Retried),
        StatusView::Connected if holds => Ok(match &round.before {
            Some(before) if before.sha256 == standing.sha256 => match round.operation {
                Operation::Reconnect => End::Undone,
                _ => End::Untouched,
            },
            _ => End::Finished,
        }),
        StatusView::Connected => Err("it is said to be connected, and the service does not know its token".to_owned()),
        StatusView::NeedsYou { reason: ReconnectReason::RefreshInterrupted { at, by }, .. } => {
            if holds {
                Err("a reconnect is asked for, although the grant works".to_owned())
            } else if *by == InterruptedBy::Crash && (round.begun_at..=round.killed_at).contains(at) {
                Ok(End::Interrupted)
            } else {
                Err(format!("the refresh of {:?} to {:?} is said to be of {at:?}", round.begun_at, round.killed_at))
            }
        }
        other => Err(format!("its status is {other:?}")),
    }
}

/// The service was asked about the key in use beforehand; its word is in the status.
fn judge_rotation(round: &Round, standing: &Standing) -> Result<End, String> {
    let before = round.before.as_ref().and_then(|before| before.generation);
    let is_at_rest =
        standing.rotation.as_ref().is_none_or(|step| matches!(step, RotationStep::Switched | RotationStep::Done));
    match &standing.status {
        StatusView::Connected if !is_at_rest => Err(format!("its rotation hangs at {:?}", standing.rotation)),
        StatusView::Connected if standing.generation != before => Ok(End::Finished),
        StatusView::Connected => Ok(End::Untouched),
        other => Err(format!("its status is {other:?}")),
    }
}
