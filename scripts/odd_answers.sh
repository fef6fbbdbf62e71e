#!/bin/bash
# `make odd-answers`: sends every odd token answer of the grammar to the real engine, and prints how many of them left the
# refresh token that they should.
# shellcheck source=scripts/environment.sh
source "$(dirname "$0")/environment.sh"

"$ROOT/scripts/ensure.sh" run
source "$ROOT/scripts/environment.sh"
cd "$ROOT"
log=$CARGO_TARGET_DIR/odd-answers.log
mkdir -p "$CARGO_TARGET_DIR"
status=0
cargo test --workspace --locked --test token_endpoint -- --nocapture odd_answers >"$log" 2>&1 || status=$?
grep '^odd answers: ' "$log" || { cat "$log" >&2 && exit 1; }
if [ "$status" -ne 0 ]; then
	echo "The whole output is in $log" >&2
	exit 1
fi
