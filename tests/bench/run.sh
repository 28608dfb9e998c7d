#!/bin/sh
# Speed and memory beside their physical limits: see README.md. QUICK=1 takes a tenth of the time.
set -u
build=${1:-build}
cd "$(dirname "$0")/../.." || exit 1
here=$PWD/tests/bench
bin=$PWD/$build/bench
runbook=$PWD/$build/runbook
work=$(mktemp -d) || exit 1
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
cd "$work" || exit 1
export XDG_STATE_HOME="$work/state" BENCH_NOTES="$work/notes" LC_ALL=C.UTF-8 NO_COLOR=1

if [ -n "${QUICK:-}" ]; then
	starts=40 rounds=3 small_rounds=5 steps=1000 layers=30 loaded=20000 requests=2000 guards=300000
	seconds=5 runs=200
else
	starts=200 rounds=4 small_rounds=10 steps=10000 layers=100 loaded=100000 requests=5000 guards=1000000
	seconds=30 runs=2000
fi

# row OPTION… WHAT LIMIT… --- OURS…
row() {
	"$bin/compare" "$@" || exit 1
	rm -rf "$work/state"
}

# file KIND ARGUMENT…: the name of the runbook made
file() {
	name=$1$(printf '%.7s' "${2:-}" | tr -cd 0-9).yml
	[ -f "$name" ] || "$bin/generate" "$@" >"$name" || exit 1
	echo "$name"
}

# exec_row OPTIONS WHAT LIMIT JOBS FILE OPTION…: without `--no-record` the run is on record
exec_row() {
	options=$1 what=$2 limit=$3 jobs=$4 made=$5
	shift 5
	# shellcheck disable=SC2086 # lists of words
	row $options "$what" $limit --- "$runbook" exec "$made" --output junit --jobs "$jobs" "$@"
}

load_row() {
	options=$1 what=$2 made=$3
	# The memory's target is 4 times the file.
	megabytes=$(($(wc -c <"$made") * 4 / 1048576))
	[ $megabytes -gt 20 ] || megabytes=0
	# shellcheck disable=SC2086 # a list of words
	row $options -b cpu -m $megabytes "$what" "$bin/limit_yaml" "$made" --- "$runbook" validate "$made"
}

# linear WHAT SMALL SMALL-COUNT LARGE LARGE-COUNT: the CPU of a step in two files, start-up taken off
linear() {
	awk -F '\t' -v what="$1" -v small="$2" -v n="$3" -v large="$4" -v m="$5" '
		$1 == "start-up, validate" { none = $3 }
		$1 == small { a = ($3 - none) / n }
		$1 == large { b = ($3 - none) / m }
		END {
			mark = b > 1.1 * a ? "!" : " "
			printf "%s %-36s %7.2f us %7.2f us %5.2f%s   1.10\n", mark, what, a * 1e6, b * 1e6, b / a, mark
		}' "$BENCH_NOTES"
}

serve() {
	"$bin/server" >port &
	server=$!
	until [ -s port ]; do sleep 0.02; done
	url=http://127.0.0.1:$(cat port)/health
}

thousands() {
	echo "$1" | sed ':again; s/\([0-9]\)\([0-9]\{3\}\)\($\|,\)/\1,\2\3/; t again'
}

echo "$(nproc) processors, load $(cut -d ' ' -f 1-3 /proc/loadavg), $(uname -r)"
"$bin/compare" head

# ---- start-up
exec_row "-r $starts -q 0.1 -t 2.4 -m 8" "start-up, one step" "sh -c true" 1 "$(file one)" --no-record
exec_row "-r $starts -q 0.1 -t 3.2 -m 8" "start-up, on record" "sh -c true" 1 "$(file one)"
row -r $starts -q 0.1 "start-up, validate" sh -c true --- "$runbook" validate "$(file one)"

# ---- steps
n=$(thousands $steps)
[ $steps -eq 1000 ] || exec_row "-r $small_rounds -t 1.08 -n 1000 -c 40 -m 20" "1,000 steps, one after another" \
	"$bin/limit_spawn 1000" 1 "$(file sequence 1000)" --no-record
exec_row "-r $rounds -t 1.08 -n $steps -c 40 -m 20" "$n steps, one after another" \
	"$bin/limit_spawn $steps" 1 "$(file sequence $steps)" --no-record
exec_row "-r $rounds -t 1.0 -n $steps -m 20" "  the same on record" \
	"$bin/limit_spawn $steps" 1 "$(file sequence $steps)"
