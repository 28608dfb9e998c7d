#!/bin/sh
# The command line: help, mistakes, where output goes, and what is left alone.
# shellcheck disable=SC2013,SC2015,SC2016 # lists of plain words; `pass` is always true; code in messages
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
HOME=$work/home
export HOME
mkdir "$HOME"

cat >good.yml <<'YML'
version: 1
runbook: good
inputs:
  version: { type: string, default: v1, pattern: '^v\d+$', about: The release }
  count: { type: integer, default: 3 }
steps:
  - id: ship
    run: echo "shipping ${{ inputs.version }}"; echo warned >&2; touch shipped
YML
cat >bad.yml <<'YML'
version: 1
runbook: bad
steps:
  - rum: echo
YML
cat >module.yml <<'YML'
version: 1
module: module
steps:
  - say: hello
YML

# streams EXIT ARGUMENT…: as `run`, with standard output in `stdout` and standard error in `stderr`
streams() {
	expected=$1
	shift
	"$runbook" "$@" >stdout 2>stderr </dev/null
	code=$?
	cat stdout stderr >out
	if [ $code -eq "$expected" ]; then pass; else fail "runbook $*: exit $code, not $expected"; fi
}

silent() {
	if [ ! -s "$2" ]; then pass; else fail "$1: something on $2"; fi
}

# ---- help ----
streams 0 help
silent help stderr
for command in $(sed -n 's/^  \([a-z]*\)  .*/\1/p' stdout); do
	for words in "$command --help" "$command -h" "help $command"; do
		# shellcheck disable=SC2086 # words are wanted
		streams 0 $words
		silent "$words" stderr
		has "$words" "usage: runbook $command"
		has "$words" "examples:"
		has "$words" "  runbook $command"
		has "$words" "--color auto|always|never"
	done
	run 2 "$command" --color purple
	has "$command: a colour that is none" '`--color purple`'
done
[ -n "${words:-}" ] && pass || fail "help lists no commands"
streams 2 help exec extra
silent "help of two" stdout
streams 0 --help
has "--help lists the commands" "  exec "
streams 0 -h
streams 0 exec good.yml --help
hasnt "help goes before running" shipping
streams 0 --version
silent --version stderr
has --version "runbook "
cp stdout first
streams 0 version
same "version and --version" "$(cat first)" "$(cat stdout)"
[ ! -e shipped ] && pass || fail "help has run something"

# ---- mistakes: exit 2, on standard error, with what may have been meant ----
mistake() {
	hint=$1
	shift
	streams 2 "$@"
	silent "runbook $*" stdout
	has "runbook $*" "$hint"
}

mistake 'runbook help'
mistake '`exec`' exce good.yml
mistake '`validate`' validte good.yml
mistake '`runbook help` lists the commands' frobnicate
mistake '`validate`' help validte
mistake '`--input`' exec --inptu version=v1 good.yml
mistake '`--format`' validate --fromat short good.yml
mistake 'no option `-Z`' exec -Z good.yml
mistake 'no option `--frobnicate`' exec good.yml --frobnicate
mistake 'needs a value' exec good.yml --jobs
mistake 'takes no value' exec good.yml --yes=1
mistake 'no file' exec
mistake 'no file' validate
mistake 'one file too many' exec good.yml good.yml
mistake 'cannot read `none.yml`: no such file' exec none.yml
mistake 'cannot read `.`: is a directory' exec .
mistake 'error[RB101]' exec bad.yml
mistake 'a module, not a runbook' exec module.yml
mistake 'given twice' exec good.yml --input version=v1 --input version=v1
mistake 'did you mean `version`' exec good.yml --input versoin=v1
mistake 'has no `=`' exec good.yml --input version
mistake 'does not match' exec good.yml --input version=1
mistake 'a whole number' exec good.yml --input count=many
mistake 'cannot read inputs' exec good.yml --inputs none.yml
mistake 'no mapping of inputs' exec good.yml --inputs first
cat >refused.yml <<'YML'
version: 1
runbook: refused
secrets:
  first: { env: FIRST }
  second: { command: [sh, -c, 'echo looking >&2; echo "no entry for $(printf %s s3cr3t-word)" >&2; exit 4'] }
