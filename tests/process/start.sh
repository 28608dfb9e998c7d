#!/bin/sh
# What a start costs in libraries: only the C library's own, and libm at the first call into it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

readelf -d "$runbook" | grep NEEDED >out
has "the C library" '[libc.so.6]'
hasnt "libm waits for its first use" '[libm.so.6]'
hasnt "libcurl waits for the first request" libcurl

cat >mathematics.yml <<'YML'
version: 1
runbook: mathematics
steps:
  - assert:
      - 2 ^ 10 == 1024 and 2 ^ 0.5 == math.sqrt(2)
      - math.sin(0) == 0 and math.cos(0) == 1 and math.tan(0) == 0
      - math.exp(0) == 1 and math.log(8, 2) == 3 and math.log(1000, 10) > 2.999
      - math.log(math.exp(1)) == 1 and math.fmod(7.5, 2) == 1.5 and 7.5 % 2 == 1.5
      - round(2.5) == 3 and round(2.345, 2) == 2.35
YML
run 0 exec mathematics.yml

finish
