#!/bin/sh
# Modules against the stand-ins for cloud services, over real HTTP: a wrong token, a rate limit, trouble that passes, an
# answer that is no JSON.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

world=$root/runbooks/demo/world.sh
dir=$work/shop
trap '"$world" stop "$dir" >/dev/null 2>&1; rm -rf "$work"' EXIT
"$world" start "$dir" >world.log 2>&1 || { cat world.log; exit 2; }
set -a
# shellcheck disable=SC1091
. "$dir/world.env"
set +a
cp "$dir/standins/state.json" whole.json

# trouble SERVICE FAULT: from now on
trouble() {
	sed "1s/.*/{ \"faults\": { \"$1\": $2 },/" whole.json >"$dir/standins/state.json"
}
calm() {
	cp whole.json "$dir/standins/state.json"
}

# book NAME MODULE ARGUMENTS
book() {
	cat >"$1.yml" <<END
version: 1
runbook: $1
secrets: { github: { env: GITHUB_TOKEN }, sentry: { env: SENTRY_AUTH_TOKEN }, slack: { env: SLACK_WEBHOOK_URL }, page: { env: STATUSPAGE_API_KEY } }
steps:
  - id: it
    uses: $2
    with: $3
END
}

book github github/checks "{ api: $DEMO_GITHUB_API, repo: acme/shop, ref: main, token: '\${{ secrets.github }}' }"
book sentry sentry/issues "{ api: $DEMO_SENTRY_API, organization: acme, project: shop, token: '\${{ secrets.sentry }}' }"
book slack slack/post "{ webhook: '\${{ secrets.slack }}', text: Hello }"
book statuspage statuspage/incident "{ api: $DEMO_STATUSPAGE, page: shop, key: '\${{ secrets.page }}', title: Slow, text: We look into it }"
book prometheus prometheus/query "{ url: $DEMO_PROMETHEUS, query: 'job:errors:ratio10s' }"
for name in github sentry slack statuspage prometheus; do
	calm
	run 0 exec "$name.yml"
	trouble "$name" '{ "status": 503, "times": 1 }'
	case $name in
	statuspage) run 1 exec $name.yml ;; # whether the incident is open is not known: not sent again
	prometheus) run 1 exec $name.yml ;; # a watch asks again by itself
	*) run 0 exec $name.yml ;;
	esac
done
trouble github '{ "status": 401, "body": "{\\"message\\":\\"Bad credentials\\"}" }'
run 1 exec github.yml
has "a wrong token" "github/checks: \`token\` was refused"
trouble slack '{ "status": 429, "retry_after": 30 }'
run 1 exec slack.yml
has "a rate limit" "wait 30 s"
trouble sentry '{ "status": 200, "body": "<html>" }'
run 1 exec sentry.yml
has "no JSON" "sentry/issues: the answer is no JSON list"
trouble statuspage '{ "status": 200, "body": "<html>" }'
run 1 exec statuspage.yml
has "no JSON" "statuspage/incident: the answer is no JSON"
calm
export GITHUB_TOKEN=ghp_another_token
run 1 exec github.yml
has "really a wrong token" "github/checks: \`token\` was refused"
finish
