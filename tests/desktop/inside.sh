#!/bin/bash
# The inside of session.sh: starts what a desktop shell provides, waits until it answers, runs the command.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
started=()
trap 'kill "${started[@]}" 2>/dev/null || true; wait' EXIT

printf 'storm' | gnome-keyring-daemon --unlock --components=secrets --foreground >"$STORM_DESKTOP/keyring.log" 2>&1 &
started+=($!)
/usr/bin/python3 "$here/tray_watcher.py" >"$STORM_DESKTOP/tray.log" 2>&1 &
started+=($!)
/usr/bin/python3 "$here/notifications.py" "$STORM_DESKTOP/notifications.jsonl" >"$STORM_DESKTOP/notifications.log" 2>&1 &
started+=($!)
openbox >"$STORM_DESKTOP/openbox.log" 2>&1 &
started+=($!)
for name in org.kde.StatusNotifierWatcher org.freedesktop.Notifications org.freedesktop.secrets; do
	gdbus wait --session --timeout 20 "$name" || { cat "$STORM_DESKTOP"/*.log >&2 && exit 1; }
done

"$@"
