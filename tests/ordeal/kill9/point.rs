//! What is done, and where in it the victim dies.

use crate::chance::Chance;
use crate::victim::trap::Trap;

/// An operation of the program in which something can be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    Refresh,
    Connect,
    Reconnect,
    Rotate,
    RevokeOld,
    /// Taking up what a kill left behind, which may be killed as well.
    Opening,
}

/// Where it dies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Point {
    /// At a call of a port.
    Call(Trap),
    /// At the n-th call that reaches a file.
    File { number: u64, after: bool },
    /// After so many thousandths of the time the operation usually takes.
    Moment(u64),
    /// While the service works on its request: before or after it has replaced the refresh token.
    Service { replaced: bool },
}

impl Operation {
    pub fn name(self) -> &'static str {
        match self {
            Self::Refresh => "refresh",
            Self::Connect => "connect",
            Self::Reconnect => "reconnect",
            Self::Rotate => "rotate",
            Self::RevokeOld => "revoke_old",
            Self::Opening => "opening",
        }
    }

    /// The calls of ports it is made of, in order.
    fn calls(self) -> &'static [&'static str] {
        match self {
            Self::Refresh => {
                &["refresh_basis", "begin_refresh", "send_token_request", "read_token_answer", "land", "commit_grant"]
            }
            Self::Connect => &[
                "add_integration",
                "begin_refresh",
                "send_token_request",
                "land",
                "read_token_answer",
                "commit_grant",
                "verify",
                "update_integration",
                "append_activity",
            ],
            Self::Reconnect => &[
                "begin_refresh",
                "send_token_request",
                "land",
                "read_token_answer",
                "keep_beside",
                "verify",
                "switch_generation",
                "update_integration",
                "append_activity",
            ],
            Self::Rotate => &["begin_rotation", "verify", "update_rotation", "update_integration", "append_activity"],
            Self::RevokeOld => &["update_rotation", "revoke", "verify", "retire_generation", "append_activity"],
            Self::Opening => &[
                "landed",
                "acquire_lease",
                "refresh_basis",
                "begin_refresh",
                "send_token_request",
                "read_token_answer",
                "land",
                "commit_grant",
                "keep_beside",
                "switch_generation",
                "update_integration",
                "append_activity",
                "release_lease",
                "update_rotation",
            ],
        }
    }

    /// All its points at calls.
    pub fn call_points(self) -> impl Iterator<Item = Point> {
        let points = self
            .calls()
            .iter()
            .flat_map(|call| [false, true].map(|after| Point::Call(Trap::Call { call: (*call).to_owned(), after })));
        points.chain(
            (self == Self::Refresh).then(|| Point::Call(Trap::Call { call: "publish".to_owned(), after: false })),
        )
    }

    fn asks_for_tokens(self) -> bool {
        matches!(self, Self::Refresh | Self::Connect | Self::Reconnect)
    }
}

impl Point {
    /// Any point of an operation that reaches files `calls` times.
    pub fn any(operation: Operation, calls: u64, chance: &mut Chance) -> Self {
        match chance.below(8) {
            0..3 => {
                let points: Vec<Self> = operation.call_points().collect();
                chance.pick(&points).cloned().unwrap_or(Self::Moment(0))
            }
            3..5 => Self::File { number: 1 + chance.below(calls.max(1)), after: chance.coin() },
            5 if operation.asks_for_tokens() => Self::Service { replaced: chance.coin() },
            _ => Self::Moment(chance.below(1_100)),
        }
    }

    /// Its name in the breakdown.
    pub fn name(&self, operation: Operation) -> String {
        let operation = operation.name();
        match self {
            Self::Call(Trap::Call { call, after: false }) => format!("{operation}: before {call}"),
            Self::Call(Trap::Call { call, after: true }) => format!("{operation}: after {call}"),
            Self::Call(Trap::Passage(number) | Trap::Change(number)) => format!("{operation}: at call {number}"),
            Self::File { .. } => format!("{operation}: at a file call"),
            Self::Moment(_) => format!("{operation}: at a random moment"),
            Self::Service { replaced: false } => format!("{operation}: sent, not replaced yet"),
            Self::Service { replaced: true } => format!("{operation}: replaced, no answer yet"),
        }
    }
}
