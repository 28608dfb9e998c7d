#!/bin/sh
# Deploys v1.1.0 to a small production of its own, with ../deploy.yml, and looks whether it is true:
# what serves, what the tag says, what Slack received. Leaves nothing behind.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
runbook=${RUNBOOK:-build/runbook}
temp=$(mktemp -d)
dir=$temp/shop
failed=0

finish() {
	"$here/world.sh" stop "$dir" >/dev/null 2>&1 || true
	rm -rf "$temp"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

heading() {
	printf '\n%s\n' "$*"
}

# field PATH FILE: a value of a JSON file.
field() {
	"$dir/bin/shop" field "$1" <"$2"
}

serving() {
	"$dir/bin/shop" http GET "$DEMO_API/health" | "$dir/bin/shop" field version
}

# proof WHAT EXPECTED ACTUAL
proof() {
	if [ "$2" = "$3" ]; then
		printf '  %-22s %s\n' "$1" "$3"
	else
		printf '  %-22s %s, but it should be %s\n' "$1" "${3:-nothing}" "$2"
		failed=1
	fi
}

start() {
	"$here/world.sh" start "$dir" >"$temp/start.log" 2>&1 || {
		cat "$temp/start.log" >&2
		exit 1
	}
	set -a # the secrets go to the runbook through its environment
	# shellcheck disable=SC1091
	. "$dir/world.env"
	set +a
}

situation() {
	heading "A shop is open on this machine, with visitors 25 times a second:"
	printf '  %-22s %s\n' production "$DEMO_API, $(serving)" staging "$DEMO_STAGING_API"
	printf '  %-22s %s\n' "waiting on main" \
		"$(git -C "$DEMO_REPO" log -1 --format=%s origin/main)"
	heading "runbook exec runbooks/deploy.yml --input version=v1.1.0 --input migrate=true ..."
}

deploy() {
	"$runbook" exec runbooks/deploy.yml --inputs "$dir/inputs.yml" --input version=v1.1.0 \
		--input migrate=true --input issues=41 --input bake=5s \
		--input notice="Orders have a status now." --yes
}

proofs() {
	changelog=$(git -C "$DEMO_REPO" show origin/main:CHANGELOG.md)
	heading "What is true now:"
	proof "production serves" v1.1.0 "$(serving)"
	proof "tag at origin" "v1.1.0" "$(git -C "$dir/origin.git" tag --points-at main)"
	proof "CHANGELOG.md" "## v1.1.0" "$(echo "$changelog" | grep '^## ' | head -n 1)"
	proof "issue 41" closed "$(field issues.0.state "$dir/standins/state.json")"
	proof "status page" "Release v1.1.0" "$(field incidents.0.name "$dir/standins/state.json")"
	proof "visitors turned away" 0 "$(field unanswered "$dir/traffic.json")"
	proof "Slack messages" 2 "$(wc -l <"$dir/standins/slack.jsonl" | tr -d ' ')"
	while read -r line; do
		printf '    %s\n' "$(printf '%s' "$line" | "$dir/bin/shop" field message.text)"
	done <"$dir/standins/slack.jsonl"
}

cd "$root"
[ -x "$runbook" ] || {
	echo "$runbook is not there: run make first" >&2
	exit 1
}
start
situation
deploy || {
	code=$?
	echo "the deployment ended with exit code $code" >&2
	exit "$code"
}
proofs
[ "$failed" -eq 0 ]
