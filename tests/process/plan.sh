#!/bin/sh
# `runbook plan`: what is known, what is not, that nothing with effects runs, and what is saved.
# shellcheck disable=SC2015,SC2016 # `pass` is always true; ${{ }} is the runbook's
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

cat >p.yml <<'YML'
version: 1
runbook: p
inputs:
  version: { type: string, required: true }
  migrate: { type: boolean, default: false }
secrets:
  token: { env: PLAN_TOKEN }
vars: { base: 'https://api.example.com/${{ inputs.version }}' }
deadline: 1h
steps:
  - id: previous
    run: echo v0; touch probed
    effects: none
    outputs: { tag: trim(stdout) }
  - id: approve
    confirm: Deploy ${{ inputs.version }} over ${{ steps.previous.tag }}?
  - id: migrate
    if: inputs.migrate
    run: touch migrated
    rollback: { run: rm migrated }
  - id: after
    if: steps.migrate.ok
    say: migrated
  - id: ship
    run: touch shipped ${{ inputs.version }} ${{ steps.previous.tag }}
    timeout: 2m
    retry: 3
    rollback:
      run: ./back.sh ${{ steps.previous.tag }}
  - id: way
    choose:
      - if: steps.previous.tag == "v0"
        say: from v0
      - else:
        say: from something else
  - id: tell
    http: { method: POST, url: '${{ vars.base }}/done?key=${{ secrets.token }}', json: { v: '${{ inputs.version }}' } }
    keep: It is told
  - uses: ./m.yml
    with: { text: 'Shipped ${{ inputs.version }}' }
finally:
  - say: Ended ${{ run.status }}
YML
cat >m.yml <<'YML'
version: 1
module: m
inputs: { text: { type: string, required: true } }
steps:
  - id: post
    run: touch posted ${{ inputs.text }}
    keep: It is told
YML

run 2 plan p.yml
has "what is missing" 'input `version` is required'
run 0 plan p.yml --input version=v1
has "a known value beside an unknown one" 'Deploy v1 over ${{ steps.previous.tag }}?'
has "a condition that is false" '- migrate (undone)'
has "what follows from it" '- after'
has "a rollback" 'rollback  ./back.sh ${{ steps.previous.tag }}'
has "a budget" 'at most 6m'
has "an unknown condition" 'unknown   step `previous` has not run yet'
has "branches behind it" '? way.2'
has "a secret that is not there" 'done?key=${{ secrets.token }}'
has "inside a module" 'touch posted Shipped v1'
has "servers" 'hosts: api.example.com'
has "secrets" 'secrets: token'
has "the deadline" 'deadline: 1h'
has "how many" '8 run (+), 2 skipped (-), 2 unknown (?)'
has "the time, retries and what lies between them included" 'at most 6m2s'
has "all of it" 'time: at most 6m32s; not counted: 2 steps without a limit, 1 question to a person'
has "what it is for" '  inputs    version: v1'
hasnt "what is inside a step that is skipped" 'migrated'
for file in probed migrated shipped posted; do
	[ ! -e "$file" ] && pass || fail "the plan has made $file"
done

PLAN_TOKEN=hunter2222 "$runbook" plan p.yml --input version=v1 --probe >out 2>&1
same "plan --probe" 0 $?
has "a step that was tried" 'probed    ok'
has "what it gave" 'Deploy v1 over v0?'
has "a condition that is known now" '+ way.1'
has "and the other branch" '- way.2'
hasnt "a secret" hunter2222
has "a secret, masked" 'key=***'
[ -e probed ] && pass || fail "nothing was probed"
for file in migrated shipped posted; do
	[ ! -e "$file" ] && pass || fail "the probe has made $file"
done

# A probe that fails leaves its results unknown.
sed 's/echo v0; touch probed/exit 3/' p.yml >fails.yml
run 0 plan fails.yml --input version=v1 --probe
has "why" 'probed    exited with 3'
has "what it leaves" 'Deploy v1 over ${{ steps.previous.tag }}?'

run 0 plan p.yml --input version=v1 --format json
has "a step" '"step": "ship"'
has "its answer" '"runs": "unknown"'
has "its rollback" '"rollback": "./back.sh ${{ steps.previous.tag }}"'
has "its need" '"migrate"'

