//! The tray's pictures, drawn in `icons/tray-*.svg`.

use tauri::image::Image;

use super::view::TrayShape;

/// Red, green, blue, alpha.
pub(super) fn image(shape: TrayShape) -> tauri::Result<Image<'static>> {
    Image::from_bytes(match shape {
        TrayShape::Well => include_bytes!("../../../icons/tray-ok.png").as_slice(),
        TrayShape::Soon => include_bytes!("../../../icons/tray-soon.png"),
        TrayShape::NeedsYou { count } => match count {
            ..=1 => include_bytes!("../../../icons/tray-attention.png").as_slice(),
            2 => include_bytes!("../../../icons/tray-attention-2.png"),
            3 => include_bytes!("../../../icons/tray-attention-3.png"),
            4 => include_bytes!("../../../icons/tray-attention-4.png"),
            5 => include_bytes!("../../../icons/tray-attention-5.png"),
            6 => include_bytes!("../../../icons/tray-attention-6.png"),
            7 => include_bytes!("../../../icons/tray-attention-7.png"),
            8 => include_bytes!("../../../icons/tray-attention-8.png"),
            9 => include_bytes!("../../../icons/tray-attention-9.png"),
            _ => include_bytes!("../../../icons/tray-attention-9-more.png"),
        },
        TrayShape::Locked => include_bytes!("../../../icons/tray-locked.png"),
    })
}
