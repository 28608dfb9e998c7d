#!/bin/sh
# `runbook lint`: exit codes, profiles, .runbook.yml, baselines.
# shellcheck disable=SC2016 # code in messages
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

cat >good.yml <<'YML'
version: 1
runbook: good
steps:
  - id: a
    run: date
    effects: none
YML
cat >warned.yml <<'YML'
version: 1
runbook: warned
steps:
  - id: deploy
    run: ./deploy.sh
YML
cat >bad.yml <<'YML'
version: 1
runbook: bad
steps:
  - rum: x
YML

# ---- exit codes ----
run 0 lint good.yml
same "nothing to say" "" "$(cat out)"
run 1 lint warned.yml
has "a warning" "warning[RB401]"
has "with its place" "warned.yml:4:5"
has "and what to do" "rollback"
run 1 lint bad.yml
has "errors of loading too" "error[RB101]"
hasnt "what follows from them is not said" RB401
run 1 lint good.yml warned.yml bad.yml
run 2 lint nowhere.yml
run 2 lint
run 2 lint --profile loud good.yml
has "the profiles" "default, strict or production"
run 2 lint --fail-on never good.yml
run 0 lint --fail-on error warned.yml
has "said all the same" RB401
run 1 lint --fail-on error bad.yml

# ---- what is used by another file is told once ----
mkdir -p modules
cat >modules/ship.yml <<'YML'
version: 1
module: ship
steps:
  - id: push
    run: ./push.sh
YML
cat >user.yml <<'YML'
version: 1
runbook: user
steps:
  - uses: ./modules/ship.yml
YML
run 1 lint -f short user.yml
same "with the file that uses it" 1 "$(grep -c RB401 out)"
run 1 lint -f short user.yml modules/ship.yml
same "with its own" 1 "$(grep -c RB401 out)"

# ---- profiles ----
run 1 lint --profile production --fail-on error warned.yml
has "a danger is an error" "error[RB401]"
run 0 lint --profile strict good.yml
has "matters of taste" "info[RB508]"
run 1 lint --profile strict --fail-on info good.yml

# ---- standard input ----
"$runbook" lint - <warned.yml >out 2>&1
same "lint -" 1 $?
has "its name" "<stdin>:4:5"

# ---- ShellCheck, here one that says what it was given ----
mkdir bin
cat >bin/shellcheck <<'SH'
#!/bin/sh
for file; do :; done
cat "$file" >"$SEEN"
echo "{\"comments\":[{\"file\":\"$file\",\"line\":4,\"endLine\":4,\"column\":4,\"endColumn\":6,"
echo "\"level\":\"warning\",\"code\":1234,\"message\":\"Not so.\"}]}"
SH
chmod +x bin/shellcheck
cat >script.yml <<'YML'
version: 1
runbook: script
steps:
  - id: a
    run: |
      echo ${{ run.id }} x
      cd äb
    effects: none
    shell: bash
YML
PATH=$work/bin:$PATH SEEN=$work/seen "$runbook" lint -f short script.yml >out 2>&1
has "its finding, at its place" "script.yml:7:10: warning[RB608]: ShellCheck: Not so"
same "what it was given" "# shellcheck shell=bash set -eu echo VVVVVVVVVVVVV x cd äb  " "$(tr '\n' ' ' <seen)"
PATH=$work/bin:$PATH SEEN=$work/seen "$runbook" lint --no-shellcheck script.yml >out 2>&1
same "unasked" "" "$(cat out)"
printf '#!/bin/sh\nexit 3\n' >bin/shellcheck
PATH=$work/bin:$PATH "$runbook" lint script.yml >out 2>&1
same "one that says nothing" "" "$(cat out)"

# ---- .runbook.yml ----
mkdir -p project/books/old
cp warned.yml project/books
cp warned.yml project/books/old
cat >project/.runbook.yml <<'YML'
lint:
  profile: strict
  severity: { no-way-back: info, RB508: off }
  exclude: [ 'books/old/*' ]
YML
run 0 lint project/books/warned.yml
has "its severity" "info[RB401]"
hasnt "what is off" RB508
run 0 lint project/books/old/warned.yml
same "what is left out" "" "$(cat out)"
run 1 lint warned.yml
has "elsewhere nothing has changed" "warning[RB401]"
run 0 lint --profile production project/books/warned.yml
has "severities go before profiles" "info[RB401]"
cat >project/.runbook.yml <<'YML'
lint:
  profle: strict
  severity: { RB101: off, RB402: loud, RB999: off }
YML
run 2 lint project/books/warned.yml
has "an unknown key" 'did you mean `profile`?'
has "errors stay errors" '`RB101` is always an error'
has "no severity" '`error`, `warning`, `info` or `off`'
has "no rule" 'there is no rule `RB999`'
has "with the place" "project/.runbook.yml:2:3"
rm project/.runbook.yml

# ---- baselines ----
run 0 lint --write-baseline known.json warned.yml
hasnt "nothing is said" RB401
run 0 lint --baseline known.json warned.yml
sed 's/deploy.sh/deploy.sh now/; s/^steps:/# moved down\nsteps:/' warned.yml >moved && mv moved warned.yml
run 0 lint --baseline known.json warned.yml
printf '  - id: again\n    run: ./again.sh\n' >>warned.yml
run 1 lint --baseline known.json warned.yml
has "what is new" '`again` changes something'
hasnt "what is known" '`deploy` changes something'
run 1 lint --write-baseline errors.json bad.yml
has "errors are never known" RB101
run 2 lint --baseline nowhere.json warned.yml
has "no such baseline" "no such file"
echo '{"version": 9}' >other.json
run 2 lint --baseline other.json warned.yml
has "another version" "no baseline of this version"
printf 'lint: { baseline: known.json }\n' >.runbook.yml
run 1 lint warned.yml
hasnt "the project's baseline" '`deploy` changes something'
finish
