#!/bin/sh
# What is made from the program's tables is fresh: `make docs` writes it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# fresh FILE ARGUMENT…: the program prints what the file holds
fresh() {
	file=$1
	shift
	"$runbook" "$@" >made 2>out || fail "runbook $* failed"
	diff "$root/$file" made >out 2>&1
	same "$file is out of date: run \`make docs\`" 0 $?
	rm -f out
}

fresh docs/rules.md explain --markdown

# ---- explain ----
run 0 explain rb107
has "a rule by its code" "RB107 bad-id (error)"
has "its example" "deploy_api"
run 0 explain bad-id unknown-key
has "by its name" "RB107 bad-id (error)"
has "and another" "RB101 unknown-key (error)"
run 0 explain
has "all of them" "RB701  error    bad-pattern"
run 2 explain RB10
has "a slip" "did you mean"
run 2 explain --markdown RB101
finish
