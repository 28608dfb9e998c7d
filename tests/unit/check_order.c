/*
 * Steps that are read too early, and what modules are given.
 */
#include "check_fixture.h"

static const struct check_case order[] = {
	{"the step itself",
		"steps:\n  - { id: a, if: steps.a.ok, run: 'echo ${{ steps.a.stdout }}', expect: "
		"steps.a.duration < 5 }\n",
		"4:18 RB213 step `a` is read before it has run (its result has bare names in "
		"`expect`, `outputs`, `until` and `retry.if`)\n"
		"4:45 RB213 step `a` is read before it has run (its result has bare names in "
		"`expect`, `outputs`, `until` and `retry.if`)"},
	{"how often it was tried is known",
		"steps:\n  - { id: a, run: 'echo ${{ steps.a.attempts }}', retry: 3 }\n", ""},
	{"a later one", "steps:\n  - { id: a, if: steps.b.ok, run: x }\n  - { id: b, run: x }\n",
		"4:18 RB213 step `b` runs after `a` [5:11 `b` is here]"},
	{"a later one after the action",
		"steps:\n  - { id: a, run: x, expect: steps.b.exit_code == 0 }\n  - { id: b, run: "
		"x }\n",
		"4:30 RB213 step `b` runs after `a` [5:11 `b` is here]"},
	{"dynamic indexes are left alone",
		"steps:\n  - { id: a, if: 'steps[env.X].ok', run: x }\n  - { id: b, run: x }\n",
		""},
	{"an earlier one", "steps:\n  - { id: a, run: x }\n  - { id: b, if: steps.a.ok, run: x }\n",
		""},
	{"in a later group, without a name",
		"steps:\n"
		"  - parallel:\n"
		"      - run: 'echo ${{ steps.c.stdout }}'\n"
		"      - { run: 'echo ${{ steps.d.stdout }}' }\n"
		"      - { id: c, run: x }\n"
		"  - steps: [{ id: d, run: x }]\n",
		"6:26 RB213 step `d` runs after `steps.1.2` [8:19 `d` is here]"},
	{"the group around",
		"steps:\n  - id: g\n    if: steps.c.ok\n    steps:\n"
		"      - { run: x, if: steps.g.ok }\n      - { id: c, run: x }\n"
		"    expect: steps.c.ok\n",
		"5:9 RB213 step `c` is inside this one and runs after this is read [8:15 `c` is "
		"here]\n"
		"7:23 RB213 `g` is around this step and has not ended by then [4:9 `g` is here]"},
	{"branches",
		"inputs: { x: { type: boolean } }\n"
		"steps:\n  - choose:\n"
		"      - { id: one, if: inputs.x, run: x }\n"
		"      - { id: two, if: not steps.one.ok, steps: [{ run: 'echo ${{ "
		"steps.one.stdout }}' "
		"}] }\n",
		"7:28 RB213 step `one` is in another branch: only one of them runs [6:15 `one` is "
		"here]\n"
		"7:67 RB213 step `one` is in another branch: only one of them runs [6:15 `one` is "
		"here]"},
	{"a check goes first",
		"steps:\n  - id: a\n    check: { id: k, run: 'test ${{ steps.a.ok }}${{ "
		"steps.c.stdout "
		"}}' }\n"
		"    steps: [{ id: c, run: 'echo ${{ steps.k.stdout }}' }]\n"
		"  - { id: b, run: 'echo ${{ steps.l.exit_code }}', check: { id: l, run: x }, if: "
		"steps.l.ok }\n",
		"5:36 RB213 `a` is around this step and has not ended by then [4:9 `a` is here]\n"
		"5:53 RB213 step `c` runs after `k` [6:19 `c` is here]\n"
		"7:82 RB213 step `l` is inside this one and runs after this is read [7:65 `l` is "
		"here]"},
	{"finally",
		"steps:\n  - { id: a, run: x, if: steps.z.ok }\n"
		"finally:\n  - { id: y, run: x, if: steps.a.ok and steps.z.ok }\n  - { id: z, run: "
		"x }\n"
		"rollback: { when: [{ if: steps.z.failed }] }\n",
		"4:26 RB213 step `z` runs in `finally`, after all others [7:11 `z` is here]\n"
		"6:41 RB213 step `z` runs after `y` [7:11 `z` is here]\n"
		"8:26 RB213 step `z` runs in `finally`, after all others [7:11 `z` is here]"},
	{"needs: what waits for the reader",
		"steps:\n"
		"  - { id: a, needs: [], run: x, if: steps.b.ok }\n"
		"  - { id: b, needs: [], run: x, if: steps.c.ok }\n"
		"  - { id: c, needs: [d], run: x }\n"
		"  - { id: d, needs: [g], run: x }\n"
		"  - { id: g, needs: [], steps: [{ run: x }, { id: e, needs: [], run: x, if: "
		"steps.c.ok "
		"}] }\n"
		"  - { id: f, needs: [], run: x, if: steps.a.ok }\n",
		"8:77 RB213 step `c` runs after `e` [6:11 `c` is here]"},
	{"needs turn the order of the file round",
		"steps:\n  - { id: a, needs: [b], run: x, if: steps.b.ok }\n"
		"  - { id: b, needs: [], run: x, if: steps.a.ok }\n",
		"5:37 RB213 step `a` runs after `b` [4:11 `a` is here]"},
	{"vars and lock",
		"vars: { a: '${{ steps.s.stdout }}', b: '${{ watch.w }}', c: '${{ run.id }}' }\n"
		"lock: 'x ${{ steps[env.X].stdout }} ${{ vars.c }}'\n"
		"env: { A: '${{ steps.s.stdout }}' }\n"
		"watch: { w: { every: 15s, http: 'http://localhost/${{ steps.s.stdout }}', value: "
		"json.x } }\n"
		"steps: [{ id: s, run: x }]\n"
		"outputs: { o: steps.s.stdout }\n",
		"3:17 RB213 `vars` are filled in before any step has run [7:15 `s` is here]\n"
		"3:45 RB213 `vars` are filled in before there are samples\n"
		"4:14 RB213 `lock` is filled in before any step has run\n"
		"6:10 RB413 nothing reads watch `w` (a condition would: `rollback: { when: [{ if: "
		"watch.w > 0 }] }`)"},
	{"rollback",
		"steps:\n"
		"  - { id: a, run: x, if: steps.u.ok,\n"
		"      rollback: { id: u, run: 'echo ${{ steps.b.stdout }}' } }\n"
		"  - { id: b, run: x }\n"
		"rollback:\n"
		"  before:\n"
		"    - { id: p, run: x, if: steps.q.ok }\n"
		"    - { id: q, run: x, if: steps.p.ok and steps.u.ok and steps.r.ok }\n"
		"  steps:\n"
		"    - { id: r, run: x, if: steps.u.exit_code == 0 and steps.p.ok and steps.z.ok "
		"}\n"
		"finally: [{ id: z, run: x, if: steps.r.ok }]\n",
		"4:26 RB213 step `u` only runs in a rollback [5:23 `u` is here]\n"
		"9:28 RB213 step `q` runs after `p` [10:13 `q` is here]\n"
		"10:43 RB213 step `u` runs after `q` [5:23 `u` is here]\n"
		"10:58 RB213 step `r` runs after `q` [12:13 `r` is here]\n"
		"12:70 RB213 step `z` runs in `finally`, after all others [13:17 `z` is here]"},
};

