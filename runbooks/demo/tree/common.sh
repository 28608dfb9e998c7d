# shellcheck shell=sh disable=SC2034
# What the scripts beside this file share. SHOP_WORLD names the folder with the
# releases and databases; by itself it is the one that holds this repository.

repo=$(cd "$(dirname "$0")" && pwd)
world=${SHOP_WORLD:-$(dirname "$repo")}
shop=$world/bin/shop

die() {
	echo "$*" >&2
	exit 1
}

# Sets where the environment's files are: production or staging.
environment() {
	case $1 in
	production) place=$world ;;
	staging) place=$world/staging ;;
	*) die "no environment is called $1: production or staging" ;;
	esac
}

# Prints the commit that VERSION is built from: its tag; before it is tagged, the branch
# release/VERSION; and otherwise main, when that says it is VERSION. A clone that has not
# been pulled for a while knows origin's branches better than its own.
ref_of() {
	for ref in "refs/tags/$1" "refs/remotes/origin/release/$1" "refs/heads/release/$1" \
		refs/remotes/origin/main refs/heads/main; do
		commit=$(git -C "$repo" rev-parse --quiet --verify "$ref^{commit}") || continue
		found=$(git -C "$repo" show "$commit:release.json" | "$shop" field version) || continue
		if [ "$found" = "$1" ]; then
			echo "$commit"
			return
		fi
	done
	die "no tag, branch or commit of main is $1"
}
