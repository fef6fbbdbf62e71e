#!/bin/bash
# `make test`: every test there is. The last line is `N passed, N failed`; a suite that ran nothing counts as failed.
# shellcheck source=scripts/environment.sh
source "$(dirname "$0")/environment.sh"

"$ROOT/scripts/ensure.sh" test
source "$ROOT/scripts/environment.sh"
cd "$ROOT"
build_all
logs=$CARGO_TARGET_DIR/test-logs
rm -rf "$logs" && mkdir -p "$logs"
passed=0 failed=0

# tally NAME PASSED FAILED STATUS: adds a suite up; silence or a bad exit status is a failure of the suite itself.
tally() {
	local bad=$3
	if [ "$bad" -eq 0 ] && { [ "$4" -ne 0 ] || [ "$2" -eq 0 ]; }; then
		echo "$1: ended with status $4 after $2 tests" >&2
		bad=1
	fi
	passed=$((passed + $2)) failed=$((failed + bad))
}

# suite NAME COMMAND...: runs a suite that is not vitest's and adds its summary lines up.
suite() {
	local name=$1 status=0
	shift
	say "$name"
	"$@" 2>&1 | tee "$logs/$name.log" || status=$?
	# shellcheck disable=SC2046 # two numbers
	tally "$name" $("$ROOT/scripts/count.sh" "$logs/$name.log") "$status"
}

say "Front end"
status=0
(cd ui && npm run --silent test -- --reporter=default --reporter=json --outputFile="$logs/ui.json") || status=$?
tally ui "$(node -p "require('$logs/ui.json').numPassedTests" || echo 0)" \
	"$(node -p "require('$logs/ui.json').numFailedTests" || echo 0)" "$status"
suite views node ui/gallery/check.mjs "$CARGO_TARGET_DIR/gallery-check"

if has_nextest; then
	suite unit cargo nextest run --workspace --locked --color never --no-fail-fast -E 'not package(storm-tests)'
	suite architecture cargo nextest run --workspace --locked --color never --no-fail-fast -E 'binary(architecture)'
else
	suite unit cargo test --workspace --exclude storm-tests --locked --color never --no-fail-fast --lib --bins --tests
	suite architecture cargo test --workspace --locked --color never --test architecture
fi
suite doctests cargo test --workspace --locked --color never --doc

for name in $("$ROOT/scripts/e2e.sh" --list); do
	suite "$name" "$ROOT/scripts/e2e.sh" "$name"
done

say "Total"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
