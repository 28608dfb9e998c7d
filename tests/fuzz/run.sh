#!/bin/sh
# Each target for so many seconds, from its seeds in tests/fuzz/seeds; what it learns stays in the
# build folder. A finding ends it with the input in the build folder, too.
set -u
build=${1:-build/fuzz} seconds=${2:-60}
cd "$(dirname "$0")/../.." || exit 1
bad=0
for target in ${TARGETS:-runbook layout guard template duration jsonpath}; do
	corpus=$build/corpus/$target
	mkdir -p "$corpus" "$build/found"
	set -- "$corpus" "tests/fuzz/seeds/$target"
	case $target in
	runbook | layout) set -- "$corpus" tests/fuzz/seeds/runbook ;;
	esac
	if "$build/fuzz-$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096 \
		-dict=tests/fuzz/words.dict -artifact_prefix="$build/found/$target-" "$@" >"$build/$target.log" 2>&1; then
		echo "$target: $(grep -c '^#' "$build/$target.log") lines, $(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$build/$target.log") inputs"
	else
		echo "$target: found something"
		tail -n 40 "$build/$target.log"
		bad=1
	fi
done
exit $bad
