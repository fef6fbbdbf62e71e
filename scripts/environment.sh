# Sourced by every script: where things are, and the tools that scripts/ensure.sh may have installed.
# Leaves CARGO_TARGET_DIR alone when it is set, so that a warm folder outside the checkout can be used.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export ROOT
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$ROOT/target}
export RUST_BACKTRACE=0 # tests compare standard error
TOOLS=${XDG_CACHE_HOME:-$HOME/.cache}/storm-connect/tools
LEAST_RUST=1.94.0 # sqlx 0.9
LEAST_NODE=20.19.0 # vite 8

# at_least WANTED FOUND: whether version FOUND is WANTED or newer.
at_least() {
	[ -n "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

rust_version() { rustc --version 2>/dev/null | sed -n 's/^rustc \([0-9.]*\).*/\1/p'; }
node_version() { node --version 2>/dev/null | sed -n 's/^v//p'; }

# An older Rust or Node of the user stays where it is; the one that was installed beside it is preferred here only.
if ! at_least "$LEAST_RUST" "$(rust_version)" && at_least "$LEAST_RUST" "$(PATH=/usr/bin rust_version)"; then
	export PATH=/usr/bin:$PATH
fi
if ! at_least "$LEAST_NODE" "$(node_version)" && [ -x "$TOOLS/node_modules/.bin/node" ]; then
	export PATH=$TOOLS/node_modules/.bin:$PATH
fi

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }

# has_display: whether a window can be opened here.
has_display() { [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; }

# has_nextest: cargo-nextest is used when it is there; plain cargo test does the same, more slowly.
has_nextest() { cargo nextest --version >/dev/null 2>&1; }

# node_modules FOLDER: installs what its lock file names, unless that is there already.
node_modules() {
	local installed=$1/node_modules/.package-lock.json
	if [ ! -e "$installed" ] || [ "$1/package-lock.json" -nt "$installed" ]; then
		(cd "$1" && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json)
	fi
}

# python_tools FOLDER: a Python of its own in FOLDER, with what tests/requirements.txt names, unless that is there already.
python_tools() {
	local wanted=$ROOT/tests/requirements.txt
	if ! cmp -s "$wanted" "$1/requirements.txt"; then
		rm -rf "$1" && python3 -m venv "$1" &&
			"$1/bin/pip" install --quiet --disable-pip-version-check -r "$wanted" && cp "$wanted" "$1/requirements.txt"
	fi
}

# build_all: the front end, then every program and test with one set of features.
build_all() {
	say "Building the front end"
	node_modules "$ROOT/ui"
	(cd "$ROOT/ui" && npm run --silent build)
	say "Building Storm Connect"
	(cd "$ROOT" && cargo build --workspace --all-targets --locked)
}

# build_handout: the `storm` command as it is shipped, linked statically, since its start-up is what people wait for. Naming
# the target keeps the flag away from build scripts and macros.
build_handout() {
	local target
	target=$(rustc -vV | sed -n 's/^host: //p')
	(cd "$ROOT" && RUSTFLAGS="-C target-feature=+crt-static" cargo build --profile handout -p storm-cli --locked --target "$target")
	mkdir -p "$CARGO_TARGET_DIR/handout"
	cp "$CARGO_TARGET_DIR/$target/handout/storm" "$CARGO_TARGET_DIR/handout/storm"
}
