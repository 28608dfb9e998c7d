#!/bin/sh
# Of all writes, syncs, opens and forks of a run each one fails in turn, and from then on. The run
# comes to a clear end, nothing has an effect that is not on record, and it can be gone on with.
#
# FAULTS_EVERY (1): only each n-th call fails.

# shellcheck source=tests/crash/lib.sh
. "$(dirname "$0")/lib.sh"
every=${FAULTS_EVERY:-1}

# What the program said, when it did not end as it should have: which file, or which step.
is_told() {
	case $1 in
	"${how#* }") return 0 ;;
	127) grep -q 'error while loading shared libraries' out ;;
	*) grep -q -e 'runbook: .*`[^`]*[/.][^`]*`' -e 'error\[' -e '"reason":"spawn"' out ;;
	esac
}

# Nothing has ended well that the record does not know of.
agrees() {
	[ -n "$now" ] || { [ $code -ne 0 ] && [ ! -s effects ]; } && return
	case $now in
	"lost "*) [ $code -ne 0 ] ;;
	*) [ "${now#* }" = $code ] || [ $code -eq 7 ] ;;
	esac
}

# go_on NAME WHERE: what is open is gone on with, to the end that it has otherwise
go_on() {
	case $now in
	"lost "* | "held "* | "interrupted "*)
		timeout -k 2 20 "$runbook" resume last --output plain >again 2>&1 </dev/null
		now=$(row)
		cat again >>out
		;;
	esac
	# Whose end could not be written down is put to a person, or run again where that is
	# declared to be harmless; what could not begin, or was failed so, is not missed.
	may_repeat=
	case $2 in *"/children "* | write*follow) kills=2 may_repeat='undo\|before\|after\|last' ;; esac
	judge "$1" "$may_repeat"
	case $2 in
	*pipe:* | *"/children "* | fork* | open* | write*follow)
		verdict=${verdict#"${verdict%%doubled*}"}
		case $now in "failed "* | "rolled_back "* | "rollback_incomplete "* | "held "*) now=$how ;; esac
		;;
	esac
	[ "${now:-$how}" = "$how" ] || fail "$1, $2: it ended as \`$now\`, not \`$how\`"
	[ -z "$now" ] || [ -z "$verdict" ] || fail "$1, $2: $verdict"
}

# one NAME KIND ERROR N [-a]; false: there are no so many calls
one() {
	begin
	# shellcheck disable=SC2086 # none or one
	timeout -k 2 20 "$fault" ${5:-} -l fault.log "$2" "$3" "$4" -- \
		"$runbook" exec "$1.yml" --output jsonl >out 2>&1 </dev/null
	code=$?
	[ -s fault.log ] || return
	where=$(cat fault.log)${5:+ and all that follow}
	"$runbook" runs >list 2>&1 || {
		cat list >>out
		fail "$1, $where: the store does not open"
	}
	now=$(row)
	before=$failed
	[ $code -lt 99 ] || [ $code -eq 127 ] || fail "$1, $where: it ended with $code"
	is_told $code || fail "$1, $where: $code, and nobody says why"
	agrees || fail "$1, $where: it ends with $code, on record is \`$now\`"
	go_on "$1" "$where"
	[ "$failed" -ne "$before" ] || pass
}

each() {
	measure "$1"
	n=$((every > 1 ? every / 2 : 1))
	while one "$1" "$2" "$3" $n "${4:-}"; do
		n=$((n + every))
	done
	[ $n -gt 1 ] || fail "$1, $2: no call was reached"
}

fault=$build/fault
"$fault" fork EAGAIN 1 -- /bin/true || {
	echo "0 passed, 0 failed, 1 skipped: the kernel does not let us look at calls"
	rm -rf "$work"
	exit 0
}
for name in plain undone; do
	each $name write ENOSPC
	each $name write ENOSPC -a
	each $name sync EIO
	each $name sync EIO -a
	each $name open EMFILE
	each $name fork EAGAIN
	each $name fork EAGAIN -a
done
echo "$trials trials"
finish
