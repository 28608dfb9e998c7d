/*
 * Types, calls, and texts of other languages in quotes.
 */
#include "check_fixture.h"

#define STEPS                                                                                      \
	"inputs: { version: { type: string }, count: { type: integer }, hosts: { type: list },\n"  \
	"  fast: { type: boolean }, env: { options: [prod, test] } }\n"                            \
	"steps:\n"                                                                                 \
	"  - { id: a, run: x }\n"
#define ONE(guard) STEPS "  - { assert: '" guard "' }\n"

static const struct check_case guards[] = {
	{"an exit code", ONE("steps.a.exit_code"),
		"7:16 RB210 `steps.a.exit_code` is a number, not true or false (0 counts as true "
		"in "
		"Lua, too; compare it: `steps.a.exit_code == 0`)"},
	{"a step", ONE("steps.a"),
		"7:16 RB210 `steps.a` is a step, not true or false (write `steps.a.ok`)"},
	{"text", ONE("inputs.version"),
		"7:16 RB210 `inputs.version` is a string, not true or false (compare it: "
		"`inputs.version == \"…\"` or `inputs.version ~= \"\"`)"},
	{"a list", ONE("inputs.hosts"),
		"7:16 RB210 `inputs.hosts` is a list, not true or false (compare its length: "
		"`len(inputs.hosts) > 0`)"},
	{"a length", ONE("#inputs.hosts"),
		"7:16 RB210 `#inputs.hosts` is a number, not true or false (0 counts as true in "
		"Lua, "
		"too; compare it: `#inputs.hosts > 0`)"},
	{"a literal", ONE("\"x\""),
		"7:16 RB210 `\"x\"` is a string, not true or false (a guard compares, or reads "
		"what is "
		"true or false)"},
	{"nothing", ONE("nil"),
		"7:16 RB210 `nil` is nothing, not true or false (a guard compares, or reads what "
		"is "
		"true or false)"},
	{"a sum", ONE("1 + inputs.count"),
		"7:16 RB210 `1 + inputs.count` is a number, not true or false (a guard compares, "
		"or "
		"reads what is true or false)"},
	{"the right side of and", ONE("inputs.fast and steps.a.exit_code"),
		"7:32 RB210 `steps.a.exit_code` is a number, not true or false (0 counts as true "
		"in "
		"Lua, too; compare it: `steps.a.exit_code == 0`)"},
	{"or with a second value", ONE("inputs.count == 3 or 4"),
		"7:37 RB210 `4` is a number, not true or false (compare once more: `inputs.count "
		"== 3 "
		"or inputs.count == 4`)"},
	{"the left side only decides", ONE("inputs.version and inputs.fast"), ""},
	{"a default", ONE("inputs.fast or false"), ""},
	{"not", ONE("not inputs.version"), ""},
	{"of any type", ONE("steps.a.json.ok and (steps.a.json or env.X == \"1\")"), ""},
	{"all places of guards",
		STEPS
		"  - run: x\n"
		"    if: inputs.count\n"
		"    require: [{ that: inputs.count, message: '${{ inputs.count }}' },\n"
		"      { that: inputs.fast, message: '${{ inputs.version }}' }, inputs.hosts]\n"
		"    expect: [exit_code]\n"
		"    retry: { if: stdout }\n"
		"    outputs: { n: exit_code }\n"
		"    hints: [{ if: exit_code, say: 'x ${{ exit_code }}' }, y, { if: stderr, say: "
		"z }]\n"
		"  - wait: { until: inputs.count, timeout: 1m }\n"
		"  - monitor: { for: 1m, fail: [{ if: inputs.count }] }\n"
		"rollback: { when: [{ if: inputs.count }], verify: { if: inputs.count } }\n"
		"invariants: [inputs.count]\n"
		"outputs: { n: inputs.count }\n",
		"8:9 RB210 `inputs.count` is a number, not true or false (0 counts as true in Lua, "
		"too; compare it: `inputs.count > 0`)\n"
		"9:23 RB210 `inputs.count` is a number, not true or false (0 counts as true in "
		"Lua, "
		"too; compare it: `inputs.count > 0`)\n"
		"10:64 RB210 `inputs.hosts` is a list, not true or false (compare its length: "
		"`len(inputs.hosts) > 0`)\n"
		"11:14 RB210 `exit_code` is a number, not true or false (0 counts as true in Lua, "
		"too; "
		"compare it: `exit_code == 0`)\n"
		"12:18 RB210 `stdout` is a string, not true or false (compare it: `stdout == "
		"\"…\"` or "
		"`stdout ~= \"\"`)\n"
		"14:19 RB210 `exit_code` is a number, not true or false (0 counts as true in Lua, "
		"too; "
		"compare it: `exit_code == 0`)\n"
		"14:68 RB210 `stderr` is a string, not true or false (compare it: `stderr == "
		"\"…\"` or "
		"`stderr ~= \"\"`)\n"
		"15:20 RB210 `inputs.count` is a number, not true or false (0 counts as true in "
		"Lua, "
		"too; compare it: `inputs.count > 0`)\n"
		"16:38 RB210 `inputs.count` is a number, not true or false (0 counts as true in "
		"Lua, "
		"too; compare it: `inputs.count > 0`)\n"
		"17:26 RB210 `inputs.count` is a number, not true or false (0 counts as true in "
		"Lua, "
		"too; compare it: `inputs.count > 0`)\n"
		"17:57 RB210 `inputs.count` is a number, not true or false (0 counts as true in "
		"Lua, "
		"too; compare it: `inputs.count > 0`)\n"
		"18:14 RB210 `inputs.count` is a number, not true or false (0 counts as true in "
		"Lua, "
		"too; compare it: `inputs.count > 0`)"},
};

