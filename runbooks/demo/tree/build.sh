#!/bin/sh
# build.sh VERSION [REF]
#
# Stands in for "npm run build:production": makes releases/VERSION from what is
# committed, whole or not at all. Building what is there already changes nothing.
set -eu
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

[ $# -ge 1 ] || die "usage: build.sh VERSION [REF]"
version=$1
if [ $# -ge 2 ]; then
	commit=$(git -C "$repo" rev-parse --verify "$2^{commit}")
else
	commit=$(ref_of "$version")
fi
release=$world/releases/$version

if [ -f "$release/commit" ] && [ "$(cat "$release/commit")" = "$commit" ]; then
	echo "$version is built already from $commit"
	exit 0
fi
part=$world/releases/.$version.$$
trap 'rm -rf "$part"' EXIT
mkdir -p "$part"
git -C "$repo" archive --output="$part/tree.tar" "$commit"
tar -xf "$part/tree.tar" -C "$part"
rm "$part/tree.tar"
found=$("$shop" field version <"$part/release.json")
[ "$found" = "$version" ] || die "$commit is $found, not $version"
sed "s/@VERSION@/$version/g" "$part/public/index.html" >"$part/index.html"
mv "$part/index.html" "$part/public/index.html"
echo "$commit" >"$part/commit"
if [ -e "$release" ]; then
	mv "$release" "$part.old"
	mv "$part" "$release"
	rm -rf "$part.old"
else
	mv "$part" "$release"
fi
echo "built $version from $commit"
