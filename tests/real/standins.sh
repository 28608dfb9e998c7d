#!/bin/sh
# Modules against the stand-ins for cloud services, over real HTTP: right use and its way back, a wrong token, a rate
# limit that passes, an answer that is no JSON, further pages, a slow answer, nobody there.
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
at=${DEMO_GITHUB_API%/github}
export TOKEN

# state PATH: what the services have kept, for example flags.new-checkout.production
state() {
	"$dir/bin/shop" field "$1" <"$dir/standins/state.json"
}
# with SED: the state as it was in the beginning, but for this
with() {
	sed "$1" whole.json >"$dir/standins/state.json"
}
# trouble SERVICE FAULT: from now on
trouble() {
	with "1s/.*/{ \"faults\": { \"$1\": $2 },/"
}

# book NAME MODULE KEY ARGUMENTS: a step that uses it, and one that fails when told to
book() {
	cat >"$1.yml" <<END
version: 1
runbook: $1
inputs: { fail: { type: boolean, default: false } }
secrets: { token: { env: TOKEN } }
steps:
  - id: it
    uses: $2
    with: { $3: '\${{ secrets.token }}', $4 }
  - id: last
    run: test \${{ inputs.fail }} = false
    effects: none
END
}

# service NAME MODULE KEY ARGUMENTS TOKEN NO-JSON [AFTER-429]: what all have in common; AFTER-429 is the exit after a rate
# limit, 1 for those that leave asking again to the next tick of a watch
service() {
	name=$1 module=$2
	TOKEN=$5
	book "$name" "$module" "$3" "$4"
	with ''
	run 0 exec "$name.yml"
	trouble "$name" '{ "status": 429, "retry_after": 1, "times": 1 }'
	run "${7:-0}" exec "$name.yml"
	trouble "$name" '{ "status": 200, "body": "<html>" }'
	run 1 exec "$name.yml"
	has "$name: no JSON" "hint: $module: $6"
	with ''
	TOKEN=wrong
	run 1 exec "$name.yml"
	has "$name: a wrong token" "hint: $module: \`$3\`"
	TOKEN=$5
}

common() {
	not="the answer is no JSON"
	service github github/checks token "api: $at/github, repo: acme/shop, ref: main" "$GITHUB_TOKEN" "$not"
	service sentry sentry/issues token "api: $at/sentry, organization: acme, project: shop" "$SENTRY_AUTH_TOKEN" "$not list"
	service slack slack/post token "api: $at/slack, channel: C1, text: Hello" xoxb-demo "$not"
	service circleci circleci/pipeline token "api: $at/circleci, project: gh/acme/shop, branch: main" CCIPAT-demo "$not"
	service heroku heroku/release token \
		"api: $at/heroku, app: acme-shop, source: 'https://example.com/v2.tar.gz', version: v2" HRKU-demo "$not"
	service railway railway/deploy token "api: $at/railway, service: s-1, environment: e-1" railway-demo "$not"
	service pagerduty pagerduty/incidents token "api: $at/pagerduty, services: [P1]" pd-demo "$not"
	service datadog datadog/query api_key \
		"api: $at/datadog, app_key: dd-app-demo, query: 'avg:shop.error_rate{env:prod}'" dd-api-demo "$not" 1
	service newrelic newrelic/query key \
		"api: $at/newrelic, account: 42, query: SELECT percentage(count(*)) FROM Transaction" NRAK-DEMO "$not" 1
	service launchdarkly launchdarkly/flag token \
		"api: $at/launchdarkly, project: shop, flag: new-checkout, enabled: true" api-demo "$not"
	service unleash unleash/flag token "url: $at/unleash, flag: new-checkout, enabled: true" user:demo "$not"
	service statuspage statuspage/incident key \
		"api: $at/statuspage, page: shop, title: Slow, text: We look into it" "$STATUSPAGE_API_KEY" "$not"
}

# What is deployed or changed is undone when a later step fails.
ways_back() {
	with ''
	TOKEN=HRKU-demo
	run 3 exec heroku.yml --input fail=true
	same "heroku: a release of the old code" "$(state heroku.releases.0.description)" "$(state heroku.releases.2.description)"
	same "heroku: which is current" true "$(state heroku.releases.2.current)"
	TOKEN=railway-demo
	run 3 exec railway.yml --input fail=true
	same "railway: the deployment before" d-1 "$(state railway.rolled_back_to)"
	TOKEN=api-demo
	run 3 exec launchdarkly.yml --input fail=true
	same "launchdarkly: off again" false "$(state flags.new-checkout.production)"
	TOKEN=user:demo
	run 3 exec unleash.yml --input fail=true
	same "unleash: off again" false "$(state flags.new-checkout.production)"
	TOKEN=$STATUSPAGE_API_KEY
	run 3 exec statuspage.yml --input fail=true
	same "statuspage: resolved" resolved "$(state incidents.0.status)"
}

