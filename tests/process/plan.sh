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
has "how many" '8 run, 2 skipped, 2 unknown'
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
