#!/bin/sh
# Starts a world in a temporary folder, drives it from end to end, and looks
# that nothing of it is left. Needs no curl. Prints what failed and a count.
set -u

here=$(cd "$(dirname "$0")" && pwd)
temp=$(mktemp -d)
dir="$temp/a world" # with a blank, on purpose
shop="$dir/bin/shop"
passed=0
failed=0

finish() {
	[ ! -d "$dir" ] || "$here/world.sh" stop "$dir"
	rm -rf "$temp"
}
trap finish EXIT
trap 'exit 130' INT TERM

# same NAME EXPECTED ACTUAL
same() {
	if [ "$2" = "$3" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1: expected '$2', got '$3'"
	fi
}

# holds NAME COMMAND...: the command ends well.
holds() {
	name=$1
	shift
	if "$@" >"$temp/output" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $name: $(cat "$temp/output")"
	fi
}

# refused NAME TEXT COMMAND...: the command fails and says so.
refused() {
	name=$1
	text=$2
	shift 2
	if "$@" >"$temp/output" 2>&1; then
		failed=$((failed + 1))
		echo "FAILED: $name: it went through"
	else
		said=$(cat "$temp/output")
		case $said in
		*"$text"*) said=$text ;;
		esac
		same "$name" "$text" "$said"
	fi
}

# code METHOD URL [...]: the status code.
code() {
	"$shop" http "$@" --code
}

get() {
	"$shop" http GET "$@"
}

# field PATH FILE
field() {
	"$shop" field "$1" <"$2"
}

# between LOW HIGH NUMBER
between() {
	awk -v low="$1" -v high="$2" -v n="$3" \
		'BEGIN { exit !(n ~ /^[0-9]/ && n >= low && n <= high) }'
}

# until_between LOW HIGH URL FIELD: looks again and again, for at most twenty seconds.
until_between() {
	end=$(($(date +%s) + 20))
	while :; do
		seen=$(get "$3" | "$shop" field "$4") || seen=nothing
		between "$1" "$2" "$seen" && return 0
		[ "$(date +%s)" -lt "$end" ] || break
		sleep 0.2
	done
	echo "$4 is $seen, not between $1 and $2"
	return 1
}

start_world() {
	holds "the world starts" env WORLD_TRAFFIC=50 WORLD_BIN="${WORLD_BIN:-}" \
		"$here/world.sh" start "$dir"
	# shellcheck disable=SC1091
	. "$dir/world.env"
	cd "$DEMO_REPO" || exit 1
}

check_shop() {
	api=$DEMO_API
	same "home" 200 "$(code GET "$api/")"
	same "sign up" 201 "$(code POST "$api/signup" --json '{"email":"check@example.com"}')"
	same "sign up again" 200 "$(code POST "$api/signup" --json '{"email":"check@example.com"}')"
	same "sign up, no JSON" 400 "$(code POST "$api/signup" --json '{"email":')"
	same "sign up, no email" 400 "$(code POST "$api/signup" --json '{}')"
	same "log in" 200 "$(code POST "$api/login" --json '{"email":"check@example.com"}')"
	same "log in, unknown" 401 "$(code POST "$api/login" --json '{"email":"who@example.com"}')"
	same "products" teapot "$(get "$api/api/products" | "$shop" field 0.name)"
	same "order" 201 "$(code POST "$api/orders" \
		--json '{"email":"check@example.com","product":"tea"}')"
	same "order, unknown product" 404 "$(code POST "$api/orders" \
		--json '{"email":"check@example.com","product":"gold"}')"
	same "unknown path" 404 "$(code GET "$api/nowhere")"
	same "wrong method" 405 "$(code GET "$api/signup")"
	same "health" "v1.0.0" "$(get "$api/health" | "$shop" field version)"
	same "staging" "v1.0.0" "$(get "$DEMO_STAGING_API/health" | "$shop" field version)"
	same "metrics" 200 "$(code GET "$api/metrics")"
}

