#!/bin/sh
# Modules of the library whose work is done by scripts, on real files: what they do, and that the way back leads back.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

# book NAME MODULE ARGUMENTS: a runbook that uses the module, shows what it gives, and fails when told to.
book() {
	cat >"$1.yml" <<END
version: 1
runbook: $1
inputs: { fail: { type: boolean, default: false } }
steps:
  - id: it
    uses: $2
    with: $3
  - id: shown
    say: 'gave: \${{ $4 }}'
  - id: last
    run: test \${{ inputs.fail }} = false
    effects: none
END
}

release_directory() {
	mkdir -p srv build
	echo one >build/file
	book release release/directory "{ root: srv, version: v1, source: build, retain: 2 }" steps.it.version
	run 0 exec release.yml
	same "the first release" one "$(cat srv/current/file)"
	echo two >build/file
	sed 's/version: v1,/version: v2,/' release.yml >next.yml
	run 3 exec next.yml --input fail=true
	same "back to the first" one "$(cat srv/current/file)"
	same "the second is gone" v1 "$(ls srv/releases)"
	run 0 exec next.yml
	same "the second release" two "$(cat srv/current/file)"
	run 0 exec release.yml
	same "the first again, from the disk" one "$(cat srv/current/file)"
	sed 's/reload: .*//; s/retain: 2/retain: 2, reload: [sh, -c, "exit 9"]/; s/version: v1,/version: v2,/' \
		release.yml >bad.yml
	run 4 exec bad.yml
	same "a reload that fails leaves the link where it was" one "$(cat srv/current/file)"
}

flags_file() {
	printf '# flags\ncart=on\nsearch=off\n' >flags
	cp flags before
	book flag flags/file "{ file: flags, flag: search, value: '25' }" steps.it.previous
	run 0 exec flag.yml
	has "what it was" "gave: off"
	same "set" "$(printf '# flags\ncart=on\nsearch=25')" "$(cat flags)"
	cp before flags
	run 3 exec flag.yml --input fail=true
	same "set back" "$(cat before)" "$(cat flags)"
	book flag flags/file "{ file: flags, flag: new, value: 'on' }" steps.it.previous
	run 0 exec flag.yml
	same "added" "$(printf '# flags\ncart=on\nsearch=off\nnew=on')" "$(cat flags)"
	cp before flags
	run 3 exec flag.yml --input fail=true
	same "taken out again" "$(cat before)" "$(cat flags)"
}

changelog() {
	printf '# Changelog\n\nAll of it.\n\n## v1.0.0\n\n- First\n' >CHANGELOG.md
	cp CHANGELOG.md before
	book log changelog/add "{ version: v1.1.0, entries: ['One & two', '\$(touch pwned)'], date: false }" steps.it.file
	run 0 exec log.yml
	same "added on top" "$(printf '# Changelog\n\nAll of it.\n\n## v1.1.0\n\n- One & two\n- $(touch pwned)\n\n## v1.0.0\n\n- First')" \
		"$(cat CHANGELOG.md)"
	run 0 exec log.yml
	same "once" 1 "$(grep -c '^## v1.1.0' CHANGELOG.md)"
	same "a value is no code" "" "$(ls pwned 2>/dev/null)"
	cp before CHANGELOG.md
	run 3 exec log.yml --input fail=true
	same "taken out again" "$(cat before)" "$(cat CHANGELOG.md)"
}

logs_errors() {
	printf 'ERROR old\nfine\n' >app.log
	from=$(wc -c <app.log)
	printf 'ok\nERROR new\nFATAL worse\nERROR probe\n' >>app.log
	book logs logs/errors "{ file: app.log, from: $from, ignore: probe }" \
		'steps.it.count .. \" of \" .. steps.it.size .. \": \" .. steps.it.sample'
	sed -i 's/\\"/"/g' logs.yml
	run 0 exec logs.yml
	has "two are new" "gave: 2 of $(wc -c <app.log): ERROR new"
	: >app.log
	run 0 exec logs.yml
	has "a log without errors" "gave: 0 of 0"
	rm app.log
	run 1 exec logs.yml
	has "a log that is not there" "logs/errors: there is no \`file\` app.log here"
	book logs logs/errors "{ command: [printf, 'ERROR a\\nfine\\nERROR b\\n'] }" steps.it.count
	run 0 exec logs.yml
	has "of a command" "gave: 2"
	book logs logs/errors "{ command: [no-such-program] }" steps.it.count
	run 1 exec logs.yml
	has "no such program" "there is no program \`no-such-program\` here"
}

# calendar LINE…: with one event
calendar() {
	{
		printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Quiet\r\n  time\r\n'
		printf '%s\r\n' "$@"
		printf 'END:VEVENT\r\nEND:VCALENDAR\r\n'
	} >freeze.ics
}

