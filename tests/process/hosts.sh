#!/bin/sh
# What the commands that only read say of steps on other machines; what runs there is in tests/real/hosts.sh.
# shellcheck disable=SC2016 # ${{ }} is the runbook's
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

cat >hosts.yml <<'YML'
version: 1
hosts: { web1: 10.0.0.1, web2: 10.0.0.2, db1: }
groups: { web: [web1, web2] }
YML
cat >old.yml <<'YML'
version: 1
runbook: h
inventory: hosts.yml
inputs: { where: { type: list, default: [web1] } }
steps:
  - id: restart
    hosts: web
    limit: 50%
    max_failures: 1
    run: systemctl restart app
    rollback: { run: systemctl start app }
  - id: more
    hosts: ${{ inputs.where }}
    run: uptime
    effects: none
  - id: later
    hosts: ['${{ steps.more.items[1].host }}']
    run: uptime
    effects: none
YML

run 0 plan old.yml
has "the hosts of a group" '    hosts     web1, web2'
has "what a step finds out" '    hosts     unknown: '
has "all of them" 'hosts: web1, web2'
run 0 plan old.yml --limit web2,db1 --format json
has "those that --limit leaves" '"hosts": [
        "web2"
      ]'
run 2 plan old.yml --limit wbe
has "a slip" 'did you mean `web`?'
run 0 plan old.yml --probe
hasnt "nothing is tried out over there" 'probed'

run 0 doc old.yml
has "in the document" 'On each host of'
has "in the document" ', at once: 50%, may fail: 1'
run 0 graph old.yml --format dot
has "in the picture" '(on each host)'

sed 's/hosts: web$/hosts: [web, db1]/; s/50%/100%/; s/max_failures: 1/max_failures: 2/' old.yml >new.yml
run 1 diff old.yml new.yml
has "another host" 'db1'
has "more at once" 'another number of them runs at once'
has "more may fail" 'another number of its items may fail'

# Another inventory in place of the file's; without one, names are as ssh has them.
printf 'version: 1\nhosts: { a: , b: }\ngroups: { web: [b] }\n' >staging.yml
run 0 plan old.yml --inventory staging.yml --input 'where=["a"]'
has "--inventory" '    hosts     b'
run 2 plan old.yml --inventory staging.yml
has "whose hosts count" 'has no host or group `web1`'
run 2 plan old.yml --inventory gone.yml
has "an inventory that is not there" 'cannot read the inventory `gone.yml`'
sed '/^inventory/d' old.yml >free.yml
run 0 plan free.yml
has "no inventory" '    hosts     web'
run 0 validate old.yml
run 0 lint old.yml
finish
