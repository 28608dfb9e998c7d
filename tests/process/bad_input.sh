#!/bin/sh
# The catalogue of bad input, where a fixture is made of bytes that no editor shows (12) or of more
# text than anybody keeps (19); the other numbers are in tests/rules/bad_input.case.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# ---- 12: encodings ----
printf '\377\376v\0e\0r\0' >12.yml
run 1 lint --format short 12.yml
has "12 UTF-16" '12.yml:1:1: error[RB002]: the file is UTF-16, not UTF-8'
printf 'version: 1\nrunbook: a\nsteps:\n  - id: a\n  \302\240 say: x\n' >12.yml
run 1 lint --format short 12.yml
has "12 a space that is none" '12.yml:5:3: error[RB006]: a non-breaking space is used for indentation'
run 0 lint --fix 12.yml
if grep -q '^    say: x$' 12.yml; then pass; else fail "12 mended"; fi
printf 'ab\377: 1\n' >12.yml
run 1 lint --format short 12.yml
has "12 a stray byte" '12.yml:1:3: error[RB002]: not UTF-8: byte 0xFF at byte 3'
run 2 validate 12.yml
has "12 is shown as what it is" 'ab\xff: 1'

# ---- (fix): what `lint --fix` makes of it, as the last line of a step as well as above another ----
mended() { # mended NUMBER LINE MENDED
	for below in '' '    name: below'; do
		printf 'version: 1\nrunbook: a\nsteps:\n  - id: x\n    say: x\n    effects: none\n  - say: y\n    %s\n' "$2" >fix.yml
		[ -z "$below" ] || echo "$below" >>fix.yml
		"$runbook" lint --fix --no-shellcheck fix.yml >out 2>&1
		same "$1 mended" "    $3" "$(sed -n 8p fix.yml)"
	done
}
mended 21 'when: env.A == nil' 'if: env.A == nil'
mended 24 'retry: { attempts: "3" }' 'retry: { attempts: 3 }'
mended 32 'if: #env > 0' "if: '#env > 0'"
mended 32 'if: #x > 0' "if: '#x > 0'"
mended 33 'if: !steps.x.failed' 'if: not steps.x.failed'
mended 34 'if: env.A == "a #b"' "if: 'env.A == \"a #b\"'"
mended 35 'if: {{ steps.x.ok }}' 'if: steps.x.ok'
mended 36 'if: steps.x.ok && env.A != "b"' 'if: steps.x.ok and env.A ~= "b"'
mended 36 'if: steps.x.attempts = 3' 'if: steps.x.attempts == 3'
mended 37 'if: env.A == null' 'if: env.A == nil'
mended 37 'if: yes' 'if: true'
mended 37 'if: True' 'if: true'
mended 40 'if: steps.x.attempts === 3' 'if: steps.x.attempts == 3'

# ---- 19: limits, at once and in bounded memory ----
head='version: 1
runbook: a'
# The sanitizers take more address space than any machine has.
case $runbook in
*/asan/*) memory=unlimited ;;
*) memory=393216 ;;
esac
bounded() { # bounded WHAT FILE TEXT: that is said in good time and bounded memory
	(
		# shellcheck disable=SC3045 # dash has it
		ulimit -v $memory
		timeout -k 2 20 "$runbook" lint --format short "$2"
	) >out 2>&1
	has "$1" "$3"
}
{
	printf '%s\nvars:\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n' "$head"
	for i in 1 2 3 4 5 6 7 8 9; do
		p=$((i - 1))
		echo "  a$i: &a$i [*a$p, *a$p, *a$p, *a$p, *a$p, *a$p, *a$p, *a$p, *a$p]"
	done
	echo 'steps: [{ say: x }]'
} >bomb.yml
bounded "19 aliases of aliases" bomb.yml 'bomb.yml:10:37: error[RB016]: aliases and merges stand for more than'
{
	printf '%s\nvars: { a: ' "$head"
	head -c 5000 /dev/zero | tr '\0' '['
	echo
} >deep.yml
bounded "19 brackets in brackets" deep.yml 'deep.yml:3:110: error[RB016]: nested deeper than 100 levels'
truncate -s 100000000 large.yml
bounded "19 a large file" large.yml 'cannot read `large.yml`: over the limit of 64 MiB for one file'
{
	printf '%s\nsteps: [{ say: x, if: "' "$head"
	head -c 5000 /dev/zero | tr '\0' '('
	echo 'true"}]'
} >guard.yml
bounded "19 a guard in parentheses" guard.yml 'error[RB016]: an expression nested deeper than 100'
finish
