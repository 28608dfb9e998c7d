#!/bin/sh
# A step outlives the interpreter that was killed under it, and `resume` knows how it ended.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

cat >killed.yml <<'YML'
version: 1
runbook: killed
steps:
  - id: long
    run: |
      echo before
      echo $PPID > parent
      echo x > begun
      while [ ! -e go ]; do sleep 0.01; done
      echo x >> effect
      echo after
    outputs: { last: 'lines[2]' }
  - id: next
    run: echo ${{ steps.long.last }} > last
YML

# Starts the run and kills it in the middle of its first step.
kill_in_the_middle() {
	rm -f begun go effect last
	"$runbook" exec killed.yml >out 2>&1 </dev/null &
	interpreter=$!
	until_true 20 test -s begun || fail "the step does not begin"
	kill -9 "$interpreter"
	wait "$interpreter" 2>/dev/null
}

# It has a descriptor that tells the end of a process.
waits_for_child() {
	find "/proc/$1/fd" -lname '*pidfd*' 2>/dev/null | grep -q .
}

kill_in_the_middle
"$runbook" resume last >resumed 2>&1 </dev/null &
resume=$!
until_true 20 waits_for_child "$resume" || fail "resume does not wait"
touch go
wait "$resume"
same "it is waited for" 0 $?
same "and not run again" x "$(cat effect)"
same "what it printed is all there" after "$(cat last)"

# It ends before anybody looks.
kill_in_the_middle
touch go
until_true 20 test -s effect || fail "the step ends with its interpreter"
run 0 resume last
same "known afterwards" x "$(cat effect)"
same "with what it printed" after "$(cat last)"

# Whoever would have seen its end was killed as well: a person has to say.
kill_in_the_middle
kill -9 "$(cat parent)"
touch go
until_true 20 test -s effect || fail "the program ends with its parents"
run 5 resume last
has "the step is named" long
same "never silently run twice" x "$(cat effect)"

finish
