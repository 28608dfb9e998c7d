#!/bin/sh
# `runbook new` and `runbook import`: what they write is a runbook.
# shellcheck disable=SC2015,SC2016 # `pass` is always true; ${{ }} is the runbook's
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# ---- new ----
run 0 new first
same "what it says" first.yml "$(cat out)"
run 0 lint --fail-on info first.yml
run 0 fmt --check first.yml
has_name=$(sed -n 's/^runbook: //p' first.yml)
same "its name" first "$has_name"
cp first.yml before
run 1 new first.yml
has "over nothing" "File exists"
cmp -s first.yml before && pass || fail "a file was overwritten"
run 2 new 'First Runbook'
run 2 new
run 1 new none/second

# ---- import ----
cat >p.md <<'MD'
# Process: Ship "it"

**Owner:** Ann
**Owner:** Bob

## Purpose
To ship.

**Success criteria:**
- All is well

## Prerequisites
- [ ] SSH access

## Process Steps

### Step 1: End
**What to do:**
See that `main` is green: yes & no.

1. Look at ${{ inputs.x }} and "quotes"
2. Run it:
   ```bash
   # connect
   ssh prod ${{ x }}
       indented
   ```

**Expected outcome:**
- It is up

**Troubleshooting:**
- If not: call

### Step 2: End
- only
- bullets

### Step 3: Look
1. Monitor for 30-40 minutes
2. Numbers:
   - [ ] Response time P95 <500ms
   - [ ] Nobody complains

## Common Issues
| Issue | Solution |
|-------|----------|
| Slow | Wait |

## Rollback / Undo
1. Go back:
   ```
   git checkout old
   ```
2. Or by another way:
   ~~~
   git reset old
   ~~~
3. `git log -1`

**Recovery time:** 5 minutes

**When to rollback:**
- Error rate >5% for more than 5 minutes
- P95 above 800 ms
- It is broken
## Rollback
Twice.
MD
run 0 import p.md
cp out p.yml
run 0 validate p.yml
cp p.yml out
has "a warning" "Nothing in it was checked"
has "the title" 'title: "Ship \"it\""'
has "who answers" 'owner: "Ann"'
has "the criteria" '- "All is well"'
has "what to have" '- "SSH access"'
has "a group" 'name: "End"'
has "prose" 'what: "See that `main` is green: yes & no."'
has "a question" '- confirm: "Look at $${{ inputs.x }} and \"quotes\""'
has "a script behind a question" '- confirm: Run the commands below?'
has "its commands" '          ssh prod $${{ x }}'
has "what to see" '- "It is up"'
has "a hint" '- "If not: call"'
has "a table" '- "| Slow | Wait |"'
same "scripts" 3 "$(grep -c -- '- run:' p.yml)"
same "the way back belongs to what it undoes" '      - confirm: "Go back:"' \
	"$(grep -A1 '^    rollback:' p.yml | tail -n 1)"
has "its commands" '          git checkout old'
has "another way is told, not gone" '- say: "git reset old"'
has "an item that is a command" '          git log -1'
has "a number is a condition" '- { if: watch.error_rate > 0.05, for: 5m, reason: "Error rate >5% for more than 5 minutes" }'
has "one that holds at once" '- { if: watch.p95 > 800, reason: "P95 above 800 ms" }'
has "what only a person sees" '- "Not so: It is broken"'
has "a number that has to hold" '          - watch.response_time_p95 < 500'
has "a time to watch" '- monitor: { for: 40m }'
same "watches" 3 "$(grep -c 'uses: prometheus/query' p.yml)"
has "prose" '- "Recovery time: 5 minutes"'
run 0 doc p.yml
run 0 plan p.yml

# ---- without a way back, headings with a line below ----
cat >q.md <<'MD'
Restart everything
==================
Owner: Cid

Steps
-----
1. Monitor for 1 hour
2. `systemctl restart shop`
3. Then it has to say
   ```json
   {"up": true}
   ```
MD
run 0 import q.md
cp out q.yml
has "a heading" 'title: "Restart everything"'
has "a fact" 'owner: "Cid"'
has "what is no command is not run" '- confirm: "{\"up\": true}"'
has "nothing is measured: it is waited" '      - wait: 1h'
run 0 validate q.yml
run 1 lint q.yml
has "lint asks how it is undone" RB401
process=$root/../shared/process/production-deployment.md
if [ -f "$process" ]; then
	run 0 import "$process"
	cp out deployment.yml
	run 0 validate deployment.yml
	cp deployment.yml out
	has "its condition" 'watch.error_rate > 0.05, for: 5m'
	has "its way back" '          npm run deploy'
fi
echo 'Just words.' >w.md
run 2 import w.md
has "nothing to do" "there are no steps"
run 2 import none.md
printf '# x\n- a\377\n' >b.md
run 2 import b.md
finish
