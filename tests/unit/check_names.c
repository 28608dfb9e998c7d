/*
 * Names and fields that do not exist.
 */
#include "check_fixture.h"

#define ONE(guard)                                                                                 \
	"inputs: { version: { type: string }, hosts: { type: list } }\n"                           \
	"vars: { base: x }\n"                                                                      \
	"steps:\n"                                                                                 \
	"  - { id: build, run: make, outputs: { tag: trim(stdout) } }\n"                           \
	"  - { id: two, if: '" guard "', run: make }\n"

static const struct check_case bare[] = {
	{"a slip", ONE("input.version == \"x\""),
		"7:21 RB202 there is no `input` (did you mean `inputs`?)"},
	{"an input", ONE("version == \"x\""),
		"7:21 RB202 there is no `version` (did you mean `inputs.version`?)"},
	{"a var", ONE("matches(base, \"x\")"),
		"7:29 RB202 there is no `base` (did you mean `vars.base`?)"},
	{"a step", ONE("build"), "7:21 RB202 there is no `build` (did you mean `steps.build.ok`?)"},
	{"a step with a field", ONE("build.ok"),
		"7:21 RB202 there is no `build` (did you mean `steps.build`?)"},
	{"a word compared", ONE("inputs.version == prod"),
		"7:39 RB202 there is no `prod` (did you mean the string `\"prod\"`?)"},
	{"a result in the wrong place", ONE("exit_code == 0 and status"),
		"7:21 RB202 there is no `exit_code` (the result of a step is "
		"`steps.<id>.exit_code`; "
		"its bare name is seen in the step's own `expect`, `outputs`, `until` and "
		"`retry.if`)\n"
		"7:40 RB202 there is no `status` (the result of a step is `steps.<id>.status`; its "
		"bare name is seen in the step's own `expect`, `outputs`, `until` and `retry.if`)"},
	{"a function", ONE("len == 3"),
		"7:21 RB202 there is no `len` (did you mean the string `\"len\"`?)"},
	{"a function alone", ONE("not contains"),
		"7:25 RB202 `contains` is a function, not a value (call it: `contains(where, "
		"what)`)"},
	{"a library", ONE("math == nil"),
		"7:21 RB202 `math` is a library, not a value (its functions are called by their "
		"names, such as `math.floor(x)`)"},
	{"a function of a library", ONE("math.floor == nil"),
		"7:21 RB202 `math.floor` is a function, not a value (call it: `math.floor(x)`)"},
	{"nothing of a library", ONE("math.tau > 1"), "7:26 RB203 there is no `math.tau`"},
	{"a constant of a library", ONE("math.pi > 1 and math.huge > 2"), ""},
	{"item outside", ONE("item == 1"),
		"7:21 RB202 `item` is only there in a step with `for_each`"},
	{"self outside", ONE("self.ok"),
		"7:21 RB202 `self` is only there in a step's own `rollback` (other steps are read "
		"as "
		"`steps.<id>`)"},
	{"failure outside", ONE("failure.reason == \"x\""),
		"7:21 RB202 `failure` is only there while rolling back: in `rollback` sections "
		"(how "
		"the run ended is `run.status` and `run.reason`)"},
	{"all that there is",
		ONE("len(inputs.hosts) > 0 and inputs[\"version\"] == vars.base and env.HOME ~= "
		    "nil "
		    "and steps.build.tag == \"x\" and run.id ~= \"\" and steps[\"build\"].ok"),
		""},
	{"an index that is computed", ONE("steps[env.X].ok and inputs[vars.base] == 1"), ""},
};

TEST(check_bare_names)
{
	CHECK_CASES(bare, NULL);
}

