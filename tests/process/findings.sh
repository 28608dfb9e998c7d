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

# Bytes that no document may have, in a file, in its path and in messages: each format stays what it is.
hostile=$(printf 'new\nline ]]>&"\377.yml')
printf 'version: 1\nrunbook: a\nsteps:\n  - { id: a, s\033[31may: "x" }\n' >escape.yml
printf 'version: 1\nrunbook: a\nsteps:\n  - { id: a, say: "\377" }\n' >bytes.yml
cat >"$hostile" <<'YML'
version: 1
runbook: a
steps:
  - { id: a, "say]]>::error::\n::warning::\u0007\u001b[31m\u202e": x }
  - { id: b, say: "${{ nope]] }}", if: "x == '😀' and <b> == y" }
  - { id: "]]>&<", say: x }
YML
for format in text short json sarif github gitlab junit checkstyle rdjson; do
	run 1 lint --format $format escape.yml bytes.yml "$hostile"
	if python3 - $format <<'PY'; then pass; else fail "$format: hostile bytes"; fi
import json, sys, xml.etree.ElementTree as tree
kind, data = sys.argv[1], open("out", "rb").read()
text = data.decode("utf-8")
assert not [c for c in text if ord(c) < 32 and c != "\n" or c == "\u202e"], "a control character"
if kind in ("junit", "checkstyle"):
    tree.fromstring(data)
elif kind in ("json", "sarif", "gitlab", "rdjson"):
    json.loads(text)
elif kind in ("short", "github"):
    start = "::" if kind == "github" else ("escape.yml:", "bytes.yml:", "new")
    assert all(line.startswith(start) for line in text.splitlines()), text
PY
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
