/*
 * Files with nothing wrong in them, and large ones.
 */
#include "check_fixture.h"

static const struct check_file stubs[] = {
	{"checks.yml", "version: 1\nmodule: checks\n"
		       "inputs: { repo: { type: string, required: true }, ref: { type: string } }\n"
		       "steps: [{ run: 'gh ${{ inputs.repo }} ${{ inputs.ref }}' }]\n"},
	{"workflow.yml",
		"version: 1\nmodule: workflow\n"
		"inputs: { workflow: { type: string, required: true }, ref: { type: string } }\n"
		"steps: [{ run: 'gh ${{ inputs.workflow }}' }]\n"},
	{"post.yml", "version: 1\nmodule: post\n"
		     "inputs: { webhook: { type: string, secret: true }, text: { type: string } }\n"
		     "steps: [{ http: { url: '${{ inputs.webhook }}', json: { text: '${{ "
		     "inputs.text }}' } "
		     "} }]\n"},
	{"query.yml", "version: 1\nmodule: query\n"
		      "inputs: { url: { type: url, required: true }, query: { type: string } }\n"
		      "steps: [{ id: get, http: { url: '${{ inputs.url }}', query: { q: '${{ "
		      "inputs.query "
		      "}}' } } }]\n"
		      "outputs: { result: steps.get.json.value }\n"},
	{"helpers.lua", "function is_even(x) return x % 2 == 0 end\n"},
	{NULL, NULL},
};

/* LANGUAGE.md, section 2, with the modules beside it. */
static const struct check_case whole = {"the example of the language",
	"version: 1\n"
	"runbook: deploy\n"
	"title: Production Deployment\n"
	"inputs:\n"
	"  version:    { type: string, required: true, pattern: '^v\\d+\\.\\d+\\.\\d+$' }\n"
	"  strategy:   { type: choice, options: [ci, manual], default: manual }\n"
	"  migrate:    { type: boolean, default: false }\n"
	"  api:        { type: url, default: 'https://api.example.com' }\n"
	"  prometheus: { type: url, default: 'http://localhost:9090' }\n"
	"secrets:\n"
	"  slack: { env: SLACK_WEBHOOK_URL }\n"
	"lock: { name: production, reason: 'deploy ${{ inputs.version }}' }\n"
	"deadline: 2h\n"
	"watch:\n"
	"  error_rate:\n"
	"    after: deploy\n"
	"    every: 15s\n"
	"    uses: ./query.yml\n"
	"    with: { url: '${{ inputs.prometheus }}', query: 'job:errors:ratio1m' }\n"
	"    value: result\n"
	"  p95:\n"
	"    every: 15s\n"
	"    http: '${{ inputs.api }}/metrics.json'\n"
	"    value: json.p95_ms\n"
	"steps:\n"
	"  - id: ci_green\n"
	"    name: All tests pass on main\n"
	"    uses: ./checks.yml\n"
	"    with: { repo: acme/shop, ref: main }\n"
	"    hints: [Fix the tests before deploying]\n"
	"  - id: previous\n"
	"    run: git describe --tags --abbrev=0\n"
	"    effects: none\n"
	"    outputs: { tag: trim(stdout) }\n"
	"  - id: approve\n"
	"    confirm: Deploy ${{ inputs.version }} over ${{ steps.previous.tag }}?\n"
	"  - id: backup\n"
	"    if: inputs.migrate\n"
	"    run: pg_dump \"$DATABASE_URL\" > backup.sql\n"
	"    effects: none\n"
	"    timeout: 10m\n"
	"  - id: migrate\n"
	"    if: inputs.migrate\n"
	"    run: npm run migrate:production\n"
	"    rollback:\n"
	"      run: npm run migrate:undo\n"
	"  - id: deploy\n"
	"    choose:\n"
	"      - if: inputs.strategy == \"ci\"\n"
	"        uses: ./workflow.yml\n"
	"        with: { workflow: deploy.yml, ref: main }\n"
	"      - else:\n"
	"        run: ./deploy.sh ${{ inputs.version }}\n"
	"    rollback:\n"
	"      run: ./deploy.sh ${{ steps.previous.tag }}\n"
	"  - id: health\n"
	"    http: { url: '${{ inputs.api }}/health', timeout: 5s }\n"
	"    retry: { attempts: 10, delay: 2s, backoff: 1.5 }\n"
	"    expect:\n"
	"      - status == 200\n"
	"      - json.version == inputs.version\n"
	"  - id: smoke\n"
	"    parallel:\n"
	"      - http: '${{ inputs.api }}/'\n"
	"        expect: [status == 200]\n"
	"      - http: { method: POST, url: '${{ inputs.api }}/signup', json: { email: a@b.c } }\n"
	"        expect: [status == 201]\n"
	"        keep: Probe accounts are swept every night\n"
	"  - id: bake\n"
	"    monitor: { for: 30m }\n"
	"  - id: tag\n"
	"    run: |\n"
	"      git tag ${{ inputs.version }}\n"
	"      git push origin ${{ inputs.version }}\n"
	"    irreversible: A pushed tag is public\n"
	"rollback:\n"
	"  before:\n"
	"    - say: Rolling back because ${{ failure.reason }}\n"
	"  when:\n"
	"    - { if: watch.error_rate > 0.05, for: 5m, reason: Error rate above 5% }\n"
	"    - { if: watch.p95 > 500, for: 10m }\n"
	"    - if: steps.smoke.failed\n"
	"  steps:\n"
	"    - http: '${{ inputs.api }}/health'\n"
	"      expect: [status == 200]\n"
	"  verify: { if: watch.error_rate <= 0.05, for: 2m }\n"
	"finally:\n"
	"  - uses: ./post.yml\n"
	"    with: { webhook: '${{ secrets.slack }}', text: '${{ inputs.version }}: ${{ run.status "
	"}} "
	"${{ run.reason }}' }\n",
	""};

