#!/bin/sh
# deploy.sh VERSION [production|staging]
#
# Makes a built release the one that serves: moves the link, tells the
# supervisor, waits until the new version answers. When the release does not
# start, the old one never stopped, the link points to it again, and the reason
# is printed. It ends with status 1 then.
set -eu
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

[ $# -ge 1 ] || die "usage: deploy.sh VERSION [production|staging]"
version=$1
environment "${2:-production}"
release=$world/releases/$version
current=$place/current

[ -f "$release/release.json" ] || die "$version is not built: run build.sh $version first"

# A rename replaces the link in one step; there is no moment without it.
point_to() {
	ln -s "$1" "$current.$$"
	mv -T "$current.$$" "$current"
}

before=$(readlink "$current")
point_to "$release"
if ! "$shop" reload --version "$version" --status "$place/shop.json" --pid "$place/shop.pid"; then
	point_to "$before"
	die "$version did not start; $(basename "$before") goes on serving"
fi
url=$("$shop" field url <"$place/shop.json")
"$shop" await "$url/health" version "$version"
"$shop" await "$url/health" status ok
echo "deployed $version (was $(basename "$before"))"
