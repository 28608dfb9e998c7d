#!/bin/sh
# One run a lock: who is told what, who waits, who is let in when the owner is gone or the lock is broken.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
export RUNBOOK_STORE="$PWD/runs.db"

# A run with the lock `production` stands in its first step until the file `go` is there.
cat >first.yml <<'YML'
version: 1
runbook: first
lock: { name: production, reason: the release of today }
steps:
  - { id: stand, run: "touch standing; while [ ! -e go ]; do sleep 0.02; done", effects: none }
  - { id: effect, run: echo first >>effects, keep: kept }
YML
sed 's/runbook: first/runbook: second/; s/>>effects/>>effects.second/; s/echo first/echo second/' first.yml >second.yml
sed 's/today }/today, conflict: wait }/' second.yml >third.yml
first_stands() {
	rm -f go standing effects*
	"$runbook" exec first.yml >first.out 2>&1 &
	first=$!
	until_file standing
}
until_file() {
	n=0
	while [ ! -e "$1" ] && [ $n -lt 500 ]; do
		sleep 0.02
		n=$((n + 1))
	done
}

run 0 locks
has "nobody" "no lock is held"
first_stands
run 6 exec second.yml
has "who, why, since when" "lock \`production\` is held by"
has "why" "the release of today"
hasnt "the second has not begun" "stand"
run 0 locks
has "the list" "process $first"
run 0 locks --format json
has "the list for programs" '"pid": '"$first"

"$runbook" exec third.yml >third.out 2>&1 &
third=$!
until grep -qs waiting third.out; do kill -0 $third || break; sleep 0.01; done
touch go
wait $first
same "the first ends" 0 $?
wait $third
same "who waits comes next" 0 $?
same "… and has its effect" second "$(cat effects.second)"
cp third.out out
has "it says what it waits for" "; waiting"
run 0 locks
has "given back" "no lock is held"

first_stands
kill -9 $first
wait $first 2>/dev/null
run 0 locks
has "its owner is gone" "the next run takes the lock"
touch go
run 0 exec second.yml
same "a killed owner is in nobody's way" second "$(cat effects.second)"

first_stands
run 2 locks --break production
has "no word, no breaking" "needs a --reason"
run 2 locks --break staging --reason x
has "nobody has that one" "nobody holds lock \`staging\`"
run 0 locks --break production --reason 'its machine is gone'
touch go
wait $first
same "who lost it starts nothing more" 7 $?
cp first.out out
has "and says why" "somebody broke it"
[ ! -e effects ] && pass || fail "a run without its lock had an effect"

# A runbook that is called brings its lock along, and a step that is left out does not take it away.
cat >caller.yml <<'YML'
version: 1
runbook: caller
lock: { name: staging, reason: the day before }
steps:
  - { id: sub, if: false, call: called.yml }
  - { id: stand, run: "touch standing; while [ ! -e go ]; do sleep 0.02; done", effects: none }
YML
cat >called.yml <<'YML'
version: 1
runbook: called
lock: { name: production }
steps:
  - { run: "true" }
YML
rm -f go standing
"$runbook" exec caller.yml >caller.out 2>&1 &
caller=$!
until_file standing
run 0 locks
has "its own" "staging"
has "the called one's" "production"
run 6 exec second.yml
has "who has it, and why" "\`sub\` calls \`called\`"
run 2 exec caller.yml --no-record
touch go
wait $caller
same "it ends" 0 $?
run 0 locks
has "both are given back" "no lock is held"

finish
