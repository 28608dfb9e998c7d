#!/bin/sh
# Runbooks killed at any instant and gone on with: they end as one that nobody killed, and each
# effect is there once.
#
# CRASH_RUNS random instants (60), drawn from CRASH_SEED; CRASH_EVERY (1): of all system calls by
# which the interpreter changes something, it dies at each n-th.

# shellcheck source=tests/crash/lib.sh
. "$(dirname "$0")/lib.sh"
cut=$build/cut
runs=${CRASH_RUNS:-60} every=${CRASH_EVERY:-1} seed=${CRASH_SEED:-1}

# killed ARGUMENT-OF-CUT… -- COMMAND…: counts, and says in $code how it ended
killed() {
	"$cut" "$@" >>out 2>&1 </dev/null
	code=$?
	[ $code -ne 137 ] || kills=$((kills + 1))
	[ $code -ne 99 ] || fail "cannot kill it: $*"
}

# go_on NAME WHERE MAY-REPEAT [ARGUMENT…]: resumes and compares
go_on() {
	name=$1 where=$2 repeat=$3
	shift 3
	timeout 20 "$runbook" resume last --output plain "$@" >>out 2>&1 </dev/null
	code=$?
	now=$(row)
	if [ -z "$now" ] || grep -q 'nothing of this run is on record' out; then
		[ -s effects ] && fail "$name, $where: effects without a record" || pass
		return
	fi
	judge "$name" "$repeat"
	if [ "$now" != "$how" ]; then
		fail "$name, $where: it ended as \`$now\`, not \`$how\`"
	elif [ $code -ne "${how#* }" ] && [ $code -ne 7 ]; then
		fail "$name, $where: resume gave $code"
	elif [ -n "$verdict" ]; then
		fail "$name, $where: $verdict"
	else
		pass
	fi
}

# ---- at every instant --------------------------------------------------------------------------
# each_call NAME MAY-REPEAT OPTION-OF-CUT: from a beginning of its own for each $every
each_call() {
	measure "$1"
	n=$every
	while :; do
		begin
		# shellcheck disable=SC2086 # none or one
		killed $3 call $n -- "$runbook" exec "$1.yml" --output jsonl
		[ $code -eq 137 ] || break
		go_on "$1" "call $n $3" "$2"
		n=$((n + every))
	done
	[ "$code $n" != "${how#* } $every" ] || fail "$1: no call was reached"
}

each_line() {
	measure "$1"
	n=1
	while [ $n -le "$lines" ]; do
		begin
		# shellcheck disable=SC2086 # none or one
		killed $3 line $n -- "$runbook" exec "$1.yml" --output jsonl
		go_on "$1" "line $n $3" "$2"
		n=$((n + (every + 9) / 10))
	done
}

# The one that goes on is killed, too.
each_call_of_resume() {
	measure "$1"
	n=$every
	while :; do
		begin
		# shellcheck disable=SC2086 # none or one
		killed $3 line "$4" -- "$runbook" exec "$1.yml" --output jsonl
		# shellcheck disable=SC2086 # none or one
		killed $3 call $n -- "$runbook" resume last --output jsonl
		[ $code -eq 137 ] || break
		go_on "$1" "line $4, then call $n $3" "$2"
		n=$((n + every))
	done
}

# ---- at random instants ------------------------------------------------------------------------
random() {
	measure "$1"
	awk -v n="$4" -v seed="$seed" 'BEGIN {
		srand(seed)
		for (i = 0; i < n; i++)
			print int(rand() * 120000), int(rand() * 3), int(rand() * 60000), int(rand() * 60000)
	}' >"$work/instants"
	while read -r first more second third; do
		begin
		# shellcheck disable=SC2086 # none or one
		killed $3 time "$first" -- "$runbook" exec "$1.yml" --output plain
		for t in $second $third; do
			[ "$more" -gt 0 ] || break
			more=$((more - 1))
			# shellcheck disable=SC2086 # none or one
			killed $3 time "$t" -- "$runbook" resume last --output plain
		done
		go_on "$1" "after $first us $3" "$2"
	done <"$work/instants"
}

# Asked to leave: it says so on record, is gone within a second and is gone on with.
random_term() {
	measure "$1"
	awk -v n="$2" -v seed="$seed" 'BEGIN { srand(seed); for (; n > 0; n--) print int(20000 + rand() * 80000) }' \
		>"$work/instants"
	while read -r t; do
		begin
		began=$(date +%s%3N)
		killed -s 15 time "$t" -- "$runbook" exec "$1.yml" --output plain
		took=$(($(date +%s%3N) - began - t / 1000))
		kills=1
		case $code in
		143) [ $took -le 1500 ] || fail "$1: it took $took ms to leave" ;;
		"${how#* }") ;;
		*) fail "$1: SIGTERM after $t us gave $code" ;;
		esac
		go_on "$1" "SIGTERM after $t us" undo
	done <"$work/instants"
}