check_github() {
	repo=$DEMO_GITHUB_API/repos/acme/shop
	token="Authorization: Bearer $GITHUB_TOKEN"
	same "checks, wrong token" 401 \
		"$(code GET "$repo/commits/main/check-runs" --header 'Authorization: Bearer no')"
	same "checks" 2 "$(get "$repo/commits/main/check-runs" --header "$token" |
		"$shop" field total_count)"
	same "check of a branch with a slash" success \
		"$(get "$repo/commits/release%2Fv1.2.0/check-runs" --header "$token" |
			"$shop" field check_runs.1.conclusion)"
	same "checks, unknown ref" 422 "$(code GET "$repo/commits/nope/check-runs" --header "$token")"
	same "close an issue" closed "$("$shop" http PATCH "$repo/issues/41" \
		--json '{"state":"closed"}' --header "$token" | "$shop" field state)"
	same "the issue stays closed" closed "$(get "$repo/issues/41" --header "$token" |
		"$shop" field state)"
	same "unknown issue" 404 "$(code GET "$repo/issues/999" --header "$token")"
}

check_others() {
	same "slack" ok "$("$shop" http POST "$SLACK_WEBHOOK_URL" --json '{"text":"hello"}')"
	same "slack, no JSON" invalid_payload \
		"$("$shop" http POST "$SLACK_WEBHOOK_URL" --json '{"text"')"
	same "slack, unknown hook" no_service \
		"$("$shop" http POST "${SLACK_WEBHOOK_URL}Y" --json '{"text":"hello"}')"
	same "slack keeps messages" hello \
		"$(tail -1 "$dir/standins/slack.jsonl" | "$shop" field message.text)"
	incidents=$DEMO_STATUSPAGE/v1/pages/shop/incidents
	same "status page, no key" 401 "$(code GET "$incidents/unresolved.json")"
	same "status page" '[]' "$(get "$incidents/unresolved.json" \
		--header "Authorization: OAuth $STATUSPAGE_API_KEY")"
	issues="$DEMO_SENTRY_API/api/0/projects/acme/shop/issues/"
	sentry="Authorization: Bearer $SENTRY_AUTH_TOKEN"
	same "sentry is quiet" '[]' "$(get "$issues?query=is:unresolved" --header "$sentry")"
	same "sentry, wrong token" 401 "$(code GET "$issues" --header 'Authorization: Bearer no')"
	same "sentry, unknown period" 400 "$(code GET "$issues?statsPeriod=5m" --header "$sentry")"
	prometheus="$DEMO_PROMETHEUS/api/v1/query?query="
	same "prometheus, unknown metric" 0 \
		"$(get "${prometheus}nothing" | grep -c value)"
	same "prometheus, bad query" bad_data "$(get "${prometheus}rate(x" | "$shop" field errorType)"
	same "prometheus, matcher" 1 \
		"$(get "${prometheus}up%7Bjob=%22shop%22%7D" | "$shop" field data.result.0.value.1)"
}

check_good_deployment() {
	holds "build v1.1.0" ./build.sh v1.1.0
	refused "v1.1.0 without its migration" "run the migrations first" ./deploy.sh v1.1.0
	same "v1.0.0 goes on" v1.0.0 "$(get "$DEMO_API/health" | "$shop" field version)"
	same "one migration waits" 002_order_status \
		"$(./migrate.sh status v1.1.0 | "$shop" field pending.0)"
	backup=$(./migrate.sh backup | "$shop" field file)
	holds "the backup is there" test -s "$backup"
	holds "migrate staging" env SHOP_ENV=staging ./migrate.sh up v1.1.0
	holds "deploy to staging" ./deploy.sh v1.1.0 staging
	holds "migrate production" ./migrate.sh up v1.1.0
	"$shop" traffic --url "$DEMO_API" --rate 300 --count 900 --report "$temp/load.json" &
	load=$!
	holds "deploy v1.1.0 under load" ./deploy.sh v1.1.0
	holds "and back" ./deploy.sh v1.0.0
	holds "and again" ./deploy.sh v1.1.0
	wait "$load"
	same "requests without an answer" 0 "$(field unanswered "$temp/load.json")"
	same "requests with an error" 0 "$(field server_errors "$temp/load.json")"
	same "all were sent" 900 "$(field sent "$temp/load.json")"
	same "v1.1.0 serves" v1.1.0 "$(get "$DEMO_API/health" | "$shop" field version)"
	same "visitors saw no gap" 0 "$(field unanswered "$dir/traffic.json")"
}

check_bad_deployments() {
	holds "build v1.2.0" ./build.sh v1.2.0
	holds "migrate to v1.2.0" ./migrate.sh up v1.2.0
	holds "deploy v1.2.0" ./deploy.sh v1.2.0
	holds "8% errors in prometheus" until_between 0.06 0.10 \
		"${prometheus}job:errors:ratio5s" data.result.0.value.1
	holds "8% errors in the shop" until_between 0.06 0.10 \
		"$DEMO_API/metrics.json?window=5" error_rate
	same "sentry has an issue" v1.2.0 \
		"$(get "$issues?query=firstSeen:-5m%20release:v1.2.0" --header "$sentry" |
			"$shop" field 0.firstRelease.version)"
	holds "build v1.3.0" ./build.sh v1.3.0
	refused "v1.3.0 does not start" PAYMENTS_URL ./deploy.sh v1.3.0
	same "v1.2.0 goes on" v1.2.0 "$(get "$DEMO_API/health" | "$shop" field version)"
	same "the link is back" v1.2.0 "$(basename "$(readlink "$dir/current")")"
	refused "no undoing under v1.2.0" "needs schema 3" ./migrate.sh down 2
	holds "roll back to v1.1.0" ./deploy.sh v1.1.0
	holds "undo its migration" ./migrate.sh down 2
	same "schema 2" 2 "$(get "$DEMO_API/health" | "$shop" field schema)"
	holds "errors are gone" until_between 0 0 \
		"${prometheus}job:errors:ratio5s" data.result.0.value.1
	refused "a broken migration" "nothing of it was kept" ./migrate.sh up v1.5.0
	same "schema still 2" 2 "$(./migrate.sh status | "$shop" field schema)"
	holds "build v1.4.0" ./build.sh v1.4.0
	holds "deploy v1.4.0" ./deploy.sh v1.4.0
	holds "v1.4.0 is slow" until_between 500 1000 "$DEMO_API/metrics.json?window=5" p95_ms
	refused "an unknown version" "is v9.9.9" ./build.sh v9.9.9
}

