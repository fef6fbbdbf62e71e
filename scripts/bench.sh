#!/bin/bash
# `make bench`: ours beside a peer or a floor, interleaved in one run. Tables on standard output, JSON in target/bench/.
# usage: bench.sh [BENCH...]
# shellcheck source=scripts/environment.sh
source "$(dirname "$0")/environment.sh"

"$ROOT/scripts/ensure.sh" bench
source "$ROOT/scripts/environment.sh"
cd "$ROOT"
say "Building what is measured"
node_modules ui
(cd ui && npm run --silent build)
cargo build --release --workspace --locked
build_handout
say "Benchmarks"
exec tests/desktop/session.sh "$CARGO_TARGET_DIR/release/storm-bench" "$ROOT/target/bench" "$@"
