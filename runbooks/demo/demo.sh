#!/bin/sh
# Two deployments to a small production of its own, with ../deploy.yml: v1.1.0 stays, v1.2.0 fails 8% of
# all requests and is rolled back by itself. After each it looks whether that is true: what serves, what the
# tags say, what Slack received. Ends with 1 if something is not. Leaves nothing behind.
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

# health PATH: a value of what production says about itself.
health() {
	"$dir/bin/shop" http GET "$DEMO_API/health" | "$dir/bin/shop" field "$1"
}

serving() {
	health version
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
}

# deploy EXPECTED VERSION OPTION...: the exit code has to be the expected one.
deploy() {
	expected=$1
	version=$2
	shift 2
	heading "runbook exec runbooks/deploy.yml --input version=$version --input migrate=true ..."
	code=0
	# Minutes are seconds here: 4 s of trouble are enough, 3 s have to be well again.
	"$runbook" exec runbooks/deploy.yml --inputs "$dir/inputs.yml" --input version="$version" \
		--input window=5s --input every=1s --input patience=4s --input recovery=3s \
		--yes "$@" || code=$?
	[ "$code" -eq "$expected" ] || {
		echo "the deployment ended with exit code $code, but it should be $expected" >&2
		exit 1
	}
}

# slack FROM: what Slack received, from that message on.
slack() {
	heading "What the team read in Slack:"
	tail -n "+$1" "$dir/standins/slack.jsonl" | while read -r line; do
		printf '  %s\n' "$(printf '%s' "$line" | "$dir/bin/shop" field message.text)"
	done
}

messages() {
	wc -l <"$dir/standins/slack.jsonl" | tr -d ' '
}

tags() {
	git -C "$dir/origin.git" tag | tr '\n' ' ' | sed 's/ $//'
}

good_release() {
	heading "1. v1.1.0 is a good release. It changes the database, and closes issue 41."
	deploy 0 v1.1.0 --input migrate=true --input issues=41 --input bake=5s \
		--input notice="Orders have a status now."
	changelog=$(git -C "$DEMO_REPO" show origin/main:CHANGELOG.md)
	heading "What is true now:"
	proof "production serves" v1.1.0 "$(serving)"
	proof "schema" 2 "$(health schema)"
	proof "tag at origin/main" v1.1.0 "$(git -C "$dir/origin.git" tag --points-at main)"
	proof "CHANGELOG.md" "## v1.1.0" "$(echo "$changelog" | grep '^## ' | head -n 1)"
	proof "issue 41" closed "$(field issues.0.state "$dir/standins/state.json")"
	proof "status page" "Release v1.1.0" "$(field incidents.0.name "$dir/standins/state.json")"
	proof "visitors turned away" 0 "$(field unanswered "$dir/traffic.json")"
	proof "messages in Slack" 2 "$(messages)"
	slack 1
}

bad_release() {
	heading "2. v1.2.0 passes all tests, but in production 8% of its requests fail."
	deploy 3 v1.2.0 --input branch=release/v1.2.0 --input migrate=true --input bake=30s
	told=$(tail -n 1 "$dir/standins/slack.jsonl" | "$dir/bin/shop" field message.text)
	heading "What is true now:"
	proof "it had been deployed" yes "$(grep -q 'v1.2.0 ok' "$dir/shop.log" && echo yes)"
	proof "production serves" v1.1.0 "$(serving)"
	proof "its health" ok "$(health status)"
	proof "schema" 2 "$(health schema)"
	proof "tags" "v1.0.0 v1.1.0" "$(tags)"
	proof "visitors turned away" 0 "$(field unanswered "$dir/traffic.json")"
	proof "rollback announced" "Rolled v1.2.0 back" "${told%%:*}"
	slack 3
}

cd "$root"
[ -x "$runbook" ] || {
	echo "$runbook is not there: run make first" >&2
	exit 1
}
start
situation
good_release
bad_release
[ "$failed" -eq 0 ]
