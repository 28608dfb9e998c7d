#!/bin/sh
# ci.sh REF [VERSION]
#
# What the pipeline runs in its own clone: builds the version at REF (a branch or a tag of
# origin) and deploys it to production. Migrations are a step of their own, before.
set -eu
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

[ $# -ge 1 ] || die "usage: ci.sh REF [VERSION]"
git -C "$repo" fetch -q --tags origin
commit=$(git -C "$repo" rev-parse --quiet --verify "refs/remotes/origin/$1^{commit}") ||
	commit=$(git -C "$repo" rev-parse --verify "$1^{commit}")
version=${2:-$(git -C "$repo" show "$commit:release.json" | "$shop" field version)}
"$repo/build.sh" "$version" "$commit"
"$repo/deploy.sh" "$version"
