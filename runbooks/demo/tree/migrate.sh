#!/bin/sh
# migrate.sh up [VERSION] | down [TO] | status [VERSION] | backup [FILE] | restore FILE
#
# Brings the database to the schema that VERSION (by itself: the files beside
# this script) knows, or back down to schema TO (by itself: one step). In
# staging with SHOP_ENV=staging. Never goes below what the running release needs.
set -eu
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

environment "${SHOP_ENV:-production}"
verb=${1:-}
argument=${2:-}
migrations=$repo/migrations
scratch=

migrations_of() {
	commit=$(ref_of "$1")
	scratch=$(mktemp -d)
	trap 'rm -rf "$scratch"' EXIT
	git -C "$repo" archive --output="$scratch/tree.tar" "$commit" migrations
	tar -xf "$scratch/tree.tar" -C "$scratch"
	migrations=$scratch/migrations
}

migrate() {
	"$shop" migrate "$@" --db "$place/shop.db" --migrations "$migrations"
}

case $verb in
up)
	[ -z "$argument" ] || migrations_of "$argument"
	migrate up
	;;
status)
	[ -z "$argument" ] || migrations_of "$argument"
	migrate status
	;;
down)
	needs=$("$shop" field schema <"$place/current/release.json")
	migrate down ${argument:+"$argument"} --needs "$needs"
	;;
backup)
	file=${argument:-$world/backups/${SHOP_ENV:-production}.$(date -u +%Y%m%dT%H%M%SZ).db}
	mkdir -p "$(dirname "$file")"
	migrate backup "$file"
	;;
restore)
	[ -f "$argument" ] || die "usage: migrate.sh restore FILE"
	migrate restore "$argument"
	;;
*)
	die "usage: migrate.sh up [VERSION] | down [TO] | status | backup [FILE] | restore FILE"
	;;
esac
