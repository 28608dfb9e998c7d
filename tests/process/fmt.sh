#!/bin/sh
# `runbook fmt` and the files it changes: in place, whole or not at all.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

cat >messy.yml <<'YML'
version:   1
runbook: messy
steps:
- run: echo "hi"   # greet
  id: greet
- id: wait
  wait:   1s
YML
cat >wanted.yml <<'YML'
version: 1
runbook: messy
steps:
  - id: greet
    run: echo "hi" # greet

  - id: wait
    wait: 1s
YML
cp messy.yml a.yml

# ---- looking ----
run 1 fmt --check wanted.yml a.yml
same "check names what would change" "a.yml" "$(cat out)"
run 0 fmt --check wanted.yml
same "check of a good file" "" "$(cat out)"
run 1 fmt --diff a.yml
has "diff has a heading" "--- a/a.yml"
cp out change.patch
same "looking changes nothing" "$(cat messy.yml)" "$(cat a.yml)"
git apply change.patch
same "the diff is a patch" "$(cat wanted.yml)" "$(cat a.yml)"
run 0 fmt --diff wanted.yml
same "diff of a good file" "" "$(cat out)"

# ---- as a filter ----
"$runbook" fmt - <messy.yml >out
same "filter" "$(cat wanted.yml)" "$(cat out)"
"$runbook" fmt --check - <messy.yml >out
same "filter, check" "1 <stdin>" "$? $(cat out)"

# ---- in place ----
cp messy.yml a.yml
chmod 640 a.yml
ln -s a.yml link.yml
run 0 fmt link.yml wanted.yml
same "in place, silently" "" "$(cat out)"
same "in place" "$(cat wanted.yml)" "$(cat a.yml)"
same "the mode stays" 640 "$(stat -c %a a.yml)"
same "a link stays one" a.yml "$(readlink link.yml)"
same "nothing is left beside it" "" "$(find . -name '*.yml.*')"
before=$(stat -c %i a.yml)
run 0 fmt a.yml
same "a good file is not written" "$before" "$(stat -c %i a.yml)"
printf '\357\273\277%s\n' "$(cat messy.yml)" >mark.yml
run 0 fmt mark.yml
same "a byte order mark stays" "$(printf '\357\273\277')$(cat wanted.yml)" "$(cat mark.yml)"

# ---- what is left alone ----
printf 'version: 1\nsteps:\n  - run: [\n' >broken.yml
cp messy.yml a.yml
run 2 fmt broken.yml a.yml missing.yml
has "a file that does not parse is told of" "broken.yml:3:10"
has "a file that is not there is told of" "missing.yml: cannot read it: no such file"
same "it stays as it is" "  - run: [" "$(tail -n 1 broken.yml)"
same "the others are done" "$(cat wanted.yml)" "$(cat a.yml)"
printf 'a:   1\nb: &x\n  # y\n  2\n' >odd.yml
cp odd.yml before.yml
run 2 fmt odd.yml
has "a refusal has its place" "odd.yml: left as it is, because of line 2:"
same "and no effect" "$(cat before.yml)" "$(cat odd.yml)"
mkdir locked
cp messy.yml locked/a.yml
chmod 500 locked
if [ "$(id -u)" -ne 0 ]; then
	run 2 fmt locked/a.yml
	has "a folder that cannot be written" "locked/a.yml: left as it is"
	same "leaves the file" "$(cat messy.yml)" "$(cat locked/a.yml)"
fi
chmod 700 locked
run 2 fmt
has "no file" "no file"
run 2 fmt --check .
has "a folder" "is a directory"

# The differences of whole files, near and far, are patches.
seq 1 400 | sed 's/.*/k&:   &/' >many.yml
sed -i '5s/   / /; 6s/   / /; 200,260s/   / /; 400s/   / /' many.yml
run 1 fmt --diff many.yml
cp out change.patch
cp many.yml expected.yml
run 0 fmt expected.yml
git apply change.patch
same "a patch of several hunks" "$(cat expected.yml)" "$(cat many.yml)"
printf 'a:   1\nb: |\n  x' >short.yml
run 1 fmt --diff short.yml
has "a missing line end is told" 'No newline at end of file'
cp out change.patch
cp short.yml expected.yml
run 0 fmt expected.yml
git apply change.patch
same "a patch of the last line" "$(od -c expected.yml)" "$(od -c short.yml)"
finish