TEST(check_guards)
{
	CHECK_CASES(guards, NULL);
	check_mended("steps:\n  - { id: a, run: x }\n  - assert: steps.a.exit_code\n",
		"steps:\n  - { id: a, run: x }\n  - assert: steps.a.exit_code == 0\n");
	check_mended("steps:\n  - { id: a, run: x }\n  - assert: not (steps.a.ok) and steps.a\n",
		"steps:\n  - { id: a, run: x }\n  - assert: not (steps.a.ok) and steps.a.ok\n");
}

static const struct check_case operators[] = {
	{"a number and text", ONE("steps.a.exit_code == \"0\""),
		"7:16 RB214 `steps.a.exit_code` is a number and `\"0\"` is a string: they are "
		"never "
		"equal (write `0`)"},
	{"text and a number", ONE("inputs.version ~= 2"),
		"7:16 RB214 `inputs.version` is a string and `2` is a number: they are never equal "
		"(write `\"2\"`)"},
	{"a boolean and text", ONE("inputs.fast == \"true\""),
		"7:16 RB214 `inputs.fast` is true or false and `\"true\"` is a string: they are "
		"never "
		"equal (write `true`)"},
	{"a choice of text", ONE("inputs.env == 1 and inputs.env == \"prod\""),
		"7:16 RB214 `inputs.env` is a string and `1` is a number: they are never equal "
		"(write "
		"`\"1\"`)"},
	{"not goes first", ONE("not inputs.count == 3"),
		"7:16 RB214 `not inputs.count` is true or false and `3` is a number: they are "
		"never "
		"equal (`not` goes before the comparison; write `inputs.count ~= 3`)"},
	{"a chain", ONE("1 < inputs.count < 5"),
		"7:16 RB214 `1 < inputs.count` is true or false and cannot be compared with `<` "
		"(write "
		"`1 < inputs.count and inputs.count < 5`)"},
	{"a step and text", ONE("steps.a == \"ok\""),
		"7:16 RB214 `steps.a` is a step and `\"ok\"` is a string: they are never equal "
		"(the "
		"state of a step is `steps.a.state`)"},
	{"nothing equals anything", ONE("inputs.count == nil or inputs.version ~= nil"), ""},
	{"order of a number and text", ONE("inputs.version > 3"),
		"7:16 RB214 `inputs.version` is a string and `3` is a number: they cannot be "
		"compared "
		"with `>` (`tonumber(inputs.version)` reads a number)"},
	{"order of unlike values", ONE("inputs.version > inputs.count"),
		"7:16 RB214 `inputs.version` is a string and `inputs.count` is a number: they "
		"cannot be "
		"compared with `>` (`tonumber(inputs.version)` reads a number)"},
	{"order of a list", ONE("inputs.hosts > 3"),
		"7:16 RB214 `inputs.hosts` is a list and cannot be compared with `>` (its length "
		"is "
		"`len(inputs.hosts)`)"},
	{"order of what is not known",
		ONE("steps.a.json.x > 3 and semver(inputs.version) > inputs.version"), ""},
	{"order of a version and a number", ONE("semver(inputs.version) > 1"),
		"7:41 RB214 `1` is no version and cannot be compared with `semver(inputs.version)` "
		"(a version is text such as \"1.2.0\")"},
	{"a sum with a boolean", ONE("1 + inputs.fast == 2"),
		"7:20 RB214 `inputs.fast` is true or false and cannot be computed with"},
	{"a sum of text", ONE("inputs.version + \"x\" == 2"),
		"7:33 RB214 `\"x\"` is no number and cannot be computed with (text is joined with "
		"`..`)"},
	{"text that reads as a number", ONE("inputs.version + \"1\" == 2"), ""},
	{"a negative list", ONE("-inputs.hosts == 1"),
		"7:17 RB214 `inputs.hosts` is a list and cannot be computed with (its length is "
		"`len(inputs.hosts)`)"},
	{"text with a boolean", ONE("\"x\" .. inputs.fast == \"\""),
		"7:23 RB214 `inputs.fast` is true or false and cannot be joined with `..` "
		"(`tostring(inputs.fast)` makes text of it)"},
	{"the length of a number", ONE("#inputs.count > 1"),
		"7:17 RB214 `inputs.count` is a number and has no length"},
	{"types of vars",
		"vars: { n: 3, s: 'a${{ env.X }}', l: [1], v: '${{ vars.n }}' }\n"
		"steps:\n  - assert: [vars.n == \"x\", vars.s > 1, vars.l == 1, vars.v < \"a\"]\n",
		"5:14 RB214 `vars.n` is a number and `\"x\"` is a string: they are never equal\n"
		"5:29 RB214 `vars.s` is a string and `1` is a number: they cannot be compared with "
		"`>` "
		"(`tonumber(vars.s)` reads a number)\n"
		"5:41 RB214 `vars.l` is a list and `1` is a number: they are never equal\n"
		"5:54 RB214 `vars.v` is a number and `\"a\"` is a string: they cannot be compared "
		"with "
		"`<`"},
};

