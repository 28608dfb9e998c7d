# Shared by what breaks runs off: runbooks, a trial of one of them, and what became of its effects.
# shellcheck shell=sh disable=SC2034 # used by those who read this in

# A kill takes nothing from a disk, so it need not be one: hundreds of stores are made here.
[ -n "${TMPDIR:-}" ] || [ ! -w /dev/shm ] || export TMPDIR=/dev/shm
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
trials=0

# ---- the runbooks ------------------------------------------------------------------------------
# Of an interpreter that is killed alone nothing is lost: what it began goes on and is waited for.
# So no step of these can bear to run twice. All effects are lines of one file.
cat >plain.yml <<'YML'
version: 1
runbook: plain
lock: { name: production, reason: a trial }
steps:
  - { id: one, run: echo one >>effects, rollback: { run: echo undo one >>effects } }
  - { id: look, run: cat effects, effects: none, outputs: { seen: trim(stdout) } }
  - { id: two, if: steps.look.seen == "one", run: echo two >>effects, keep: it stays }
  - id: each
    for_each: [x, y, z]
    run: echo ${{ item }} >>effects
    rollback: { run: 'echo undo ${{ item }} >>effects' }
  - id: both
    parallel:
      - { id: p, run: echo p >>effects, rollback: { run: echo undo p >>effects } }
      - { id: q, run: echo q >>effects, keep: it stays }
  - { id: three, run: echo three >>effects, keep: it stays }
finally:
  - { id: last, run: echo last >>effects, keep: it stays }
YML
sed -e 's/^runbook: .*/runbook: undone/' -e 's/- { id: three, .*/- { id: three, run: echo three >>effects; false, keep: it stays }/' \
	-e 's/^finally:/rollback:\n  before: [{ run: echo before >>effects, keep: it stays }]\n  steps: [{ run: echo after >>effects, keep: it stays }]\nfinally:/' plain.yml >undone.yml
# What dies with the machine is settled by a `check`.
sed -e 's/^runbook: .*/runbook: checked/' \
	-e 's/run: echo \([a-z]*\) >>effects, \(keep\|rollback\)/check: { run: grep -qx \1 effects }, &/' \
	-e 's/^    run: echo ${{ item }} >>effects/    check: { run: "grep -qx ${{ item }} effects" }\n&/' plain.yml >checked.yml
sed -e 's/^runbook: .*/runbook: checked-undone/' \
	-e 's/- { id: three, .*/- { id: three, run: "false", effects: none }/' checked.yml >checked-undone.yml

# All that is more than a program: samples and conditions, a module, a called runbook, a request.
# What the server does is an effect, too.
with_server() {
	cd "$work" || exit 2
	cat >server.py <<'PY'
import http.server, os, sys

class Handler(http.server.BaseHTTPRequestHandler):
    effects = os.path.join(sys.argv[1], "trial", "effects")

    def answer(self, code):
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self):
        with open(self.effects, "a") as f:
            f.write(self.path[1:] + "\n")
        self.answer(200)

    # One after another: whoever asks hears of all that was sent before.
    def do_GET(self):
        with open(self.effects) as f:
            self.answer(200 if self.path[1:] + "\n" in f else 404)

    def log_message(self, *args):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY
	# None of our jobs, so that `wait` does not wait for it.
	server=$(python3 server.py "$work" >port 2>/dev/null & echo $!)
	until_true 20 [ -s port ] || fail "no server"
	cat >mark.yml <<'YML'
version: 1
module: mark
about: { purpose: Writes a word down }
inputs: { word: { type: string, required: true } }
steps:
  - id: write
    run: echo ${{ inputs.word }} >>effects
    rollback: { run: 'echo undo ${{ inputs.word }} >>effects' }
YML
	cat >inner.yml <<'YML'
version: 1
runbook: inner
steps:
  - { id: first, run: echo first >>effects, rollback: { run: echo undo first >>effects } }
  - { id: second, uses: ./mark.yml, with: { word: second } }
outputs: { lines: steps.first.exit_code }
YML
	cat >wide.yml <<YML
version: 1
runbook: wide
lock: { name: production, reason: a trial }
watch:
  errors: { every: 1h, run: echo 0, value: tonumber(trim(stdout)) }
steps:
  - { id: one, uses: ./mark.yml, with: { word: one } }
  - id: post
    http: { method: POST, url: 'http://127.0.0.1:$(cat port)/posted' }
    check: { http: 'http://127.0.0.1:$(cat port)/posted' }
    keep: it stays
  - { id: inner, call: ./inner.yml }
  - { id: each, for_each: [x, y], uses: ./mark.yml, with: { word: '\${{ item }}' } }
  - { id: three, run: echo three >>effects, keep: it stays }
rollback:
  when: [{ if: watch.errors > 1 }]
finally:
  - { id: last, run: echo last >>effects, keep: it stays }
YML
	sed -e 's/^runbook: .*/runbook: wide-undone/' \
		-e 's/- { id: three, .*/- { id: three, run: echo three >>effects; false, keep: it stays }/' wide.yml >wide-undone.yml
}

# ---- one trial ---------------------------------------------------------------------------------
begin() {
	cd "$work" || exit 2
	rm -rf trial
	mkdir trial
	cp ./*.yml trial
	cd trial || exit 2
	: >effects
	XDG_STATE_HOME=$PWD/state
	kills=0
	trials=$((trials + 1))
}

# The row of the run: `STATUS EXIT`, or nothing.
row() {
	"$runbook" runs --format json 2>/dev/null |
		sed -n 's/.*"status":"\([a-z_]*\)","exit":\([0-9a-z]*\).*/\1 \2/p'
}

# In $how, $lines: how a run ends that nobody kills.
measure() {
	begin
	"$runbook" exec "$1.yml" --output jsonl >out 2>&1 </dev/null
	sort effects >"$work/$1.effects"
	how=$(row)
	lines=$(wc -l <out)
	[ -n "$how" ] && [ -s effects ] || fail "$1 does not run"
}

# In $verdict: what of the effects is wrong. A compensation that was cut off is run again, as is
# what somebody says can bear it (`may_repeat`: a pattern).
judge() {
	wanted=$work/$1.effects may_repeat=$2
	sort effects >have
	verdict=
	sort -u have | cmp -s - "$wanted" || {
		lost=$(sort -u have | comm -13 - "$wanted" | tr '\n' ' ')
		[ -z "$lost" ] || verdict="lost: $lost"
		more=$(sort -u have | comm -23 - "$wanted" | tr '\n' ' ')
		[ -z "$more" ] || verdict="$verdict never asked for: $more"
	}
	uniq -d have >doubled
	if [ -n "$may_repeat" ]; then
		excess=$(($(wc -l <have) - $(sort -u have | wc -l)))
		[ $excess -le $((kills * 2)) ] || verdict="$verdict repeated too often: $(cat doubled)"
		grep -v -e "$may_repeat" doubled >rest
		mv rest doubled
	fi
	[ ! -s doubled ] || verdict="$verdict doubled: $(tr '\n' ' ' <doubled)"
}
