#!/bin/bash
# Runs end-to-end suites of tests/, each on a private desktop of its own, one test after the other.
# usage: e2e.sh [--list | SUITE...]   without a suite: all of them. Expects a finished build (scripts/test.sh makes one).
# shellcheck source=scripts/environment.sh
source "$(dirname "$0")/environment.sh"
cd "$ROOT"

mapfile -t suites < <(sed -n '/^\[\[test\]\]/,/^name/s/^name = "\(.*\)"/\1/p' tests/Cargo.toml | grep -v '^architecture$' | sort)
if [ "${1:-}" = --list ]; then
	printf '%s\n' "${suites[@]}"
	exit
fi
[ $# -eq 0 ] || suites=("$@")

status=0
for suite in "${suites[@]}"; do
	if has_nextest; then
		command=(cargo nextest run --workspace --locked --color never --no-fail-fast -E "package(storm-tests) and binary(=$suite)")
	else
		command=(cargo test --workspace --locked --color never --test "$suite" -- --test-threads=1)
	fi
	tests/desktop/session.sh "${command[@]}" || status=$?
done
exit "$status"
