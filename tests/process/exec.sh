#!/bin/sh
# Real children: what reaches them, how they end, and that nothing of them is left.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

cat >env.yml <<'YML'
version: 1
runbook: env
inputs: { v: { type: string, default: "a b'c\"$(touch pwned)" } }
env: { COLOR: red, SHADE: dark }
steps:
  - id: script
    env: { COLOR: blue }
    run: |
      printf '%s|%s|%s\n' "$COLOR" "$SHADE" ${{ inputs.v }}
      printf 'secret of ours: %s\n' "${NOT_DECLARED:-none}"
  - id: words
    run: [printf, '<%s>', '${{ inputs.v }}', two]
  - id: bash
    shell: bash
    run: |
      set -o | grep -E '^pipefail'
  - id: here
    cwd: sub
    run: pwd
YML
mkdir sub
NOT_DECLARED=leak run 0 exec env.yml
has "a step's env goes before the runbook's" "blue|dark|a b'c\"\$(touch pwned)"
has "undeclared environment stays out" 'secret of ours: none'
has "an argv list keeps its words" "<a b'c\"\$(touch pwned)><two>"
has "bash has pipefail" 'pipefail'
has "cwd" '/sub'
[ ! -e pwned ] && pass || fail "a value was executed"

cat >leaves.yml <<'YML'
version: 1
runbook: leaves
steps:
  - { id: leaves, run: "sleep 300 & echo started", effects: none }
YML
for output in plain jsonl; do
	run 0 exec leaves.yml --output $output
	has "what a step left running is named in $output" 'killed what it left running: `sleep` (pid'
done

cat >end.yml <<'YML'
version: 1
runbook: end
steps:
  - id: fails
    run: |
      echo one
      echo two >&2
      exit 7
    hints: [Read the log]
YML
run 1 exec end.yml
has "the exit code" 'exited with 7'
has "its last lines" 'two'
has "the hint" 'Read the log'

cat >timeout.yml <<'YML'
version: 1
runbook: timeout
steps:
  - id: hangs
    timeout: 300ms
    run: |
      setsid sh -c 'echo $$ > deep; exec sleep 300' &
      sh -c 'echo $$ > child; exec sleep 300' &
      trap '' TERM
      echo $$ > leader
      wait
      wait
YML
run 1 exec timeout.yml
has "the timeout is the reason" 'timeout'
for who in leader child deep; do
	if [ -s $who ] && kill -0 "$(cat $who)" 2>/dev/null; then
		fail "$who lives on after a timeout"
	else
		pass
	fi
done

cat >signal.yml <<'YML'
version: 1
runbook: signal
steps:
  - id: hangs
    run: |
      echo $$ > pid
      exec sleep 300
finally:
  - run: touch finally-ran
YML
for signal in INT TERM; do
	rm -f pid
	# A shell starts what runs in the background with SIGINT ignored; the program listens all the same.
	"$runbook" exec signal.yml >out 2>&1 </dev/null &
	us=$!
	until_true 5 test -s pid || fail "the step did not start"
	kill -$signal $us
	wait $us
	code=$?
	case $signal in INT) same "held after INT" 5 $code ;; *) same "exit after TERM" 143 $code ;; esac
	if kill -0 "$(cat pid)" 2>/dev/null; then fail "a child outlives $signal"; else pass; fi
	[ ! -e finally-ran ] && pass || fail "finally ran after $signal"
done

cat >silent.yml <<'YML'
version: 1
runbook: silent
steps:
  - run: 'true'
YML
rm -rf state
run 0 exec silent.yml
[ -z "$(find state -name "*.out")" ] && pass || fail "a run that prints nothing left a log"

cat >big.yml <<'YML'
version: 1
runbook: big
steps:
  - id: prints
    run: head -c 50000000 /dev/zero | tr '\0' x; echo end
    expect:
      - ends_with(trim(stdout), "end")
  - on_failure: continue
    assert: steps.prints.stdout == "x"
YML
run 0 exec big.yml --output junit
size=$(cat "$work"/state/runbook/runbook.db-logs/*/*.out | wc -c)
[ "$size" -ge 50000004 ] && pass || fail "the log has $size bytes, not all 50000004"
run 0 replay last --output plain
has "a guard that sees a part is told so" 'guards see only the last 1048576 bytes of its stdout'
has "and so is its working" '(a string, the last part of what there was)'

cat >path.yml <<'YML'
version: 1
runbook: path
env: { PATH: ./bin }
steps:
  - run: echo found
  - { run: echo found, shell: bash }
YML
run 0 exec path.yml

cat >secret.yml <<'YML'
version: 1
runbook: secret
secrets:
  token: { command: [printf, 'hunter2hunter2\n'] }
  other: { file: other.txt }
steps:
  - id: leaks
    run: |
      echo plain ${{ secrets.token }}
      printf %s ${{ secrets.token }} | base64
      printf hunter2; sleep 0.05; echo hunter2
      echo ${{ secrets.other }}
      exit 3
YML
echo 'correct horse' >other.txt
for output in plain jsonl junit; do
	run 1 exec secret.yml --output $output
	hasnt "masked in $output" hunter2hunter2
	hasnt "masked in $output, base64" aHVudGVyMmh1bnRlcjI
	hasnt "masked in $output, from a file" 'correct horse'
done
grep -rqF -e hunter2hunter2 -e 'correct horse' state && fail "a secret is in a log" || pass

finish
