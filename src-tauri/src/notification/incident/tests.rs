use chrono::Utc;
use storm_domain::{Method, QuietHours, ReconnectReason};
use uuid::Uuid;

use super::*;

const HOUR: Duration = Duration::from_secs(60 * 60);

fn need(integration: u128, since: i64) -> Need {
    Need {
        id: id(integration),
        name: "Salesforce".to_owned(),
        method: Method::OAuth,
        reason: ReconnectReason::AccessTokenEnded,
        since: Timestamp(since),
    }
}

fn id(integration: u128) -> IntegrationId {
    IntegrationId(Uuid::from_u128(integration))
}

/// On 27 November 2026, a Friday.
fn at(hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 27, hour, minute, 0).unwrap()
}

fn morning(day: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, day, 9, 0, 0).unwrap()
}

struct Desk {
    incidents: Incidents<Utc>,
    preferences: NotificationPreferences,
}

impl Desk {
    fn new() -> Self {
        Self { incidents: Incidents::new(Pace { hour: HOUR }), preferences: NotificationPreferences::default() }
    }

    fn look(&mut self, needs: &[Need], now: DateTime<Utc>) -> Vec<Change> {
        self.incidents.follow(needs.to_vec(), &[], &self.preferences, &now)
    }

    fn asked(&mut self, needs: &[Need], asked: u128, now: DateTime<Utc>) -> Vec<Change> {
        self.incidents.follow(needs.to_vec(), &[id(asked)], &self.preferences, &now)
    }

    fn look_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.incidents.look_at(&self.preferences, &now)
    }
}

fn show(id: i32, needs: &[Need]) -> Change {
    Change::Show { id, needs: needs.to_vec(), how: How::Aloud }
}

#[test]
fn a_need_is_shown_once_and_withdrawn_when_it_is_over() {
    let mut desk = Desk::new();
    let needs = [need(1, 10)];
    assert_eq!(desk.look(&needs, at(10, 0)), [show(1, &needs)]);
    assert_eq!(desk.look(&needs, at(10, 30)), []);
    assert_eq!(desk.look(&[], at(10, 31)), [Change::Withdraw { id: 1 }]);
    assert_eq!(desk.look(&[], at(10, 32)), []);
    assert_eq!(desk.look_at(at(10, 32)), None);
}

#[test]
fn a_later_need_of_the_same_integration_is_shown_again() {
    let mut desk = Desk::new();
    desk.look(&[need(1, 10)], at(10, 0));
    let again = [need(1, 20)];
    assert_eq!(desk.look(&again, at(10, 1)), [Change::Withdraw { id: 1 }, show(2, &again)]);
}

#[test]
fn several_needs_are_one_notification_which_grows_aloud_and_shrinks_silently() {
    let mut desk = Desk::new();
    let (one, both, all) = ([need(1, 10)], [need(1, 10), need(2, 11)], [need(1, 10), need(2, 11), need(3, 12)]);
    assert_eq!(desk.look(&one, at(10, 0)), [show(1, &one)]);
    assert_eq!(desk.look(&all, at(10, 5)), [Change::Withdraw { id: 1 }, show(2, &all)]);
    let less = Change::Show { id: 3, needs: both.to_vec(), how: How::Silently };
    assert_eq!(desk.look(&both, at(10, 6)), [Change::Withdraw { id: 2 }, less]);
    assert_eq!(desk.look(&[], at(10, 7)), [Change::Withdraw { id: 3 }]);
}

#[test]
fn it_comes_again_after_an_hour_after_four_and_each_morning() {
    let mut desk = Desk::new();
    let needs = [need(1, 10)];
    desk.look(&needs, at(10, 0));
    for (id, next) in (1..).zip([at(11, 0), at(15, 0), morning(28), morning(29), morning(30)]) {
        assert_eq!(desk.look(&needs, next - TimeDelta::seconds(1)), [], "{next}");
        assert_eq!(desk.look_at(next - TimeDelta::seconds(1)), Some(next));
        assert_eq!(desk.look(&needs, next), [Change::Withdraw { id }, show(id + 1, &needs)], "{next}");
    }
}

#[test]
fn a_new_need_begins_it_all_again() {
    let mut desk = Desk::new();
    let (one, both) = ([need(1, 10)], [need(1, 10), need(2, 20)]);
    desk.look(&one, at(10, 0));
    desk.look(&one, at(11, 0));
    desk.look(&both, at(12, 0));
    assert_eq!(desk.look_at(at(12, 0)), Some(at(13, 0)));
}

