//! The tray on Linux: a StatusNotifierItem over D-Bus.
//!
//! Where there is no tray host, the item waits for one: a panel may start after the program, or be restarted.

use ksni::menu::StandardItem;
use ksni::{Handle, Icon, MenuItem, OfflineReason, Status, ToolTip, TrayMethods as _};
use tauri::{AppHandle, Manager as _};

use super::view::{TrayShape, TrayView};
use super::{Choice, TrayPresence, follow_choice, icon};
use crate::language::Speech;

/// The tray; None when the session bus cannot be reached.
pub(crate) struct Tray(Option<Handle<Item>>);

impl Tray {
    pub(crate) async fn start(app: &AppHandle) -> Self {
        let presence = app.state::<TrayPresence>().inner().clone();
        presence.set(true);
        let language = app.state::<Speech>().language();
        let view = TrayView {
            language,
            shape: TrayShape::Locked,
            summary: String::new(),
            reconnects: Vec::new(),
            pause: None,
        };
        let item = Item { app: app.clone(), presence: presence.clone(), icon: pixmap(view.shape), view };
        let handle = item.assume_sni_available(true).spawn().await;
        let handle = handle.inspect_err(|error| {
            presence.set(false);
            tracing::warn!(%error, "there is no tray");
        });
        Self(handle.ok())
    }

    pub(crate) async fn show(&self, view: TrayView) {
        let Some(handle) = &self.0 else { return };
        let icon = pixmap(view.shape);
        handle.update(|item| (item.view, item.icon) = (view, icon)).await;
    }
}

struct Item {
    app: AppHandle,
    presence: TrayPresence,
    view: TrayView,
    icon: Vec<Icon>,
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        "dev.stormconnect.app".to_owned()
    }

    fn title(&self) -> String {
        "Storm Connect".to_owned()
    }

    fn status(&self) -> Status {
        if matches!(self.view.shape, TrayShape::NeedsYou { .. }) { Status::NeedsAttention } else { Status::Active }
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        self.icon.clone()
    }

    fn attention_icon_pixmap(&self) -> Vec<Icon> {
        self.icon.clone()
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip { title: self.title(), description: self.view.summary.clone(), ..ToolTip::default() }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        follow_choice(&self.app, &Choice::Open);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        let reconnects = self
            .view
            .reconnects
            .iter()
            .map(|(label, event)| entry(label, event.clone().map_or(Choice::Open, Choice::Show)));
        let mut menu: Vec<_> = reconnects.collect();
        if !menu.is_empty() {
            menu.push(MenuItem::Separator);
        }
        menu.push(entry(&self.view.language.say("tray-open"), Choice::Open));
        menu.extend(self.view.pause.map(|pause| entry(&pause.label(self.view.language), Choice::Pause(pause))));
        menu.extend([MenuItem::Separator, entry(&self.view.language.say("tray-quit"), Choice::Quit)]);
        menu
    }

    fn watcher_online(&self) {
        self.presence.set(true);
    }

    fn watcher_offline(&self, _reason: OfflineReason) -> bool {
        self.presence.set(false);
        const KEEP_WAITING: bool = true;
        KEEP_WAITING
    }
}

fn entry(label: &str, choice: Choice) -> MenuItem<Item> {
    StandardItem {
        // A single underscore would mark an access key.
        label: label.replace('_', "__"),
        activate: Box::new(move |item: &mut Item| follow_choice(&item.app, &choice)),
        ..StandardItem::default()
    }
    .into()
}

/// StatusNotifierItem wants alpha first.
fn pixmap(shape: TrayShape) -> Vec<Icon> {
    let Ok(image) = icon::image(shape) else { return Vec::new() };
    let (Ok(width), Ok(height)) = (i32::try_from(image.width()), i32::try_from(image.height())) else {
        return Vec::new();
    };
    let mut data = image.rgba().to_vec();
    for pixel in data.as_chunks_mut::<4>().0 {
        pixel.rotate_right(1);
    }
    vec![Icon { width, height, data }]
}
