#!/bin/sh
# Prometheus scrapes the demo service, computes the error rate by its own rule, and a release that fails 8% of its
# requests is rolled back by the condition of runbooks/deploy.yml.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

port=$(free_port)
world=$root/runbooks/demo/world.sh
dir=$work/shop
trap 'stop_services; "$world" stop "$dir" >/dev/null 2>&1; rm -rf "$work"' EXIT

start_world() {
	"$world" start "$dir" >"$work/world.log" 2>&1 || { cat "$work/world.log"; exit 2; }
	set -a
	# shellcheck disable=SC1091
	. "$dir/world.env"
	set +a
}

start_prometheus() {
	cat >prometheus.yml <<END
global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
rule_files: [$work/rules.yml]
scrape_configs:
  - job_name: shop
    static_configs: [{ targets: ['${DEMO_API#http://}'] }]
END
	cat >rules.yml <<'END'
groups:
  - name: shop
    rules:
      - record: job:errors:ratio5s
        expr: sum(rate(http_requests_total{code=~"5.."}[5s]) or vector(0)) / sum(rate(http_requests_total[5s]))
      - alert: Errors
        expr: job:errors:ratio5s > 0.05
        labels: { severity: critical }
END
	prometheus --config.file=prometheus.yml --storage.tsdb.path=tsdb --web.listen-address="127.0.0.1:$port" \
		--log.level=warn >prometheus.log 2>&1 </dev/null &
	started $!
	until_true 30 has_rate || { cat prometheus.log; exit 2; }
}

# ask QUERY: the value
ask() {
	"$dir/bin/shop" http GET "http://127.0.0.1:$port/api/v1/query?query=$1" | "$dir/bin/shop" field data.result.0.value.1
}
has_rate() {
	case "$(ask job:errors:ratio5s 2>/dev/null)" in [0-9]*) true ;; *) false ;; esac
}

alerts() {
	cat >alerts.yml <<END
version: 1
runbook: alerts
steps:
  - id: quiet
    uses: prometheus/alerts
    with: { url: 'http://127.0.0.1:$port', severity: critical }
    expect: [count == 0]
  - id: rate
    uses: prometheus/query
    with: { url: 'http://127.0.0.1:$port', query: 'job:errors:ratio5s' }
    expect: [result < 0.01, series == 1]
END
	run 0 exec alerts.yml
	sed 's/job:errors:ratio5s/no_such_metric/' alerts.yml >none.yml
	run 1 exec none.yml
	has "no series is unknown" "cannot be known"
	sed "s/query: 'job:errors:ratio5s'/query: 'sum('/" alerts.yml >wrong.yml
	run 1 exec wrong.yml
	has "a wrong query" "hint: prometheus/query: the \`query\` is wrong: "
}

# deploy EXIT VERSION OPTION…
deploy() {
	code=$1 version=$2
	shift 2
	run "$code" exec "$root/runbooks/deploy.yml" --inputs "$dir/inputs.yml" --input version="$version" --yes \
		--input prometheus="http://127.0.0.1:$port" --input window=5s --input every=1s --input patience=4s \
		--input recovery=3s --input migrate=true "$@"
}

serves() {
	"$dir/bin/shop" http GET "$DEMO_API/health" | "$dir/bin/shop" field version
}

start_world
start_prometheus
alerts
deploy 0 v1.1.0 --input bake=3s
same "v1.1.0 stays" v1.1.0 "$(serves)"
deploy 3 v1.2.0 --input branch=release/v1.2.0 --input bake=40s
has "by the rule of Prometheus" "Error rate above 5% for more than 4s"
same "v1.1.0 again" v1.1.0 "$(serves)"
stop_services
"$world" stop "$dir"
finish
