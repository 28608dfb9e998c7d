#!/bin/sh
# `runbook diff`: what each kind of change is called, and that nothing else is told.
# shellcheck disable=SC2016 # ${{ }} is the runbook's
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

cat >old.yml <<'YML'
version: 1
runbook: d
inputs:
  version: { type: string, required: true, pattern: '^v\d+$' }
  api: { type: url, default: 'https://api.example.com' }
secrets:
  token: { env: TOKEN }
lock: { name: production }
watch:
  errors: { every: 15s, http: 'http://localhost/e', value: json.ratio }
steps:
  - id: approve
    confirm: { message: 'Ship?', approvers: [ann, bob] }
  - id: build
    run: make all
    effects: none
    timeout: 5m
  - id: ship
    run: ./ship.sh ${{ inputs.version }}
    timeout: 10m
    rollback: { run: ./ship.sh back }
  - id: health
    http: ${{ inputs.api }}/health
    expect: [status == 200, json.ok]
    timeout: 5s
  - say: Shipped
  - id: bake
    monitor: { for: 30m }
rollback:
  when:
    - { if: watch.errors > 0.05, for: 5m, reason: Errors }
    - { if: watch.errors > 0.5 }
  verify: { if: watch.errors <= 0.05, for: 2m }
YML

# changed EDIT: new.yml is old.yml with a change made by sed
changed() {
	sed "$1" old.yml >new.yml
	cmp -s old.yml new.yml && fail "the edit \`$1\` changes nothing"
	run 1 diff old.yml new.yml
}

# only SEVERITY TEXT: that is the one thing that is told
only() {
	has "$1 $2" "$1 $2"
	same "how many for $2" "1 $1" "$(tail -n 1 out)"
}

run 0 diff old.yml old.yml
has "nothing" "nothing has changed in meaning"
{ echo '# a comment' && sed 's/{ run: .\/ship.sh back }/\n      run: .\/ship.sh back/' old.yml; } >new.yml
run 0 diff old.yml new.yml
has "layout and comments" "nothing has changed in meaning"

changed '/^  - id: approve/,/confirm:/d'
only danger "approve: an approval was dropped (old.yml:12)"
changed 's/\[ann, bob\]/[ann]/'
only danger "approve: who may approve was changed (new.yml:12)"
changed 's/    rollback: { run.*//'
only danger "ship: the rollback was removed"
changed 's/ship.sh back/ship.sh undo/'
only danger "ship.rollback: run was changed"
changed '0,/timeout: 5m/s//timeout: 20m/'
only notice "build: the timeout was raised"
has "from" "- 5m"
has "to" "+ 20m"
changed '0,/    timeout: 5m/s///'
only danger "build: the timeout was removed"
changed 's/    effects: none//'
only danger "build: the step has an effect now"
changed 's/make all/make world/'
only notice "build: run was changed"
changed 's/sh ${{ inputs.version }}/sh --fast ${{ inputs.version }}/'
only danger "ship: run was changed"
changed 's/    run: .\/ship.sh \$.*/    confirm: Shipped it?/; s/, json.ok\]/, json.ok]/'
has "another action" "danger ship: \`run\` became \`confirm\`"
changed 's/, json.ok\]/]/'
only danger "health: it is no longer expected that \`json.ok\`"
changed 's/    confirm: {/    if: inputs.version ~= "v1"\n    confirm: {/'
only danger 'approve: it is skipped now unless `inputs.version ~= "v1"`'
changed 's/    effects: none/    effects: none\n    if: inputs.version ~= "v1"/'
only notice 'build: `if` was added'
changed 's/    effects: none/    effects: none\n    on_failure: continue/'
only danger 'build: a failure now lets the run go on'
changed 's/for: 30m/for: 3m/'
only danger "bake: how long it is watched was changed"
changed 's/  - say: Shipped/  - run: .\/notify.sh\n  - say: Shipped/'
only danger "steps.5: a step with an effect and no way back was added"
changed 's/  - say: Shipped/  - say: Shipping\n  - say: Shipped/'
only notice "steps.5: a step was added"
changed 's/  - say: Shipped//'
only notice "steps.5: the step was removed"
changed 's/watch.errors > 0.05, for/watch.errors > 0.2, for/'
only danger "rollback.when: a condition was loosened"
changed 's/watch.errors > 0.05, for/watch.errors > 0.01, for/'
only notice "rollback.when: a condition was tightened"
changed 's/0.05, for: 5m/0.05, for: 10m/'
only danger "rollback.when: a condition was loosened"
changed '/watch.errors > 0.5 }/d'
only danger "rollback.when: a condition was removed"
changed '/verify:/d'
only danger "rollback.verify: recovery need not be shown any more"
changed '/lock:/d'
only danger "lock: two runs may be at work at once"
changed "s/, pattern: '[^']*'//"
only danger "inputs.version: its pattern was removed"
changed 's/api.example.com/api.example.net/'
has "another host" "danger a new host is contacted: \`api.example.net\`"
has "and the old one" "notice a host is no longer contacted: \`api.example.com\`"
changed 's/env: TOKEN/env: OTHER/'
only danger "secrets.token: where it is read from was changed"
changed 's/localhost\/e/localhost\/other/'
only danger "watch.errors: what is measured was changed"

# Two steps change places: one of them has moved.
sed '/id: build/,/timeout: 5m/d' old.yml | sed '/^    rollback: { run/a\  - id: build\n    run: make all\n    effects: none\n    timeout: 5m' >new.yml
run 1 diff old.yml new.yml
same "one has moved" "1 notice" "$(tail -n 1 out)"
has "which" "build: the step was moved behind \`ship\`"

# ---- formats ----
sed 's/    rollback: { run.*//' old.yml >new.yml
run 1 diff old.yml new.yml --format markdown
has "a row" '| ⚠️ | `ship` | the rollback was removed | `./ship.sh back` |  |'
run 1 diff old.yml new.yml --format json
has "its kind" '"kind": "rollback-removed"'
has "its place" '"before_line": 21'
"$runbook" diff - new.yml <old.yml >out 2>&1
same "from standard input" 1 $?
run 2 diff old.yml
run 2 diff old.yml none.yml
run 2 diff old.yml new.yml old.yml
finish
