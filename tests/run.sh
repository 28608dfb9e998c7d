#!/bin/sh
# Runs all suites against the programs in one build folder and adds up what they counted.
# A suite is a command whose last line is `N passed, N failed` (perhaps `, N skipped`).
set -u
build=${1:-build}
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0 skipped=0
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

suite() {
	name=$1
	shift
	"$@" >"$log" 2>&1
	code=$?
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
	if [ -z "$line" ] || { [ $code -ne 0 ] && [ "${line#*, 0 failed}" != "$line" ]; }; then
		echo "$name: ended with $code and without a count:"
		tail -n 40 "$log"
		failed=$((failed + 1))
		return
	fi
	# shellcheck disable=SC2086 # the line's words are wanted apart
	set -- $line
	passed=$((passed + $1))
	failed=$((failed + $3))
	skipped=$((skipped + ${5:-0}))
	[ "$3" -eq 0 ] || grep -v -E '^[0-9]+ passed' "$log" | tail -n 200
	echo "$name: $line"
}

suite unit "$build/unit"
suite cases "$build/cases" tests/cases
suite rules "$build/cases" tests/rules
for script in tests/process/*.sh; do
	suite "$(basename "$script" .sh)" "$script" "$build"
done

[ "$skipped" -eq 0 ] || echo "($skipped skipped)"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
