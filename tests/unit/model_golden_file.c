/* What authors are told about the top of a file. */
#include "model_load.h"

#include "test.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct golden files[] = {
	{"version: 2\n"
	 "runbook: t\n"
	 "stuff: 1\n",
		"1:10 RB113 version 2 of the language is not known | this program knows `version: "
		"1`\n"},
	{"version: '1'\n"
	 "runbook: t\n"
	 "steps: [{ say: hi }]\n",
		"1:10 RB102 `version` expects a whole number, got a string | write it without "
		"quotes: `1` -> 1\n"},
	{"version: 1.0\nrunbook: t\nsteps: [{ say: hi }]\n",
		"1:10 RB102 `version` expects a whole number, got a number | write `1` -> 1\n"},
	{"runbook: t\n"
	 "steps: [{ say: hi }]\n",
		"1:1 RB103 a runbook needs `version` | add `version`, for example `version: 1`\n"},
	{"version: 1\n"
	 "steps: [{ say: hi }]\n",
		"1:1 RB103 a runbook needs `runbook` | add `runbook`, for example `runbook: "
		"deploy`\n"},
	{"version: 1\n"
	 "runbook: t\n",
		"1:1 RB103 a runbook needs `steps` | add `steps`, for example `steps: [{ run: "
		"./deploy.sh }]`\n"},
	{"version: 1\n"
	 "runbook: t\n"
	 "steps: []\n",
		"3:8 RB104 `steps` is empty | for example `steps: [{ run: ./deploy.sh }]`\n"},
	{"version: 1\n"
	 "runbook: t\n"
	 "steps: { -id: a }\n",
		"3:10 RB101 unknown key `-id` in a step | a space is missing after the dash: `- "
		"id`\n"},
	{"version: 1\n"
	 "runbook: t\n"
	 "module: t\n"
	 "steps: [{ say: hi }]\n",
		"3:1 RB101 a runbook takes no `module` | a file is a runbook or a module: keep one "
		"of the two names\n"},
	{"version: 1\n"
	 "runbook: Deploy It\n"
	 "steps: [{ say: hi }]\n",
		"2:10 RB107 `Deploy It` is not a name | write `deploy_it` -> deploy_it\n"},
	{"version: 1\n"
	 "module: t\n"
	 "secrets: { s: { env: S } }\n"
	 "lock: x\n"
	 "steps: [{ say: hi, rollback: { say: no } }]\n"
	 "outputs: { ok: 1, status: 2 }\n",
		"4:1 RB101 a module takes no `lock` | the runbook that uses the module takes the "
		"lock\n"
		"6:12 RB108 `ok` is taken: every step has a field of that name | take another "
		"name\n"},
};