# freeze AT on|off LINE…: whether an event of these lines is on at that moment
freeze_at() {
	at=$1 expected=$2
	shift 2
	calendar "$@"
	book freeze window/freeze "{ file: freeze.ics, zone: Europe/Berlin, at: '$at' }" 'len(steps.it.freezes)'
	if "$runbook" exec freeze.yml >out 2>&1 </dev/null; then state=off; else state=on; fi
	[ $state = off ] || grep -q "window/freeze: Quiet time is on" out || state=error
	same "freeze at $at: $*" "$expected" "$state"
}

freeze() {
	freeze_at 2026-01-01T12:00:00Z on DTSTART:20260101T000000Z DTEND:20260102T000000Z
	freeze_at 2026-01-02T00:00:00Z off DTSTART:20260101T000000Z DTEND:20260102T000000Z
	freeze_at 2026-01-01T12:00:00Z off DTSTART:20260101T000000Z DTEND:20260102T000000Z STATUS:CANCELLED
	# A day begins and ends where the calendar is: an hour before midnight of UTC, two in summer.
	freeze_at 2025-12-31T23:00:00Z on "DTSTART;VALUE=DATE:20260101"
	freeze_at 2026-01-01T23:00:00Z off "DTSTART;VALUE=DATE:20260101"
	freeze_at 2026-06-30T22:00:00Z on "DTSTART;VALUE=DATE:20260701" "DTEND;VALUE=DATE:20260703"
	freeze_at 2026-07-02T22:00:00Z off "DTSTART;VALUE=DATE:20260701" "DTEND;VALUE=DATE:20260703"
	freeze_at 2026-01-01T14:30:00Z on DTSTART:20260101T150000 DURATION:PT1H30M
	freeze_at 2026-01-01T15:30:00Z off DTSTART:20260101T150000 DURATION:PT1H30M
	freeze_at 2026-01-01T14:30:00Z on 'DTSTART;TZID="America/Lima":20260101T090000' 'DTEND;TZID=America/Lima:20260101T100000'
	freeze_at 2026-01-01T15:30:00Z off 'DTSTART;TZID=America/Lima:20260101T090000' 'DTEND;TZID=America/Lima:20260101T100000'
	# Fridays from 12 to 18, in winter and in summer; every second week; three times; until a day.
	set -- "DTSTART;TZID=Europe/Berlin:20260102T120000" "DTEND;TZID=Europe/Berlin:20260102T180000"
	freeze_at 2026-01-09T11:00:00Z on "$@" "RRULE:FREQ=WEEKLY"
	freeze_at 2026-07-10T10:00:00Z on "$@" "RRULE:FREQ=WEEKLY;BYDAY=MO,FR"
	freeze_at 2026-07-09T10:00:00Z off "$@" "RRULE:FREQ=WEEKLY;BYDAY=MO,FR"
	freeze_at 2026-07-10T09:59:59Z off "$@" "RRULE:FREQ=WEEKLY"
	freeze_at 2026-01-09T12:00:00Z off "$@" "RRULE:FREQ=WEEKLY;INTERVAL=2"
	freeze_at 2026-01-16T12:00:00Z on "$@" "RRULE:FREQ=WEEKLY;INTERVAL=2"
	freeze_at 2026-01-16T12:00:00Z on "$@" "RRULE:FREQ=WEEKLY;COUNT=3"
	freeze_at 2026-01-23T12:00:00Z off "$@" "RRULE:FREQ=WEEKLY;COUNT=3"
	freeze_at 2026-01-16T12:00:00Z on "$@" "RRULE:FREQ=WEEKLY;UNTIL=20260116T110000Z"
	freeze_at 2026-01-23T12:00:00Z off "$@" "RRULE:FREQ=WEEKLY;UNTIL=20260116T110000Z"
	freeze_at 2026-01-16T12:00:00Z off "$@" "RRULE:FREQ=WEEKLY" "EXDATE;TZID=Europe/Berlin:20260109T120000,20260116T120000"
	freeze_at 2026-01-23T12:00:00Z on "$@" "RRULE:FREQ=WEEKLY" "EXDATE;TZID=Europe/Berlin:20260109T120000,20260116T120000"
	# One of them was moved to the Thursday before.
	set -- UID:q "$@" RRULE:FREQ=WEEKLY END:VEVENT BEGIN:VEVENT UID:q "SUMMARY:Quiet time" \
		"RECURRENCE-ID;TZID=Europe/Berlin:20260116T120000" "DTSTART;TZID=Europe/Berlin:20260115T120000" \
		"DTEND;TZID=Europe/Berlin:20260115T180000"
	freeze_at 2026-01-16T12:00:00Z off "$@"
	freeze_at 2026-01-15T12:00:00Z on "$@"
	freeze_at 2026-01-23T12:00:00Z on "$@"
	# Over the turn of the year; the last Friday of each month; the last day of each month; each day for three.
	set -- "DTSTART;VALUE=DATE:20201220" "DTEND;VALUE=DATE:20210104"
	freeze_at 2026-01-02T12:00:00Z on "$@" RRULE:FREQ=YEARLY
	freeze_at 2026-01-04T12:00:00Z off "$@" RRULE:FREQ=YEARLY
	set -- "DTSTART;VALUE=DATE:20260130"
	freeze_at 2026-02-27T12:00:00Z on "$@" "RRULE:FREQ=MONTHLY;BYDAY=-1FR"
	freeze_at 2026-02-20T12:00:00Z off "$@" "RRULE:FREQ=MONTHLY;BYDAY=-1FR"
	freeze_at 2026-02-28T12:00:00Z on "$@" "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1"
	freeze_at 2026-03-30T12:00:00Z off "$@" "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1"
	freeze_at 2026-11-27T12:00:00Z on "$@" "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4FR"
	freeze_at 2026-02-05T12:00:00Z on "$@" "RRULE:FREQ=DAILY;INTERVAL=3"
	freeze_at 2026-02-06T12:00:00Z off "$@" "RRULE:FREQ=DAILY;INTERVAL=3"
	# An alarm of an event is no event.
	freeze_at 2026-01-30T12:00:00Z on "$@" BEGIN:VALARM DURATION:PT5M END:VALARM
	# What cannot be understood is told, and is no free day.
	freeze_at 2026-02-06T12:00:00Z error "$@" "RRULE:FREQ=HOURLY"
	has "which" "window/freeze: FREQ=HOURLY of an event cannot be understood: Quiet time"
	freeze_at 2026-02-06T12:00:00Z error "$@" "RRULE:FREQ=MONTHLY;BYSETPOS=-1;BYDAY=FR"
	freeze_at 2026-02-06T12:00:00Z error "DTSTART;TZID=W. Europe Standard Time:20260101T000000"
	has "a zone of its own" "no zone that can be understood, W. Europe Standard Time"
	freeze_at 2026-02-06T12:00:00Z error "DTSTART;TZID=Nowhere/Never:20260101T000000"
	freeze_at 2026-02-06T12:00:00Z error DTSTART:tomorrow
	freeze_at 2026-02-06T12:00:00Z error DTEND:20260101T000000Z
	book freeze window/freeze "{ file: freeze.ics, zone: Nowhere/Never }" 'len(steps.it.freezes)'
	run 1 exec freeze.yml
	has "no such zone" "this machine knows no \`zone\` Nowhere/Never"
	book freeze window/freeze "{ file: freeze.ics }" 'len(steps.it.freezes)'
	calendar DTSTART:20200101T000000Z DTEND:29990102T000000Z
	run 1 exec freeze.yml
	has "now" "window/freeze: Quiet time is on"
	echo '<html>' >freeze.ics
	run 1 exec freeze.yml
	has "no calendar" "holds is no iCalendar"
}

