#!/bin/sh
# git over ssh, with a real sshd: fetch, check out, tag, push, the way back, a key that is refused, nobody there.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sshd.sh disable=SC2154
. "$root/tests/real/sshd.sh"

me=$(id -un)

# by KEY: the clone speaks ssh with it
by() {
	git -C clone config core.sshCommand "ssh -i $work/ssh/$1 -o IdentitiesOnly=yes -o BatchMode=yes -o ConnectTimeout=5 -o UserKnownHostsFile=$work/ssh/known"
}

make_clone() {
	git init -q --bare -b main origin.git
	git init -q -b main clone
	git -C clone config user.name Team
	git -C clone config user.email team@example.com
	git -C clone remote add origin "ssh://$me@127.0.0.1:$port$work/origin.git"
	by key
	echo one >clone/file
	git -C clone add file
	git -C clone commit -q -m 'One'
	git -C clone tag v1
	git -C clone push -q origin main v1
	git -C clone checkout -q -b release/v2
	echo two >clone/file
	git -C clone commit -q -am 'Two (#7)'
	git -C clone push -q origin release/v2
	git -C clone checkout -q main
}

release() {
	cat >release.yml <<END
version: 1
runbook: release
inputs: { fail: { type: boolean, default: false } }
steps:
  - uses: git/ensure_clean
    with: { repo: clone }
  - id: changes
    uses: git/changes
    with: { repo: clone, from: v1, to: origin/release/v2, fetch: true }
  - uses: git/checkout
    with: { repo: clone, ref: release/v2, pull: true }
  - uses: git/push
    with: { repo: clone, branch: staging, ref: release/v2 }
  - uses: git/tag
    with: { repo: clone, tag: v2, message: Two, ref: '\${{ steps.changes.commit }}' }
  - id: last
    run: test \${{ inputs.fail }} = false
    effects: none
outputs: { closes: 'join(steps.changes.issues, ",")' }
END
}

tags() {
	git -C origin.git tag | tr '\n' ' '
}

start_sshd
make_clone
release
run 3 exec release.yml --input fail=true
same "the tag is gone there" "v1 " "$(tags)"
same "and here" v1 "$(git -C clone tag)"
same "the clone is where it was" main "$(git -C clone symbolic-ref --short HEAD)"
run 0 exec release.yml
same "the tag is there" "v1 v2 " "$(tags)"
same "at the commit" "$(git -C clone rev-parse release/v2)" "$(git -C origin.git rev-parse 'v2^{commit}')"
same "the branch is pushed" "$(git -C clone rev-parse release/v2)" "$(git -C origin.git rev-parse staging)"
run 0 exec release.yml
by stranger
run 1 exec release.yml
has "a key that is refused" "the remote refused the key or token"
by key
stop_services
run 1 exec release.yml
has "nobody there" "git/changes: \`remote\` (origin) cannot be reached"
finish
