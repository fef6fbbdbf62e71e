//! Files over the window and dropped on it.
//!
//! They are read here from the drag itself; the page never names a path. One task handles a drag's events in their order,
//! so that a preview that took long never appears after the drop.

use std::path::PathBuf;

use tauri::{AppHandle, DragDropEvent, Manager as _};
use tauri_specta::Event as _;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::shell::Shell;
use crate::shell_event::ShellEvent;
use crate::{key_file, window};

/// Where the window puts the events of a drag.
#[derive(Clone)]
pub(crate) struct FileDrops(UnboundedSender<FileDrop>);

enum FileDrop {
    Hovering(Vec<PathBuf>),
    Left,
    Dropped(Vec<PathBuf>),
}

impl FileDrops {
    /// A queue, and where it is emptied from.
    pub(crate) fn queue() -> (Self, Pending) {
        let (sender, receiver) = unbounded_channel();
        (Self(sender), Pending(receiver))
    }

    /// Never blocks.
    pub(crate) fn publish(&self, event: &DragDropEvent) {
        let drop = match event {
            DragDropEvent::Enter { paths, .. } => FileDrop::Hovering(paths.clone()),
            DragDropEvent::Drop { paths, .. } => FileDrop::Dropped(paths.clone()),
            DragDropEvent::Leave => FileDrop::Left,
            _ => return,
        };
        // Closed only while the program ends.
        let _ = self.0.send(drop);
    }
}

/// The drags that wait to be handled.
pub(crate) struct Pending(UnboundedReceiver<FileDrop>);

impl Pending {
    /// Handles drags until the window is gone.
    pub(crate) async fn handle(mut self, app: AppHandle) {
        while let Some(drop) = self.0.recv().await {
            let event = match drop {
                FileDrop::Left => ShellEvent::FilesLeft,
                // A drag of something else than files, such as a selected text.
                FileDrop::Hovering(paths) | FileDrop::Dropped(paths) if paths.is_empty() => ShellEvent::FilesLeft,
                FileDrop::Hovering(paths) => {
                    ShellEvent::FilesHovering { files: key_file::preview(&app.state::<Shell>(), paths).await }
                }
                FileDrop::Dropped(paths) => {
                    ShellEvent::FilesHeld { files: key_file::hold(&app.state::<Shell>(), paths).await }
                }
            };
            if let Err(error) = event.emit_to(&app, window::MAIN) {
                tracing::warn!(%error, "the page could not be told of a file");
            }
        }
    }
}