# ---- what watches it, and the way back ----
cat >w.yml <<'YML'
version: 1
runbook: w
title: Watched
inputs: { every: { type: duration, default: 20s }, api: { type: url, default: 'https://api.example.org' } }
watch:
  errors: { after: ship, every: '${{ inputs.every }}', http: '${{ inputs.api }}/metrics', value: json.errors }
  load: { every: 1m, uses: prometheus/query, with: { url: 'https://prom.example.org', query: load }, value: result }
steps:
  - { id: ship, run: touch shipped, rollback: { run: touch back } }
  - { id: skipped, if: false, steps: [{ say: inside }] }
  - id: bake
    needs: [ship]
    monitor: { for: 30m }
  - { id: rest, needs: [], wait: 90s }
rollback:
  before: [{ id: page, run: touch paged }]
  when:
    - { if: watch.errors > 5, for: 1m, reason: 'More than 5 errors in ${{ inputs.every }}' }
    - { if: steps.ship.failed }
  steps: [{ id: look, http: '${{ inputs.api }}/health', expect: [status == 200] }]
  verify: { if: watch.errors < 1, for: 2m }
YML
run 0 plan w.yml
has "a watch" 'errors, every 20s, after ship'
has "what it asks" 'http      GET https://api.example.org/metrics'
has "its value" 'value     json.errors'
has "a watch by a module" 'query: load'
has "a condition" 'when      watch.errors > 5 for 1m'
has "its reason, filled in" 'reason    More than 5 errors in 20s'
has "the proof that it helped" 'verify    watch.errors < 1 for 2m'
has "before an undo" '? page'
has "after it" '? look'
has "needs that were written" 'needs     ship'
has "none" 'needs     nothing'
has "the servers of watches" 'hosts: api.example.org, prom.example.org'
has "waiting" 'at most 31m30s, of that 31m30s waiting; not counted: 1 step without a limit'
hasnt "the inside of what is skipped" inside
has "only what would run is counted" '3 run (+), 2 skipped (-), 0 unknown (?)'
[ ! -e paged ] && [ ! -e shipped ] && pass || fail "the plan has done something"
run 0 plan w.yml --format json
has "JSON: watches" '"every": "20s"'
has "JSON: conditions" '"if": "watch.errors > 5 for 1m"'
has "JSON: time" '"waits_seconds": 1890'
python3 -c 'import json, sys
p = json.load(open("out"))
assert [s["step"] for s in p["steps"]][0] == "ship", p["steps"]
assert p["rollback"]["before"][0]["step"] == "page"
assert p["rollback"]["steps"][0]["step"] == "look"
assert p["inputs"]["every"] == "20s" and p["finally"] == []' && pass || fail "JSON: its parts"

# ---- saved ----
cat >s.yml <<'YML'
version: 1
runbook: s
inputs: { version: { type: string, required: true }, key: { type: string, default: hunter2222, secret: true } }
steps:
  - uses: ./m.yml
    with: { text: '${{ inputs.version }}' }
YML
run 0 plan s.yml --input version=v1 --save s.plan
if grep -q -e v1 -e hunter s.plan; then fail "a value is in the saved plan"; else pass; fi
run 0 exec s.yml --input version=v1 --plan s.plan
[ -e posted ] && pass || fail "the planned run did not run"
rm posted
run 7 exec s.yml --input version=v2 --plan s.plan
has "another input" 'the input `version` is not as it was'
echo '# changed' >>m.yml
run 7 exec s.yml --input version=v1 --plan s.plan
has "another module" 'm.yml` is not as it was'
[ ! -e posted ] && pass || fail "a refused run has run"
run 2 exec s.yml --input version=v1 --plan none.plan
run 2 exec s.yml --input version=v1 --plan s.yml
has "no plan" 'is no saved plan'
echo 'version: v1' >inputs.yml
run 0 plan s.yml --inputs inputs.yml --save s.plan
run 0 exec s.yml --inputs inputs.yml --plan s.plan
run 2 plan s.yml --format xml
run 2 plan
finish
