#!/bin/sh
# Steps on other machines, with a real sshd: what arrives there, how it ends, what is left when the connection, the
# script or the interpreter goes away.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sshd.sh disable=SC2154
. "$root/tests/real/sshd.sh"

# The folder of the sockets is made there.
mkdir run
export XDG_RUNTIME_DIR="$work/run"
start_sshd
inventory() {
	cat >hosts.yml <<END
version: 1
ssh_config: ssh/client
hosts:
  web1: { user: $(id -un) }
  web2: { address: 127.0.0.1, port: $port, identity: ssh/key }
  closed: { port: 1 }
  nowhere: no.such.host.invalid
$(seq -f '  h%g:' 20)
groups:
  web: [web1, web2]
  many: [$(seq -s, -f h%g 20)]
END
}
inventory

# book NAME: the steps follow on standard input
book() {
	{
		printf 'version: 1\nrunbook: %s\ninventory: hosts.yml\n' "$1"
		cat
	} >"$1.yml"
}

no_connection() {
	[ -z "$(connections)" ]
}
no_sockets() {
	[ -z "$(ls "$work/run")" ]
}
nothing_left() {
	until_true 10 no_connection || fail "$1: connections are left"
	until_true 10 no_sockets && pass || fail "$1: a folder of sockets is left: $(ls -d "$work"/run/*)"
}
# runs_there MARK: a process with these words
runs_there() {
	pgrep -f "$1" >/dev/null
}
ended_there() {
	! runs_there "$1"
}

# ---- what arrives ----
book values <<'YML'
inputs: { x: { type: string }, y: { type: string, default: '-rf /' } }
secrets: { token: { env: TOKEN } }
env: { LEVEL: "it's ${{ inputs.x }}" }
steps:
  - id: sh
    hosts: web
    run: |
      printf '%s' ${{ inputs.x }} > ${{ vars.dir }}/${{ item }}.x
      printf '%s' "a ${{ inputs.y }} b" 'c ${{ inputs.y }} d' > ${{ vars.dir }}/${{ item }}.y
      printf '%s' "$LEVEL" > ${{ vars.dir }}/${{ item }}.env
      cat <<END > ${{ vars.dir }}/${{ item }}.here
      ${{ inputs.x }}
      END
      cat > ${{ vars.dir }}/${{ item }}.stdin
      echo "$0 $# $- $PWD ${RUNBOOK_CHILD-unset}"
      cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' > ${{ vars.dir }}/${{ item }}.all
      echo ${{ secrets.token }}
      test ${{ secrets.token }} = "it's s3cr3t"
    cwd: /usr/lib
  - id: words
    hosts: [web1]
    run: [printf, '%s|', '${{ inputs.x }}', --, '${{ inputs.y }}']
  - id: bash
    hosts: [web1]
    shell: bash
    run: |
      a=(1 2); echo "${#a[@]} $-" $SHELLOPTS
      false | true
    on_failure: continue
vars: { dir: '${{ env.PWD }}' }
YML
printf '%s' '$(touch hacked) `touch hacked` "; touch hacked; #\ '"'"'!%^&*|<> \n é
second line	tab ${HOME} -n' >value
{ echo 'x: |-'; sed 's/^/  /' value; } >in.yml
TOKEN="it's s3cr3t" run 0 exec values.yml --inputs in.yml --store db -o jsonl
for host in web1 web2; do
	cmp -s value $host.x && pass || fail "$host: a value is not what it was"
	same "$host: in quotes" 'a -rf / bc -rf / d' "$(cat $host.y)"
	same "$host: in the environment" "it's $(cat value)" "$(cat $host.env)"
	same "$host: in a here-document" "$(cat value)" "$(cat $host.here)"
	same "$host: nothing at standard input" "" "$(cat $host.stdin)"
	grep -aq 'second line' $host.all && fail "$host: a value is in a process list" || pass
	grep -aq 's3cr3t' $host.all && fail "$host: a secret is in a process list" || pass
done
test -e hacked && fail "a value became code" || pass
has "the shell is as it is here" '"text":"sh 0 ue /usr/lib unset\n"'
hasnt "secrets are masked" "s3cr3t"
has "arguments are words" "$(printf '"stdout":"%s' '$(touch hacked) `touch hacked` \"; touch hacked;')"
has "bash is strict" '"text":"2 ehuBc braceexpand:errexit:hashall:interactive-comments:nounset:pipefail\n"'
has "and its pipes" '"step":"bash","item":1,"host":"web1","action":"run","attempt":1,"state":"warned"'
grep -rq 's3cr3t' db* && fail "a secret is on record" || pass
same "one connection a host" 2 "$(grep -c '^Connection from' ssh/log)"
nothing_left "after a run"

# ---- how it ends ----
book ends <<'YML'
inputs: { what: { type: string }, where: { type: string, default: web1 } }
steps:
  - id: it
    hosts: ['${{ inputs.where }}']
    run: ${{ raw(inputs.what) }}
    rollback: { run: 'echo undone here: ${{ self.reason }}' }
YML
sed 's/^    run: /    timeout: 3s\n&/' ends.yml >late.yml
ends() {
	expected=$1
	shift
	run "$expected" exec ends.yml --store db -o plain -v "$@"
}
for end in 1 77 143 254 255; do
	ends 3 --input "what=exit $end"
	has "exit $end" "exited with $end"
	has "exit $end" "undone here: exit"
