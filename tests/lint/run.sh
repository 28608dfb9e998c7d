#!/bin/sh
# What a machine can see of the style: layout, the direction of includes, warnings of both compilers,
# shell scripts, file lengths.
set -u
cd "$(dirname "$0")/../.." || exit 1
bad=0

say() {
	echo "lint: $1"
	bad=1
}

sources=$(git ls-files '*.c' '*.h')
# shellcheck disable=SC2086 # a list of files
clang-format --dry-run -Werror $sources || say "run make format"
tests/lint/includes.sh || bad=1
for cc in gcc clang; do
	make --no-print-directory -j2 CI=1 CC=$cc VARIANT=lint-$cc objects >/dev/null ||
		say "$cc has warnings"
done
# shellcheck disable=SC2046 # a list of files
shellcheck -S warning -x -P SCRIPTDIR -P runbooks/demo/tree $(git ls-files '*.sh') .ci/run || say "shellcheck has findings"
# shellcheck disable=SC2046 # no name has a blank
for f in $(git ls-files 'interpreter/*.c' 'interpreter/*.h'); do
	[ "$(wc -l <"$f")" -le 700 ] || say "$f has more than 700 lines"
done
[ $bad -eq 0 ] && echo "lint: clean"
exit $bad
