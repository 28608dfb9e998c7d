#!/bin/sh
# Some of the instants of `make crash`.
CRASH_RUNS=2 CRASH_EVERY=199 exec "$(dirname "$0")/../crash/run.sh" "$@"
