#!/bin/sh
# `runbook graph`: groups, branches, compensations and names of any kind in the two languages.
# shellcheck disable=SC2016 # ${{ }} is the runbook's
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

cat >g.yml <<'YML'
version: 1
runbook: g
title: A "quoted" <title> \ here
inputs:
  fast: { type: boolean, default: false }
steps:
  - id: ask
    confirm: Really [do] "it"?
  - id: build
    if: inputs.fast
    run: make all
    rollback:
      - run: make uninstall
      - run: make clean
  - id: both
    parallel:
      - id: one
        name: 'one ${{ inputs.fast }} -> "x"'
        say: one
      - id: two
        http: http://localhost/
        expect: status == 200
  - id: way
    choose:
      - if: inputs.fast
        run: ./fast.sh
        rollback: { run: ./slow.sh }
      - else:
        run: ./slow.sh
        effects: none
  - id: tag
    needs: [way, ask]
    run: git push
    irreversible: A pushed tag is public
finally:
  - uses: ./tell.yml
YML
cat >tell.yml <<'YML'
version: 1
module: tell
steps:
  - id: post
    name: Post to Slack
    http: { method: POST, url: http://localhost/x }
    expect: status == 200
    keep: An announcement
YML

run 0 graph g.yml
has "the title, escaped" 'label="A \"quoted\" <title> \\ here";'
has "a person" 'n2 [label="ask", shape=hexagon'
has "its condition" 'n3 [label="build\nif inputs.fast"'
has "several compensations" 'label="rollback"; style="rounded,dashed";'
has "a compensation" 'n3 -> n5 [lhead=cluster_4, style=dashed, label="undo"'
has "a group at once" 'label="both (at once)"'
has "a name, escaped" 'label="one ${{ inputs.fast }} -> \"x\""'
has "into a group" 'n3 -> n8 [lhead=cluster_7];'
has "a branch" 'n10 -> n11 [label="inputs.fast"];'
has "the last branch" 'n10 -> n13 [label="else"];'
has "no way back" 'n14 [label="tag\nirreversible"'
has "a need that is no neighbour" 'n2 -> n14 [];'
hasnt "what a module does" 'Post to Slack'
cp out dot

run 0 graph g.yml --format mermaid --inside
has "its title" 'title: "A \"quoted\" <title> \\ here"'
has "what a module does" '):::effect'
has "a group" 'subgraph g7 ["both (at once)"]'
has "a branch" 'n10 -->|"inputs.fast"| n11'
has "a compensation" 'n11 -.->|undo| n12'

# Graphviz draws; here something else stands for it.
mkdir bin
printf '#!/bin/sh\necho "svg $*"\ncat\n' >bin/dot
chmod +x bin/dot
PATH=$work/bin:$PATH "$runbook" graph g.yml --format svg >out 2>&1
same "graph --format svg" 0 $?
{ echo "svg -Tsvg" && cat dot; } >expected
same "what dot is given and prints" "$(cat expected)" "$(cat out)"
PATH=$work/none "$runbook" graph g.yml --format svg >out 2>&1
same "without Graphviz" 1 $?
has "what is missing" "install Graphviz"

run 2 graph g.yml --format png
has "other formats" "dot|mermaid|svg"
run 2 graph
run 2 graph g.yml g.yml
run 2 graph none.yml
has "no such file" "RB001"
if command -v dot >/dev/null; then
	run 0 graph "$root/runbooks/deploy.yml" --inside --format svg
	has "a picture" "<svg"
fi
finish
