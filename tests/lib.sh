# Shared by the process tests: a folder of their own, checks that count, a closing line.
# shellcheck shell=sh disable=SC2034 # used by those who read this in
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$root" && cd "${1:-build}" && pwd)
runbook=$build/runbook
work=$(mktemp -d) || exit 2
unset RUNBOOK_STORE
export XDG_STATE_HOME="$work/state" NO_COLOR=1 LC_ALL=C.UTF-8
passed=0 failed=0
cd "$work" || exit 2

finish() {
	cd /
	rm -rf "$work"
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
	exit
}

pass() {
	passed=$((passed + 1))
}

fail() {
	echo "$(basename "$0"): $1"
	[ ! -f out ] || sed 's/^/    /' out | tail -n 40
	failed=$((failed + 1))
}

# same NAME EXPECTED ACTUAL
same() {
	if [ "$2" = "$3" ]; then pass; else fail "$1: expected \`$2\`, got \`$3\`"; fi
}

# has NAME TEXT: the last output has this text
has() {
	if grep -qF -e "$2" out; then pass; else fail "$1: no \`$2\` in the output"; fi
}

hasnt() {
	if grep -qF -e "$2" out; then fail "$1: \`$2\` in the output"; else pass; fi
}

# run EXIT ARGUMENT…: the program ends with this code; what it says is in `out`
run() {
	expected=$1
	shift
	"$runbook" "$@" >out 2>&1 </dev/null
	code=$?
	if [ $code -eq "$expected" ]; then pass; else fail "runbook $*: exit $code, not $expected"; fi
}

# until_true SECONDS COMMAND…: waits for a condition, not for a time
until_true() {
	left=$(($1 * 20))
	shift
	until "$@"; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		sleep 0.05
	done
}
