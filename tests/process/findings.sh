#!/bin/sh
# Findings in every format, beside what they were when somebody looked at them last: tests/findings/.
# `UPDATE=1 tests/process/findings.sh build` writes that anew; read the difference before it is kept.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
unset GITHUB_STEP_SUMMARY
cp "$root"/tests/findings/*.yml .
version=$("$runbook" --version | cut -d" " -f2)

for format in text short json sarif github gitlab junit checkstyle rdjson; do
	golden=$root/tests/findings/golden.$format
	run 2 validate --format $format bad.yml cycle.yml ./forged.yml good.yml missing.yml
	# The version changes without any change of the formats.
	sed "s/\"$version\"/\"VERSION\"/" out >got
	[ -z "${UPDATE:-}" ] || cp got "$golden"
	if diff -u "$golden" got >out 2>&1; then pass; else fail "$format is not what it was"; fi
done

# What a file says reaches a log neither as an order to the runner nor as one to the terminal.
for format in text short github; do
	run 2 validate --format $format forged.yml
	case $format in
	github) orders=$(grep -c '^::' out) lines=$(grep -c '' out) ;;
	*) orders=$(grep -c '^ *::' out) lines=0 ;;
	esac
	same "$format: orders" "$lines" "$orders"
	hasnt "$format: an order inside a line" '##['
	hasnt "$format: an escape" "$(printf '\033')"
	hasnt "$format: a turn of the writing" "$(printf '\342\200\256')"
done

# The summary of a job is added to what other steps wrote there.
echo before >summary.md
export GITHUB_STEP_SUMMARY="$work/summary.md"
run 2 validate --format github forged.yml good.yml
cp summary.md out
has "summary: what was there" before
has "summary: the count" "in 2 files."
has "summary: a row" '| error | RB101 | forged.yml:6:5 |'
hasnt "summary: markup of the file" '<b>'
run 0 validate --format text good.yml
same "summary: of that format only" "$(grep -c '^###' summary.md)" 1
GITHUB_STEP_SUMMARY=$work/none/summary.md run 2 validate --format github forged.yml
has "summary: that cannot be written" "cannot write the job's summary"
unset GITHUB_STEP_SUMMARY

# The machine formats are documents also of nothing.
for format in json sarif gitlab junit checkstyle rdjson; do
	run 0 validate --format $format good.yml
	if [ -s out ]; then pass; else fail "$format: nothing at all"; fi
done
for format in short github text; do
	run 0 validate --format $format good.yml
	same "$format of nothing" "" "$(cat out)"
done
finish
