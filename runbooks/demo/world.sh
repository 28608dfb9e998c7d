#!/bin/sh
# world.sh start DIR | stop DIR | status DIR
#
# A small world to deploy in, on the loopback: our shop in production (with
# visitors) and in staging, its repository, and stand-ins for the services that
# a deployment talks to. Starting again in the same DIR begins anew.
#
#   WORLD_TRAFFIC=25         visitors' requests a second
#   WORLD_VERSION=v1.0.0     the release that serves at the start (or v1.1.0)
#   WORLD_CI=success         conclusion of the check runs (failure, cancelled …)
#   WORLD_INCIDENT=          a title: the status page shows an open incident
#   WORLD_WINDOW=30          seconds that /metrics.json looks back over
#   WORLD_BIN=               where the programs are (../../build/demo from here)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
bin=${WORLD_BIN:-$here/../../build/demo}

die() {
	echo "$*" >&2
	exit 1
}

# The world's own commits look the same on every machine and need nobody's configuration.
git_quiet() {
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 \
		GIT_AUTHOR_NAME="Shop Team" GIT_AUTHOR_EMAIL=team@shop.example \
		GIT_COMMITTER_NAME="Shop Team" GIT_COMMITTER_EMAIL=team@shop.example \
		GIT_AUTHOR_DATE="2025-01-$day 10:00:00 +0000" \
		GIT_COMMITTER_DATE="2025-01-$day 10:00:00 +0000" \
		git -C "$work" -c advice.detachedHead=false "$@"
}

# release VERSION SCHEMA ERROR_RATE LATENCY_MS FAIL_START MESSAGE: commits one release.
release() {
	cat >"$work/release.json" <<END
{
  "version": "$1",
  "faults": {"error_rate": $3, "latency_ms": $4, "fail_start": $5},
  "schema": $2
}
END
	if [ "$1" != v1.0.0 ]; then
		{
			printf '# Changelog\n\n## %s\n\n- %s\n' "$1" "$6"
			sed 1d "$work/CHANGELOG.md"
		} >"$work/CHANGELOG.next"
		mv "$work/CHANGELOG.next" "$work/CHANGELOG.md"
	fi
	git_quiet add -A
	git_quiet commit -q -m "$1: $6"
}

migrations() {
	for name in "$@"; do
		cp "$here/tree/migrations/$name.up.sql" "$here/tree/migrations/$name.down.sql" \
			"$work/migrations/"
	done
}

# branch VERSION DAY: a release that is not merged yet, made from main.
branch() {
	day=$2
	git_quiet checkout -q -B "release/$1" main
}

