# Reads a list of cases, then the output of cargo nextest or cargo test: prints a line per case and their sum. `number` is the
# pattern of a number in a test's name, `closing` the word before the sum.
# A test may carry several numbers (f145_f146_…), and a case may have several tests: it has passed when all of them have.

# The numbers at the beginning of a test's name, as "F145 F146 "; its sentence is left in `sentence`.
function numbers(test, found) {
	sub(/^.*::/, "", test)
	while (match(test, "^" number "_")) {
		found = found toupper(substr(test, 1, RLENGTH - 1)) " "
		test = substr(test, RLENGTH + 1)
	}
	sentence = test
	gsub(/_/, " ", sentence)
	return found
}

function saw(test, verdict) {
	if (numbers(test) != "" && (!(test in outcome) || verdict != "passed")) outcome[test] = verdict
}

function line(of, verdict, text) {
	printf "%s %s  %s\n", of in shown ? shown[of] : of, verdict, text
	if (verdict == "passed") passed++; else failed++
}

FNR == NR {
	# A list writes its numbers as it likes (O-16); a test's name has no hyphens.
	plain = $1
	gsub(/-/, "", plain)
	if (tolower(plain) ~ "^" number "$") {
		if (plain in must) line(plain, "FAILED", "is on the list twice")
		else { order[++listed] = plain; shown[plain] = $1; must[plain] = substr($0, length($1) + 2) }
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
			of = carried[i]
			if (!(of in proof) || outcome[test] != "passed") words[of] = sentence
			proof[of]++
			if (outcome[test] != "passed") wrong[of] = wrong[of] " " outcome[test] ": " test ";"
		}
	}
	for (i = 1; i <= listed; i++) {
		of = order[i]
		if (!(of in proof)) line(of, "FAILED", must[of] " (no test ran)")
		else if (of in wrong) line(of, "FAILED", must[of] " (" substr(wrong[of], 2) ")")
		else line(of, "passed", must[of])
	}
	# Cases of other lists that run along, sorted by number.
	for (of in proof) {
		if (of in must) continue
		for (i = ++others; i > 1 && other[i - 1] > of; i--) other[i] = other[i - 1]
		other[i] = of
	}
	for (i = 1; i <= others; i++) {
		of = other[i]
		if (of >= order[1] && of <= order[listed]) line(of, "FAILED", "is no case of the list: " words[of])
		else line(of, of in wrong ? "FAILED" : "passed", words[of])
	}
	printf "%s: %d passed, %d failed\n", closing, passed, failed
	exit failed > 0
}
