#!/bin/bash
# `make kill9`, `make fault-loops`, `make single-flight`, `make rotate-under-load`, `make rotate-crash`, `make listener-attack`:
# runs ordeals of tests/ordeal one after the other; the last line of each is its count. usage: ordeal.sh "WORDS OF ONE" ["WORDS OF THE NEXT"...]
# shellcheck source=scripts/environment.sh
source "$(dirname "$0")/environment.sh"

"$ROOT/scripts/ensure.sh" run
source "$ROOT/scripts/environment.sh"
cd "$ROOT"
cargo build --quiet --locked --workspace --bin storm-ordeal
status=0
for words in "$@"; do
	# shellcheck disable=SC2086 # words
	"$CARGO_TARGET_DIR/debug/storm-ordeal" $words || status=$?
done
exit "$status"
