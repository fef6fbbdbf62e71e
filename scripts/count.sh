#!/bin/bash
# Prints "PASSED FAILED" for the output of cargo nextest, cargo test or gallery/check.mjs in the file $1.
set -euo pipefail

awk '
	/tests? run:/ {
		for (i = 2; i <= NF; i++) {
			if ($i ~ /^passed/) passed += $(i - 1)
			if ($i ~ /^(failed|timed|exec)/) failed += $(i - 1)
		}
	}
	/^test result:/ { passed += $4; failed += $6 }
	/^[0-9]+ passed, [0-9]+ failed$/ { passed += $1; failed += $3 }
	END { print passed + 0, failed + 0 }
' "$1"
