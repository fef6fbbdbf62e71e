//! Which notifications belong on the screen.
//!
//! INVARIANT: an incident, one integration needing its user since one moment, is shown once, and withdrawn when it is over.

use std::collections::BTreeMap;

use storm_domain::{IntegrationId, Timestamp};

use crate::attention::Need;

/// The incidents under way.
#[derive(Debug, Default)]
pub(super) struct Incidents {
    shown: BTreeMap<IntegrationId, Shown>,
    last_id: i32,
}

#[derive(Debug)]
struct Shown {
    id: i32,
    since: Timestamp,
}

/// What has to change on the screen.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// An incident began.
    Show { id: i32, need: Need },
    /// An incident is over.
    Withdraw { id: i32 },
}

impl Incidents {
    /// Compares with the present needs; withdrawals come first.
    pub(super) fn follow(&mut self, needs: Vec<Need>) -> Vec<Change> {
        let goes_on =
            |id: &IntegrationId, shown: &Shown| needs.iter().any(|need| need.id == *id && need.since == shown.since);
        let mut changes: Vec<_> = self
            .shown
            .extract_if(.., |id, shown| !goes_on(id, shown))
            .map(|(_, over)| Change::Withdraw { id: over.id })
            .collect();
        for need in needs {
            if self.shown.contains_key(&need.id) {
                continue;
            }
            self.last_id = self.last_id.wrapping_add(1);
            self.shown.insert(need.id, Shown { id: self.last_id, since: need.since });
            changes.push(Change::Show { id: self.last_id, need });
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use storm_domain::{Method, ReconnectReason};
    use uuid::Uuid;

    use super::*;

    fn need(integration: u128, since: i64) -> Need {
        Need {
            id: IntegrationId(Uuid::from_u128(integration)),
            name: "Salesforce".to_owned(),
            method: Method::OAuth,
            reason: ReconnectReason::AccessTokenEnded,
            since: Timestamp(since),
        }
    }

    #[test]
    fn an_incident_is_shown_once() {
        let mut incidents = Incidents::default();
        assert_eq!(incidents.follow(vec![need(1, 10)]), [Change::Show { id: 1, need: need(1, 10) }]);
        assert_eq!(incidents.follow(vec![need(1, 10)]), []);
    }

    #[test]
    fn a_notification_is_withdrawn_when_its_cause_is_gone() {
        let mut incidents = Incidents::default();
        incidents.follow(vec![need(1, 10), need(2, 10)]);
        assert_eq!(incidents.follow(vec![need(2, 10)]), [Change::Withdraw { id: 1 }]);
        assert_eq!(incidents.follow(vec![need(2, 10)]), []);
    }

    #[test]
    fn a_later_incident_of_the_same_integration_is_shown_again() {
        let mut incidents = Incidents::default();
        incidents.follow(vec![need(1, 10)]);
        assert_eq!(
            incidents.follow(vec![need(1, 20)]),
            [Change::Withdraw { id: 1 }, Change::Show { id: 2, need: need(1, 20) }]
        );
    }

    #[test]
    fn each_integration_has_its_own_notification() {
        let mut incidents = Incidents::default();
        let changes = incidents.follow(vec![need(1, 10), need(2, 10)]);
        assert_eq!(changes.len(), 2);
        assert_eq!(incidents.follow(Vec::new()), [Change::Withdraw { id: 1 }, Change::Withdraw { id: 2 }]);
    }
}