exec_row "-r $rounds -t 1.35 -n $steps -m 20" "  none of them begun ahead" \
	"$bin/limit_spawn $steps" 1 "$(file sequence $steps)" --no-ahead
exec_row "-r $rounds -t 1.1 -n $steps" "  without effects, beside no record" \
	"$runbook exec $(file reading $steps) --output junit --no-record" 1 "$(file reading $steps)"
exec_row "-r $rounds -t 1.10 -n $steps" "$n steps, --jobs 2" \
	"$bin/limit_spawn $steps 2" 2 "$(file parallel $steps)" --no-record
exec_row "-r $rounds -t 1.2 -n $steps" "  the same on record" \
	"$bin/limit_spawn $steps 2" 2 "$(file parallel $steps)"
exec_row "-r $rounds -t 1.10 -n $((layers * layers))" "layers of ${layers}x$layers, --jobs 2" \
	"$bin/limit_spawn $((layers * layers)) 2" 2 "$(file layers $layers)" --no-record

# ---- loading
n=$(thousands $loaded)
load_row "-r $small_rounds -t 1.6 -n 1000" "load 1,000 steps" "$(file plain 1000)"
load_row "-r $rounds -t 1.6 -n $loaded" "load $n steps" "$(file plain $loaded)"
load_row "-r $small_rounds -t 2.2 -n 1000" "load 1,000 steps, guards" "$(file guards 1000)"
load_row "-r $rounds -t 2.2 -n $loaded" "load $n steps, guards" "$(file guards $loaded)"
linear "  a step of 1,000 and of $n" "load 1,000 steps" 1000 "load $n steps" $loaded
linear "  the same with guards" "load 1,000 steps, guards" 1000 "load $n steps, guards" $loaded

# ---- lint without shellcheck: 30 ms for 1,000 steps, 3 s for 100,000
for steps_linted in 1000 "$loaded"; do
	made=$(file guards "$steps_linted")
	row -r $rounds -b cpu -n "$steps_linted" -C 30 "lint $(thousands "$steps_linted") steps, guards" \
		"$bin/limit_yaml" "$made" --- "$runbook" lint --no-shellcheck --fail-on error "$made"
done

# ---- HTTP
serve
n=$(thousands $requests)
exec_row "-r $rounds -t 1.15 -n $requests" "$n requests, one after another" \
	"$bin/limit_http $url $requests" 1 "$(file http $requests "$url")" --no-record
exec_row "-r $rounds -b cpu -t 1.2 -n $requests" "$n requests, 50 at once" \
	"$bin/limit_http $url $requests 50" 50 "$(file http_parallel $requests "$url")" --no-record
exec_row "-r $small_rounds -t 1.1 -n 1000" "1,000 health checks at once" \
	"$bin/limit_http $url 1000 1000" 1000 "$(file http_parallel 1000 "$url")" --no-record

# ---- watching: a hundredth of a core
exec_row "-r 1 -n $seconds -c 10000 -m 20" "10 watches, a second" "sleep $seconds" 1 \
	"$(file monitor $seconds "$url")"

# ---- the record of many runs: 30 ms for the list, 200 ms for the metrics
i=0
while [ $i -lt $runs ]; do
	"$runbook" exec "$(file one)" --output junit >/dev/null || exit 1
	i=$((i + 1))
done
"$bin/compare" -r $small_rounds -n 1 -C 30000 "runs, $(thousands $runs) of them" sh -c true --- "$runbook" runs
"$bin/compare" -r $small_rounds -n 1 -C 200000 "metrics of them" sh -c true --- "$runbook" metrics
"$bin/compare" -r $small_rounds -q 0.1 -t 3.2 "start-up, on their record" sh -c true --- \
	"$runbook" exec one.yml --output junit

# ---- other machines
(cd "$here/../.." && tests/bench/hosts.sh "$build" $rounds) || exit 1

# ---- guards
n=$(thousands $guards)
i=0
for kind in "comparisons" "three parts" "Lua's library"; do
	row -r $rounds -b cpu -n $guards -C 0.5 "$n guards, $kind" \
		"$bin/guards" lua $i $guards --- "$bin/guards" ours $i $guards
	i=$((i + 1))
done

# ---- output
script="head -c 50000000 /dev/zero | tr '\\0' x"
for kind in output masked; do
	"$bin/generate" $kind "$script" >$kind.yml
	row -r $rounds -m 20 "50 MB of output$([ $kind = output ] || echo ', masked')" \
		"$bin/limit_spawn" one big "$script" --- "$runbook" exec $kind.yml --output junit
done
