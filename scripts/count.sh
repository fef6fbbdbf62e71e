#!/bin/bash
# Prints "PASSED FAILED" for the output of cargo nextest or cargo test in the file $1.
set -euo pipefail

awk '
	/tests? run:/ {
		for (i = 2; i <= NF; i++) {
			if ($i ~ /^passed/) passed += $(i - 1)
			if ($i ~ /^(failed|timed|exec)/) failed += $(i - 1)
		}
	}
	/^test result:/ { passed += $4; failed += $6 }
	END { print passed + 0, failed + 0 }
' "$1"
