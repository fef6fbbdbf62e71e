#!/bin/bash
# `make files`: reads every good and hostile file of crates/storm-connectors/tests/files, and prints what each was taken for.
# shellcheck source=scripts/environment.sh
source "$(dirname "$0")/environment.sh"

"$ROOT/scripts/ensure.sh" run
source "$ROOT/scripts/environment.sh"
cd "$ROOT"
log=$CARGO_TARGET_DIR/files.log
mkdir -p "$CARGO_TARGET_DIR"
status=0
cargo test --workspace --locked --test connectors -- --nocapture --exact \
	golden::every_good_file_is_recognised_and_every_hostile_one_refused >"$log" 2>&1 || status=$?
grep -E ' \| |^files: ' "$log" || { cat "$log" >&2 && exit 1; }
if [ "$status" -ne 0 ]; then
	echo "The whole output is in $log" >&2
	exit 1
fi
