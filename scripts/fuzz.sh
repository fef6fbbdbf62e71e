#!/bin/bash
# `make fuzz SECONDS=60 [TARGET=…]`: lets libFuzzer feed every target of fuzz/ for that long, guided by coverage, under the address
# sanitizer. The first inputs are the files of crates/storm-connectors/tests and those of fuzz/seeds; what makes a target fail
# is kept under target/fuzz, with the command that runs it again. Needs a nightly toolchain, which is not installed for this.
# shellcheck source=scripts/environment.sh
source "$(dirname "$0")/environment.sh"

seconds=${1:?usage: fuzz.sh SECONDS [TARGET...]}
shift
targets=("$@")
[ $# -gt 0 ] || targets=(json_key pem pkcs12 aws kubeconfig pasted_text token_answer landing_slots sealed_record)

"$ROOT/scripts/ensure.sh" run
source "$ROOT/scripts/environment.sh"
cd "$ROOT/fuzz"
if ! cargo +nightly --version >/dev/null 2>&1; then
	echo "Fuzzing needs a nightly toolchain beside the stable one: rustup toolchain install nightly" >&2
	exit 1
fi

host=$(rustc +nightly -vV | sed -n 's/^host: //p')
work=$CARGO_TARGET_DIR/fuzz
# What libFuzzer is guided by; with a target named, build scripts and macros are left as they are.
flags="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
flags+=" -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Zsanitizer=address"
RUSTFLAGS="$flags -Cdebug-assertions" cargo +nightly build --release --locked --target "$host" --target-dir "$work/build"
program=$work/build/$host/release/storm-fuzz

# The inputs a target begins with.
seeds_of() {
	local files=$ROOT/crates/storm-connectors/tests/files
	case $1 in
	json_key) cp "$files"/*/*.json "$2" ;;
	pem) cp "$files"/*/*.pem "$files"/*/*.der "$2" ;;
	pkcs12) cp "$files"/*/*.p12 "$files"/*/*.pfx "$2" ;;
	aws) cp "$files"/*/aws* "$files"/*/*.csv "$2" ;;
	kubeconfig) cp "$files"/*/kube* "$2" ;;
	esac
	if [ -d "seeds/$1" ]; then cp "seeds/$1"/* "$2"; fi
}

crashes=0
all=0
for target in "${targets[@]}"; do
	corpus=$work/corpus/$target
	found=$work/crashes/$target
	mkdir -p "$corpus" "$found"
	rm -f "$found"/*
	seeds_of "$target" "$corpus"
	log=$work/$target.log
	status=0
	STORM_FUZZ=$target RUST_BACKTRACE=0 "$program" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=1024 -max_len=16384 \
		-print_final_stats=1 -artifact_prefix="$found/" "$corpus" >"$log" 2>&1 || status=$?
	ran=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
	count=$(find "$found" -type f | wc -l)
	[ "$status" -eq 0 ] || [ "$count" -gt 0 ] || count=1
	printf '%-14s %9s executions, %s crashes\n' "$target" "${ran:-0}" "$count"
	if [ "$count" -gt 0 ]; then
		grep -E 'panicked at|ERROR|SUMMARY' -A2 "$log" | head -8 >&2
		find "$found" -type f -exec echo "  again: STORM_FUZZ=$target $program {}" \; >&2
	fi
	crashes=$((crashes + count))
	all=$((all + ${ran:-0}))
done
echo "fuzz: ${#targets[@]} targets, $all executions, $crashes crashes"
[ "$crashes" -eq 0 ]
