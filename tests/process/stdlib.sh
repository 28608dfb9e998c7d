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

freeze() {
	book freeze window/freeze "{ file: freeze.ics, zone: Europe/Berlin }" 'len(steps.it.freezes)'
	calendar DTSTART:20200101T000000Z DTEND:20200102T000000Z
	run 0 exec freeze.yml
	calendar DTSTART:20200101T000000Z DTEND:29990102T000000Z
	run 1 exec freeze.yml
	has "it is on" "window/freeze: Quiet time is on"
	calendar DTSTART:20200101T000000Z DTEND:29990102T000000Z STATUS:CANCELLED
	run 0 exec freeze.yml
	calendar "DTSTART;VALUE=DATE:$(TZ=Europe/Berlin date +%Y%m%d)"
	run 1 exec freeze.yml
	calendar "DTSTART;TZID=Europe/Berlin:20200101T000000" "DTEND;TZID=Europe/Berlin:29990101T000000"
	run 1 exec freeze.yml
	has "of its zone" "Quiet time is on"
	calendar "DTSTART;TZID=America/Lima:20200101T000000" "DTEND;TZID=America/Lima:20200102T000000"
	run 1 exec freeze.yml
	has "another zone" "window/freeze: an event is of the zone America/Lima"
	calendar DTSTART:20200101T000000Z DTEND:20200102T000000Z RRULE:FREQ=YEARLY
	run 1 exec freeze.yml
	has "it repeats" "window/freeze: an event repeats: Quiet time"
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
