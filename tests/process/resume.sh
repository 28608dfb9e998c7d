#!/bin/sh
# What is told of a run that goes on: all of it counts, what is waited for, whose lock it was, what
# a person left as it is.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
export RUNBOOK_STORE="$PWD/runs.db"

# ---- an earlier sitting counts -------------------------------------------------------------------
cat >held.yml <<'YML'
version: 1
runbook: held
steps:
  - { id: one, run: "true", rollback: { run: "true" } }
  - { id: two, run: "true", rollback: { run: "true" } }
  - { id: kept, run: "true", keep: it stays }
  - { id: ask, confirm: Go on? }
  - { id: also, confirm: Really? }
YML
run 5 exec held.yml
run 5 approve last
has "what is in effect" 'still in effect: two, one'
has "what is kept" 'kept on purpose: kept'
run 0 approve last
has "all steps" '5 ok'

run 5 exec held.yml
run 3 rollback last --skip one --reason 'done by hand'
hasnt "no step has failed" 'failed'
has "what is undone" 'undone: two'
has "what is left, by whose word" "left as it is: one: done by hand ($(id -un)@$(hostname))"
hasnt "there was something to undo" 'nothing to undo'
has "a question is not unknown" '3 ok, 1 cancelled'
run 0 show last --format md
has "the report has it too" 'done by hand'

run 5 exec held.yml
run 5 resume last --output junit
has "the document is about all of it" 'name="one"'

# ---- what is waited for, and whose lock it was ----------------------------------------------------
cat >slow.yml <<'YML'
version: 1
runbook: slow
lock: { name: production, reason: a trial }
steps:
  - id: one
    run: touch standing; while [ ! -e go ]; do sleep 0.02; done
    keep: it stays
  - { id: two, run: echo two >>effects, keep: it stays }
YML
killed() {
	rm -f standing go
	"$runbook" exec slow.yml >/dev/null 2>&1 &
	until_true 10 [ -e standing ] || fail "it does not begin"
	kill -9 $!
	wait $! 2>/dev/null
}
killed
"$runbook" resume last >resumed 2>&1 </dev/null &
until_true 10 grep -q 'still running since an earlier sitting' resumed || fail "it does not say what it waits for"
: >go
wait $!
same "it goes on" 0 $?
cp resumed out
has "all of it" '2 ok'

killed
lost=$("$runbook" runs --format json | sed -n 's/.*"id":"\([^"]*\)".*"lost".*/\1/p')
: >go
run 0 exec slow.yml
has "whose lock it was" "run \`$lost\` of \`slow\` had lock \`production\` and was killed"
has "how to go on" "\`runbook resume $lost\`"
run 0 exec slow.yml
hasnt "once" 'was killed'
run 0 resume "$lost"
hasnt "it had its own" 'was killed'

# ---- no file --------------------------------------------------------------------------------------
for command in "exec held.yml" "resume last" "runs" "show last"; do
	# shellcheck disable=SC2086 # a command and its operand
	run 2 $command --store ''
	has "$command" '`--store` names no file'
done

finish
