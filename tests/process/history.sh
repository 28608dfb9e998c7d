#!/bin/sh
# What is on record: listed, told, shown again, measured, carried elsewhere and forgotten.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
unset RUNBOOK_STORE
store=$XDG_STATE_HOME/runbook/runbook.db

# ---- nothing yet ----
for what in "runs" "metrics" "runs prune --keep 90d"; do
	# shellcheck disable=SC2086 # words
	run 0 $what
done
run 2 show last
has "there is no run to show" 'there is no run yet'
[ ! -e "$XDG_STATE_HOME" ] && pass || fail "reading made something"

# ---- runs to look at ----
cat >deploy.yml <<'YML'
version: 1
runbook: deploy
title: Production Deployment
inputs: { version: { type: string, default: v1 }, breaks: { type: boolean, default: false } }
targets: { success_rate: 0.5, duration: 1h }
steps:
  - id: build
    run: echo building ${{ inputs.version }}; echo careful >&2
    effects: none
  - id: approve
    confirm: Deploy ${{ inputs.version }}?
  - id: deploy
    run: echo deploying
    rollback: { run: echo going back }
  - id: say
    say: half way
  - id: check
    run: if [ ${{ inputs.breaks }} = true ]; then echo it broke; exit 3; fi
    effects: none
YML
run 0 exec deploy.yml --yes
cp out live.txt
run 0 replay last
same "the same view again" "$(cat live.txt)" "$(cat out)"
run 3 exec deploy.yml --yes --input breaks=true --output jsonl
grep -v '"step_output"' out >live.jsonl
run 0 replay last --output jsonl
same "the same events again" "$(cat live.jsonl)" "$(grep -v '"step_output"' out)"
has "what it printed" '"text":"going back\n"'
has "what it said" '"stream":"say","text":"half way"'
run 3 exec deploy.yml --yes --input breaks=true --output junit
cp out live.xml
run 0 replay last --output junit
same "the same report again" "$(grep -c '<testcase' live.xml)" "$(grep -c '<testcase' out)"
run 5 exec deploy.yml

# ---- lists ----
run 0 runs
same "the newest first" "held rolled_back rolled_back succeeded" \
	"$(awk 'NR > 1 { printf "%s%s", s, $3; s = " " }' out)"
has "why" 'check: exited with 3'
run 0 runs --status rolled_back --limit 1 --format json
same "one of them" 1 "$(grep -c '"id"' out)"
has "as JSON" '"status":"rolled_back","exit":3'
run 0 runs --runbook hotfix
has "none of that name" 'no such runs'
run 0 runs --since 2020-01-01 --limit 0
same "since" 5 "$(wc -l <out)"
run 2 runs --status rolledback
has "the nearest" 'did you mean `rolled_back`?'
run 2 runs --since yesterday
run 2 runs wipe
run 2 show nothing-like-it

# ---- one run ----
id=$("$runbook" runs --status rolled_back --limit 1 --format json | sed -n 's/.*"id":"\([^"]*\)".*/\1/p')
run 0 show "$id" --format json
cp out first.json
TZ=Asia/Tokyo run 0 show "$id" --format json
same "byte for byte" "$(cat first.json)" "$(cat out)"
has "what was undone" '"undone": ['
has "its part" '"part": "rollback"'
run 0 show "$id"
for text in 'rolled_back (exit 3)' '`approve`: yes' 'rolling back: `check` failed' 'what to do'; do
	has "the story" "$text"
done
run 0 show "$id" --format md
for text in '# Production Deployment' '## Timeline (UTC)' '## What was undone' '## What is left' \
	'## What a person has to do' '## Metrics'; do
	has "the incident report" "$text"
done
run 0 show last
has "a held run can be gone on with" "runbook resume"
cat >ask.yml <<'YML'
version: 1
runbook: ask
steps:
  - id: ask
    confirm: Go on?
YML
run 5 exec ask.yml
run 0 approve last
run 0 show last
has "who answered a held run" '`ask`: yes, by '
has "it was gone on with" 'gone on with (resume) by '
run 0 runs prune --runbook ask --keep 0s
run 2 show

# ---- what they printed ----
run 0 logs "$id"
same "all of it, with headings" "── build|building v1|── build stderr|careful|── deploy|deploying|── check|it broke|── deploy.rollback|going back" \
	"$(tr '\n' '|' <out | sed 's/|$//')"
"$runbook" logs "$id" deploy >out 2>&1
same "of one step, as it is" 'deploying' "$(cat out)"
run 2 logs "$id" nothing
has "no such step" 'no step `nothing` ran'

