#!/bin/sh
# `runbook doc`: the document has all that a person needs, and no text of the file is markup in it.
# shellcheck disable=SC2016 # ${{ }} is the runbook's
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

cat >d.yml <<'YML'
version: 1
runbook: d
title: Ship *it* <b>
about:
  owner: Platform
  purpose: Ship without harm.
  success_criteria: [All is well]
  access: [SSH]
  more: { Known issues: { Slow start: Wait a little } }
  related: [hotfix.yml]
inputs:
  version: { type: string, required: true, pattern: '^(a|b)$', about: The release }
  key: { type: string, default: hunter2, secret: true }
secrets:
  token: { env: TOKEN }
watch:
  errors: { every: 15s, http: 'http://localhost/e', value: json.ratio }
steps:
  - id: prepare
    name: 1. Prepare
    what: See that all is ready.
    steps:
      - confirm: Ship ${{ inputs.version }}?
      - id: disk
        if: inputs.version ~= "a"
        require: [{ that: inputs.version ~= "", message: A version is needed }]
        run: df -h
        effects: none
        timeout: 1m
        expect: [len(lines) > 1 | 0]
        hints: [Ask storage, { if: exit_code == 2, say: Mount it }]
        outputs: { first: 'lines[1]' }
  - id: ship
    choose:
      - name: By pipeline
        if: inputs.version == "a"
        http: { url: 'http://localhost/run', json: { v: '${{ inputs.version }}' }, auth: { bearer: '${{ secrets.token }}' } }
      - else:
        run: [./ship.sh, '${{ inputs.version }}', it's]
        env: { MODE: full }
    rollback:
      name: Go back
      if: self.ok
      run: ./ship.sh back
  - id: tag
    run: git push
    irreversible: It is public
    retry: { attempts: 3, delay: 2s }
rollback:
  when: [{ if: watch.errors > 0.05, for: 5m, reason: Too many errors }]
  steps: [{ say: Tell the team }]
  verify: { if: watch.errors <= 0.05, for: 2m }
targets: { success_rate: 0.95, frequency: 2/week, duration: 30m }
finally:
  - say: Done
YML
sed -i "s/it's\]/\"it's\"]/; s/len(lines) > 1 | 0/(len(lines) | 0) > 1/" d.yml
run 0 doc d.yml
has "its title, no markup" '# Process: Ship \*it\* \<b\>'
has "who answers" '**Owner:** Platform'
for heading in Purpose Prerequisites 'Process Steps' 'Decision Points' Verification 'Rollback / Undo' \
	'Metrics & Success Tracking' 'Related Processes' 'Known issues' 'However It Ends'; do
	if grep -qx "## $heading" out; then pass; else fail "no chapter $heading"; fi
done
has "what to have" '- [ ] SSH'
has "an input" '| `version` | string | has to be given | The release; like `^(a\|b)$` |'
has "a secret input" '| `key` | string | a secret |'
hasnt "its value" hunter2
has "a secret" '- `token`, in the environment as `TOKEN`'
has "a step without its number twice" '### Step 1: Prepare'
has "its prose" 'See that all is ready.'
has "a question" 'Go on only after a yes to: Ship `inputs.version`?'
has "a condition" '- Only if `inputs.version ~= "a"`'
has "a requirement" '- Not before `inputs.version ~= ""`: A version is needed'
has "a command" 'df -h'
has "its limit" '- It has failed when it takes longer than 1m'
has "what to see" '- disk: `(len(lines) | 0) > 1`'
has "a hint" '- disk fails: Ask storage'
has "a hint with its condition" '- disk fails and `exit_code == 2`: Mount it'
has "what to note" '- Note `first`, which is `lines[1]`'
has "an option" '**Option A: By pipeline**'
has "the other" '**Option B** (otherwise)'
has "a request" "curl --include --request POST http://localhost/run"
has "its header" "--header 'Authorization: Bearer \${{ secrets.token }}'"
has "its body" "--json '{\"v\":\"\${{ inputs.version }}\"}'"
has "words, quoted" "./ship.sh '\${{ inputs.version }}' 'it'\\''s'"
has "the environment" 'export MODE=full'
has "no way back" '- **Point of no return:** It is public'
has "again" '- Try up to 3 times, after a pause of 2s'
has "when to turn back" '- Too many errors: `watch.errors > 0.05 for 5m`'
has "what undoes a step" '1. If ship was begun: Go back'
has "only then" '   - Only if `self.ok`'
has "and at the end" 'Say: Tell the team'
has "how to see it has helped" '- `watch.errors <= 0.05 for 2m`'
has "what to look at" '- [ ] `errors` every 15s: `json.ratio` of `GET http://localhost/e`'
has "a target" '- Success rate: Target >95%'

# Headers that one expression makes stand one by one; a long script is folded.
cat >t.yml <<'YML'
version: 1
runbook: t
inputs: { token: { type: string } }
steps:
  - http:
      url: https://example.com/
      headers: ${{ { Accept = "text/plain", ["X-Key"] = inputs.token, N = 3 } }}
    expect: [status == 200]
  - id: long
    effects: none
    run: |
YML
i=0
while [ $i -lt 50 ]; do
	echo "      echo $i" >>t.yml
	i=$((i + 1))
done
run 0 doc t.yml
has "a header" "--header 'Accept: text/plain'"
has "one that is computed" "--header 'X-Key: \${{ inputs.token }}'"
has "a number" "--header 'N: 3'"
has "a long script" '<details><summary>A script of 50 lines</summary>'
has "all of it" 'echo 49'

# The real one has the chapters of the process it was made from.
process=$root/../shared/process/production-deployment.md
if [ -f "$process" ]; then
	run 0 doc "$root/runbooks/deploy.yml"
	for heading in '# Process: Production Deployment' '## Purpose' '## When to Use This Process' \
		'## Prerequisites' '## Process Steps' '## Verification' '## Rollback / Undo' \
		'## Metrics & Success Tracking' '## Related Processes'; do
		if grep -qxF -e "$heading" out && grep -qxF -e "$heading" "$process"; then
			pass
		else
			fail "deploy.yml: no $heading"
		fi
	done
fi
run 2 doc
finish
