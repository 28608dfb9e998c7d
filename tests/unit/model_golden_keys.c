/* What authors are told about keys of steps and scripts. */
#include "model_load.h"

#include "test.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct golden steps[] = {
	{"  - say: hi\n"
	 "    retrys: 3\n",
		"5:5 RB101 unknown key `retrys` in a step | did you mean `retry`? -> retry\n"},
	{"  - when: inputs.x\n"
	 "    run: x\n",
		"4:5 RB101 unknown key `when` in a step | conditions are written `if` -> if\n"},
	{"  - if: true\n"
	 "    when: true\n"
	 "    run: x\n",
		"5:5 RB101 unknown key `when` in a step | conditions are written `if`\n"},
	{"  - depends_on: [a]\n"
	 "    command: ls\n"
	 "    retries: 3\n"
	 "    environment: { A: b }\n"
	 "    working-directory: /\n",
		"4:5 RB101 unknown key `depends_on` in a step | this is written `needs` -> needs\n"
		"5:5 RB101 unknown key `command` in a step | this is written `run` -> run\n"
		"6:5 RB101 unknown key `retries` in a step | this is written `retry` -> retry\n"
		"7:5 RB101 unknown key `environment` in a step | this is written `env` -> env\n"
		"8:5 RB101 unknown key `working-directory` in a step | this is written `cwd` -> "
		"cwd\n"},
	{"  - http: { url: 'http://x/', expect: [true], retries: 3 }\n"
	 "    headers: { a: b }\n",
		"4:31 RB101 unknown key `expect` in `http` | `expect` belongs beside `http`, not "
		"inside it\n"
		"4:47 RB101 unknown key `retries` in `http` | `retry` belongs beside `http`, not "
		"inside it\n"
		"5:5 RB101 unknown key `headers` in a step | `headers` belongs inside `http`\n"},
	{"  - http: 'http://x/'\n"
	 "    bearer: x\n"
	 "    user: y\n"
	 "    delay: 2s\n",
		"5:5 RB101 unknown key `bearer` in a step | `bearer` belongs inside `http.auth`\n"
		"6:5 RB101 unknown key `user` in a step | `user` belongs inside `http.auth.basic`\n"
		"7:5 RB101 unknown key `delay` in a step | `delay` belongs inside `retry`\n"},
	{"  - run: x\n"
	 "    inputs: { a: b }\n",
		"5:5 RB101 unknown key `inputs` in a step | `inputs` belongs at the top level\n"},
	{"  - run: x\n"
	 "    retry: { headers: 1, timeout: 5s, attempts: '3', foo: 1 }\n",
		"5:14 RB101 unknown key `headers` in `retry` | `headers` belongs inside `http`\n"
		"5:26 RB101 unknown key `timeout` in `retry` | `timeout` belongs beside `retry`, "
		"not inside it\n"
		"5:49 RB102 `attempts` expects a whole number, got a string | write it without "
		"quotes: `3` -> 3\n"
		"5:54 RB101 unknown key `foo` in `retry` | the keys here are `attempts`, `delay`, "
		"`backoff`, `max_delay`, `jitter`, `if`\n"},
	{"  - run: x\n"
	 "    timeout: 10\n"
	 "  - run: x\n"
	 "    timeout: '10'\n"
	 "  - run: x\n"
	 "    timeout: 10x\n"
	 "  - run: x\n"
	 "    timeout: ${{ vars.t }}\n"
	 "  - run: x\n"
	 "    timeout: 0s\n"
	 "  - run: x\n"
	 "    timeout: [5s]\n"
	 "  - run: x\n"
	 "    timeout:\n",
		"5:14 RB105 `timeout` needs a unit | which unit? `10s` or `10m`\n"
		"7:14 RB105 `timeout` needs a unit | which unit? `10s` or `10m`\n"
		"9:14 RB105 `timeout` is not a duration: the units of time are ms, s, m, h, d and "
		"w | durations look like `500ms`, `30s`, `5m` or `1h30m`\n"
		"11:14 RB105 `timeout` takes no interpolation: it has to be known before the run | "
		"write a duration, for example `30s`\n"
		"13:14 RB104 `timeout` must be at least 1ms, not 0s\n"
		"15:14 RB102 `timeout` expects a duration, got a list | for example `30s`, `5m` or "
		"`1h30m`\n"
		"17:5 RB102 `timeout` expects a duration, got nothing | for example `30s`, `5m` or "
		"`1h30m`\n"},
	{"  - run: x\n"
	 "    retry: { attempts: 0, delay: 2, backoff: 0.5, jitter: 2, max_delay: x }\n",
		"5:24 RB104 `attempts` must be at least 1, not 0\n"
		"5:34 RB105 `delay` needs a unit | which unit? `2s` or `2m`\n"
		"5:46 RB104 `backoff` must be between 1 and 100, not 0.5\n"
		"5:59 RB104 `jitter` must be between 0 and 1, not 2\n"
		"5:73 RB105 `max_delay` is not a duration: a number is missing | durations look "
		"like `500ms`, `30s`, `5m` or `1h30m`\n"},
	{"  - run: x\n"
	 "    retry: abc\n"
	 "  - run: x\n"
	 "    retry: []\n"
	 "  - run: x\n"
	 "    retry:\n",
		"5:12 RB102 `retry` expects a whole number, got a string\n"
		"7:12 RB102 `retry` expects a mapping, got a list | for example `retry: { "
		"attempts: 5, delay: 2s, backoff: 2 }`\n"
		"9:5 RB102 `retry` expects a mapping, got nothing | for example `retry: { "
		"attempts: 5, delay: 2s, backoff: 2 }`\n"},
	{"  - id: deploy-api\n"
	 "    say: a\n"
	 "  - id: end\n"
	 "    say: a\n"
	 "  - id: Deploy\n"
	 "    say: a\n"
	 "  - id: 5\n"
	 "    say: a\n"
	 "  - id: 1a\n"
	 "    say: a\n"
	 "  - id: ''\n"
	 "    say: a\n",
		"4:9 RB107 the id `deploy-api` has a hyphen, which reads as minus in guards | "
		"write `deploy_api` -> deploy_api\n"
		"6:9 RB107 `end` is a word of Lua, guards could not name it | ids are lower-case "
		"letters, digits and `_`, a letter first\n"
		"8:9 RB107 `Deploy` is not an id | write `deploy` -> deploy\n"
		"10:9 RB102 `id` expects text, got a whole number | in quotes it is text: `'5'` -> "
		"'5'\n"
		"12:9 RB107 `1a` is not an id | ids are lower-case letters, digits and `_`, a "
		"letter first\n"
		"14:9 RB107 an id is empty | ids are lower-case letters, digits and `_`, a letter "
		"first\n"},
	{"  - id: a\n"
	 "    say: a\n"
	 "  - steps:\n"
	 "      - id: a\n"
	 "        say: b\n"
	 "      - id: A\n"
	 "        say: c\n",
		"7:13 RB108 the id `a` is taken | ids are unique in the whole file, in groups and "
		"branches too @4:9 first used here\n"
		"9:13 RB108 the ids `a` and `A` differ only by case | ids are lower-case, and "
		"unique in the whole file, in groups and branches too @4:9 first used here\n"},
	{"  - &x\n"
	 "    id: a\n"
	 "    say: a\n"
	 "  - *x\n",
		"5:9 RB108 the id `a` stands for two steps: an alias repeats it | write the second "
		"step out, with an id of its own\n"},
	{"  - run: x\n"
	 "    http: 'http://x/'\n"
	 "    say: z\n",
		"5:5 RB109 a step has one action, here are two: `run` and `http` | make two steps "
		"of it, perhaps in a group: `steps: [ … ]` @4:5 `run` is here\n"
		"6:5 RB109 a step has one action, here are two: `run` and `say` | make two steps "
		"of it, perhaps in a group: `steps: [ … ]` @4:5 `run` is here\n"},
	{"  - name: x\n"
	 "  - {}\n"
	 "  - x\n"
	 "  - \n",
		"4:5 RB110 a step without an action | say what to do: `run`, `http`, `uses`, "
		"`confirm`, `steps` or another action\n"
		"5:5 RB110 a step without an action | say what to do: `run`, `http`, `uses`, "
		"`confirm`, `steps` or another action\n"
		"6:5 RB102 an item of `steps` has to be a mapping, this is a string\n"
		"7:4 RB102 an item of `steps` has to be a mapping, this is nothing\n"},
	{"  - choose:\n"
	 "      - else:\n"
	 "        say: a\n"
	 "      - if: true\n"
	 "        say: b\n"
	 "      - say: c\n",
		"5:9 RB104 only the last branch may have `else`: those behind it would never run | "
		"move it to the end\n"
		"9:9 RB103 a branch of `choose` needs `if` | add `if: …`, or `else:` to this last "
		"one\n"},
};

TEST(model_golden_keys)
{
	check_golden("version: 1\nrunbook: t\nsteps:\n", steps, COUNT(steps));
}