done
run 3 exec late.yml --store db -v --input 'what=sleep 4711 & sleep 4712'
has "a timeout" "undone here: timeout"
ended_there 'sleep 471[12]' && pass || fail "a timeout leaves something running"
run 3 exec late.yml --store db -v --input 'what=trap "" TERM; echo deaf; while :; do sleep 0.1; done # 4713'
has "even of who does not hear" "undone here: timeout"
ended_there '4713' && pass || fail "a deaf script goes on"
ends 0 --input 'what=sleep 4714 & echo away'
ended_there 'sleep 4714' && pass || fail "what a script leaves running goes on"
ends 1 --input 'what=:' --input where=closed
has "nobody there" '`closed` cannot be reached'
has "nobody there" 'Connection refused'
hasnt "what did not begin is not undone" "undone here"
ends 1 --input 'what=:' --input where=nowhere
has "no such name" 'failed: `nowhere` cannot be reached: Could not resolve hostname no.such.host.invalid'
cp ssh/stranger.pub ssh/authorized
ends 1 --input 'what=:'
has "the wrong key" 'Permission denied'
cp ssh/key.pub ssh/authorized
mv ssh/known ssh/known.away
ends 1 --input 'what=:'
has "a host that is not known" 'Host key verification failed'
mv ssh/known.away ssh/known
mkdir none
if env PATH="$work/none" "$runbook" exec ends.yml --store db --input what=: >out 2>&1; then
	fail "it runs without ssh"
fi
has "no ssh here" 'no program `ssh` in PATH'
run 2 exec ends.yml --input what=: --input where=wbe1
has "a slip" 'did you mean `web1`?'

# ---- sizes ----
head -c 130000 /dev/zero | tr '\0' y >large
book large <<YML
inputs: { x: { type: string } }
steps:
  - id: it
    hosts: [web1]
    run: printf '%s' $(for _ in 1 2 3 4 5 6 7 8 9; do printf '${{ inputs.x }}'; done) | wc -c
    outputs: { size: trim(stdout) }
  - { assert: 'steps.it.items[1].size == "1170000"' }
YML
printf '{"x": "%s"}' "$(cat large)" >large.json
run 0 exec large.yml --inputs large.json --store db
printf '{"x": "%sy"}' "$(cat large large large large large large large large)" >large.json
run 1 exec large.yml --inputs large.json --store db
printf '{"x": "a\\u0000b"}' >nul.json
run 1 exec large.yml --inputs nul.json --store db
has "a NUL byte" "NUL"

# ---- many ----
book many <<'YML'
steps:
  - { id: it, hosts: many, limit: 25%, run: 'echo ${{ item }}' }
YML
run 0 exec many.yml --store db -o jsonl
same "at most a quarter at once" 5 "$(awk '!/"item"/ { next } /"step_started"/ { n++ } /"step_finished"/ { n-- }
	n > most { most = n } END { print most }' out)"
same "each once" 20 "$(grep '"step_output"' out | grep -o '"text":"[^"]*"' | sort -u | wc -l)"
run 0 exec many.yml --store db -o jsonl --limit h3,web
same "--limit" '"host":"h3"' "$(grep '"step_finished"' out | grep -o '"host":"[^"]*"')"
nothing_left "after many"

# ---- the connection breaks ----
book breaks <<YML
steps:
  - id: it
    hosts: [web1]
    cwd: $work
    run: 'echo \$\$ > begun; sleep 4715'
    rollback: { run: 'echo undone here: \${{ self.state }} \${{ self.reason }}' }
YML
begin() {
	rm -f begun
	"$runbook" exec breaks.yml --store db -o plain -v >out 2>&1 </dev/null &
	interpreter=$!
	until_true 20 test -s begun || fail "it does not begin"
}
# shellcheck disable=SC2046 # pids
cut() {
	kill -9 $(connections) $(for pid in $(connections); do ps -o pid= --ppid "$pid"; done)
}
begin
cut 2>/dev/null
wait $interpreter
same "a connection that breaks" 3 $?
has "what was lost is undone" "undone here: unknown reset"
until_true 10 ended_there 'sleep 4715' && pass || fail "the script goes on without its connection"
nothing_left "after a break"

# ---- the interpreter goes away ----
begin
kill -TERM $interpreter
wait $interpreter
same "an abort" 143 $?
until_true 10 ended_there 'sleep 4715' && pass || fail "the script goes on after an abort"
nothing_left "after an abort"
begin
kill -9 $interpreter
wait $interpreter 2>/dev/null
runs_there 'sleep 4715' && pass || fail "the script does not outlive the interpreter"
kill -TERM "$(cat begun)"
run 3 resume last --store db -v
has "known afterwards" "exited with 143"
has "and undone there" "undone here: failed exit"
nothing_left "after a kill"
begin
kill -9 $interpreter
wait $interpreter 2>/dev/null
cut 2>/dev/null
until_true 10 no_connection
run 5 resume last --store db
has "a person has to say" "--resolve it[1]=done|failed|retry"
run 0 resume last --store db --resolve 'it[1]=done'
nothing_left "in the end"
finish