static const struct check_case helpers[] = {
	{"a helper file",
		"lua: helpers.lua\n"
		"steps: [{ id: a, run: x, expect: [is_even(exit_code), is_evn(exit_code)] }]\n",
		"4:55 RB204 there is no function `is_evn` (did you mean `is_even`?)"},
	{"modules in samples and compensations",
		"watch: { w: { every: 15s, uses: ./query.yml, with: { url: 'http://localhost/' }, "
		"value: reslt } }\n"
		"steps:\n"
		"  - run: x\n"
		"    rollback:\n"
		"      - { id: q, uses: ./query.yml, with: { qery: x }, expect: result == 1 }\n"
		"      - { uses: ./query.yml, with: { url: 1 }, if: steps.q.result == 1 }\n"
		"rollback: { before: [{ uses: ./query.yml, expect: reslt }] }\n",
		"3:10 RB413 nothing reads watch `w` (a condition would: `rollback: { when: [{ if: "
		"watch.w > 0 }] }`)\n"
		"3:89 RB202 there is no `reslt` (did you mean `result`?)\n"
		"7:24 RB116 `./query.yml` requires input `url` (give it: `with: { url: … }`) [3:11 "
		"declared here]\n"
		"7:45 RB116 `./query.yml` has no input `qery` (did you mean `query`?)\n"
		"8:43 RB116 input `url` of `./query.yml`: expected a URL, got a whole number [3:11 "
		"declared here]\n"
		"9:30 RB116 `./query.yml` requires input `url` (give it: `with: { url: … }`) [3:11 "
		"declared here]\n"
		"9:51 RB202 there is no `reslt` (did you mean `result`?)"},
	{"one that is not there",
		"lua: none.lua\nsteps: [{ id: a, run: x, expect: [is_even(exit_code)] }]\n",
		"3:6 RB212 cannot read `none.lua`: no such file"},
};

TEST(check_whole_files)
{
	check_cases(&whole, 1, stubs);
	CHECK_CASES(helpers, stubs);
}

/* Not a benchmark: a bound that a quadratic walk would be far over. */
#define MANY 20000

/* `#` is the number of the step, `@` that of the one above it. */
static double seconds_for(const char *step, const char *last)
{
	struct strbuf text = {0};
	strbuf_puts(&text, "inputs: { n: { type: integer } }\nsteps:\n");
	for (int i = 0; i < MANY; i++) {
		for (const char *at = step; *at; at++) {
			if (*at == '#')
				strbuf_printf(&text, "%d", i);
			else if (*at == '@')
				strbuf_printf(&text, "%d", i ? i - 1 : 0);
			else
				strbuf_putc(&text, *at);
		}
	}
	strbuf_puts(&text, last);
	double seconds = check_seconds(text.at);
	strbuf_release(&text);
	return seconds;
}

TEST(check_large_files)
{
	test_about("a sequence");
	CHECK(seconds_for(
		      "  - { id: s#, run: x, expect: [exit_code == 0, steps.s@.duration > 1] }\n",
		      "") < 1);
	test_about("all at once, each reading the one above");
	CHECK(seconds_for(
		      "  - { id: s#, needs: [], run: x, expect: 'steps.s@.ok or inputs.n > @' }\n",
		      "") < 1);
	test_about("needs, and a step below that all read");
	CHECK(seconds_for(
		      "  - { id: s#, needs: [t], run: x, require: 'steps.s@.ok or steps.t.ok' }\n",
		      "  - { id: t, needs: [], run: x }\n") < 1);
	test_about("a mistake in each");
	CHECK(seconds_for("  - { id: s#, run: x, expect: 'steps.z@.okk or s#' }\n", "") < 1);
	test_about("a large choice that all read");
	CHECK(seconds_for("  - { id: s#, run: x, require: 'steps.c.stdout == \"#\"' }\n", "") < 1);
}
