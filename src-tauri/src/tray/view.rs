//! What the tray shows, worked out from vault and integrations without any desktop.

use storm_engine::view::{IntegrationView, VaultView};

use crate::attention::Need;
use crate::shell_event::ShellEvent;

/// Entries that fit a menu; the rest is in the window.
const MOST_RECONNECTS: usize = 8;

/// The tray's whole content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrayView {
    pub(crate) shape: TrayShape,
    /// One line, without names: some desktops read markup in a tooltip.
    pub(crate) summary: String,
    /// Menu entries above Open and Quit: label and what it asks the page to do; None opens the window.
    pub(crate) reconnects: Vec<(String, Option<ShellEvent>)>,
}

/// The icon's shape. Each differs in outline too, not only in colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TrayShape {
    /// A square with a bolt: nothing to do.
    Well,
    /// A triangle: somebody needs the user.
    NeedsYou,
    /// A padlock: nothing works before the vault is open.
    Locked,
}

impl TrayView {
    /// `integrations` is None while they cannot be read.
    pub(crate) fn of(vault: &VaultView, integrations: Option<&[IntegrationView]>) -> Self {
        let needs = Need::among(integrations.unwrap_or_default());
        let (shape, summary) = match (vault, integrations) {
            (VaultView::Opening, _) => (TrayShape::Locked, "The vault is being opened".to_owned()),
            (VaultView::Unlocked { .. }, Some(all)) if needs.is_empty() => (TrayShape::Well, all_well(all.len())),
            (VaultView::Unlocked { .. }, Some(_)) => (TrayShape::NeedsYou, need_you(needs.len())),
            (VaultView::Unlocked { .. }, None) => (TrayShape::NeedsYou, "The vault cannot be read".to_owned()),
            _ => (TrayShape::Locked, "The vault is locked".to_owned()),
        };
        Self { shape, summary, reconnects: reconnects(&needs) }
    }
}

fn all_well(count: usize) -> String {
    match count {
        0 => "Nothing is connected yet".to_owned(),
        1 => "1 integration, nothing to do".to_owned(),
        count => format!("{count} integrations, nothing to do"),
    }
}

fn need_you(count: usize) -> String {
    match count {
        1 => "1 integration needs you".to_owned(),
        count => format!("{count} integrations need you"),
    }
}

fn reconnects(needs: &[Need]) -> Vec<(String, Option<ShellEvent>)> {
    let mut entries: Vec<_> = needs
        .iter()
        .take(MOST_RECONNECTS)
        .map(|need| (format!("Reconnect {}", need.name), Some(need.request())))
        .collect();
    if let Some(more) = needs.len().checked_sub(MOST_RECONNECTS).filter(|more| *more > 0) {
        entries.push((format!("{more} more…"), None));
    }
    entries
}
