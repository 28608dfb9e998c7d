#!/bin/sh
# Runs every example of README.md and docs/*.md. What an example is, the comment above it says:
#
#   <!-- runbook: NAME.yml -->     the fenced block becomes this file; it has to validate
#   <!-- file: NAME -->            the fenced block becomes this file
#   <!-- run: -->                  the fenced block is run by `sh -e` and ends with 0
#   <!-- prints: COMMAND -->       the command ends with 0; each line of the block is in its output
#   <!-- fails: COMMAND -->        the command fails; each line of the block is in its output
#   <!-- not executed: WHY -->     left alone
#
# A block of YAML or shell without one of them is a failure. Each document has a folder of its own.
# shellcheck disable=SC2013,SC2015 # lists of plain words; `pass` is always true
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
PATH=$build:$PATH
HOME=$work/home
export PATH HOME
mkdir "$HOME"

# Numbered files in parts/: `N.what` (line, kind, argument) and `N.body`. A block is fenced, or
# indented by four columns behind an empty line.
cut_up() {
	awk -v dir="$1" '
		function start() {
			what = sprintf("%s/%03d.what", dir, ++n)
			body = sprintf("%s/%03d.body", dir, n)
			print NR "\n" kind "\n" argument > what
			printf "" > body
			close(what)
			kind = ""
		}
		fenced && /^```/ { fenced = 0; next }
		fenced { if (keeps) print > body; next }
		/^<!-- (runbook|file|run|prints|fails|not executed):.*-->$/ {
			kind = argument = $0
			sub(/^<!-- /, "", kind)
			sub(/:.*$/, "", kind)
			sub(/^<!-- [a-z ]*: */, "", argument)
			sub(/ *-->$/, "", argument)
			next
		}
		/^```/ {
			fenced = 1
			language = substr($0, 4)
			if (!kind && language ~ /^(ya?ml|sh|bash|shell|console|lua)$/)
				kind = "unmarked"
			keeps = kind != ""
			if (keeps)
				start()
			indented = 0
			next
		}
		/^    / && (kind == "prints" || kind == "fails") { start(); indented = 1 }
		/^    / && indented { print substr($0, 5) > body; next }
		/^$/ { next }
		kind { argument = kind " has no block"; kind = "unmarked"; start() }
		{ indented = 0 }
		END { if (kind) { argument = kind " has no block"; kind = "unmarked"; start() } }
	' "$2"
}

write_file() {
	mkdir -p "$(dirname "$1")" && cp "$2" "$1"
}

# Each line of the block stands in the output, blanks at both ends aside.
all_lines() {
	while IFS= read -r line; do
		line=$(printf '%s' "$line" | sed 's/^ *//; s/ *$//')
		[ -z "$line" ] || grep -qF -e "$line" out || {
			fail "$1: no \`$line\` in the output"
			return
		}
	done <"$2"
	pass
}

command_ends() {
	sh -c "$3" >out 2>&1 </dev/null
	code=$?
	if [ "$2" = prints ] && [ $code -ne 0 ]; then
		fail "$1: ended with $code: $3"
	elif [ "$2" = fails ] && { [ $code -eq 0 ] || [ $code -ge 126 ]; }; then
		fail "$1: ended with $code, which is no failure: $3"
	else
		all_lines "$1" "$4"
	fi
}

run_block() {
	sh -e "$2" >out 2>&1 </dev/null
	code=$?
	if [ $code -eq 0 ]; then pass; else fail "$1: ended with $code"; fi
}

one_part() {
	{ read -r line && read -r kind && { IFS= read -r argument || true; }; } <"$2.what"
	where=$1:$line
	case $kind in
	runbook)
		write_file "$argument" "$2.body"
		write_file "../pristine/$argument" "$2.body"
		echo "$where $argument" >>validated
		;;
	file)
		write_file "$argument" "$2.body"
		write_file "../pristine/$argument" "$2.body"
		;;
	run) run_block "$where" "$2.body" ;;
	prints | fails) command_ends "$where" "$kind" "$argument" "$2.body" ;;
	'not executed') [ -n "$argument" ] && pass || fail "$where: not executed, and no word why" ;;
	*) fail "$where: not executed${argument:+: $argument}" ;;
	esac
	rm -f out
}

# As they are written: examples may change their files.
validate_all() {
	[ ! -f validated ] || while read -r where name; do
		if (cd ../pristine && runbook validate "$name") >out 2>&1; then
			pass
		else
			fail "$where: $name does not validate"
		fi
	done <validated
	rm -f out
}

document() {
	name=${1#"$root/"}
	folder=$work/$(echo "$name" | tr /. __)
	mkdir -p "$folder/parts" "$folder/pristine" "$folder/work"
	cut_up "$folder/parts" "$1"
	cd "$folder/work" || exit 2
	for part in "$folder"/parts/*.what; do
		[ ! -e "$part" ] || one_part "$name" "${part%.what}"
	done
	validate_all
	cd "$work" || exit 2
}

for page in "$root"/README.md "$root"/docs/*.md; do
	document "$page"
done

# The contract's own example, where the contract is at hand.
contract=$root/../shared/LANGUAGE.md
if [ -f "$contract" ]; then
	awk '/^## /{ inside = /^## 2\./ } inside && /^```/{ if (fenced++) exit; next }
		inside && fenced' "$contract" >contract.yml
	[ -s contract.yml ] || fail "no example in section 2 of $contract"
	if runbook validate contract.yml >out 2>&1; then
		pass
	else
		fail "the example of the contract does not validate"
	fi
	rm -f out
fi

# The guide names every key, action, result and function that the tables have. Those that only
# prose or the record needs are in its last section.
guide=$root/docs/language.md
words=$(grep -oE '[a-z_0-9.]+' "$guide" | tr . '\n' | sort -u)
{
	sed -n 's/^.*{\.name = "\([a-z_]*\)".*/\1/p; s/^\tPROSE[A-Z_]*(\([a-z_]*\),.*/\1/p' \
		"$root"/interpreter/model/*_fields.c
	sed -n 's/^\t{"\([a-z_0-9.]*\)", ".*/\1/p' "$root"/interpreter/script/functions.c |
		sed 's/.*\.//'
	sed -n 's/^\t{"\([a-z_]*\)", ARG_.*/\1/p' "$root"/interpreter/model/actions.c
	sed -n 's/^\t\[EVENT_[A-Z_]*\] = "\([a-z_]*\)".*/\1/p' "$root"/interpreter/run/event.c |
		grep -v -x -e sample_started -e stage
} | sort -u >tables
[ "$(wc -l <tables)" -gt 100 ] || fail "the tables of the language were not found"
for word in $(cat tables); do
	echo "$words" | grep -qx -e "$word" || echo "$word"
done >missing
same "what docs/language.md does not name" "" "$(tr '\n' ' ' <missing)"

finish