# What is asked for is not there, or does not go well.
no_good() {
	with 's/"outcome": "success"/"outcome": "failed"/; s/"outcome": "SUCCESS"/"outcome": "CRASHED"/; s/"outcome": "succeeded"/"outcome": "failed"/'
	TOKEN=CCIPAT-demo
	run 1 exec circleci.yml
	has "circleci: a workflow failed" "did not succeed: deploy"
	TOKEN=HRKU-demo
	run 3 exec heroku.yml
	has "heroku: the build failed" "heroku builds:output --app acme-shop"
	TOKEN=railway-demo
	run 3 exec railway.yml
	has "railway: it crashed" "the deployment ended as CRASHED"
	with ''
	TOKEN=CCIPAT-demo
	book other circleci/pipeline token "api: $at/circleci, project: gh/acme/other, branch: main"
	run 1 exec other.yml
	has "circleci: no such project" "CircleCI does not know this \`project\`"
	TOKEN=api-demo
	book other launchdarkly/flag token "api: $at/launchdarkly, project: shop, flag: no-such-flag, enabled: true"
	run 1 exec other.yml
	has "launchdarkly: no such flag" "there is no such \`project\`, \`flag\` or \`environment\`"
	TOKEN=dd-api-demo
	book other datadog/query api_key "api: $at/datadog, app_key: dd-app-demo, query: nonsense"
	run 1 exec other.yml
	has "datadog: a wrong query" "the \`query\` is wrong"
	book other datadog/query api_key "api: $at/datadog, app_key: dd-app-demo, query: 'avg:shop.by_route{env:prod}'"
	run 1 exec other.yml
	has "datadog: two series" "make one series of it"
	TOKEN=NRAK-DEMO
	book other newrelic/query key "api: $at/newrelic, account: 42, query: nonsense"
	run 1 exec other.yml
	has "newrelic: a wrong query" "NRQL Syntax Error"
	book other newrelic/query key "api: $at/newrelic, account: 7, query: SELECT count(*) FROM Transaction"
	run 1 exec other.yml
	has "newrelic: another account" "Access denied to account"
	TOKEN=pd-demo
	book other pagerduty/incidents token "api: $at/pagerduty, services: [X1]"
	run 1 exec other.yml
	has "pagerduty: no such service" "PagerDuty does not know one of \`services\`"
	TOKEN=xoxb-demo
	book other slack/post token "api: $at/slack, channel: C2, text: Hello"
	run 1 exec other.yml
	has "slack: not in the channel" "invite the bot to \`channel\` C2"
}

# counts NAME NUMBER: the step `it` of the book counts so many
counts() {
	sed "s/    run: test .*/    assert: steps.it.count == $2/; /effects: none/d" "$1.yml" >counts.yml
	run 0 exec counts.yml
}

pages() {
	TOKEN=$GITHUB_TOKEN
	many=$(awk 'BEGIN { for (i = 1; i <= 230; i++) printf "{\"name\":\"check %d\",\"status\":\"completed\",\"conclusion\":\"%s\"},", i, i == 229 ? "failure" : "success" }')
	with "s/{\"name\": \"build\"/$many{\"name\": \"build\"/"
	run 1 exec github.yml
	has "github: the third page" "check 229"
	TOKEN=pd-demo
	many=$(awk 'BEGIN { for (i = 1; i <= 140; i++) printf "%s{\"id\":\"Q%d\",\"title\":\"Slow %d\",\"html_url\":\"https://pd/%d\"}", (i > 1) ? "," : "", i, i, i }')
	with "s|\"pagerduty\": {\"incidents\": \[\]|\"pagerduty\": {\"incidents\": [$many]|"
	counts pagerduty 140
	TOKEN=$SENTRY_AUTH_TOKEN
	with '1s/.*/{ "sentry_page": 2, "sentry": [{"title":"a"},{"title":"b"},{"title":"c"},{"title":"d"},{"title":"e"}],/'
	counts sentry 5
}

merge_and_publish() {
	with ''
	TOKEN=$GITHUB_TOKEN
	head=$(git -C "$dir/origin.git" rev-parse main)
	book merge github/merge_pr token "api: $at/github, repo: acme/shop, number: 7, sha: $head"
	run 0 exec merge.yml
	same "merged" true "$(state pulls.0.merged)"
	run 0 exec merge.yml # it is left alone
	with 's/"mergeable": true/"mergeable": false/'
	run 1 exec merge.yml
	has "conflicts" "It has conflicts with its base"
	with ''
	book release github/release token "api: $at/github, repo: acme/shop, tag: v1.0.0, notes: Open"
	run 3 exec release.yml --input fail=true
	same "withdrawn" '[]' "$(state releases)"
	run 0 exec release.yml
	same "published" v1.0.0 "$(state releases.0.tag_name)"
	book release github/release token "api: $at/github, repo: acme/shop, tag: v9, notes: None"
	run 1 exec release.yml
	has "no such tag" "GitHub does not take it: Validation Failed"
}

# The incoming webhook; a slow answer; nobody there.
the_rest() {
	TOKEN=$SLACK_WEBHOOK_URL
	book hook slack/post webhook "text: Hello"
	run 0 exec hook.yml
	trouble slack '{ "status": 429, "retry_after": 30 }'
	run 1 exec hook.yml
	has "a rate limit" "wait 30 s"
	book slow prometheus/query token "url: $at/prometheus, query: 'job:errors:ratio10s'"
	with ''
	run 0 exec slow.yml
	trouble prometheus '{ "delay_ms": 12000 }'
	run 1 exec slow.yml
	has "a slow answer" "hint: prometheus/query: \`url\` ($at/prometheus) did not answer in time"
	with ''
	book nobody datadog/query api_key "api: 'http://127.0.0.1:$(free_port)', app_key: x, query: 'avg:x{y}'"
	run 1 exec nobody.yml
	has "nobody there" "hint: datadog/query: nobody answers at \`api\`"
}

common
ways_back
no_good
pages
merge_and_publish
the_rest
"$world" stop "$dir"
finish
