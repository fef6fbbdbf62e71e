//! What the tray shows, worked out from vault and integrations without any desktop.

use storm_engine::view::{OutstandingView, StatusView, VaultView};

use crate::attention::Need;
use crate::language::Language;
use crate::shell_event::ShellEvent;

/// Entries that fit a menu; the rest is in the window.
const MOST_RECONNECTS: usize = 8;

/// The tray's whole content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrayView {
    pub(crate) language: Language,
    pub(crate) shape: TrayShape,
    /// One line, without names: some desktops read markup in a tooltip.
    pub(crate) summary: String,
    /// Menu entries above Open and Quit: label and what it asks the page to do; None opens the window.
    pub(crate) reconnects: Vec<(String, Option<ShellEvent>)>,
    /// Whether everything can be paused, or what is paused can run again; None = there is nothing.
    pub(crate) pause: Option<Pause>,
}

/// What the menu offers to do with all integrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    All,
    Resume,
}

/// The icon's shape. Each differs in outline too, not only in colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TrayShape {
    /// A square with a bolt: nothing to do.
    Well,
    /// A diamond: something is to be looked at soon.
    Soon,
    /// A triangle: somebody needs the user; with their number, where there are several.
    NeedsYou {
        /// How many.
        count: usize,
    },
    /// A padlock: nothing works before the vault is open.
    Locked,
}

impl TrayView {
    /// `outstanding` is None while it cannot be read.
    pub(crate) fn of(language: Language, vault: &VaultView, outstanding: Option<&OutstandingView>) -> Self {
        let counted = |id, n: usize| language.say_of(id, [("n", n.into())]);
        let rows = outstanding.map_or(&[][..], |outstanding| &outstanding.rows);
        let (needs, soon) = (Need::among(rows), rows.iter().filter(|one| is_due_soon(&one.status)).count());
        let (shape, summary) = match (vault, outstanding) {
            (VaultView::Opening, _) => (TrayShape::Locked, language.say("tray-opening")),
            (VaultView::Unlocked { .. }, Some(_)) if !needs.is_empty() => {
                (TrayShape::NeedsYou { count: needs.len() }, counted("tray-need-you", needs.len()))
            }
            (VaultView::Unlocked { .. }, Some(_)) if soon > 0 => {
                (TrayShape::Soon, counted("tray-to-be-replaced", soon))
            }
            (VaultView::Unlocked { .. }, Some(all)) => (TrayShape::Well, counted("tray-all-well", all.count)),
            (VaultView::Unlocked { .. }, None) => (TrayShape::NeedsYou { count: 1 }, language.say("tray-unreadable")),
            _ => (TrayShape::Locked, language.say("tray-locked")),
        };
        Self { language, shape, summary, reconnects: reconnects(language, &needs), pause: outstanding.and_then(pause) }
    }
}

/// Passing trouble is none of this: it needs nobody.
fn is_due_soon(status: &StatusView) -> bool {
    matches!(status, StatusView::ReplaceSoon { .. })
}

fn pause(OutstandingView { count, rows, .. }: &OutstandingView) -> Option<Pause> {
    let paused = rows.iter().filter(|one| matches!(one.status, StatusView::Paused { .. })).count();
    match count {
        0 => None,
        count if *count == paused => Some(Pause::Resume),
        _ => Some(Pause::All),
    }
}

fn reconnects(language: Language, needs: &[Need]) -> Vec<(String, Option<ShellEvent>)> {
    let mut entries: Vec<_> = needs
        .iter()
        .take(MOST_RECONNECTS)
        .map(|need| (language.say_of("tray-reconnect", [("name", need.name.as_str().into())]), Some(need.request())))
        .collect();
    if let Some(more) = needs.len().checked_sub(MOST_RECONNECTS).filter(|more| *more > 0) {
        entries.push((language.say_of("tray-more", [("n", more.into())]), None));
    }
    entries
}

#[cfg(test)]
mod tests {
    use storm_domain::{IntegrationId, Method, ReconnectReason, Timestamp};
    use storm_engine::view::{ConnectorBadge, IntegrationView};
    use uuid::Uuid;

    use super::*;

    fn integration(number: u128, method: Method, status: StatusView) -> IntegrationView {
        IntegrationView {
            id: IntegrationId(Uuid::from_u128(number)),
            name: format!("Integration {number}"),
            labels: Vec::new(),
            connector: ConnectorBadge {
                id: "practice".to_owned(),
                name: "Practice".to_owned(),
                monogram: "PR".to_owned(),
                colour: "#2b78d8".to_owned(),
            },
            method,
            account: None,
            status,
            last_verdict: None,
            last_refreshed_at: None,
            next_refresh_at: None,
            access_expires_at: None,
            refreshing: false,
            rotating: false,
            lending_allowed: false,
            created_at: Timestamp(0),
        }
    }

    fn in_need(number: u128, method: Method) -> IntegrationView {
        let reason = ReconnectReason::AccessTokenEnded;
        integration(number, method, StatusView::NeedsYou { reason, since: Timestamp(1) })
    }

    fn unlocked() -> VaultView {
        VaultView::Unlocked { protection: "passphrase".to_owned() }
    }

