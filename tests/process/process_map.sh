#!/bin/sh
# What docs/process-map.md names is there: steps, inputs and keys of deploy.yml, modules, runbooks, commands.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

map=$root/docs/process-map.md
deploy=$root/runbooks/deploy.yml

# is_there WORD: what it is, or nothing
is_there() {
	word=$1
	case $word in
	*/*) [ -f "$root/stdlib/$word.yml" ] && echo module ;;
	'runbook '*)
		# shellcheck disable=SC2086 # the words are wanted apart
		set -- $word
		"$runbook" "$2" --help >out 2>&1 && echo command
		;;
	'--input '*)
		name=${word#--input }
		grep -q "^  ${name%%=*}: *{ type:" "$deploy" && echo input
		;;
	*.*)
		# A path of keys or steps: each part has to be there.
		rest=$word
		while [ -n "$rest" ]; do
			part=${rest%%.*}
			case $rest in *.*) rest=${rest#*.} ;; *) rest= ;; esac
			case $part in failed | ok) continue ;; esac
			grep -qE "^ *(- )?(id: )?$part(:| *$)" "$deploy" || return
		done
		echo path
		;;
	*) grep -qE "id: $word(,|$)|(^|[ {])$word:|options: \[.*\b$word\b" "$deploy" "$root/runbooks/production-runbook.yml" && echo name ;;
	esac
}

awk -F '|' 'NR > 5 && NF > 3 { print $3 }' "$map" | grep -o '`[^`]*`' | tr -d '`' | sort -u >words
if [ "$(wc -l <words)" -gt 60 ]; then pass; else fail "only $(wc -l <words) names were found in the map"; fi
while IFS= read -r words; do
	for_each=$words
	# Several names in one span: `home sign_up log_in order products`; a command or an option is one.
	case $words in
	'runbook '* | '--input '*) ;;
	*' '*) for_each=$(printf '%s\n' "$words" | tr ' ' '\n') ;;
	esac
	while IFS= read -r word; do
		if [ -n "$(is_there "$word")" ]; then pass; else fail "docs/process-map.md: there is no \`$word\`"; fi
	done <<END
$for_each
END
done <words
grep -o '(\.\./[^)]*)' "$map" | tr -d '()' | sort -u | while IFS= read -r path; do
	[ -f "$root/docs/$path" ] || echo "$path"
done >missing
same "files it points to" "" "$(cat missing)"
finish