machine() {
	book disk disk/free "{ path: ., percent: 0 }" steps.it.percent
	run 0 exec disk.yml
	book disk disk/free "{ path: nowhere }" steps.it.percent
	run 1 exec disk.yml
	has "no such path" "disk/free: there is no \`path\` nowhere"
	book hours window/business_hours "{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '23:59' }" steps.it.time
	until_true 90 "$runbook" exec hours.yml >out 2>&1 # but for the last minute of the day
	has "always" "gave: "
	book hours window/business_hours "{ zone: Nowhere/Never }" steps.it.time
	run 1 exec hours.yml
	has "no such zone" "this machine knows no \`zone\` Nowhere/Never"
}

command_migrate() {
	book db command/migrate \
		"{ up: [touch, 'a b', '\$(touch pwned)'], down: [rm, 'a b', '\$(touch pwned)'], status: [ls] }" steps.it.before
	mkdir -p db && cd db || exit 2
	run 0 exec ../db.yml
	same "word by word" "$(printf '$(touch pwned)\na b\nout')" "$(LC_ALL=C ls)"
	run 3 exec ../db.yml --input fail=true
	same "undone" out "$(ls)"
	cd .. || exit 2
}

notes() {
	git init -q -b main notes
	commit() { git -C notes -c user.name=T -c user.email=t@example.com commit -q --allow-empty -m "$1"; }
	commit first
	git -C notes tag v1
	commit 'feat: a cart (#4)'
	commit 'fix(api): no crash'
	commit 'feat!: another login'
	commit 'Tidy up'
	book notes changelog/notes "{ repo: notes, from: v1 }" steps.it.text
	run 0 exec notes.yml
	has "breaking" "another login"
	same "in order" "$(printf 'Breaking\nNew\nFixed\nChanged')" "$(grep -oE '### [A-Z][a-z]+' out | head -n 4 | cut -c 5-)"
	book notes changelog/notes "{ repo: notes, from: v9 }" steps.it.text
	run 1 exec notes.yml
	has "no such ref" "changelog/notes: there is no \`from\` v9"
}

release_directory
flags_file
changelog
logs_errors
freeze
machine
command_migrate
notes
finish
