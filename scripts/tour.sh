#!/bin/bash
# The guided tour: the real window, driven through the whole main job against the practice service, on a private desktop.
# shellcheck source=scripts/environment.sh
source "$(dirname "$0")/environment.sh"

"$ROOT/scripts/ensure.sh" test
source "$ROOT/scripts/environment.sh"
build_all
say "The guided tour"
exec "$ROOT/tests/desktop/session.sh" "$CARGO_TARGET_DIR/debug/storm-tour" "$ROOT/target/tour"
