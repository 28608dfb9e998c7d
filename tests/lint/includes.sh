#!/bin/sh
# A file includes its own folder and folders to its left, never to its right (docs/architecture.md).
order='base source script model plan check run store output world action tool cli'
rank() {
	n=0
	for folder in $order; do
		n=$((n + 1))
		[ "$folder" = "$1" ] && echo $n && return
	done
	echo 0
}
cd "$(dirname "$0")/../../interpreter" || exit 1
bad=0
for file in */*.c */*.h; do
	from=$(rank "${file%%/*}")
	for included in $(sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' "$file" | sort -u); do
		to=$(rank "$included")
		if [ "$to" -eq 0 ] || [ "$to" -gt "$from" ]; then
			echo "lint: $file includes $included/, which is not to its left"
			bad=1
		fi
	done
done
# Each library has one user.
only() {
	users=$(grep -lE "#include <$1" */*.c */*.h | grep -v -E "^($2)")
	[ -z "$users" ] || { echo "lint: only $2 may include <$1>: $users"; bad=1; }
}
only 'yaml\.h' 'source/yaml'
only 'lua' 'script/sandbox'
only 'jansson\.h' 'base/json'
only 'pcre2\.h' 'base/regex'
only 'curl/' 'world/http'
only 'sqlite3\.h' 'store/'
exit $bad