# ---- up to a moment, and another rule ----
run 0 replay "$id" --at +0s
hasnt "it stops there" 'deploy.rollback'
run 0 replay "$id" --if steps.check.failed
has "it would have fired" 'it would have fired at'
run 0 replay "$id" --if 'steps.build.duration > 3600'
has "it would not" 'it would not have fired: it never held'
run 2 replay "$id" --if 'watch.error_rate > 1'
has "a watch it did not have" 'the run had no watch `error_rate`'
run 2 replay "$id" --for 3m

# ---- metrics ----
run 0 metrics --format json
has "deployments" '"deployments": 3'
has "of four runs" '"runs": 4'
has "one is open" '"open": 1'
has "rates" '"change_failure_rate": 0.6666666666666666'
run 0 metrics
has "its target" 'at least 50.0%: missed'
run 0 metrics --require 'success_rate >= 0.3' --require 'time_to_deploy <= seconds("1h")'
run 1 metrics --require 'success_rate >= 0.95'
has "what did not hold" 'success_rate = 0.333'
run 1 metrics --require 'recovery_time > 0' --runbook hotfix
run 2 metrics --require 'sucess_rate > 0'
run 0 metrics --format prometheus
has "as Prometheus reads it" 'runbook_deployments{runbook="deploy"} 3'

# ---- a live one, and one that was killed ----
cat >slow.yml <<'YML'
version: 1
runbook: slow
steps:
  - id: wait
    run: echo began; while [ ! -e go ]; do sleep 0.02; done; echo ended
YML
"$runbook" exec slow.yml >slow.out 2>&1 &
slow=$!
until_true 10 sh -c "'$runbook' runs --status running | grep -q slow" || fail "it is not seen to run"
"$runbook" logs last --follow >follow.out 2>&1 &
follow=$!
until_true 10 grep -q began follow.out && pass || fail "what runs now is not followed"
touch go
wait $slow
wait $follow
same "to its end" '── wait|began|ended' "$(tr '\n' '|' <follow.out | sed 's/|$//')"
rm go
"$runbook" exec slow.yml >slow.out 2>&1 &
slow=$!
until_true 10 sh -c "'$runbook' runs --status running | grep -q slow" || fail "it is not seen to run"
kill -9 $slow
wait $slow 2>/dev/null
touch go
run 0 runs --status lost
has "a killed one is lost" 'slow'
run 0 show last
has "and what to do about it" 'runbook resume'

# ---- elsewhere ----
"$runbook" runs export "$id" --logs >run.jsonl || fail "export"
run 0 runs import run.jsonl --store other.db
run 0 show "$id" --format json --store other.db
same "the same story elsewhere" "$(cat first.json)" "$(cat out)"
run 0 logs "$id" deploy --store other.db
has "with its logs" 'deploying'
run 7 runs import run.jsonl --store other.db
has "not twice" 'is in the store already'
sed 's/going back/going on/' run.jsonl >changed.jsonl
run 2 runs import no-such.jsonl --store third.db
run 7 runs import changed.jsonl --store third.db
has "changed on the way" 'its sum differs'
head -n 5 run.jsonl >cut.jsonl
run 7 runs import cut.jsonl --store third.db
has "cut on the way" 'its end is missing'
run 0 runs --store third.db
has "and nothing of it is there" 'no runs yet'

# ---- damage ----
# An event that nobody understands, with good sums; what SQLite holds is for the unit tests.
sum=
sed '$d; s/"event":"stage"/"event":"stadium"/' run.jsonl | while IFS= read -r line; do
	sum=$(printf '%s%s' "$sum" "$line" | sha256sum | cut -c 1-64)
	printf '%s\n' "$line"
	echo "{\"sha256\":\"$sum\"}" >last.jsonl
done >bad.jsonl
cat last.jsonl >>bad.jsonl
run 0 runs import bad.jsonl --store bad.db
run 7 show last --store bad.db
has "it is said where" "the record of run \`$id\` is damaged at event"
run 7 replay last --store bad.db
run 7 replay last --if steps.check.failed --store bad.db
run 7 logs last --store bad.db
run 0 runs --store bad.db
mkdir folder.db
run 7 runs --store folder.db
has "a folder is no store" 'is a directory'

# ---- forgetting ----
logs=$(dirname "$store")/runbook.db-logs
run 0 runs prune --keep 0s --dry-run
has "what would go" 'would remove 4 runs'
run 0 runs --limit 0
same "all are there" 7 "$(wc -l <out)"
run 0 runs prune --keep 1h
has "the young stay" 'removed 0 runs'
run 0 runs prune --keep 0s
has "what went" 'removed 4 runs'
[ -e "$logs/$id" ] && fail "its logs are there" || pass
run 0 runs
same "what somebody may go on with stays" "lost held" "$(awk 'NR > 1 { printf "%s%s", s, $3; s = " " }' out)"
run 2 runs prune

finish
