# Reads tests/faults/cases.txt, then the output of cargo nextest or cargo test: prints a line per case and their sum.
# A test may carry several numbers (f145_f146_…), and a case may have several tests: it has passed when all of them have.

# The numbers at the beginning of a test's name, as "F145 F146 "; its sentence is left in `sentence`.
function numbers(test, found) {
	sub(/^.*::/, "", test)
	while (match(test, /^f[0-9][0-9][0-9]_/)) {
		found = found "F" substr(test, 2, 3) " "
		test = substr(test, RLENGTH + 1)
	}
	sentence = test
	gsub(/_/, " ", sentence)
	return found
}

function saw(test, verdict) {
	if (numbers(test) != "" && (!(test in outcome) || verdict != "passed")) outcome[test] = verdict
}

function line(number, verdict, text) {
	printf "%s %s  %s\n", number, verdict, text
	if (verdict == "passed") passed++; else failed++
}

FNR == NR {
	if (/^F[0-9][0-9][0-9] /) {
		if ($1 in must) line($1, "FAILED", "is on the list twice")
		else { order[++listed] = $1; must[$1] = substr($0, 6) }
	}
	next
}

# cargo nextest: `PASS [   0.006s] (3/9) package::binary module::f034_…`
/^ *[A-Z-]+ \[ *[0-9.]+s\]/ { test = $NF; saw(test, $1 == "PASS" || $1 == "LEAK" ? "passed" : "FAILED") }
# cargo test: `test module::f034_… ... ok`, with output of the test before the verdict, perhaps
/^test .* \.\.\. / { test = $2 }
/^test .* \.\.\. (ok|FAILED|ignored)/ || /^(ok|FAILED)$/ { saw(test, $NF == "ok" ? "passed" : "FAILED") }
/^---- .* std(out|err) ----$/ { test = $2 }
/SKIPPED/ { saw(test, "skipped") }

END {
	for (test in outcome) {
		count = split(numbers(test), carried, " ")
		for (i = 1; i <= count; i++) {
			number = carried[i]
			if (!(number in proof) || outcome[test] != "passed") words[number] = sentence
			proof[number]++
			if (outcome[test] != "passed") wrong[number] = wrong[number] " " outcome[test] ": " test ";"
		}
	}
	for (i = 1; i <= listed; i++) {
		number = order[i]
		if (!(number in proof)) line(number, "FAILED", must[number] " (no test ran)")
		else if (number in wrong) line(number, "FAILED", must[number] " (" substr(wrong[number], 2) ")")
		else line(number, "passed", must[number])
	}
	# Cases of other lists that run along, sorted by number.
	for (n = 0; n <= 999; n++) {
		number = sprintf("F%03d", n)
		if (number in must || !(number in proof)) continue
		if (number >= order[1] && number <= order[listed]) line(number, "FAILED", "is no case of the list: " words[number])
		else line(number, number in wrong ? "FAILED" : "passed", words[number])
	}
	printf "faults: %d passed, %d failed\n", passed, failed
	exit failed > 0
}