steps: [{ say: hello }]
YML
FIRST=s3cr3t-word run 2 exec refused.yml
has "what the command says" 'secret `second`: `sh` failed: exited with 4: no entry for '
hasnt "but no secret" s3cr3t-word
cat >filled.yml <<'YML'
version: 1
runbook: filled
inputs: { n: { type: string, default: x } }
vars:
  one: ${{ inputs.n }}
  two: ${{ inputs.n + 1 }}
steps: [{ say: hello }]
YML
run 2 exec filled.yml
has "where it stands" 'var `two` (filled.yml:6:8): '
mistake 'jsonl' exec good.yml --output json
mistake 'did you mean `ship`' exec good.yml --from shop
mistake 'there is no step' exec good.yml --skip nothing
mistake 'auto, always or never' exec good.yml --color red
mistake 'auto, always or never' validate --color red good.yml
mistake 'text, short, json' validate --format yaml good.yml
for jobs in 0 -1 1.5 many '' 99999999999999999999; do
	mistake 'a whole number' exec good.yml --jobs "$jobs"
done
mistake 'takes no operands' version now
[ ! -e shipped ] && pass || fail "a mistake has run something"

# ---- findings: standard output ----
streams 0 validate good.yml module.yml
silent "validate, nothing to say" stderr
streams 2 validate good.yml bad.yml none.yml .
silent "validate, findings" stderr
has "the finding" 'error[RB101]: unknown key `rum`'
has "its place" bad.yml:4:5
has "its advice" 'did you mean `run`'
has "a missing file" 'cannot read `none.yml`'
has "a folder" 'cannot read `.`'
streams 2 validate --format short bad.yml
same "one line" 1 "$(wc -l <stdout | tr -d ' ')"
has "short" 'bad.yml:4:5: error'
streams 0 validate -- good.yml

# ---- options may stand anywhere, be joined, come before the file ----
streams 0 exec --input=version=v7 good.yml
has "--input=" 'shipping v7'
streams 0 exec -yiversion=v8 good.yml
has "-yi" 'shipping v8'
streams 0 exec good.yml -i version=v9 -j 1
silent "a run" stderr
has "-i" 'shipping v9'
printf 'version: v5\ncount: 4\n' >inputs.yml
streams 0 exec good.yml --inputs inputs.yml -i version=v6
has "--input goes before --inputs" 'shipping v6'
has "--inputs" 4
printf '# nothing yet\n' >empty.yml
run 0 exec good.yml --inputs empty.yml
rm -f shipped

# ---- colour ----
escape=$(printf '\033')
colour() {
	name=$1 expected=$2
	shift 2
	"$@" >out 2>&1 </dev/null
	if grep -q "$escape" out; then actual=yes; else actual=no; fi
	same "colour: $name" "$expected" "$actual"
}
colour "auto into a file" no env -u NO_COLOR TERM=xterm "$runbook" exec good.yml
colour "always" yes "$runbook" exec good.yml --color always
colour "never" no env -u NO_COLOR "$runbook" exec good.yml --color never
colour "validate always" yes "$runbook" validate bad.yml --color always
colour "errors always" yes "$runbook" exec bad.yml --color always
colour "errors of a command that has none itself" yes "$runbook" graph bad.yml --color=always
if command -v tmux >/dev/null; then
	TMUX_TMPDIR=$work
	export TMUX_TMPDIR
	servers=0
	# on_terminal NAME EXPECTED ENVIRONMENT…: whether what validate prints on a terminal has colour
	on_terminal() {
		name=$1 expected=$2
		shift 2
		servers=$((servers + 1)) # one that is leaving takes no new session
		tmux -L $servers -f /dev/null new-session -d -x 100 -y 30 \
			"env -u NO_COLOR $* $runbook validate bad.yml; sleep 60"
		until_true 10 sh -c "tmux -L $servers capture-pane -pet 0 >out; grep -q '^1 error' out" ||
			fail "$name: nothing on the screen"
		tmux -L $servers kill-server
		if grep -q "$escape" out; then actual=yes; else actual=no; fi
		same "colour: $name" "$expected" "$actual"
	}
	on_terminal "a terminal" yes
	on_terminal "NO_COLOR=1" no NO_COLOR=1
	on_terminal "an empty NO_COLOR is not set" yes NO_COLOR=
	on_terminal "a dumb terminal" no TERM=dumb

	# ---- a secret input that is asked for ----
	cat >secret.yml <<'YML'
