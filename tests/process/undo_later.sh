#!/bin/sh
# What a person asks of a run that has stopped: ended as it is, undone later, all but a step.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

cat >held.yml <<'YML'
version: 1
runbook: held
steps:
  - id: a
    run: echo a >>effects
    rollback: { run: echo undo a >>effects }
  - id: b
    run: echo b >>effects
    rollback: { run: echo undo b >>effects }
  - id: ask
    confirm: Go on?
YML
effects() { tr '\n' '|' <effects; }

# ---- ended as it is, undone all the same ----
run 5 exec held.yml
run 4 abort last
has "what stays is named" "\`a\` is not undone: the run was aborted"
same "an end as it is undoes nothing" 'a|b|' "$(effects)"
run 3 rollback last
same "and can be undone later" 'a|b|undo b|undo a|' "$(effects)"
run 7 rollback last
same "once" 'a|b|undo b|undo a|' "$(effects)"

# ---- a slip in the name of a step ----
rm effects
run 5 exec held.yml
run 2 rollback last --skip bb --reason 'restored by hand'
has "a step that is not there" '`--skip bb`: there is no such step'
has "what could be meant" 'to undo: `b`, `a`'
run 2 rollback last --skip ask --reason 'restored by hand'
has "a step with nothing to undo" '`--skip ask`: there is nothing to undo of this step'
run 2 resume last --resolve bb=done
has "nothing to resolve" '`--resolve bb`: there is no such step'
same "nothing was undone" 'a|b|' "$(effects)"
run 3 rollback last --skip b --reason 'restored by hand'
same "all but the step" 'a|b|undo a|' "$(effects)"
run 0 show last
has "what was left, by whom and why" '  b: restored by hand ('

# ---- what an earlier rollback left behind ----
cat >stuck.yml <<'YML'
version: 1
runbook: stuck
steps:
  - id: a
    run: echo a >>effects
    rollback: { run: echo undo a >>effects }
  - id: b
    run: echo b >>effects
    rollback: { run: test -e mended && echo undo b >>effects, retry: { attempts: 1 } }
  - id: breaks
    run: exit 3
    effects: none
YML
rm effects
run 4 exec stuck.yml
run 4 rollback last --retry
touch mended
run 3 rollback last --retry
same "once it can be undone" 'a|b|undo b|undo a|' "$(effects)"
run 0 show last --format json
same "what is undone, by name" '"undone": [    "b",    "a"  ],' \
	"$(tr -d '\n' <out | grep -o '"undone": [^]]*\],')"
has "for the reason that it had" '"message": "exited with 3"'
run 7 rollback last --retry

# ---- a run that failed, undone by a person ----
cat >asked.yml <<'YML'
version: 1
runbook: asked
steps:
  - run: echo a >>effects
  - id: breaks
    run: exit 3
finally:
  - run: echo "${{ run.status }}, ${{ run.reason }}" >>effects
YML
rm effects
run 1 exec asked.yml
run 3 rollback last
by=$(sed -n 's/.*rolling back: \(.*\) asked for it$/\1/p' out)
same "the reason is the person" "rolled_back, $by asked for it" "$(tail -n 1 effects)"

# ---- what cannot be undone ----
cat >public.yml <<'YML'
version: 1
runbook: public
steps:
  - id: a
    run: echo a >>effects
    rollback: { run: echo undo a >>effects }
  - id: tag
    run: echo tag >>effects
    irreversible: a pushed tag is public
  - id: ask
    confirm: Go on?
YML
rm effects
run 5 exec public.yml
run 4 rollback last
same "the rest is undone" 'a|tag|undo a|' "$(effects)"
has "it is named as left behind" 'left behind: `tag` cannot be undone: a pushed tag is public'
run 5 exec public.yml
run 4 abort last
has "also by an abort" 'left behind: `tag` cannot be undone: a pushed tag is public'
finish
