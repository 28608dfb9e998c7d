#!/bin/sh
# Some of the calls that `make crash` lets fail.
FAULTS_EVERY=23 exec "$(dirname "$0")/../crash/faults.sh" "$@"