# A check that is run again, where the end is decided and only `finally` is left.
cat >short.yml <<'YML'
version: 1
runbook: short
steps:
  - { id: three, check: { run: grep -qx three effects }, run: echo three >>effects, keep: it stays }
finally:
  - { id: last, check: { run: grep -qx last effects }, run: echo last >>effects, keep: it stays }
YML
whole=$every every=1
each_line short undo ''
each_line short undo -t
every=$whole

with_server
for name in plain undone wide wide-undone; do
	each_call $name '' ''
	each_line $name '' ''
	random $name '' '' "$runs"
done
for name in checked checked-undone; do
	each_call $name undo -t
	each_line $name undo -t
	random $name undo -t "$runs"
	random_term $name "$(((runs + 3) / 4))"
done
each_call_of_resume undone '' '' 12
each_call_of_resume undone '' '' 34
each_call_of_resume checked-undone undo -t 12
each_call_of_resume checked-undone undo -t 34

# ---- two at once -------------------------------------------------------------------------------
cd "$work" || exit 2
cat >slow.yml <<'YML'
version: 1
runbook: slow
steps:
  - id: one
    run: echo one >>effects; while [ ! -e go ]; do sleep 0.02; done
    keep: it stays
  - { id: two, run: echo two >>effects, keep: it stays }
YML
printf 'one\ntwo\n' >slow.effects
how='succeeded 0'
begin
killed file effects -- "$runbook" exec slow.yml
for i in 1 2; do
	{
		timeout 20 "$runbook" resume last --output plain >out$i 2>&1 </dev/null
		echo $? >code$i
	} &
done
until_true 10 [ -s code1 -o -s code2 ] || fail "two that go on: none is refused"
: >go
wait
same "two that go on" '0 6 ' "$(cat code1 code2 | sort | tr '\n' ' ')"
cat out1 out2 >out
has "the other is told who has it" 'process'
judge slow ''
same "effects of two" '' "$verdict"

# Two runs in one store, each killed when it happens.
cd "$work" || exit 2
sed '/^lock:/d' plain.yml >free.yml
measure free
awk -v n="$(((runs + 3) / 4))" -v seed="$seed" 'BEGIN {
	srand(seed)
	for (i = 0; i < n; i++)
		print int(rand() * 80000), int(rand() * 80000)
}' >"$work/instants"
while read -r first second; do
	begin
	mkdir a b
	: >a/effects
	: >b/effects
	(cd a && "$cut" time "$first" -- "$runbook" exec ../free.yml >out 2>&1 </dev/null) &
	(cd b && "$cut" time "$second" -- "$runbook" exec ../free.yml >out 2>&1 </dev/null) &
	wait
	for id in $("$runbook" runs --format json | sed -n 's/.*"id":"\([^"]*\)".*"status":"lost".*/\1/p'); do
		timeout 20 "$runbook" resume "$id" --output plain >>out 2>&1 </dev/null || fail "free: resume of $id gave $?"
	done
	for one in a b; do
		cd "$work/trial/$one" || exit 2
		kills=0
		judge free ''
		[ ! -s effects ] || [ -z "$verdict" ] || fail "two runs, $first and $second us: $verdict"
	done
	cd "$work/trial" || exit 2
	same "two runs, $first and $second us: all have ended" '' \
		"$("$runbook" runs --format json | grep -o '"status":"[a-z]*"' | grep -v succeeded)"
done <"$work/instants"

# ---- what nobody can know is asked ----------------------------------------------------------------
begin
killed -t file effects -- "$runbook" exec slow.yml
run 5 resume last --output plain
has "what to look at" '--resolve one=done|failed|retry'
: >go
go_on slow 'the machine goes down' '' --resolve one=done

# ---- an interrupt without a terminal ---------------------------------------------------------------
begin
: >go
killed -s 2 file effects -- "$runbook" exec checked.yml
case $code in 0 | 5) pass ;; *) fail "SIGINT gave $code" ;; esac

# ---- does it see anything? --------------------------------------------------------------------------
cd "$work" || exit 2
sed 's/^    keep:/    idempotent: true\n&/' slow.yml >lie.yml
cp slow.effects lie.effects
begin
killed -t file effects -- "$runbook" exec lie.yml
: >go
"$runbook" resume last --output plain >out 2>&1 </dev/null
judge lie ''
same "what ran twice is seen" ' doubled: one ' "$verdict"
begin
killed -t file effects -- "$runbook" exec slow.yml
: >effects
: >go
"$runbook" resume last --output plain --resolve one=done >out 2>&1 </dev/null
judge slow ''
same "what did not run is seen" 'lost: one ' "$verdict"

kill "$server"
echo "$trials trials, seed $seed"
finish
