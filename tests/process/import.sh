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

## Common Issues
| Issue | Solution |
|-------|----------|
| Slow | Wait |

## Rollback
1. Go back:
   ```
   git checkout old
   ```
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
has "commands of the way back, not run" '- "git checkout old"'
same "scripts" 1 "$(grep -c -- '- run:' p.yml)"
run 1 lint p.yml
has "lint asks how it is undone" RB401
process=$root/../shared/process/production-deployment.md
if [ -f "$process" ]; then
	run 0 import "$process"
	cp out deployment.yml
	run 0 validate deployment.yml
fi
echo 'Just words.' >w.md
run 2 import w.md
has "nothing to do" "there are no steps"
run 2 import none.md
printf '# x\n- a\377\n' >b.md
run 2 import b.md
finish
