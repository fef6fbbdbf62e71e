#!/bin/bash
# Runs end-to-end suites of tests/, each on a private desktop of its own, one test after the other.
# usage: e2e.sh [--list | SUITE...]   without a suite: all of them. Expects a finished build (scripts/test.sh makes one).
# shellcheck source=scripts/environment.sh
source "$(dirname "$0")/environment.sh"
cd "$ROOT"

# A suite is a test program of tests/Cargo.toml, or one module of it (window::list) when its main.rs names modules.
mapfile -t suites < <(
	sed -n '/^\[\[test\]\]/,/^path/s/^path = "\(.*\)"/\1/p' tests/Cargo.toml | grep -v '^architecture/' | sort | while read -r path; do
		case $path in
		*/main.rs) sed -n "s/^mod \(.*\);/${path%/main.rs}::\1/p" "tests/$path" ;;
		*) echo "${path%.rs}" ;;
		esac
	done
)
if [ "${1:-}" = --list ]; then
	printf '%s\n' "${suites[@]}"
	exit
fi
[ $# -eq 0 ] || suites=("$@")

status=0
for suite in "${suites[@]}"; do
	program=${suite%%::*} module=${suite#"$program"}
	module=${module#::}
	if has_nextest; then
		command=(cargo nextest run --workspace --locked --color never --no-fail-fast
			-E "package(storm-tests) and binary(=$program)${module:+ and test(/^$module::/)}")
	else
		command=(cargo test --workspace --locked --color never --test "$program" -- --test-threads=1 ${module:+"$module::"})
	fi
	tests/desktop/session.sh "${command[@]}" || status=$?
done
exit "$status"
