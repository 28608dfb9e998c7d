#!/bin/sh
# What is made from the program's tables is fresh: `make docs` writes it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# fresh FILE ARGUMENT…: the program prints what the file holds
fresh() {
	file=$1
	shift
	"$runbook" "$@" >made 2>out || fail "runbook $* failed"
	diff "$root/$file" made >out 2>&1
	same "$file is out of date: run \`make docs\`" 0 $?
	rm -f out
}

fresh docs/rules.md explain --markdown
fresh docs/modules.md modules --markdown
fresh grammar/runbook.schema.json schema
fresh grammar/module.schema.json schema --module
fresh grammar/keys.md schema --keys
fresh grammar/guard.ebnf schema --guards

# ---- schema ----
if /usr/bin/python3 -c 'import jsonschema, yaml' 2>/dev/null; then
	/usr/bin/python3 "$root/tests/schema.py" "$root/grammar/runbook.schema.json" \
		"$root/grammar/module.schema.json" "$root" >out 2>&1
	same "a standard validator agrees" 0 $?
else
	skipped=1
fi
if grep -q oneOf "$root"/grammar/*.schema.json; then fail "a oneOf in the schema"; else pass; fi
run 2 schema --module --keys
run 2 schema file.yml

# What lint prints is found by the pattern that CI systems are given.
printf 'version: 1\nrunbook: x\nsteps:\n  - rum: x\n' >bad.yml
run 1 lint --format short bad.yml
pattern=$(sed -n 's/^ *"regexp": "\(.*\)",$/\1/p' "$root/grammar/problem-matcher.json" | sed 's/\\\\/\\/g')
if grep -qP -e "$pattern" out; then pass; else fail "the problem matcher finds nothing"; fi
for id in $(sed -n 's/^- id: //p' "$root/.pre-commit-hooks.yaml"); do
	entry=$(sed -n "/^- id: $id\$/,/entry/s/.*entry: runbook //p" "$root/.pre-commit-hooks.yaml")
	# shellcheck disable=SC2086 # words are wanted
	run 0 $entry --help
done

# ---- modules ----
run 0 modules
for file in "$root"/stdlib/*/*.yml; do
	name=${file#"$root/stdlib/"}
	grep -q "^${name%.yml}  *[A-Z]" out || fail "no line about $name"
done
run 0 modules slack/post
has "what it is for" "# slack/post"
has "an input" '| `text` | string | required |'
has "what it gives" '| `ts` | Where the message stands, for `thread`; only of a bot |'
has "what becomes of its effects" "not undone: An announcement is not taken back"
# Each says of all it takes and gives what it is, and its example is a runbook of its own; one per module.
for file in "$root"/stdlib/*/*.yml; do
	name=${file#"$root/stdlib/"}
	run 0 modules "${name%.yml}"
	if grep -q '|  |$' out || grep -q '^| `[a-z_]*` |  |' out; then fail "${name%.yml}: something without a word about it"; else pass; fi
	has "${name%.yml}: what it changes" "hanges"
	sed -n '/^```yaml$/,/^```$/p' out | sed '1d;$d' >example.yml
	run 0 validate example.yml
done
run 2 modules slack/pst
has "a slip" 'did you mean `slack/post`?'

# ---- explain ----
run 0 explain rb107
has "a rule by its code" "RB107 bad-id (error)"
has "its example" "deploy_api"
run 0 explain bad-id unknown-key
has "by its name" "RB107 bad-id (error)"
has "and another" "RB101 unknown-key (error)"
run 0 explain
has "all of them" "RB701  error    bad-pattern"
run 2 explain RB10
has "a slip" "did you mean"
run 2 explain --markdown RB101
[ -z "${skipped:-}" ] || echo "no jsonschema: install python3-jsonschema and python3-yaml"
finish
