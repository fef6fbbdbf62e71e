//! The typed bridge to the window. The only file that names tauri-specta, which is pre-release.

use std::path::Path;

use specta_typescript::Typescript;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

use crate::command::{
    activity, api_key, authorization, autostart, connector, diagnostics, export, health, host, import, integration,
    key_file, label, list, network, preferences, protection, restore, revocation, rotation,
};
use crate::shell_event::{CoreEvent, ShellEvent};

/// All commands and events of the window.
pub(crate) fn builder() -> Builder<tauri::Wry> {
    Builder::<tauri::Wry>::new()
        .error_handling(ErrorHandlingMode::Result)
        .disable_serde_phases()
        .commands(collect_commands![
            host::host,
            host::retry_vault,
            host::create_passphrase_vault,
            host::unlock_with_passphrase,
            host::start_practice,
            host::test_storage,
            autostart::autostart,
            autostart::set_autostart,
            restore::restore_backup,
            restore::acknowledge_restore,
            protection::unlock_with_recovery_code,
            protection::reveal_new_recovery_code,
            protection::confirm_recovery_code,
            protection::discard_recovery_code,
            protection::remove_recovery_code,
            protection::set_passphrase,
            protection::remove_passphrase,
            protection::put_key_into_keyring,
            protection::take_key_from_keyring,
            protection::rotate_master_key,
            connector::connectors,
            connector::discover,
            connector::open_connector_page,
            integration::integrations,
            integration::integration_row,
            integration::integration,
            integration::rename_integration,
            integration::pause_integration,
            integration::set_lending,
            integration::set_replacement,
            integration::verify_integration,
            integration::refresh_integration,
            integration::disconnect_integration,
            integration::undo_disconnect,
            integration::open_integration_page,
            label::set_labels,
            list::top_integrations,
            list::note_top,
            health::health,
            health::refreshes,
            health::export_forecast,
            export::export_candidates,
            export::export_integrations,
            export::take_back,
            export::choose_export_file,
            export::open_export,
            export::restore_integration,
            api_key::hold_key_from_clipboard,
            api_key::connector_of_copied_key,
            api_key::reveal_held_key,
            api_key::check_typed_key,
            api_key::add_api_key,
            api_key::replace_api_key,
            authorization::registrations,
            authorization::save_registration,
            authorization::register_client,
            authorization::begin_authorization,
            authorization::begin_device_authorization,
            authorization::authorization,
            authorization::reopen_browser,
            authorization::copy_authorization_link,
            authorization::paste_redirect,
            authorization::cancel_authorization,
            authorization::decide_account,
            key_file::choose_key_files,
            key_file::unlock_key_file,
            key_file::stored_original,
            key_file::move_original_to_bin,
            key_file::add_service_account,
            key_file::replace_key_file,
            import::import_places,
            import::choose_import_files,
            import::choose_import_folder,
            import::scan_for_import,
            import::stop_import_scan,
            import::import_item,
            import::import_copies,
            import::move_import_file_to_bin,
            import::show_import_file,
            import::discard_import,
            revocation::pending_revocations,
            revocation::retry_revocation,
            revocation::forget_revocation,
            revocation::open_revocation_page,
            rotation::mint_key,
            rotation::begin_key_rotation,
            rotation::begin_key_file_rotation,
            rotation::begin_secret_rotation,
            rotation::retry_rotation,
            rotation::switch_rotation,
            rotation::revoke_old_key,
            rotation::confirm_old_key_revoked,
            rotation::undo_rotation,
            preferences::preferences,
            preferences::set_preferences,
            activity::activity,
            activity::log_check,
            activity::check_log,
            activity::export_activity,
            network::examine,
            network::network_settings,
            network::choose_proxy,
            network::choose_authority_file,
            network::remove_authorities,
            network::test_network,
            diagnostics::make_diagnostics,
            diagnostics::copy_diagnostics,
            diagnostics::save_diagnostics,
            diagnostics::program_log,
            diagnostics::follow_program_log,
            diagnostics::record_more,
            diagnostics::copy_program_log,
        ])
        .events(collect_events![CoreEvent, ShellEvent])
}

/// Writes the TypeScript bindings; a test compares them with the committed file.
///
/// # Errors
/// When the file cannot be written or a type cannot be expressed.
pub fn export_bindings(path: &Path) -> Result<(), specta_typescript::Error> {
    builder().export(Typescript::default(), path)
}
