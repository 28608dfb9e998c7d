#!/bin/sh
# A run with a called runbook that is killed, resumed and turned back later.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
export RUNBOOK_STORE="$PWD/runs.db"

cat >main.yml <<'YML'
version: 1
runbook: main
steps:
  - { id: a, run: echo a >>effects, rollback: { run: echo undo a >>effects } }
  - { id: sub, call: sub.yml, with: { tick: 100ms } }
  - { id: stand, run: "touch standing; while [ ! -e go ]; do sleep 0.02; done", effects: none }
  - { id: b, run: echo b >>effects, rollback: { run: echo undo b >>effects } }
finally:
  - { run: echo last >>effects }
YML
cat >sub.yml <<'YML'
version: 1
runbook: sub
inputs: { tick: { type: duration, required: true } }
watch:
  m: { every: "${{ inputs.tick }}", run: cat level, value: tonumber(stdout) }
steps:
  - { id: work, run: echo work >>effects, rollback: { run: echo undo work >>effects } }
rollback:
  before: [{ run: echo before >>effects }]
  when: [{ if: watch.m > 5, for: "${{ inputs.tick }}", reason: too much }]
  steps: [{ run: echo after >>effects }]
  verify: { if: watch.m >= 0 }
finally:
  - { id: clean, run: echo clean $TICK >>effects, env: { TICK: "${{ inputs.tick }}" } }
YML

lines() {
	paste -sd, effects
}

stands() {
	rm -f go standing effects
	echo 1 >level
	"$runbook" exec main.yml >main.out 2>&1 &
	pid=$!
	until_true 10 test -e standing
}

killed() {
	kill -9 $pid
	wait $pid 2>/dev/null
}

stands
killed
touch go
run 0 resume last
same "what was done is not done again, what cleans up is done once" a,work,b,clean\ 100ms,last "$(lines)"
run 3 rollback last
same "all of it can be undone later, with what the called runbook says of that" \
	"a,work,b,clean 100ms,last,before,undo b,undo work,undo a,after,clean 100ms,last" "$(lines)"
run 0 show last
has "its samples go by the call" sub.m

# Its condition is asked again by a resumed run, with the durations that the call gave.
stands
killed
echo 9 >level
run 3 resume last
same "the condition turns back the whole run" \
	"a,work,before,undo work,undo a,after,clean 100ms,last" "$(lines)"
has "in its own words" "rolling back: too much"

finish
