#!/bin/sh
# A question of a run that is under way, answered from another process.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
export RUNBOOK_STORE="$PWD/runs.db"

# Beside the question a step goes on until the file `go` is there, so that the run is not held.
cat >ask.yml <<'YML'
version: 1
runbook: ask
steps:
  - id: both
    parallel:
      - { id: stand, run: "touch standing; while [ ! -e go ]; do sleep 0.02; done", effects: none }
      - id: asked
        steps:
          - { id: first, confirm: Begin? }
          - { id: one, run: echo one >>effects, keep: it stays }
          - { id: second, confirm: Go on? }
          - { id: two, run: 'echo two by ${{ steps.second.by }} >>effects', keep: it stays }
YML
begin() {
	rm -f go standing effects
	"$runbook" exec ask.yml --output jsonl >ask.out 2>&1 </dev/null &
	pid=$!
	until_true 10 [ -e standing ] || fail "it does not begin"
	until_true 10 grep -q nobody.to.ask ask.out || fail "it does not ask"
}
ends() {
	: >go
	wait $pid
	same "$1: it ends" "$2" $?
	cp ask.out out
}

begin
run 0 approve last --comment 'looks good'
has "which one" '`first` is answered'
until_true 10 [ -s effects ] || fail "it does not go on"
until_true 10 grep -q '"step":"second".*unanswered' ask.out || fail "it does not ask again"
run 0 approve last
until_true 10 grep -q two effects || fail "it does not go on"
run 6 approve last
has "no question is left" 'asks nothing'
ends "answered twice" 0
same "who said so" "two by $(id -un)@$(hostname)" "$(tail -n 1 effects)"
run 0 show last
has "the word is kept" 'looks good'

begin
run 0 reject last --comment 'not on a Friday'
ends "answered with no" 1
has "by whom, and why" 'said no: not on a Friday'
[ ! -e effects ] && pass || fail "it went on"

# Killed with a question open: held as any, and answered then.
begin
kill -9 $pid
wait $pid 2>/dev/null
: >go
run 5 approve last
has "the second question" '`second` waits'
run 0 approve last
same "each has run once" 2 "$(wc -l <effects)"

# ---- several people ----------------------------------------------------------------------------
# Whoever may not answer does not, whoever has answered has; the run waits for the others.
approved_by() {
	sed "s/confirm: Begin?/confirm: { message: Begin?, approvers: [$1], min: $2 }/" ask.yml >both.yml
	rm -f go standing effects
	"$runbook" exec both.yml --output jsonl >ask.out 2>&1 </dev/null &
	pid=$!
	until_true 10 grep -q nobody.to.ask ask.out || fail "it does not ask"
}
approved_by "nobody_here, $(id -un)" 2
run 0 approve last --comment 'looks good'
: >go
wait $pid
same "one of two is not enough" 5 $?
cp ask.out out
has "who is missing" "\`first\` waits for 1 more of nobody_here (approved by $(id -un)@"
[ ! -e effects ] && pass || fail "it went on"
run 5 approve last
has "twice is once" "waits for 1 more of nobody_here"
run 0 show last
has "one has approved" 'looks good'

approved_by nobody_here 1
timeout 20 "$runbook" approve last >out 2>&1
same "a stranger is not heard" 6 $?
has "why" "one of its approvers"
: >go
wait $pid
same "nor has the run heard him" 5 $?
run 5 approve last
has "not of a held run either" "waits for nobody_here"
run 5 reject last
has "and he cannot refuse it" "waits for nobody_here"

# ---- at a terminal -------------------------------------------------------------------------------
if command -v tmux >/dev/null; then
	: >go
	rm -f effects
	tmux -L "answer$$" new-session -d -x 80 -y 24 "TERM=screen $runbook exec ask.yml; echo \$? >code"
	until_true 10 sh -c "tmux -L answer$$ capture-pane -p | grep -q Begin" || fail "no question is shown"
	until_true 10 "$runbook" approve last >/dev/null 2>&1 || fail "the question is not answered"
	until_true 10 sh -c "tmux -L answer$$ capture-pane -p | grep -q Go.on" || fail "no second question is shown"
	run 0 reject last
	until_true 10 [ -s code ] || fail "it does not end"
	same "rejected from elsewhere" 1 "$(cat code)"
	same "only one has run" one "$(cat effects)"
	tmux -L "answer$$" kill-server 2>/dev/null
fi

finish
