#!/bin/sh
# The project's own runbooks and modules meet what lint asks of production, and each prints a document to follow by hand.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

for file in "$root"/runbooks/*.yml; do
	run 0 lint --profile production "$file"
	run 0 fmt --check "$file"
	run 0 doc "$file"
	for heading in "## Purpose" "**Required access/permissions:**" "## Process Steps" "## Rollback"; do
		has "$(basename "$file")" "$heading"
	done
	# What a step is for stands in the document, not only its name.
	hasnt "$(basename "$file")" "TODO"
done
for file in "$root"/stdlib/*/*.yml; do
	run 0 lint --profile production "$file"
done
finish
