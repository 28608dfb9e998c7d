#!/bin/sh
# Runs the tests on real services of the distribution's packages, all on the loopback, one after another. What others
# do on the machine at the same time can hurt a service: one that fails is shown, and has one more chance.
# run.sh [BUILD [NAME…]]
set -u
build=${1:-build}
cd "$(dirname "$0")/../.." || exit 1
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- standins postgres sqlite nginx prometheus git hosts machine
failed=0

# passes NAME
passes() {
	out=$("tests/real/$1.sh" "$build" 2>&1)
	code=$?
	line=$(printf '%s\n' "$out" | grep -E '^[0-9]+ passed, [0-9]+ failed' | tail -n 1)
	is_good=true
	[ $code -eq 0 ] && [ -n "$line" ] || is_good=false
	$is_good || printf '%s\n' "$out" | tail -n 60
	echo "$1: ${line:-ended with $code and without a count}"
	$is_good
}

for name in "$@"; do
	passes "$name" || { echo "$name: once more" && passes "$name"; } || failed=1
done
exit $failed
