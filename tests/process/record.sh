#!/bin/sh
# A record that cannot be written or read: which file, why, what to do; and nothing has an effect
# that is not on record.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
export RUNBOOK_STORE="$PWD/runs.db"

cat >two.yml <<'YML'
version: 1
runbook: two
steps:
  - { id: one, run: echo one >>effects, keep: it stays }
  - { id: two, run: echo two >>effects, keep: it stays }
YML

# ---- a limit of file sizes ---------------------------------------------------------------------
# limited BLOCKS COMMAND…: as `run`, where no file may be longer (in units of 512 bytes)
limited() {
	blocks=$1
	shift
	(ulimit -f "$blocks" && exec "$runbook" "$@") >out 2>&1 </dev/null
	code=$?
}
limited 20 exec two.yml
same "no store can be made" 7 $code
has "which one" "the store \`$RUNBOOK_STORE\` cannot be made"
has "why" "File too large"
same "nothing has run" '' "$(cat effects 2>/dev/null)"
run 0 exec two.yml
rm effects
mkdir seed
cp -a runs.db* seed
# More room each time: at first the store cannot be opened, then not even the first start recorded,
# then only a later one.
n=1 some=0
while [ $n -le 200 ]; do
	rm -rf runs.db*
	cp -a seed/. .
	limited $n exec two.yml --output jsonl
	[ $code -ne 0 ] || break
	same "limit $n" 7 $code
	has "limit $n: which file" "\`$RUNBOOK_STORE"
	if "$runbook" runs --format json | grep -q '"status":"lost"'; then
		run 0 resume last
		same "limit $n: each is run once" 'one two ' "$(sort effects | tr '\n' ' ')"
		some=$((some + 1))
	else
		same "limit $n: nothing has run" '' "$(cat effects 2>/dev/null)"
	fi
	rm -f effects
	n=$((n + 3))
done
[ $some -ge 2 ] && pass || fail "no run was cut off in the middle"
same "with enough room it runs" 0 $code

# ---- what may not be written --------------------------------------------------------------------
# For root all may be written.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	mkdir theirs
	cp "$runbook" theirs/runbook
	cp two.yml theirs
	chown -R 65534 theirs
	chmod 755 "$work" theirs
	cd theirs || exit 2
	as_other() {
		expected=$1
		shift
		setpriv --reuid=65534 --regid=65534 --clear-groups \
			env RUNBOOK_STORE="$work/theirs/state/runs.db" ./runbook "$@" >out 2>&1 </dev/null
		same "another user: $*" "$expected" $?
	}
	touch out
	chown 65534 out
	as_other 0 exec two.yml
	rm -f effects
	RUNBOOK_STORE=$work/theirs/state/runs.db run 7 runs
	has "whose it is" "state/runs.db\` belongs to another user"
	chmod 400 state/runs.db
	as_other 7 exec two.yml
	has "a file that may not be written" "state/runs.db\` may not be written"
	as_other 0 runs
	has "it may be read" succeeded
	chmod 600 state/runs.db
	chmod 500 state/runs.db-logs
	as_other 7 exec two.yml
	has "a folder that may not be written" "state/runs.db-logs"
	rm -rf state
	chmod 500 .
	as_other 7 exec two.yml
	has "no folder can be made" "cannot be made, nor its folder: Permission denied"
	[ -e effects ] && fail "something has run" || pass
	cd "$work" || exit 2
fi

# ---- many at once in one store --------------------------------------------------------------------
# What one leaves at its end is not what the next one finds: a store looked at between is still whole.
cat >many.yml <<'YML'
version: 1
runbook: many
steps:
  - { id: a, run: "true", keep: kept }
  - { id: b, run: "true", keep: kept }
YML
export RUNBOOK_STORE="$PWD/many.db"
run 0 exec many.yml
for writer in 1 2 3; do
	(
		for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
			"$runbook" exec many.yml >/dev/null 2>>many.err || echo "exit $?" >>many.err
		done
		: >"written.$writer"
	) &
done
while [ ! -e written.1 ] || [ ! -e written.2 ] || [ ! -e written.3 ]; do
	"$runbook" runs >/dev/null 2>>many.err || echo "runs: exit $?" >>many.err
done
wait
same "nobody was refused" '' "$(cat many.err)"
run 0 runs --limit 100 --status succeeded
same "all are there" 61 "$(grep -c succeeded out)"
finish