# main: v1.0.0 (tagged), v1.1.0. Branches: releases with one fault each. The working
# clone `repo` has not pulled v1.1.0 yet.
make_repository() {
	work=$dir/scratch
	day=06
	mkdir -p "$work"
	git_quiet init -q -b main
	cp "$here"/tree/*.sh "$here/tree/package.json" "$here/tree/CHANGELOG.md" "$work/"
	cp -R "$here/tree/public" "$work/"
	mkdir "$work/migrations"
	migrations 001_shop
	release v1.0.0 1 0 0 false "The shop opens"
	git_quiet tag v1.0.0
	git_quiet clone -q --bare . "$dir/origin.git"
	git_quiet clone -q "$dir/origin.git" "$dir/repo"
	day=08
	migrations 002_order_status
	release v1.1.0 2 0 0 false "Orders have a status (#41)"
	make_branches
	git_quiet push -q "$dir/origin.git" --all
	work=$dir/repo
	git_quiet fetch -q origin
	git_quiet clone -q "$dir/origin.git" "$dir/runner"
	git_quiet config user.name "Shop Team"
	git_quiet config user.email team@shop.example
	rm -rf "$dir/scratch"
}

make_branches() {
	branch v1.2.0 10
	migrations 003_order_note
	release v1.2.0 3 0.08 0 false "Orders have a note (#42)"
	branch v1.3.0 13
	release v1.3.0 2 0 0 true "Payments by card"
	branch v1.4.0 14
	release v1.4.0 2 0 700 false "Recommendations on the home page"
	branch v1.5.0 15
	migrations 003_broken
	release v1.5.0 3 0 0 false "Coupons"
	git_quiet checkout -q main
}

make_releases() {
	ln -s "$dir/releases/$version" "$dir/current"
	ln -s "$dir/releases/$version" "$dir/staging/current"
	"$dir/repo/build.sh" v1.0.0 >/dev/null
	"$dir/repo/build.sh" "$version" >/dev/null
	"$dir/repo/migrate.sh" up "$version" >/dev/null
	SHOP_ENV=staging "$dir/repo/migrate.sh" up "$version" >/dev/null
}

# The state of the stand-ins: they read it at every request, so editing it changes the world.
make_state() {
	incidents="[]"
	[ -z "${WORLD_INCIDENT:-}" ] || incidents=$(cat <<END
[{"id": "inc1", "name": "$WORLD_INCIDENT", "status": "investigating", "impact": "major",
    "created_at": "2025-01-15T09:00:00.000Z", "updated_at": "2025-01-15T09:00:00.000Z"}]
END
	)
	cat >"$dir/standins/state.json" <<END
{
  "tokens": {
    "github": "ghp_demo0000000000000000000000000000000000",
    "sentry": "sntryu_demo000000000000000000000000000000",
    "statuspage": "demo-statuspage-key-0000",
    "slack": "xoxb-demo", "circleci": "CCIPAT-demo", "heroku": "HRKU-demo", "railway": "railway-demo",
    "datadog": "dd-api-demo", "datadog_app": "dd-app-demo", "newrelic": "NRAK-DEMO",
    "pagerduty": "pd-demo", "launchdarkly": "api-demo", "unleash": "user:demo"
  },
  "slack": "/services/T000/B000/XXX",
  "checks": {
    "*": [
      {"name": "build", "status": "completed", "conclusion": "success"},
      {"name": "test", "status": "completed", "conclusion": "${WORLD_CI:-success}"}
    ]
  },
  "issues": [
    {"number": 41, "title": "Orders need a status", "state": "open", "state_reason": null},
    {"number": 42, "title": "Orders need a note", "state": "open", "state_reason": null}
  ],
  "pulls": [
    {"number": 7, "state": "open", "merged": false, "draft": false, "mergeable": true,
      "head": {"sha": "$(git_quiet --git-dir "$dir/origin.git" rev-parse main)"},
      "merge_commit_sha": null, "html_url": "https://github.com/acme/shop/pull/7"}
  ],
  "releases": [],
  "circleci": {"pipelines": [], "outcome": "success"},
  "heroku": {
    "releases": [{"id": "01234567-89ab-cdef-0123-000000000001", "version": 1, "status": "succeeded",
      "current": true, "description": "$version"}],
    "builds": [], "outcome": "succeeded"
  },
  "railway": {"deployments": [{"id": "d-1", "status": "SUCCESS", "url": "https://shop.example"}], "outcome": "SUCCESS"},
  "pagerduty": {"incidents": []},
  "flags": {"new-checkout": {"production": false, "staging": true}},
  "incidents": $incidents
}
END
	mkdir "$dir/secrets"
	for name in github sentry statuspage; do
		"$dir/bin/shop" field "tokens.$name" <"$dir/standins/state.json" \
			>"$dir/secrets/$name"
	done
	chmod 700 "$dir/secrets"
}

# serve PLACE: starts a shop there.
serve() {
	"$dir/bin/shop" serve --current "$1/current" --db "$1/shop.db" --status "$1/shop.json" \
		--pid "$1/shop.pid" --window "${WORLD_WINDOW:-30}" \
		</dev/null >>"$1/shop.log" 2>&1 &
}

# until_file FILE PID: waits for a file that a process writes when it is ready.
until_file() {
	while [ ! -s "$1" ]; do
		kill -0 "$2" 2>/dev/null || die "$1 did not come: see the logs in $dir"
		sleep 0.02
	done
}

start_all() {
	serve "$dir"
	production_pid=$!
	serve "$dir/staging"
	until_file "$dir/staging/shop.json" $!
	until_file "$dir/shop.json" "$production_pid"
	api=$("$dir/bin/shop" field url <"$dir/shop.json")
	staging=$("$dir/bin/shop" field url <"$dir/staging/shop.json")
	"$dir/bin/standins" --dir "$dir/standins" --repository "$dir/origin.git" \
		--runner "$dir/runner" --shop "$api" --pid "$dir/standins.pid" \
		</dev/null >>"$dir/standins.log" 2>&1 &
	until_file "$dir/standins/standins.json" $!
	standins=$("$dir/bin/shop" field url <"$dir/standins/standins.json")
	echo "$standins/slack/services/T000/B000/XXX" >"$dir/secrets/slack"
	"$dir/bin/shop" traffic --url "$api" --rate "${WORLD_TRAFFIC:-25}" \
		--report "$dir/traffic.json" --pid "$dir/traffic.pid" \
		</dev/null >>"$dir/traffic.log" 2>&1 &
	until_file "$dir/traffic.json" $!
	"$dir/bin/shop" await "$api/health" status ok
	"$dir/bin/shop" await "$staging/health" status ok
	# Rates need two scrapes: from here on the monitoring has something to say.
	"$dir/bin/shop" await "$standins/prometheus/api/v1/query?query=job:errors:ratio10s" \
		data.result.0.value.1 0
}

# NAME VALUE lines: where everything is.
input_list() {
	cat <<END
api $api
staging_api $staging
github_api $standins/github
github_repo acme/shop
github_token_file $dir/secrets/github
slack_webhook_file $dir/secrets/slack
sentry_api $standins/sentry
sentry_org acme
sentry_project shop
sentry_token_file $dir/secrets/sentry
prometheus $standins/prometheus
statuspage $standins/statuspage
statuspage_page shop
statuspage_key_file $dir/secrets/statuspage
world $dir
repo $dir/repo
releases $dir/releases
current $dir/current
db $dir/shop.db
backups $dir/backups
log $dir/shop.log
END
}

# NAME VALUE lines: those of them that ../deploy.yml takes, under its names.
runbook_inputs() {
	input_list | grep -E '^(api|staging_api|repo|github_|prometheus|sentry_|statuspage_)' |
		grep -v '_file '
	echo "status_page $standins/statuspage"
	echo "statuspage_api $standins/statuspage"
	echo "window 10s"
}

# A folder's name may hold anything: quoted for YAML ('' is a quote) and for sh ('\'' is one).
write_inputs() {
	runbook_inputs | while read -r name value; do
		echo "$name: '$(printf '%s' "$value" | sed "s/'/''/g")'"
	done >"$dir/inputs.yml"
	{
		input_list | while read -r name value; do
			name=$(echo "$name" | tr '[:lower:]' '[:upper:]')
			echo "DEMO_$name='$(printf '%s' "$value" | sed "s/'/'\\\\''/g")'"
		done
		echo "GITHUB_TOKEN='$(cat "$dir/secrets/github")'"
		echo "SENTRY_AUTH_TOKEN='$(cat "$dir/secrets/sentry")'"
		echo "SLACK_WEBHOOK_URL='$(cat "$dir/secrets/slack")'"
		echo "STATUSPAGE_API_KEY='$(cat "$dir/secrets/statuspage")'"
	} >"$dir/world.env"
}

# Removes an earlier world; anything else in DIR is none of our business.
clear_dir() {
	if [ ! -f "$dir/.demo-world" ]; then
		[ -z "$(ls -A "$dir")" ] || die "$dir is not empty and no demo world"
		return
	fi
	stop
	for name in bin repo runner origin.git scratch releases current staging standins secrets \
		backups inputs.yml world.env; do
		rm -rf "${dir:?}/$name"
	done
	rm -f "$dir"/shop.* "$dir"/standins.* "$dir"/traffic.*
}

start() {
	version=${WORLD_VERSION:-v1.0.0}
	for name in shop standins; do
		[ -x "$bin/$name" ] || die "$bin/$name is not there: build the demo first"
	done
	mkdir -p "$dir"
	dir=$(cd "$dir" && pwd)
	clear_dir
	: >"$dir/.demo-world"
	mkdir "$dir/bin" "$dir/releases" "$dir/staging" "$dir/standins" "$dir/backups"
	# Copies: a rebuild must not pull the program away under a running world.
	cp "$bin/shop" "$bin/standins" "$dir/bin/"
	trap 'stop' EXIT
	make_repository
	make_releases
	make_state
	start_all
	write_inputs
	trap - EXIT
	status
}

stop() {
	[ -x "$dir/bin/shop" ] || return 0
	"$dir/bin/shop" stop "$dir/traffic.pid" "$dir/standins.pid" "$dir/shop.pid" \
		"$dir/staging/shop.pid"
}

status() {
	shop=$dir/bin/shop
	[ -x "$shop" ] || die "$dir is no demo world"
	for name in shop staging/shop standins/standins; do
		url=$("$shop" field url 2>/dev/null <"$dir/$name.json") || url=-
		probe=$url/health
		case $name in
		standins*) probe=$url/statuspage/api/v2/incidents/unresolved.json ;;
		esac
		state=stopped
		version=
		if body=$("$shop" http GET "$probe" 2>/dev/null); then
			state=running
			version=$(printf '%s' "$body" | "$shop" field version) || version=
		fi
		echo "$name $state $url $version"
	done
	if [ -f "$dir/traffic.json" ]; then
		echo "traffic $(tr -d '\n' <"$dir/traffic.json" | tr -s ' ')"
	fi
}

[ $# -eq 2 ] || die "usage: world.sh start|stop|status DIR"
dir=$2
case $1 in
start) start ;;
stop | status)
	dir=$(cd "$dir" && pwd)
	"$1"
	;;
*) die "usage: world.sh start|stop|status DIR" ;;
esac