static const struct golden tops[] = {
	{"name: t\n", "4:1 RB101 unknown key `name` in a runbook | the name of a runbook is "
		      "written `runbook`\n"},
	{"description: x\n", "4:1 RB101 unknown key `description` in a runbook | this is written "
			     "`about` -> about\n"},
	{"when: [x]\n",
		"4:1 RB101 unknown key `when` in a runbook | `when` belongs inside `rollback`\n"},
	{"tasks: [{ say: hi }]\n",
		"4:1 RB101 unknown key `tasks` in a runbook | this is written `steps`\n"},
	{"title: 5\n", "4:8 RB102 `title` expects text, got a whole number | in quotes it is text: "
		       "`'5'` -> '5'\n"},
	{"title: ${{ inputs.x }}\n", "4:8 RB104 `title` takes no interpolation | it has to be "
				     "known before the run: write it out\n"},
	{"about: [x]\n", "4:8 RB102 `about` expects a mapping, got a list | for example `about: { "
			 "owner: Platform team }`\n"},
	{"about: { owner: 1, foo: x, related: { a: b } }\n",
		"4:17 RB102 `owner` expects text, got a whole number | in quotes it is text: `'1'` "
		"-> '1'\n"
		"4:20 RB101 unknown key `foo` in `about`\n"
		"4:37 RB102 `related` expects text or a list of texts, got a map\n"},
	{"inputs: [x]\n", "4:9 RB102 `inputs` expects a mapping of names, got a list | for example "
			  "`inputs: { version: { type: string, required: true } }`\n"},
	{"inputs:\n"
	 "  a-b: string\n"
	 "  v: { type: strng }\n"
	 "  w: 5\n",
		"5:3 RB107 the id `a-b` has a hyphen, which reads as minus in guards | write `a_b` "
		"-> a_b\n"
		"6:14 RB104 `type` cannot be `strng` | did you mean `string`? -> string\n"
		"7:6 RB102 `w` expects `string`, `boolean`, `integer`, `number`, `choice`, `url`, "
		"`duration` or `list`, got a whole number\n"},
	{"inputs:\n"
	 "  a: { required: true, default: x }\n"
	 "  b: { type: integer, default: '3' }\n"
	 "  c: { default: 3 }\n"
	 "  d: { type: choice }\n"
	 "  e: { type: choice, options: [ci, manual], default: mamual }\n",
		"5:24 RB112 a required input has a default, which would never be used | drop one "
		"of the two @5:8 required here\n"
		"6:32 RB112 the default of `b` does not fit: expected a whole number, got a string "
		"| write `3` -> 3\n"
		"7:17 RB112 the default of `c` does not fit: expected text, got a whole number | "
		"in quotes it is text: `'3'` -> '3'\n"
		"8:3 RB103 a choice needs `options` | for example `options: [ci, manual]`\n"
		"9:54 RB112 the default of `e` does not fit: `mamual` is not an option: expected "
		"`ci` or `manual`\n"},
	{"inputs:\n"
	 "  a: { pattern: 'v(\\d' }\n"
	 "  b: { pattern: '^v', default: x1 }\n"
	 "  c: { type: integer, pattern: x }\n"
	 "  d: { type: url, default: example.com }\n"
	 "  e: { type: duration, default: 30 }\n"
	 "  f: { type: duration, default: 30x }\n",
		"5:21 RB701 the pattern does not compile: missing closing parenthesis | patterns "
		"are PCRE2; a `\\` before a sign takes its meaning away\n"
		"6:32 RB112 the default of `b` does not fit: `x1` does not match the pattern `^v`\n"
		"7:32 RB112 `pattern` is for text, this is a whole number\n"
		"8:28 RB112 the default of `d` does not fit: expected a URL of http or https, got "
		"`example.com`\n"
		"9:33 RB112 the default of `e` does not fit: a duration needs a unit: `30s` or "
		"`30m`\n"
		"10:33 RB112 the default of `f` does not fit: `30x` is not a duration: the units "
		"of time are ms, s, m, h, d and w\n"},
	{"inputs:\n"
	 "  a: { type: integer, min: 5, max: 3 }\n"
	 "  b: { type: integer, min: 5, default: 3 }\n"
	 "  c: { max: 2, default: abc }\n"
	 "  d: { type: boolean, min: 1 }\n"
	 "  e: { type: duration, min: 5 }\n"
	 "  f: { type: list, max: 1, default: [a, b] }\n"
	 "  g: { options: [] }\n"
	 "  h: { options: [a, a] }\n"
	 "  i: { default: '${{ run.id }}' }\n"
	 "  j: { type: integer, secret: true, default: abc }\n"
	 "  k: { type: boolean, default: 'yes' }\n",
		"5:28 RB112 `min` is more than `max` @5:36 `max` is here\n"
		"6:40 RB112 the default of `b` does not fit: `3` is too small: the least is 5\n"
		"7:25 RB112 the default of `c` does not fit: `abc` is too long: the most is 2 "
		"characters\n"
		"8:28 RB112 `min` has no meaning for a boolean\n"
		"9:29 RB112 `min` of a duration is a duration, not a whole number\n"
		"10:37 RB112 the default of `f` does not fit: `[\"a\",\"b\"]` is too long: the "
		"most is 1 item\n"
		"11:17 RB104 `options` has no items | for example `options: [ci, manual]`\n"
		"12:21 RB112 an option is given twice @12:18 here, too\n"
		"13:17 RB112 the default of `i` is interpolated | a default is a plain value; "
		"`vars` can be computed from inputs\n"
		"14:46 RB112 the default of `j` does not fit: expected a whole number, got a "
		"string\n"
		"15:32 RB112 the default of `k` does not fit: expected true or false, got a string "
		"| write `true` -> true\n"},
	{"secrets:\n"
	 "  a: hunter2\n"
	 "  b: {}\n"
	 "  c: { env: A, file: b }\n"
	 "  d: { env: 1A }\n"
	 "  e: { command: [] }\n",
		"5:6 RB102 `a` expects a mapping, got a string | the keys here are `env`, `file`, "
		"`command`, `optional`\n"
		"6:3 RB103 the secret `b` has no source | say where it is found: `env: NAME`, "
		"`file: PATH` or `command: [ … ]`\n"
		"7:16 RB111 `env` and `file` exclude each other | a secret has one source @7:8 the "
		"other one\n"
		"8:13 RB107 `1A` is no name for an environment variable | letters, digits and `_`, "
		"no digit first\n"
		"9:17 RB104 `command` is empty | for example `command: [pass, show, slack]`\n"},
	{"vars: [a]\n", "4:7 RB102 `vars` expects a mapping of names, got a list | for example "
			"`vars: { base: 'https://${{ inputs.host }}' }`\n"},
	{"vars: { A: 1, end: 2 }\n",
		"4:9 RB107 `A` is not an id | write `a` -> a\n"
		"4:15 RB107 `end` is a word of Lua, guards could not name it | ids are lower-case "
		"letters, digits and `_`, a letter first\n"},
	{"env: { A-B: x, RUNBOOK_1: y, PORT: 8080 }\n",
		"4:8 RB107 `A-B` is no name for an environment variable | letters, digits and `_`, "
		"no digit first\n"
		"4:16 RB104 `RUNBOOK_1` is taken: values travel to scripts under such names | take "
		"a name of your own\n"},
	{"lua: ''\n", "4:6 RB104 `lua` is empty\n"},
	{"shell: zsh\n", "4:8 RB104 `shell` cannot be `zsh` | did you mean `sh`?\n"},
	{"deadline: 2\n", "4:11 RB105 `deadline` needs a unit | which unit? `2s` or `2m`\n"},
	{"lock: { reason: x }\n",
		"4:7 RB103 `lock` needs `name` | add `name`, for example `name: production`\n"},
	{"lock: { name: x, conflict: queue }\n",
		"4:28 RB104 `conflict` cannot be `queue` | one of `fail` or `wait`\n"},
	{"targets: { duration: 30, success_rate: 95%, rollback_rate: 1.5, frequency: weekly }\n",
		"4:22 RB105 `duration` needs a unit | which unit? `30s` or `30m`\n"
		"4:40 RB102 `success_rate` expects a number, got a string | write a share: 5% is "
		"`0.05`\n"
		"4:60 RB104 `rollback_rate` must be between 0 and 1, not 1.5\n"
		"4:76 RB104 `weekly` is not a frequency | for example `2/week` or `1/day`\n"},
	{"outputs: { status: 1, reason: 2, tag-name: 3 }\n",
		"4:12 RB108 `status` is taken: `call` has a field of that name | take another "
		"name\n"
		"4:23 RB108 `reason` is taken: every step has a field of that name | take another "
		"name\n"
		"4:34 RB107 the id `tag-name` has a hyphen, which reads as minus in guards | write "
		"`tag_name` -> tag_name\n"},
	{"invariants: []\n", ""},
	{"watch:\n"
	 "  a: { value: 1 }\n"
	 "  b: { every: 5, http: 'http://x/' }\n"
	 "  c: { run: x, rollback: { run: y }, confirm: ok }\n"
	 "  d: { run: x, http: 'http://x/' }\n"
	 "  e:\n"
	 "  f: { run: x, interval: 5s, max-gap: 1m }\n"
	 "  g: { env: { A: b } }\n",
		"5:3 RB110 the watch `a` takes no samples | say how: `uses`, `http` or `run`\n"
		"6:15 RB105 `every` needs a unit | which unit? `5s` or `5m`\n"
		"7:16 RB101 a watch takes no `rollback` | what undoes or comes last is not undone "
		"itself\n"
		"7:38 RB101 a watch takes no `confirm`\n"
		"8:16 RB109 a watch has one action, here are two: `run` and `http` | make two "
		"steps of it, perhaps in a group: `steps: [ … ]` @8:8 `run` is here\n"
		"9:3 RB110 the watch `e` takes no samples | say how: `uses`, `http` or `run`\n"
		"10:16 RB101 unknown key `interval` in a watch | this is written `every` -> every\n"
		"10:30 RB101 unknown key `max-gap` in a watch | did you mean `max_gap`? -> "
		"max_gap\n"
		"11:6 RB110 a watch without an action | say what to do: `run`, `http` or `uses`\n"},
	{"rollback: [{ run: x }]\n",
		"4:11 RB102 `rollback` expects a mapping, got a list | for example `rollback: { "
		"when: [{ if: watch.error_rate > 0.05, for: 5m }] }`\n"},
	{"rollback:\n"
	 "  when: { if: x > 1, for: 5 }\n"
	 "  verify: { for: 2m }\n"
	 "  on_blind: stop\n"
	 "  on_interrupt: continue\n"
	 "  decide_within: 10\n"
	 "  steps: [{ run: x, rollback: { run: y } }]\n",
		"5:27 RB105 `for` needs a unit | which unit? `5s` or `5m`\n"
		"6:11 RB103 a condition needs `if` | add `if`, for example `if: watch.error_rate > "
		"0.05`\n"
		"7:13 RB104 `on_blind` cannot be `stop` | one of `hold`, `rollback` or `continue`\n"
		"8:17 RB104 `on_interrupt` cannot be `continue` | one of `hold` or `rollback`\n"
		"9:18 RB105 `decide_within` needs a unit | which unit? `10s` or `10m`\n"
		"10:21 RB101 a compensation takes no `rollback` | what undoes or comes last is not "
		"undone itself\n"},
	{"rollback:\n"
	 "  when:\n"
	 "    - { if: true, for: 5m, confirm: 2 }\n"
	 "    - { if: true, breach: 4 }\n"
	 "    - { if: true, of: 4 }\n"
	 "    - { if: true, breach: 5, of: 4 }\n"
	 "    - { when: true }\n"
	 "    - { if: true, mode: shadow }\n"
	 "    - {}\n",
		"6:28 RB111 `for` and `confirm` exclude each other | a condition counts time in "
		"one way @6:19 the other one\n"
		"7:19 RB103 `breach` needs `of` | for example `breach: 4, of: 6`\n"
		"8:19 RB103 `of` needs `breach` | for example `breach: 4, of: 6`\n"
		"9:27 RB104 `breach: 5` cannot happen in the last 4 ticks | `breach` is at most "
		"`of`\n"
		"10:9 RB101 unknown key `when` in a condition | conditions are written `if` -> if\n"
		"11:25 RB104 `mode` cannot be `shadow` | one of `rollback`, `ask` or `observe`\n"
		"12:7 RB103 a condition needs `if` | add `if`, for example `if: watch.error_rate > "
		"0.05`\n"},
	{"finally: [{ run: x, rollback: { run: y } }]\n",
		"4:21 RB101 a step of `finally` takes no `rollback` | what undoes or comes last is "
		"not undone itself\n"},
};

TEST(model_golden_file)
{
	check_golden("", files, COUNT(files));
}

TEST(model_golden_top)
{
	check_golden("version: 1\nrunbook: t\nsteps: [{ say: hi }]\n", tops, COUNT(tops));
}
