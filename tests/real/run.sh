#!/bin/sh
# Runs the tests on real services of the distribution's packages, all on the loopback, one after another.
# run.sh [BUILD [NAME…]]
set -u
build=${1:-build}
cd "$(dirname "$0")/../.." || exit 1
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- standins postgres sqlite nginx prometheus git hosts machine
failed=0
for name in "$@"; do
	out=$("tests/real/$name.sh" "$build" 2>&1)
	code=$?
	line=$(printf '%s\n' "$out" | grep -E '^[0-9]+ passed, [0-9]+ failed' | tail -n 1)
	if [ $code -ne 0 ] || [ -z "$line" ]; then
		printf '%s\n' "$out" | tail -n 60
		failed=1
	fi
	echo "$name: ${line:-ended with $code and without a count}"
done
exit $failed
