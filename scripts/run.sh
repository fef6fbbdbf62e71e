#!/bin/bash
# `make run`: the window where there is a display, the guided tour where there is none.
# shellcheck source=scripts/environment.sh
source "$(dirname "$0")/environment.sh"

if ! has_display && [ "$(uname -s)" = Linux ]; then
	echo "There is no display here: making a private one for the guided tour."
	exec "$ROOT/scripts/tour.sh"
fi
"$ROOT/scripts/ensure.sh" run
source "$ROOT/scripts/environment.sh"
build_all
exec "$CARGO_TARGET_DIR/debug/storm-connect"
