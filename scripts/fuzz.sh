#!/bin/bash
# `make fuzz [SECONDS=60] [TARGET=…]`: lets libFuzzer feed every target of fuzz/ for that long, guided by coverage. With a nightly
# toolchain beside the stable one, under the address sanitizer too. What makes a target fail is kept under target/fuzz/crashes,
# tried first the next time, and printed with the command that runs it again.
# shellcheck source=scripts/environment.sh
source "$(dirname "$0")/environment.sh"

seconds=${1:?usage: fuzz.sh SECONDS [TARGET...]}
shift
cd "$ROOT/fuzz/seeds"
targets=("$@")
[ $# -gt 0 ] || targets=(*)

"$ROOT/scripts/ensure.sh" run
source "$ROOT/scripts/environment.sh"
cd "$ROOT"
work=$CARGO_TARGET_DIR/fuzz
# What libFuzzer is guided by. With a target named, build scripts and macros are left as they are.
flags="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
flags+=" -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
toolchain=()
if cargo +nightly --version >/dev/null 2>&1; then
	toolchain=(+nightly)
	flags+=" -Zsanitizer=address"
fi
host=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS=$flags cargo "${toolchain[@]}" build --profile fuzz --locked -p storm-fuzz --features libfuzzer --target "$host" \
	--target-dir "$work/build"
program=$work/build/$host/fuzz/storm-fuzz

# SQLite is one file with several variables of one name, which is no violation there.
export ASAN_OPTIONS=detect_odr_violation=0
crashes=0
all=0
for target in "${targets[@]}"; do
	corpus=$work/corpus/$target
	kept=$work/crashes/$target
	mkdir -p "$corpus" "$kept"
	options=(-max_total_time="$seconds" -timeout=60 -rss_limit_mb=1024 -max_len=16384 -print_final_stats=1 -artifact_prefix="$kept/")
	[ ! -e "fuzz/dictionary/$target.dict" ] || options+=(-dict="fuzz/dictionary/$target.dict")
	log=$work/$target.log
	status=0
	STORM_FUZZ=$target STORM_FUZZ_SEEDS=$corpus "$program" "${options[@]}" "$corpus" "$kept" >"$log" 2>&1 || status=$?
	ran=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	crashed=$((status != 0)) # libFuzzer stops at the first
	printf '%-14s %9s executions, %s crashes\n' "$target" "${ran:-0}" "$crashed"
	if [ "$crashed" -ne 0 ]; then
		grep -E 'panicked at|ERROR|SUMMARY' -A2 "$log" | head -8 >&2
		find "$kept" -type f -printf "  again: STORM_FUZZ=$target $program %p\n" >&2
	fi
	crashes=$((crashes + crashed))
	all=$((all + ${ran:-0}))
done
echo "fuzz: ${#targets[@]} targets, $all executions, $crashes crashes"
[ "$crashes" -eq 0 ]
