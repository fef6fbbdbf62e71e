#!/bin/bash
# `make check`: lints and fast tests, nothing that needs a desktop. Tools that are not installed are named, not skipped silently.
# shellcheck source=scripts/environment.sh
source "$(dirname "$0")/environment.sh"

"$ROOT/scripts/ensure.sh" run
source "$ROOT/scripts/environment.sh"
cd "$ROOT"

# tool COMMAND...: runs an optional tool, or says that it is missing.
tool() {
	if "${@:1:2}" --version >/dev/null 2>&1; then "$@"; else echo "not installed, so not run: $1 $2"; fi
}

say "Front end"
node_modules ui
(cd ui && npm run --silent build && npm run --silent check && npm run --silent test)

say "Format"
if cargo fmt --version >/dev/null 2>&1; then cargo fmt --all --check; else echo "not installed, so not run: cargo fmt"; fi

say "Lints"
if cargo clippy --version >/dev/null 2>&1; then
	cargo clippy --workspace --all-targets --locked -- -D warnings
else
	echo "not installed, so not run: cargo clippy"
fi
tool cargo deny check
tool typos .

say "Fast tests"
fast=(--workspace --exclude storm-connect --locked)
if has_nextest; then
	cargo nextest run "${fast[@]}" -E 'not package(storm-tests) or binary(architecture)'
else
	cargo test "${fast[@]}" --exclude storm-tests
	cargo test --workspace --locked --test architecture
fi
cargo test --workspace --locked --doc

say "Generated bindings"
bindings=$(mktemp) && trap 'rm -f "$bindings"' EXIT
cp ui/src/bindings.ts "$bindings"
cargo run --quiet --locked -p storm-connect --example export-bindings
diff -u "$bindings" ui/src/bindings.ts || { echo "ui/src/bindings.ts was out of date and has been written anew." >&2 && exit 1; }
echo "All checks passed."
