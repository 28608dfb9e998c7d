#!/bin/sh
# A run that was held or interrupted, and is gone on with: what was decided stands, the rest is open.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# ---- a condition that asks ----
cat >asks.yml <<'YML'
version: 1
runbook: asks
watch:
  m: { every: 100ms, run: cat m, value: tonumber(trim(stdout)) }
steps:
  - id: a
    run: echo 9 >m; echo a >>effects
    rollback: { run: echo undo a >>effects }
  - id: bake
    monitor: { for: 500ms, min_coverage: 0.1 } # a busy machine misses some
rollback:
  when:
    - { if: watch.m > 5, for: 100ms, mode: ask, reason: slow }
YML
echo 0 >m
run 5 exec asks.yml
has "the condition asks" "held: slow"
run 0 resume last
has "going on is the answer, though it still holds" "succeeded"
echo 0 >m
run 5 exec asks.yml
echo 0 >m
run 0 resume last
has "or has cleared" "succeeded"

# ---- too little evidence ----
sed 's/echo 9 >m/echo x >m/; s/{ every/{ after: a, every/; /^rollback:/,$d' asks.yml >dark.yml
echo 0 >m
rm effects
run 5 exec dark.yml
has "missing evidence holds" "only 0 % of the samples were known, 10 % are needed"
same "and undoes nothing" a "$(cat effects)"
echo 0 >m
run 0 resume last
same "the step is not run again" a "$(cat effects)"

# ---- a failure that is put to a person ----
cat >failed.yml <<'YML'
version: 1
runbook: failed
steps:
  - id: a
    run: echo a >>effects
    rollback: { run: echo undo a >>effects }
  - id: b
    run: echo b >>effects; test -e mended
    on_failure: ask
    rollback: { run: echo undo b >>effects }
  - id: c
    run: echo c >>effects
YML
effects() { tr '\n' '|' <effects; }
rm effects
run 5 exec failed.yml
has "how it can be answered" '--resolve b=retry|done|failed'
run 7 approve last
has "that is no approval" 'waits for no approval'
run 2 resume last --resolve a=retry
has "only what is open is resolved" '`--resolve a`: the step is ok'
run 5 resume last --resolve b=retry
same "it was tried once more" 'a|b|b|' "$(effects)"
touch mended
run 0 resume last --resolve b=retry
same "until it is well" 'a|b|b|b|c|' "$(effects)"
rm mended effects
run 5 exec failed.yml
run 0 resume last --resolve b=done
same "done by hand" 'a|b|c|' "$(effects)"
rm effects
run 5 exec failed.yml
run 3 resume last --resolve b=failed
same "or it failed" 'a|b|undo b|undo a|' "$(effects)"

# ---- what a stopped run says of going on ----
cat >long.yml <<'YML'
version: 1
runbook: long
steps:
  - id: wait
    run: touch began; sleep 60
    rollback: { run: "true" }
YML
"$runbook" exec long.yml >out 2>&1 </dev/null &
pid=$!
until_true 10 test -e began
kill -TERM $pid
wait $pid
same "the signal" 143 $?
has "forward" 'what to do: go on: runbook resume '
has "and back" 'what to do: go back: runbook rollback '
cat >public.yml <<'YML'
version: 1
runbook: public
steps:
  - run: "true"
    irreversible: a pushed tag is public
  - run: exit 1
    rollback: { run: "true" }
YML
run 5 exec public.yml
hasnt "a failed step has no way on" 'runbook resume'
has "it can be left" 'what to do: leave it as it is: runbook abort '
# Of a program that goes on without the interpreter nobody can hide the secrets: what it prints is lost, and a guard
# that reads it cannot know. One that does not is none the wiser.
cat >lost.yml <<'YML'
version: 1
runbook: lost
secrets: { token: { env: TOKEN } }
steps:
  - parallel:
      - id: read
        run: "echo first; touch reading; while [ ! -e go ]; do sleep 0.02; done; echo last"
        effects: none
        expect: not contains(stdout, "last")
        on_failure: continue
      - id: ends
        run: "touch ending; while [ ! -e go ]; do sleep 0.02; done; echo bye"
        keep: it stays
        expect: exit_code == 0
YML
rm -f go
TOKEN=s3cr3t-word "$runbook" exec lost.yml --jobs 2 >main.out 2>&1 &
pid=$!
until_true 10 [ -e reading ] && until_true 10 [ -e ending ] || fail "it does not begin"
kill -9 $pid
wait $pid 2>/dev/null
touch go
TOKEN=s3cr3t-word run 0 resume last --output jsonl
has "the verdict" "cannot be known: some of its output is lost"
grep -q '"step":"[^"]*ends",.*"state":"ok"' out && pass || fail "what reads no output is not ok"

finish
