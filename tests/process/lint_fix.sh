#!/bin/sh
# `runbook lint --fix`: what is mended, what stays, and what is said.
# shellcheck disable=SC2016 # dollars are the runbooks' own
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# mends NAME BEFORE AFTER: the steps (or more) of a file, as they are and as they are mended
mends() {
	printf 'version: 1\nrunbook: x\n%s\n' "$2" >a.yml
	printf 'version: 1\nrunbook: x\n%s\n' "$3" >wanted.yml
	"$runbook" lint --fix a.yml >out 2>&1 </dev/null
	same "$1" "$(cat wanted.yml)" "$(cat a.yml)"
	has "$1" "mended"
	run 0 validate a.yml
}
tab=$(printf '\t')

mends "a tab" "steps:
  - id: a
${tab}say: x" 'steps:
  - id: a
    say: x'
mends "an escape" 'inputs: { v: { type: string, pattern: "\d+" } }
steps: [say: x]' "inputs: { v: { type: string, pattern: '\\d+' } }
steps: [say: x]"
mends "text behind a quote" 'steps:
  - run: "a" && b
    effects: none' 'steps:
  - run: |
      "a" && b
    effects: none'
mends "a habit" 'steps:
  - when: run.id ~= "x" # why
    say: x' 'steps:
  - if: run.id ~= "x" # why
    say: x'
mends "a number in quotes" 'steps:
  - run: x
    retry: { attempts: "3" }' 'steps:
  - run: x
    retry: { attempts: 3 }'
mends "an id, everywhere" 'steps:
  - id: deploy-api
    run: x
  - id: b
    say: ok ${{ steps.deploy-api.exit_code }} steps.deploy-apis
    needs: [deploy-api]' 'steps:
  - id: deploy_api
    run: x
  - id: b
    say: ok ${{ steps.deploy_api.exit_code }} steps.deploy-apis
    needs: [deploy_api]'
mends "a guard that was a comment" 'vars: { x: [1] }
steps:
  - if: #vars.x > 0
    say: x' "vars: { x: [1] }
steps:
  - if: '#vars.x > 0'
    say: x"
mends "a guard cut by a comment" 'vars: { x: a }
steps:
  - if: vars.x == "a #b"
    say: x' "vars: { x: a }
steps:
  - if: 'vars.x == \"a #b\"'
    say: x"
mends "braces" 'vars: { x: true }
steps:
  - if: {{ vars.x }}
    say: x' 'vars: { x: true }
steps:
  - if: vars.x
    say: x'
mends "other languages" 'vars: { x: 3, y: true }
steps:
  - if: vars.x != 4 && !vars.y || vars.x === 3
    say: x
  - if: !vars.y
    say: y
  - if: ${{ vars.x == null }}
    say: z' 'vars: { x: 3, y: true }
steps:
  - if: vars.x ~= 4 and not vars.y or vars.x == 3
    say: x
  - if: not vars.y
    say: y
  - if: vars.x == nil
    say: z'
mends "what is never false" 'steps:
  - id: a
    run: x
  - if: steps.a.exit_code
    say: x' 'steps:
  - id: a
    run: x
  - if: steps.a.exit_code == 0
    say: x'
mends "a number as text" 'steps:
  - http: https://x.example
    expect: [status == "200"]' 'steps:
  - http: https://x.example
    expect: [status == 200]'

# ---- what is shown, and what is left ----
cat >b.yml <<'YML'
version: 1
runbook: b
steps:
  - say: x
    retrys: 3   # often
  - wait: 10
YML
cp b.yml before.yml
run 1 lint --fix --diff b.yml
has "the change" "+    retry: 3   # often"
hasnt "the findings" "RB105"
same "nothing is written" "$(cat before.yml)" "$(cat b.yml)"
cp out change.patch
chmod 640 b.yml
run 1 lint --fix --format short b.yml
has "what is left" "b.yml:6:11: error[RB105]"
hasnt "what is mended" "RB101"
same "the mode stays" 640 "$(stat -c %a b.yml)"
cp before.yml c.yml
sed -i 's/b\.yml/c.yml/' change.patch
git apply change.patch
same "what was shown is what is written" "$(cat b.yml)" "$(cat c.yml)"
run 1 lint --fix b.yml
hasnt "nothing to mend" "mended"
"$runbook" lint --diff - <before.yml >out 2>&1
has "standard input, shown" "+    retry: 3"
run 2 lint --fix -
has "standard input has no place" "in place"
run 2 lint --fix missing.yml
run 0 lint --diff "$root/tests/findings/good.yml"
same "nothing to show" "" "$(cat out)"
finish