version: 1
runbook: secret
inputs:
  token: { type: string, secret: true, required: true }
steps:
  - run: test ${{ inputs.token }} = typed-unseen
YML
	servers=$((servers + 1))
	on_screen() { tmux -L $servers capture-pane -pt 0 >out && grep -q "$1" out; }
	tmux -L $servers -f /dev/null new-session -d -x 100 -y 30 \
		"$runbook exec secret.yml --output plain; stty -a; sleep 60"
	until_true 10 on_screen 'token:' || fail "a secret is not asked for"
	tmux -L $servers send-keys typed-unseen Enter
	until_true 10 on_screen ' echo ' || fail "the terminal is not as it was"
	has "the secret is right" succeeded
	hasnt "and not on the screen" typed-unseen
	tmux -L $servers kill-server
fi

# ---- standard output that is closed or full ----
cat >logged.yml <<'YML'
version: 1
runbook: logged
steps:
  - run: echo a line; echo another >&2
  - run: touch ran
YML
logs_are_clean() {
	[ -e ran ] && pass || fail "$1: not all steps have run"
	same "$1: the step's log" "a line" "$(cat "$XDG_STATE_HOME"/runbook/runbook.db-logs/*/*.out)"
	same "$1: the step's other log" another "$(cat "$XDG_STATE_HOME"/runbook/runbook.db-logs/*/*.err)"
	rm -rf ran "$XDG_STATE_HOME"
}
rm -rf out "$XDG_STATE_HOME"
"$runbook" exec logged.yml >&- 2>out </dev/null
same "closed standard output" 0 $?
logs_are_clean "closed standard output"
"$runbook" exec logged.yml >out 2>&- </dev/null
same "closed standard error" 0 $?
logs_are_clean "closed standard error"
"$runbook" exec logged.yml <&- >&- 2>&-
same "all three closed" 0 $?
logs_are_clean "all three closed"
"$runbook" validate bad.yml >&- 2>out </dev/null
same "validate, closed standard output" 2 $?

if [ -c /dev/full ]; then
	# What was asked for cannot be read by anybody: that is no success.
	for words in --version help "exec --help" "validate bad.yml"; do
		# shellcheck disable=SC2086 # words are wanted
		if "$runbook" $words >/dev/full 2>out </dev/null; then
			fail "runbook $words: success, though the device is full"
		else
			pass
		fi
	done
	# A run is not stopped by who listens to it; that something is lost is said.
	for output in plain jsonl junit; do
		"$runbook" exec logged.yml --output $output >/dev/full 2>out </dev/null
		has "$output on a full device" "No space left on device"
		logs_are_clean "$output on a full device"
	done
fi
"$runbook" exec logged.yml 2>out </dev/null | true
logs_are_clean "a reader that leaves"

# ---- what only looks leaves nothing behind ----
mkdir clean
cd clean || exit 2
cp ../good.yml .
rm -rf "$XDG_STATE_HOME"
files() {
	find "$work" -type f ! -name out ! -name stdout ! -name stderr | LC_ALL=C sort
}
before=$(files)
for words in --help --version help "exec --help" "validate good.yml" "validate --format short ../bad.yml" \
	"exec ../bad.yml" "exec good.yml --jobs 0"; do
	# shellcheck disable=SC2086 # words are wanted
	"$runbook" $words >/dev/null 2>&1 </dev/null
done
same "files, before and after looking" "$before" "$(files)"
[ ! -e "$XDG_STATE_HOME" ] && [ -z "$(ls -A "$HOME")" ] && pass || fail "something in the state or home folder"
cd "$work" || exit 2
if command -v strace >/dev/null && strace -o trace true 2>/dev/null; then
	for words in --help --version "validate good.yml"; do
		# shellcheck disable=SC2086 # words are wanted
		strace -f -o trace "$runbook" $words >/dev/null 2>&1 </dev/null
		if grep -qE '^[0-9 ]*(socket|connect)\(|O_CREAT|mkdir' trace; then
			fail "runbook $words opens or makes something"
		else
			pass
		fi
	done
fi

finish