TEST(check_operators)
{
	CHECK_CASES(operators, NULL);
	check_mended("steps:\n  - { id: a, run: x }\n  - assert: not steps.a.exit_code == 3\n",
		"steps:\n  - { id: a, run: x }\n  - assert: steps.a.exit_code ~= 3\n");
	check_mended("steps:\n  - { id: a, run: x }\n  - assert: steps.a.exit_code == \"0\"\n",
		"steps:\n  - { id: a, run: x }\n  - assert: steps.a.exit_code == 0\n");
}

static const struct check_case calls[] = {
	{"no such function", ONE("contain(inputs.version, \"x\")"),
		"7:16 RB204 there is no function `contain` (did you mean `contains`?)"},
	{"a number for text", ONE("trim(5) == \"\""),
		"7:21 RB205 `trim` takes a string, and `5` is a number (`trim(s)`)"},
	{"Lua's own take numbers", ONE("string.upper(5) == \"5\""), ""},
	{"text for a number", ONE("round(\"x\") == 1 and round(\"1.5\") == 2"),
		"7:22 RB205 `round` takes a number, and `\"x\"` is none (`round(x, digits)`)"},
	{"text for a list", ONE("mean(inputs.version) == 1"),
		"7:21 RB205 `mean` takes a list, and `inputs.version` is a string (`mean(list)`)"},
	{"nothing for text", ONE("trim(nil) == \"\""),
		"7:21 RB205 `trim` takes a string, and `nil` is nothing (`trim(s)`)"},
	{"a boolean for a collection", ONE("len(inputs.fast) == 1"),
		"7:20 RB205 `len` takes a string, a list or a map, and `inputs.fast` is true or "
		"false "
		"(`len(x)`)"},
	{"not known", ONE("len(steps.a.json) > 1 and trim(steps.a.json.x) == \"\""), ""},
	{"a method of text", ONE("inputs.version:uper() == \"X\""),
		"7:31 RB204 `inputs.version` has no method `uper` (did you mean `upper`?)"},
	{"its arguments", ONE("inputs.version:sub() == \"X\" and inputs.version:sub(1) == \"\""),
		"7:16 RB205 `sub` is called with the wrong number of arguments (`string.sub(s, i, "
		"j)`)"},
	{"a method of a number", ONE("inputs.count:upper() == \"X\""),
		"7:29 RB204 `inputs.count` is a number and has no methods"},
	{"methods of watches",
		"watch: { p95: { every: 15s, http: 'http://localhost/', value: json.p95 } }\n"
		"steps: [{ say: x }]\n"
		"rollback:\n"
		"  when:\n"
		"    - if: watch.p95:averge(\"5m\") > 1 and watch.p95:avg(\"5 min\") > 2\n"
		"    - if: watch.p95:percentile(\"5m\") > 1 and watch.p95:rate(\"5m\") > 0\n"
		"    - if: watch.p95:avg(\"5m\")\n"
		"    - if: watch.p95 > 5 and mean(watch.p95:values(\"5m\")) > 5 or "
		"watch.p95.value\n",
		"7:21 RB204 `watch.p95` has no method `averge` (it has `avg` `min` `max` `sum` "
		"`count` `increase` `rate` `percentile` `values`)\n"
		"7:56 RB105 `5 min` is not a duration: a number needs a unit (for example "
		"`\"30s\"`, "
		"`\"5m\"` or `\"1h30m\"`)\n"
		"8:11 RB205 `percentile` is called with the wrong number of arguments "
		"(`watch.x:percentile(0.95, \"5m\")`)\n"
		"9:11 RB210 `watch.p95:avg(\"5m\")` is a number, not true or false (0 counts as "
		"true in "
		"Lua, too; compare it: `watch.p95:avg(\"5m\") > 0`)"},
};

