#!/bin/bash
# `make soak-sim`: days in the life of many integrations, in virtual time, with everything going wrong that can; prints how many
# promises were broken. DAYS, INTEGRATIONS and SEEDS say how much, FIRST_SEED which.
# shellcheck source=scripts/environment.sh
source "$(dirname "$0")/environment.sh"

"$ROOT/scripts/ensure.sh" run
source "$ROOT/scripts/environment.sh"
cd "$ROOT"
export STORM_SOAK_DAYS=${DAYS:-30} STORM_SOAK_INTEGRATIONS=${INTEGRATIONS:-1000}
export STORM_SOAK_SEEDS=${SEEDS:-4} STORM_SOAK_FIRST_SEED=${FIRST_SEED:-1}
log=$CARGO_TARGET_DIR/soak-sim.log
mkdir -p "$CARGO_TARGET_DIR"

# What the simulation spends its time in; optimizing everything would take longer than it saves.
optimized=()
for package in storm-secret storm-domain storm-connectors storm-auth storm-engine storm-testkit tokio url idna smallvec \
	percent-encoding form_urlencoded serde_json hashbrown uuid; do
	optimized+=(--config "profile.dev.package.$package.opt-level=2")
done
status=0
cargo test "${optimized[@]}" -p storm-engine --locked --test soak -- --nocapture >"$log" 2>&1 || status=$?
grep '^seed .*VIOLATION' "$log" >&2 || true
grep '^soak-sim: ' "$log" || { cat "$log" >&2 && exit 1; }
if [ "$status" -ne 0 ]; then
	echo "The whole output is in $log" >&2
	exit 1
fi
