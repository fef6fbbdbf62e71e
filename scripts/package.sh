#!/bin/bash
# `make package`: a release build and the Debian package, in target/release/bundle/deb/.
# shellcheck source=scripts/environment.sh
source "$(dirname "$0")/environment.sh"

"$ROOT/scripts/ensure.sh" run
source "$ROOT/scripts/environment.sh"
cd "$ROOT"
node_modules ui
(cd ui && npm run --silent build)
build_handout
if ! cargo tauri --version >/dev/null 2>&1; then
	echo "Packaging needs the tauri command: cargo install tauri-cli --version '^2' --locked" >&2
	exit 1
fi
cd src-tauri && exec cargo tauri build --bundles deb
