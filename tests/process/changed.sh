#!/bin/sh
# A run that stopped, and a runbook that was changed meanwhile: refused with a diff, or gone on with
# if what has begun is untouched.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
export RUNBOOK_STORE="$PWD/runs.db"

cat >ship.yml <<'YML'
version: 1
runbook: ship
watch:
  errors: { every: 1h, run: echo 0, value: tonumber(trim(stdout)) }
steps:
  - { id: build, run: echo build >>effects, rollback: { run: echo undo build >>effects } }
  - id: each
    for_each: [x, y]
    run: echo ${{ item }} >>effects
    keep: it stays
  - { id: approve, confirm: Go on? }
  - { id: ship, run: echo ship >>effects, keep: it stays }
  - { id: tell, say: 'shipped' }
rollback:
  when: [{ if: watch.errors > 1 }]
  steps: [{ run: echo after >>effects, keep: it stays }]
finally:
  - { id: last, run: echo last >>effects, keep: it stays }
YML
cp ship.yml first.yml

# held: a new run that waits for the answer
held() {
	cp first.yml ship.yml
	rm -f effects
	run 5 exec ship.yml
}
# change SED-SCRIPT
change() {
	sed "$1" first.yml >ship.yml
}

# ---- without a word it is refused ----------------------------------------------------------------
held
change 's/echo ship/echo ship twice/'
run 7 resume last
has "the diff" '+  - { id: ship, run: echo ship twice >>effects'
has "what to do" '--accept-changes'
run 7 approve last
has "also with the answer" '+  - { id: ship, run: echo ship twice >>effects'

# ---- what comes is changed ------------------------------------------------------------------------
run 0 approve last --accept-changes
same "the changed step has run" 'build x y ship twice last ' "$(tr '\n' ' ' <effects)"
run 0 show last
has "the record tells all of it" 'build'
run 7 resume last
has "it has ended" 'has ended'

# New steps before, in the middle and behind; ids that move, and a record read twice since.
held
change 's/^  - { id: ship/  - { id: look, run: cat effects, effects: none, outputs: { seen: len(lines) } }\n  - { id: more, parallel: [{ run: echo more >>effects, keep: k }] }\n&/; s/^  - { id: last/  - say: over\n&/; s/shipped/after ${{ steps.look.seen }} effects/'
run 5 resume last --accept-changes
run 5 resume last
run 0 approve last --output jsonl
has "steps know those before them" 'after 3 effects'
same "each has run once" 'build x y more ship last ' "$(tr '\n' ' ' <effects)"
"$runbook" replay last --output jsonl >all
same "the record has each end once" 1 "$(grep -c '"event":"step_finished".*"step":"build"' all)"
cp all out
has "and its new step" '"step":"more.1"'

# Changed twice; then undone, by the rollback that it had.
held
change 's/echo ship >>/echo ship 2 >>/'
run 5 resume last --accept-changes
change 's/echo ship >>/false >>/; s/^  - { id: tell/  - say: more\n&/'
run 3 approve last --accept-changes
same "what it began with is undone" 'build x y undo build after last ' "$(tr '\n' ' ' <effects)"

# ---- what has begun is not ------------------------------------------------------------------------
# refused NAME SED-SCRIPT TEXT
refused() {
	change "$2"
	run 7 resume last --accept-changes
	has "$1" "$3"
}
held
refused "a step that has run" 's/echo build/echo built/' '`build` has begun: run was changed'
refused "a loop" 's/\[x, y\]/[x, y, z]/' '`each` has begun: `for_each` was changed'
refused "the question" 's/Go on?/Stop?/' '`approve` has begun'
refused "what undoes it" 's/undo build/unmake build/' '`build.rollback` has begun: run was changed'
refused "… is gone" 's/, rollback: { run: echo undo build >>effects }/, keep: k/' '`build'
refused "a step is gone" '/id: build/d' '`build` was removed'
refused "one more before it" 's/^  - { id: build/  - say: first\n&/' '`build` has begun, and stands behind other steps now'
refused "a watch" 's/echo 0/echo 1/' '`watch.errors`'
refused "a condition" 's/errors > 1/errors > 2/' 'condition'
refused "an input" 's/^watch:/inputs: { x: { type: string } }\n&/' '`inputs.x`'
same "nothing of it ran" 'build x y ' "$(tr '\n' ' ' <effects)"
change 's/id: ship, run/id: ship, runs/'
run 2 resume last --accept-changes
has "it has to be a runbook" 'error['
cp first.yml ship.yml
run 0 approve last
same "it goes on as it began" 'build x y ship last ' "$(tr '\n' ' ' <effects)"

finish