check_pipeline() {
	actions=$repo/actions
	same "dispatch" 204 "$(code POST "$actions/workflows/deploy.yml/dispatches" \
		--json '{"ref":"main","inputs":{"version":"v1.1.0"}}' --header "$token")"
	end=$(($(date +%s) + 20))
	while get "$actions/runs/7000" --header "$token" >"$temp/run.json" &&
		[ "$(field status "$temp/run.json")" != completed ] && [ "$(date +%s)" -lt "$end" ]; do
		sleep 0.1
	done
	same "the run" success "$(field conclusion "$temp/run.json")"
	same "v1.1.0 by the pipeline" v1.1.0 "$(get "$DEMO_API/health" | "$shop" field version)"
	same "dispatch, unknown ref" 422 "$(code POST "$actions/workflows/deploy.yml/dispatches" \
		--json '{"ref":"nope"}' --header "$token")"
}

check_process() {
	holds "pull" git pull -q origin main
	holds "tag" git tag v1.1.0
	holds "push the tag" git push -q origin v1.1.0
	same "the last tag" v1.1.0 "$(git describe --tags --abbrev=0)"
	kill -9 "$(field worker "$dir/shop.json")"
	holds "a killed worker is replaced" "$shop" await "$DEMO_API/health" status ok
}

# Processes that name the world; the dead that nobody has buried have no command line. The
# pattern comes from a file, or grep would find itself.
left_behind() {
	printf '%s\n' "$dir" >"$temp/pattern"
	grep -la -F -f "$temp/pattern" /proc/[0-9]*/cmdline 2>/dev/null | wc -l | tr -d ' '
}

check_end() {
	cd "$here" || exit 1
	start_world
	same "a new start is new" 1 "$(get "$DEMO_API/health" | "$shop" field schema)"
	cd "$here" || exit 1
	holds "the world stops" "$here/world.sh" stop "$dir"
	same "processes left" 0 "$(left_behind)"
	refused "a stopped service" "not running" "$DEMO_REPO/deploy.sh" v1.0.0
	mkdir "$temp/other"
	: >"$temp/other/file"
	refused "somebody else's folder" "no demo world" "$here/world.sh" start "$temp/other"
	start_world
	cd "$here" || exit 1
	rm -rf "$dir"
	end=$(($(date +%s) + 10))
	while [ "$(left_behind)" != 0 ] && [ "$(date +%s)" -lt "$end" ]; do
		sleep 0.1
	done
	same "processes left when the folder is removed" 0 "$(left_behind)"
}

start_world
check_shop
check_github
check_others
check_good_deployment
check_bad_deployments
check_pipeline
check_process
check_end
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
