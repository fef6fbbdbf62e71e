//! The tray's pictures, drawn in `icons/tray-*.svg`.

use tauri::image::Image;

use super::view::TrayShape;

/// Red, green, blue, alpha.
pub(super) fn image(shape: TrayShape) -> tauri::Result<Image<'static>> {
    Image::from_bytes(match shape {
        TrayShape::Well => include_bytes!("../../../icons/tray-ok.png").as_slice(),
        TrayShape::NeedsYou => include_bytes!("../../../icons/tray-attention.png"),
        TrayShape::Locked => include_bytes!("../../../icons/tray-locked.png"),
    })
}
