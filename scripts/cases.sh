#!/bin/bash
# A line for each case of a list and, at the end, `faults: N passed, N failed`. A case is proved by the tests whose names begin
# with its number, in small letters (`f034_…`, `o16_…`, `rp_b01_…`); one without a test, or whose test was skipped, has failed.
# usage: cases.sh faults | conformance | oauth-statements
# shellcheck source=scripts/environment.sh
source "$(dirname "$0")/environment.sh"

# The list, what a number looks like, how it begins (for cargo test, which knows no patterns), and the closing word.
case ${1:-} in
faults) cases=tests/faults/cases.txt number='f[0-9][0-9][0-9]' beginnings=(f0 f1) closing=faults ;;
conformance) cases=tests/conformance/modules.txt number='rp_[bcr][0-9][0-9]' beginnings=(rp_) closing=conformance ;;
oauth-statements) cases=tests/oauth/statements.txt number='o[0-9][0-9]' beginnings=(o0 o1 o2 o3 o4 o5) closing='oauth statements' ;;
*) echo "usage: cases.sh faults | conformance | oauth-statements" >&2 && exit 2 ;;
esac

"$ROOT/scripts/ensure.sh" test
source "$ROOT/scripts/environment.sh"
cd "$ROOT"
log=$CARGO_TARGET_DIR/$1.log
mkdir -p "$CARGO_TARGET_DIR"

# Only what holds such tests is built, and the programs that the end-to-end ones start.
mapfile -t files < <(grep -rlE "fn ${number}_" --include='*.rs' crates src-tauri tests)
mapfile -t packages < <(printf '%s\n' "${files[@]}" | sed -E 's#^(crates/[^/]+|src-tauri|tests)/.*#\1/Cargo.toml#' | sort -u |
	xargs sed -sn '0,/^name = /s/^name = "\(.*\)"/\1/p')
if [[ " ${packages[*]} " == *" storm-tests "* ]]; then packages+=(storm-sandbox storm-agent storm-cli); fi
if [[ " ${files[*]} " == *" tests/window/"* ]]; then
	packages+=(storm-connect)
	node_modules ui
	(cd ui && npm run --silent build)
fi
mapfile -t packages < <(printf -- '--package=%s\n' "${packages[@]}" | sort -u)

if has_nextest; then
	command=(cargo nextest run "${packages[@]}" --locked --color never --no-fail-fast --success-output immediate
		-E "test(/(^|::)${number}_/)")
else
	command=(cargo test "${packages[@]}" --locked --color never --no-fail-fast --lib --bins --tests
		-- --test-threads=1 --show-output "${beginnings[@]}")
fi

# Some cases need a disk that can be filled up; without the right to mount one they are skipped, and so have failed.
small_disk=$(mktemp -d)
trap 'umount -l "$small_disk" 2>/dev/null || true; rmdir "$small_disk"' EXIT
if mount -t tmpfs -o size=6m tmpfs "$small_disk" 2>/dev/null; then export STORM_TEST_SMALL_DISK=$small_disk; fi
export STORM_TEST_SECRET_SERVICE=1 # the keyring of the private desktop is a throw-away one

status=0
tests/desktop/session.sh "${command[@]}" >"$log" 2>&1 || status=$?

failed=0
awk -v number="$number" -v closing="$closing" -f scripts/cases.awk "$cases" "$log" || failed=$?
if [ "$status" -ne 0 ] || [ "$failed" -ne 0 ]; then
	echo "The whole output is in $log" >&2
	exit 1
fi
