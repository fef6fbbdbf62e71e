#!/bin/bash
# Runs a command on a private desktop: X server, D-Bus, unlocked gnome-keyring, tray watcher, notification recorder and
# window manager, with a HOME and XDG folders of its own, all taken down at the end. Nothing of the user's is touched.
# usage: session.sh COMMAND...
set -euo pipefail

# Tools keep finding their own folders although HOME changes.
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}

STORM_DESKTOP=$(mktemp -d)
trap 'rm -rf "$STORM_DESKTOP"' EXIT
export STORM_DESKTOP HOME=$STORM_DESKTOP/home XDG_RUNTIME_DIR=$STORM_DESKTOP/runtime
export XDG_CONFIG_HOME=$HOME/.config XDG_DATA_HOME=$HOME/.local/share XDG_CACHE_HOME=$HOME/.cache XDG_STATE_HOME=$HOME/.local/state
mkdir -p "$XDG_RUNTIME_DIR" "$XDG_CONFIG_HOME" "$XDG_DATA_HOME/applications" "$XDG_CACHE_HOME" "$XDG_STATE_HOME"
chmod 700 "$XDG_RUNTIME_DIR"
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS BROWSER
export XDG_CURRENT_DESKTOP= LIBGL_ALWAYS_SOFTWARE=1 NO_AT_BRIDGE=1 GDK_BACKEND=x11 GTK_THEME=Adwaita

here=$(cd "$(dirname "$0")" && pwd)

# The registered handler of web addresses is the tests' browser: xdg-open prefers it to everything else.
cat >"$XDG_DATA_HOME/applications/storm-test-browser.desktop" <<DESKTOP
[Desktop Entry]
Type=Application
Name=Test browser
Exec=node $here/browser.mjs %u
MimeType=x-scheme-handler/http;x-scheme-handler/https;text/html;
DESKTOP
# The program for files writes down which folder it was opened with.
cat >"$STORM_DESKTOP/file-manager" <<'SCRIPT'
#!/bin/sh
printf %s "$1" >"$STORM_DESKTOP/opened-folder"
SCRIPT
chmod +x "$STORM_DESKTOP/file-manager"
cat >"$XDG_DATA_HOME/applications/storm-test-files.desktop" <<DESKTOP
[Desktop Entry]
Type=Application
Name=Test file manager
Exec=$STORM_DESKTOP/file-manager %f
MimeType=inode/directory
DESKTOP
for type in x-scheme-handler/http x-scheme-handler/https text/html; do
	printf '%s=storm-test-browser.desktop\n' "$type"
done | sed '1i [Default Applications]\ninode/directory=storm-test-files.desktop' >"$XDG_DATA_HOME/applications/mimeapps.list"

status=0
xvfb-run -a -s "-screen 0 1280x900x24 -nolisten tcp" dbus-run-session -- bash "$here/inside.sh" "$@" || status=$?
exit "$status"