    fn outstanding(integrations: &[IntegrationView]) -> OutstandingView {
        let rows = integrations.iter().filter(|one| one.status != StatusView::Connected).cloned().collect();
        OutstandingView { count: integrations.len(), rows, ..OutstandingView::default() }
    }

    fn view_of(vault: &VaultView, integrations: Option<&[IntegrationView]>) -> TrayView {
        TrayView::of(Language::English, vault, integrations.map(outstanding).as_ref())
    }

    fn labels(view: &TrayView) -> Vec<&str> {
        view.reconnects.iter().map(|(label, _)| label.as_str()).collect()
    }

    #[test]
    fn with_nothing_to_do_there_is_nothing_to_reconnect() {
        let view = view_of(&unlocked(), Some(&[integration(1, Method::OAuth, StatusView::Connected)]));
        assert_eq!(view.shape, TrayShape::Well);
        assert_eq!(view.summary, "1 integration, nothing to do");
        assert_eq!(labels(&view), [""; 0]);
    }

    #[test]
    fn passing_trouble_and_pauses_are_nothing_to_do() {
        let paused = integration(1, Method::OAuth, StatusView::Paused { since: Timestamp(0), hold: None });
        let connecting = integration(2, Method::OAuth, StatusView::Connecting);
        let unverified = integration(3, Method::ApiKey, StatusView::Unverified { reason: "no answer".to_owned() });
        let view = view_of(&unlocked(), Some(&[paused, connecting, unverified]));
        assert_eq!(view.shape, TrayShape::Well);
    }

    #[test]
    fn it_speaks_the_language_that_is_spoken() {
        let all = [in_need(3, Method::OAuth)];
        let view = TrayView::of(Language::German, &unlocked(), Some(&outstanding(&all)));
        assert_eq!(view.summary, "Bei 1 Integration ist etwas zu tun");
        assert_eq!(labels(&view), ["Integration 3 neu verbinden"]);
    }

    #[test]
    fn each_need_has_its_entry_in_the_order_of_the_list() {
        let integrations = [
            in_need(3, Method::OAuth),
            integration(1, Method::OAuth, StatusView::Connected),
            in_need(2, Method::ServiceAccount),
        ];
        let view = view_of(&unlocked(), Some(&integrations));
        assert_eq!(view.shape, TrayShape::NeedsYou { count: 2 });
        assert_eq!(view.summary, "2 integrations need you");
        assert_eq!(labels(&view), ["Reconnect Integration 3", "Reconnect Integration 2"]);
    }

    #[test]
    fn an_authorization_is_begun_at_once_but_a_key_is_only_shown() {
        let begun = |method| {
            let view = view_of(&unlocked(), Some(&[in_need(1, method)]));
            let (_, request) = view.reconnects.into_iter().next().unwrap();
            matches!(request, Some(ShellEvent::ShowIntegration { reconnect: true, .. }))
        };
        assert!(begun(Method::OAuth));
        assert!(!begun(Method::ApiKey));
        assert!(!begun(Method::ServiceAccount));
    }

    #[test]
    fn a_long_list_ends_with_an_entry_that_opens_the_window() {
        let integrations: Vec<_> = (1..=11).map(|number| in_need(number, Method::OAuth)).collect();
        let view = view_of(&unlocked(), Some(&integrations));
        assert_eq!(view.summary, "11 integrations need you");
        assert_eq!(view.reconnects.len(), 9);
        assert_eq!(view.reconnects.last().unwrap(), &("3 more…".to_owned(), None));
    }

    #[test]
    fn a_locked_vault_is_shown_as_locked_and_not_as_empty() {
        for vault in [VaultView::PassphraseNeeded, VaultView::Opening] {
            assert_eq!(view_of(&vault, None).shape, TrayShape::Locked, "{vault:?}");
        }
    }

    #[test]
    fn an_open_vault_that_cannot_be_read_needs_the_user() {
        assert_eq!(view_of(&unlocked(), None).shape, TrayShape::NeedsYou { count: 1 });
    }

    #[test]
    fn a_key_to_be_replaced_is_shown_as_soon_unless_somebody_needs_the_user_now() {
        let soon = integration(1, Method::ApiKey, StatusView::ReplaceSoon { saved_at: Timestamp(0), ends_at: None });
        let view = view_of(&unlocked(), Some(std::slice::from_ref(&soon)));
        assert_eq!((view.shape, view.summary.as_str()), (TrayShape::Soon, "1 key is to be replaced soon"));
        let view = view_of(&unlocked(), Some(&[soon, in_need(2, Method::OAuth)]));
        assert_eq!(view.shape, TrayShape::NeedsYou { count: 1 });
    }

    #[test]
    fn all_can_be_paused_until_all_are() {
        let paused =
            |number| integration(number, Method::OAuth, StatusView::Paused { since: Timestamp(0), hold: None });
        let runs = integration(3, Method::OAuth, StatusView::Connected);
        let offered = |all: &[IntegrationView]| view_of(&unlocked(), Some(all)).pause;
        assert_eq!(offered(&[]), None);
        assert_eq!(offered(&[paused(1), runs]), Some(Pause::All));
        assert_eq!(offered(&[paused(1), paused(2)]), Some(Pause::Resume));
        assert_eq!(view_of(&VaultView::PassphraseNeeded, None).pause, None);
    }
}