static const struct check_case fields[] = {
	{"an input", ONE("inputs.verison == \"x\""),
		"7:28 RB202 there is no input `verison` (did you mean `version`?)"},
	{"an input in brackets", ONE("inputs[\"verison\"] == \"x\""),
		"7:27 RB202 there is no input `verison` (did you mean `version`?)"},
	{"nothing near", ONE("secrets.token == \"x\""),
		"7:29 RB202 there is no secret `token` (declare it under `secrets:`)"},
	{"a watch", ONE("watch.errors > 1"),
		"7:27 RB202 there is no watch `errors` (declare it under `watch:`)"},
	{"a step", ONE("steps.biuld.ok"),
		"7:27 RB202 there is no step `biuld` (did you mean `build`?)"},
	{"a field of a step", ONE("steps.build.stauts == 1"),
		"7:33 RB203 `steps.build` has no field `stauts` (did you mean `state`?)"},
	{"a result of another action", ONE("steps.build.branch == 1"),
		"7:33 RB203 `steps.build` has no field `branch` (`branch` is a result of `choose`, "
		"and this step is a `run`) [6:11 the step is here]"},
	{"an output", ONE("steps.build.tags == \"x\""),
		"7:33 RB203 `steps.build` has no field `tags` (did you mean `tag`?)"},
	{"the run", ONE("run.state == \"x\""),
		"7:25 RB203 `run` has no field `state` (did you mean `status`?)"},
	{"a field of text", ONE("steps.build.stdout.x == 1"),
		"7:40 RB203 `steps.build.stdout` is a string and has no fields"},
	{"an item of text", ONE("steps.build.stdout[1] == \"x\""),
		"7:21 RB203 `steps.build.stdout` is a string and has no items (a part of a text is "
		"`steps.build.stdout:sub(i, j)`)"},
	{"every field of a step",
		"steps:\n  - { id: a, run: x, outputs: { o: '1' } }\n  - assert:\n"
		"    - steps.a.state == steps.a.reason or steps.a.message == \"x\"\n"
		"    - steps.a.ok or steps.a.failed or steps.a.skipped\n"
		"    - steps.a.duration + steps.a.attempts > 1\n"
		"    - steps.a.items[1].stdout == \"x\" and steps.a.outputs.o == 1\n"
		"    - steps.a.o == 1 and steps.a.json.any.thing[1] == 1\n",
		""},
	{"a field of an item",
		"steps:\n  - { id: a, run: x }\n  - { assert: 'steps.a.items[1].status == 1' }\n",
		"5:33 RB203 `steps.a.items[1]` has no field `status` (did you mean `state`?)"},
	{"vars from top to bottom",
		"vars:\n  a: '${{ vars.b }}'\n  b: '${{ vars.b }}'\n  c: '${{ vars.a .. vars.b "
		"}}'\n"
		"steps: [{ say: x }]\n",
		"4:16 RB202 the var `b` is filled in later (vars are filled in from top to bottom: "
		"move it up) [5:3 it stands here]\n"
		"5:16 RB202 the var `b` is made of itself"},
	{"results by bare name",
		"steps:\n"
		"  - { id: a, run: x, expect: [exit_code == 0, 'len(lines) > 0'], "
		"retry: { if: 'stderr == \"\"' } }\n"
		"  - { http: 'http://localhost/', expect: [status == 200, json.x == 1, stdout == "
		"\"\"] "
		"}\n"
		"  - { wait: { until: 'waited > 1', timeout: 1m } }\n"
		"  - { prompt: { ticket: { type: string } }, expect: [ticket ~= \"\", tiket == 1] "
		"}\n",
		"5:71 RB202 there is no `stdout` (`stdout` is a result of `run`, and this step is "
		"a "
		"`http`)\n"
		"7:68 RB202 there is no `tiket` (did you mean `ticket`?)"},
	{"hints see the result",
		"steps:\n  - { run: x, hints: [{ if: exit_code == 127, say: 'no ${{ stderr }}' }] "
		"}\n",
		""},
	{"a choice has what its branches have",
		"inputs: { x: { type: boolean } }\n"
		"steps:\n"
		"  - id: c\n"
		"    choose:\n"
		"      - { if: inputs.x, run: x, outputs: { tag: stdout } }\n"
		"      - { else: true, http: 'http://localhost/' }\n"
		"    expect: [branch == 1, exit_code == 0 or status == 200]\n"
		"  - assert: [steps.c.branch == 1, steps.c.stdout == \"\", steps.c.status == 200,\n"
		"      steps.c.tag == 1, steps.c.waited > 1]\n",
		"11:33 RB203 `steps.c` has no field `waited` (`waited` is a result of `wait`, and "
		"this step is a `choose`) [5:9 the step is here]"},
};

TEST(check_fields)
{
	CHECK_CASES(fields, NULL);
}

static const struct check_case loops[] = {
	{"items",
		"steps:\n"
		"  - for_each: [a, b]\n"
		"    as: region\n"
		"    if: item ~= \"a\" and index > 1\n"
		"    steps:\n"
		"      - { run: 'echo ${{ region }}', check: { run: 'test ${{ item }}' },\n"
		"          rollback: { run: 'echo ${{ item }} ${{ self.exit_code }}' } }\n"
		"  - run: 'echo ${{ region }}'\n",
		"10:20 RB202 there is no `region`"},
	{"the list is there before its items",
		"steps:\n"
		"  - for_each: [[a], [b]]\n"
		"    steps:\n"
		"      - { for_each: '${{ item }}', say: '${{ item }}' }\n"
		"  - { for_each: '${{ item }}', say: '${{ item }}' }\n",
		"7:22 RB202 `item` is only there in a step with `for_each`"},
	{"inside a rollback",
		"steps: [{ say: x }]\n"
		"rollback:\n"
		"  before: [{ say: '${{ failure.step }} ${{ failure.reason }} ${{ failure.why }}' "
		"}]\n"
		"  steps:\n"
		"    - { for_each: [1, 2], say: '${{ item }}' }\n"
		"    - { say: '${{ item }} ${{ self.ok }}' }\n",
		"5:74 RB203 `failure` has no field `why` (it has `step` `reason` `message`)\n"
		"8:19 RB202 `item` is only there in a step with `for_each`\n"
		"8:31 RB202 `self` is only there in a step's own `rollback` (other steps are read "
		"as "
		"`steps.<id>`)"},
	{"watches",
		"watch:\n"
		"  p95: { every: 15s, http: 'http://localhost/', value: json.p95 + statsu }\n"
		"  q: { every: 15s, run: x, value: len(lines) }\n"
		"steps: [{ say: 'x ${{ watch.p95 }}' }]\n"
		"rollback:\n"
		"  when: [{ if: 'watch.p95.age > 1 and watch.p95.valeu > 1 and watch.p59 > 1' }]\n",
		"4:67 RB202 there is no `statsu` (did you mean `status`?)\n"
		"5:3 RB413 nothing reads watch `q` (a condition would: `rollback: { when: [{ if: "
		"watch.q > 0 }] }`)\n"
		"8:49 RB203 `watch.p95` has no field `valeu` (did you mean `value`?)\n"
		"8:69 RB202 there is no watch `p59` (did you mean `p95`?)"},
};

TEST(check_loops)
{
	CHECK_CASES(loops, NULL);
}
