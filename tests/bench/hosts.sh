#!/bin/sh
# A row of run.sh: 100 hosts, 20 at once, beside xargs and the same ssh, which shares its connections as well. The hosts
# are one sshd on the loopback.
# shellcheck source=../real/lib.sh
. "$(dirname "$0")/../real/lib.sh"
# shellcheck source=../real/sshd.sh disable=SC2154
. "$root/tests/real/sshd.sh"
command -v sshd >/dev/null || [ -x /usr/sbin/sshd ] || { echo "  100 hosts: not measured, there is no sshd"; exit 0; }

start_sshd
cat >limit.sh <<END
at=\$(mktemp -d "$work/cXXXXXX") || exit 1
seq -f h%g 100 | xargs -P 20 -I HOST ssh -F "$work/ssh/client" -o BatchMode=yes -o ControlMaster=auto \
	-o ControlPersist=1 -S "\$at/%n" HOST true 2>/dev/null
END
printf 'version: 1\nssh_config: ssh/client\nhosts:\n%s\n' "$(seq -f '  h%g:' 100)" >hosts.yml
cat >hosts100.yml <<'END'
version: 1
runbook: hosts100
inventory: hosts.yml
steps:
  - { hosts: all, limit: 20, run: 'true' }
END
"$build/bench/compare" -r "${2:-4}" -t 1.5 -n 100 "100 hosts, 20 at once" sh limit.sh --- \
	"$runbook" exec hosts100.yml --output junit