#[test]
fn who_puts_it_off_hears_of_it_at_the_next_time_and_of_what_is_new_at_once() {
    let mut desk = Desk::new();
    let needs = [need(1, 10)];
    desk.look(&needs, at(10, 0));
    assert_eq!(desk.incidents.put_off(&at(10, 20)), Some(Change::Withdraw { id: 1 }));
    assert_eq!(desk.look(&needs, at(11, 19)), []);
    assert_eq!(desk.look(&needs, at(11, 20)), [show(2, &needs)]);
    desk.incidents.put_off(&at(11, 21));
    assert_eq!(desk.look_at(at(11, 21)), Some(at(15, 21)), "the pause after the second time");
    let both = [need(1, 10), need(2, 20)];
    assert_eq!(desk.look(&both, at(12, 0)), [show(3, &both)]);
}

#[test]
fn what_is_put_off_stays_off_when_there_is_less_of_it() {
    let mut desk = Desk::new();
    desk.look(&[need(1, 10), need(2, 10)], at(10, 0));
    desk.incidents.put_off(&at(10, 1));
    assert_eq!(desk.look(&[need(2, 10)], at(10, 2)), []);
    assert_eq!(Desk::new().incidents.put_off(&at(10, 0)), None, "there was nothing");
}

#[test]
fn a_tool_that_asks_in_vain_brings_it_forward_four_times_an_hour_at_most() {
    let mut desk = Desk::new();
    let needs = [need(1, 10)];
    desk.look(&needs, at(10, 0));
    assert_eq!(desk.asked(&needs, 1, at(10, 5)), []);
    assert_eq!(desk.look_at(at(10, 5)), Some(at(10, 15)));
    assert_eq!(desk.look(&needs, at(10, 15)), [Change::Withdraw { id: 1 }, show(2, &needs)]);
    assert_eq!(desk.asked(&needs, 2, at(12, 0)), [], "another one was asked for");
    assert_eq!(desk.asked(&needs, 1, at(12, 0)), [Change::Withdraw { id: 2 }, show(3, &needs)]);
}

#[test]
fn in_quiet_hours_nothing_is_shown_and_what_fell_into_them_comes_when_they_end() {
    let mut desk = Desk::new();
    desk.preferences.quiet = Some(QuietHours { from: 22 * 60, until: 10 * 60 });
    let (one, both) = ([need(1, 10)], [need(1, 10), need(2, 20)]);
    desk.look(&one, at(21, 0));
    assert_eq!(desk.look(&one, at(22, 0)), [], "an hour later");
    assert_eq!(desk.look(&both, at(23, 0)), [], "a new one");
    let end = Utc.with_ymd_and_hms(2026, 11, 28, 10, 0, 0).unwrap();
    assert_eq!(desk.look_at(at(23, 0)), Some(end));
    assert_eq!(desk.look(&both, morning(28)), []);
    assert_eq!(desk.look(&both, end), [Change::Withdraw { id: 1 }, show(2, &both)]);
    // What is over is taken back even then.
    let mut desk = Desk { preferences: desk.preferences, ..Desk::new() };
    desk.look(&one, at(21, 0));
    assert_eq!(desk.look(&[], at(23, 0)), [Change::Withdraw { id: 1 }]);
}

#[test]
fn who_wants_no_notifications_sees_none_and_the_present_one_goes() {
    let mut desk = Desk::new();
    let needs = [need(1, 10)];
    desk.look(&needs, at(10, 0));
    desk.preferences.needs_you = false;
    assert_eq!(desk.look(&needs, at(10, 1)), [Change::Withdraw { id: 1 }]);
    assert_eq!(desk.look(&needs, at(23, 0)), []);
    desk.preferences.needs_you = true;
    assert_eq!(desk.look(&needs, at(23, 1)), [show(2, &needs)]);
}

#[test]
fn a_clock_that_was_set_back_keeps_nothing_waiting() {
    let mut desk = Desk::new();
    let needs = [need(1, 10)];
    desk.look(&needs, at(10, 0));
    assert_eq!(desk.look(&needs, at(8, 0)), [Change::Withdraw { id: 1 }, show(2, &needs)]);
    assert_eq!(desk.look(&needs, at(8, 1)), []);
    assert_eq!(desk.look_at(at(8, 1)), Some(at(12, 0)), "after the second time");
}