TEST(check_order)
{
	CHECK_CASES(order, NULL);
}

static const struct check_file modules[] = {
	{"m.yml", "version: 1\nmodule: m\n"
		  "inputs:\n"
		  "  text: { type: string, required: true }\n"
		  "  count: { type: integer, max: 5 }\n"
		  "  hosts: { type: list }\n"
		  "steps:\n"
		  "  - { id: s, run: 'echo ${{ inputs.text }}', outputs: { x: stdout } }\n"
		  "outputs: { result: steps.s.x }\n"},
	{"bad.yml", "version: 1\nmodule: bad\n"
		    "steps: [{ run: 'echo ${{ secrets.x }} ${{ steps.s.stdout }}' }]\n"},
	{"other.yml", "version: 1\nrunbook: other\n"
		      "steps: [{ id: s, run: x }, { id: z, run: x, if: steps.s.ok }]\n"
		      "outputs: { done: steps.z.ok }\n"},
	{NULL, NULL},
};

static const struct check_case uses[] = {
	{"good",
		"inputs: { n: { type: integer } }\n"
		"steps:\n"
		"  - { id: u, uses: ./m.yml, with: { text: 'a ${{ inputs.n }}', count: '${{ "
		"inputs.n }}',"
		" hosts: ['${{ inputs.n }}'] }, expect: result == \"x\" }\n"
		"  - { uses: ./m.yml, with: '${{ steps.u.result }}' }\n"
		"  - { id: c, call: ./other.yml, expect: [done, status == \"succeeded\"] }\n"
		"  - { assert: [steps.u.result == \"x\", steps.c.done, steps.c.status == "
		"\"succeeded\"] }\n",
		""},
	{"arguments that it does not take",
		"inputs: { n: { type: integer } }\n"
		"steps:\n"
		"  - { uses: ./m.yml, with: { txt: x, count: 7, hosts: a } }\n"
		"  - { uses: ./m.yml, with: { text: '${{ inputs.n }}', count: 'x ${{ inputs.n }}', "
		"hosts: '${{ inputs.n }}' } }\n"
		"  - { uses: ./m.yml }\n"
		"  - { call: ./other.yml, with: { x: 1 } }\n",
		"5:13 RB116 `./m.yml` requires input `text` (give it: `with: { text: … }`) [4:3 "
		"declared here]\n"
		"5:30 RB116 `./m.yml` has no input `txt` (did you mean `text`?)\n"
		"5:45 RB116 input `count` of `./m.yml`: `7` is too large: the most is 5 [5:3 "
		"declared here]\n"
		"5:55 RB116 input `hosts` of `./m.yml`: expected a list, got a string [6:3 "
		"declared here]\n"
		"6:36 RB116 input `text` of `./m.yml`: expected a string, got a number [4:3 "
		"declared here]\n"
		"6:62 RB116 input `count` of `./m.yml`: expected a number, got a string [5:3 "
		"declared here]\n"
		"6:90 RB116 input `hosts` of `./m.yml`: expected a list, got a number [6:3 "
		"declared here]\n"
		"7:13 RB116 `./m.yml` requires input `text` (give it: `with: { text: … }`) [4:3 "
		"declared here]\n"
		"8:34 RB116 `./other.yml` has no input `x` (it takes none)"},
	{"results of modules",
		"steps:\n"
		"  - { id: u, uses: ./m.yml, with: { text: x }, expect: [reslt == \"x\", status == "
		"1] }\n"
		"  - { assert: 'steps.u.reslt == \"x\" and steps.s.ok' }\n",
		"4:57 RB202 there is no `reslt` (did you mean `result`?)\n"
		"4:71 RB202 there is no `status` (`status` is a result of `http`, and this step is "
		"a `uses`)\n"
		"5:24 RB203 `steps.u` has no field `reslt` (did you mean `result`?)\n"
		"5:47 RB202 there is no step `s` (`steps` has the steps of this file that have an "
		"`id`)"},
	{"a file is checked once, with its own names",
		"steps:\n"
		"  - { id: s, uses: ./bad.yml }\n"
		"  - { uses: ./bad.yml }\n",
		"3:34 RB202 there is no secret `x` (a module gets secrets as inputs with `secret: "
		"true`)\n"
		"3:49 RB202 there is no step `s` (`steps` has the steps of this file that have an "
		"`id`)"},
};

TEST(check_modules)
{
	CHECK_CASES(uses, modules);
}