TEST(check_calls)
{
	CHECK_CASES(calls, NULL);
}

static const struct check_case literals[] = {
	{"a pattern", ONE("matches(inputs.version, \"a(b\")"),
		"7:43 RB701 the pattern does not compile: missing closing parenthesis"},
	{"a pattern with escapes before the place", ONE("matches(inputs.version, \"\\\\d(b\")"),
		"7:40 RB701 the pattern does not compile: missing closing parenthesis"},
	{"a pattern in long brackets", ONE("matches(inputs.version, [==[a[b]==])"),
		"7:46 RB701 the pattern does not compile: missing terminating ] for character "
		"class"},
	{"a JSONPath", ONE("len(jsonpath(steps.a.json, \"$.x[\")) > 0"),
		"7:47 RB211 the JSONPath cannot be read: a selector is missing: 'name', 0, 1:3, * "
		"or ?"},
	{"a JSONPath without its start", ONE("len(jsonpath(steps.a.json, \"x\")) > 0"),
		"7:44 RB211 the JSONPath cannot be read: a query starts with `$`"},
	{"a duration", ONE("steps.a.duration < seconds(\"5\") and seconds(90) > 1"),
		"7:43 RB105 `5` is not a duration: a number needs a unit (for example `\"30s\"`, "
		"`\"5m\"` or `\"1h30m\"`)"},
	{"good ones",
		ONE("matches(inputs.version, \"^v[0-9]+$\") and len(jsonpath(steps.a.json, "
		    "\"$..x\")) > seconds(\"5m\")"),
		""},
};

TEST(check_literals)
{
	CHECK_CASES(literals, NULL);
}

static const struct check_case items[] = {
	{"text", STEPS "  - { for_each: '${{ inputs.version }}', say: x }\n",
		"7:22 RB102 `for_each` takes a list, and `inputs.version` is a string (`lines(s)` "
		"and `split(s, separator)` make a list of it)"},
	{"a map", STEPS "  - { for_each: '${{ mann_whitney({1}, {2}) }}', say: x }\n",
		"7:22 RB102 `for_each` takes a list, and `mann_whitney({1}, {2})` is a map "
		"(`keys(map)` is the list of its keys)"},
	{"lists",
		STEPS
		"  - { for_each: '${{ inputs.hosts }}', say: x }\n  - { for_each: '${{ "
		"steps.a.json }}', say: x }\n  - { for_each: ['${{ inputs.version }}'], say: x }\n",
		""},
};

TEST(check_items)
{
	CHECK_CASES(items, NULL);
}
