//! Commands: three-line adapters from the window to the engine.

pub mod activity;
pub mod api_key;
pub mod authorization;
pub mod autostart;
pub mod connector;
pub mod diagnostics;
pub mod export;
pub mod health;
pub mod host;
pub mod import;
pub mod integration;
pub mod key_file;
pub mod label;
pub mod list;
pub mod network;
pub mod preferences;
pub mod protection;
pub mod restore;
pub mod revocation;
pub mod rotation;

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// One that is not would leave the window waiting for ever when it panics.
    #[test]
    fn f115_every_command_goes_through_the_guard_against_panics() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/command");
        let mut commands = 0;
        for file in folder.read_dir().unwrap() {
            let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
            // What stands before the first attribute is no command; this test names it in pieces.
            for command in source.split(concat!("#[tauri::", "command]")).skip(1) {
                let guards = command.contains("shell.ask(") || command.contains("guarded(");
                assert!(guards, "{command}");
                commands += 1;
            }
        }
        assert!(commands > 50, "only {commands} were looked at");
    }
}
