/* Right use: every key of the language loads, and the contract's example word for word. */
#include "model_load.h"

#include "base/duration.h"
#include "test.h"

/* Two parts, for string literals have a limit; the text lives until the program ends. */
static void load_parts(struct loaded *l, const char *head, const char *tail)
{
	static struct arena texts;
	load(l, arena_printf(&texts, "%s%s", head, tail));
}

static const char full_head[] =
	"version: 1\n"
	"runbook: full\n"
	"title: Everything at once\n"
	"about:\n"
	"  owner: Platform\n"
	"  frequency: often\n"
	"  purpose: All keys\n"
	"  status: Active\n"
	"  updated: 2025-01-15\n"
	"  estimate: 30 minutes\n"
	"  notes: none\n"
	"  success_criteria: [a, b]\n"
	"  related: other.yml\n"
	"  triggers: [a]\n"
	"  who: [b]\n"
	"  access: [c]\n"
	"  knowledge: [d]\n"
	"  tools: [git]\n"
	"  more: { Contacts: phone, Nested: { a: 1 } }\n"
	"inputs:\n"
	"  s: { type: string, pattern: '^a', min: 1, max: 5, default: abc, about: Some text }\n"
	"  s2: string\n"
	"  s3:\n"
	"  b: { type: boolean, default: false }\n"
	"  i: { type: integer, min: 1, max: 5, default: 3 }\n"
	"  n: { type: number, min: 0.5, default: 2 }\n"
	"  c: { type: choice, options: [a, 2], default: 2 }\n"
	"  c2: { options: [x, y], required: true }\n"
	"  u: { type: url, default: 'https://x/' }\n"
	"  d: { type: duration, min: 1s, max: 1h, default: 5m }\n"
	"  l: { type: list, options: [a, b], max: 2, default: [a] }\n"
	"  p: { secret: true }\n"
	"secrets:\n"
	"  a: { env: A_TOKEN }\n"
	"  b: { file: /run/b, optional: true }\n"
	"  c: { command: [pass, show, c] }\n"
	"vars: { base: '${{ inputs.u }}/x', n: 5, m: { a: [1, 2] } }\n"
	"env: { LANG: C, VERSION: 1.10 }\n"
	"shell: bash\n"
	"cwd: ./app\n"
	"timeout: 10m\n"
	"lua: checks.lua\n"
	"lock: { name: prod, reason: 'because ${{ inputs.s }}', conflict: wait }\n"
	"targets: { duration: 30m, success_rate: 0.95, rollback_rate: 0.1, frequency: 2/week }\n"
	"deadline: 2h\n"
	"invariants: [true]\n"
	"watch:\n"
	"  w:\n"
	"    after: deploy\n"
	"    every: 15s\n"
	"    max_gap: 1m\n"
	"    http: { url: 'https://x/m', timeout: 2s }\n"
	"    expect: [status == 200]\n"
	"    value: json.x\n"
	"  v: { uses: prometheus/query, with: { query: x }, value: result, timeout: 5s }\n"
	"  r: { run: [date, +%s], env: { A: b }, cwd: /, value: tonumber(stdout), every: 1m }\n"
	"steps:\n"
	"  - id: deploy\n"
	"    name: Deploy ${{ inputs.s }}\n"
	"    what: Prose.\n"
	"    if: inputs.b\n"
	"    needs: []\n"
	"    require:\n"
	"      - { that: inputs.b, message: 'no ${{ inputs.s }}' }\n"
	"      - inputs.i > 3\n"
	"    env: { A: 1 }\n"
	"    cwd: /tmp\n"
	"    shell: sh\n"
	"    timeout: 5m\n"
	"    deadline: 10m\n"
	"    retry: { attempts: 5, delay: 1s, backoff: 1.5, max_delay: 10s, jitter: 0.1, if: "
	"exit_code == 75 }\n"
	"    expect: [exit_code == 0, len(lines) > 0]\n"
	"    outputs: { tag: trim(stdout) }\n";
static const char full_tail[] =
	"    for_each: [a, b]\n"
	"    as: region\n"
	"    limit: 2\n"
	"    on_failure: rollback\n"
	"    rollback:\n"
	"      - { id: undo, if: self.ok, run: ./undo.sh, retry: 3 }\n"
	"      - http: https://x/y\n"
	"    idempotent: true\n"
	"    check: { run: test -e x, expect: [exit_code == 0] }\n"
	"    keep: stays\n"
	"    hints: [Do this, { if: exit_code == 1, say: Do that }]\n"
	"    mask: true\n"
	"    interactive: false\n"
	"    run: ./deploy.sh ${{ inputs.s }}\n"
	"  - { run: true, effects: none }\n"
	"  - { run: [chmod, 0644, x], irreversible: gone, interactive: true, rollback: [] }\n"
	"  - { run: x, rollback: {}, hosts: '${{ inputs.l }}' }\n"
	"  - http:\n"
	"      url: ${{ vars.base }}/x\n"
	"      method: PATCH\n"
	"      headers: { A: 1.10 }\n"
	"      query: { a: 1, b: [1, 2] }\n"
	"      json: { a: [1, null] }\n"
	"      auth: { basic: { user: a, password: '${{ secrets.a }}' } }\n"
	"      timeout: 5s\n"
	"      connect_timeout: 1s\n"
	"      follow: 3\n"
	"      tls: { ca: a.pem, cert: b.pem, key: c.pem, insecure: false }\n"
	"      max_size: 10MB\n"
	"  - { http: { url: 'https://x/', form: { a: 1 }, auth: { bearer: '${{ secrets.a }}' }, "
	"follow: true } }\n"
	"  - { http: { url: 'https://x/', body: text, follow: false } }\n"
	"  - { http: { url: 'https://x/', file: x.bin, headers: '${{ vars.m }}' } }\n"
	"  - assert: true\n"
	"  - assert: [true, inputs.b]\n"
	"  - confirm: Go?\n"
	"  - confirm: { message: Go?, approvers: [a, b], min: 2, timeout: 1h, default: no }\n"
	"  - checklist: [one, { text: two, note: true }]\n"
	"  - id: ask\n"
	"    prompt: { ticket: string, why: { type: string, required: true } }\n"
	"  - wait: 5s\n"
	"  - wait: ${{ inputs.d }}\n"
	"  - wait: { until: watch.w > 1, every: 5s, timeout: 1m }\n"
	"  - wait: { for: 5s }\n"
	"  - monitor: 30m\n"
	"  - monitor: { for: 30m, min_coverage: 0.9, fail: { if: watch.w > 3, for: 2m } }\n"
	"  - say: Hello\n"
	"  - { uses: slack/post, with: { text: x } }\n"
	"  - { call: ./other.yml, with: { a: b } }\n"
	"  - steps: [{ say: a }]\n"
	"    shell: sh\n"
	"  - parallel: [{ say: a }, { id: q, say: b, needs: [] }]\n"
	"    limit: 2\n"
	"  - choose:\n"
	"      - { if: inputs.b, run: x }\n"
	"      - else:\n"
	"        run: y\n"
	"        rollback: { run: z }\n"
	"rollback:\n"
	"  before: [{ say: a }]\n"
	"  when:\n"
	"    - { if: watch.w > 1, for: 5m, reason: r, mode: ask, on_blind: hold, decide_within: 5m "
	"}\n"
	"    - { if: watch.w > 1, confirm: 2 }\n"
	"    - { if: watch.w > 1, breach: 2, of: 3 }\n"
	"    - steps.deploy.failed\n"
	"  steps: { run: x }\n"
	"  verify: { if: watch.w < 1, for: 1m }\n"
	"  decide_within: 10m\n"
	"  on_blind: rollback\n"
	"  on_interrupt: hold\n"
	"finally:\n"
	"  - say: ${{ run.status }}\n"
	"outputs: { tag: steps.deploy.tag }\n";

TEST(model_full_loads)
{
	struct loaded l;
	load_parts(&l, full_head, full_tail);
	CHECK_TEXT(told(&l), "");
	CHECK_INT(l.book->steps.count, 26);
	CHECK_INT(l.book->inputs.count, 12);
	CHECK_INT(l.book->watch.count, 3);
	unload(&l);
}

TEST(model_full_top)
{
	struct loaded l;
	load_parts(&l, full_head, full_tail);
	const struct runbook *b = l.book;
	CHECK_TEXT(b->name, "full");
	CHECK_TEXT(b->about->related.items[0], "other.yml");
	CHECK_INT(b->shell, SHELL_BASH);
	CHECK_INT(b->deadline_ns, 7200 * NS_PER_S);
	CHECK_INT(b->lock->conflict, LOCK_WAIT);
	CHECK(b->targets->success_rate > 0.94);
	CHECK_INT(b->rollback->when.count, 4);
	CHECK_INT(b->rollback->on_blind, ON_BLIND_ROLLBACK);
	const struct condition *c = b->rollback->when.items[0];
	CHECK_INT(c->mode, CONDITION_ASK);
	CHECK_INT(c->confirm, INT64_MIN);
	const struct named_value *version = b->env.items[1];
	CHECK_TEXT(value_string(&version->value->source), "1.10");
	const struct input *guessed = b->inputs.items[7];
	CHECK_INT(guessed->type, INPUT_CHOICE);
	const struct watch *w = b->watch.items[0];
	CHECK_INT(w->sample->action, ACTION_HTTP);
	CHECK_INT(w->sample->more->expect.count, 1);
	CHECK_TEXT(w->after, "deploy");
	unload(&l);
}

TEST(model_full_step)
{
	struct loaded l;
	load_parts(&l, full_head, full_tail);
	const struct step *s = l.book->steps.items[0];
	CHECK(s->has_needs && s->needs.count == 0);
	CHECK(s->has_rollback);
	CHECK_INT(s->action, ACTION_RUN);
	CHECK_INT(s->run->shell, SHELL_SH);
	CHECK(s->run->script != NULL);
	CHECK_INT(s->more->rollback.count, 2);
	CHECK_INT(s->more->rollback.items[0]->run->shell, SHELL_SH);
	CHECK_INT(s->more->hints.count, 2);
	CHECK_INT(s->more->retry->attempts, 5);
	CHECK_INT(s->timeout_ns, 300 * NS_PER_S);
	CHECK_INT(s->interactive, 0);
	const struct step *plain = l.book->steps.items[1];
	CHECK_INT(plain->interactive, -1);
	CHECK_INT(plain->timeout_ns, INT64_MIN);
	CHECK_INT(plain->run->shell, SHELL_BASH);
	CHECK(!plain->has_rollback && !plain->has_needs && !plain->more);
	CHECK_TEXT(value_string(&plain->run->script_value), "true");
	const struct step *argv = l.book->steps.items[2];
	CHECK_TEXT(value_string(&argv->run->argv.items[1]->source), "0644");
	CHECK(argv->has_rollback && argv->more->rollback.count == 0);
	CHECK(((const struct step *)l.book->steps.items[3])->has_rollback);
	unload(&l);
}

TEST(model_full_http)
{
	struct loaded l;
	load_parts(&l, full_head, full_tail);
	const struct http_args *h = l.book->steps.items[4]->http;
	CHECK(h->basic_user && h->basic_password && !h->bearer);
	CHECK_INT(h->follow, 3);
	CHECK_INT(h->max_bytes, 10000000);
	CHECK_INT(h->tls->insecure, 0);
	CHECK_TEXT(http_method(h), "PATCH");
	h = l.book->steps.items[5]->http;
	CHECK(h->follow > 1 && h->bearer);
	CHECK_TEXT(http_method(h), "POST");
	CHECK_INT(step_effect(l.book->steps.items[5]), EFFECT_WRITES);
	CHECK_INT(l.book->steps.items[6]->http->follow, 0);
	CHECK_INT(l.book->steps.items[7]->http->follow, INT64_MIN);
	unload(&l);
}

static const char example_head[] =
	"version: 1\n"
	"runbook: deploy                      # machine name: [a-z][a-z0-9_-]*\n"
	"title: Production Deployment\n"
	"about:                               # the document around the steps; `runbook doc` "
	"prints it\n"
	"  owner: Solo Founder\n"
	"  frequency: 1-2x per week\n"
	"  purpose: Deploy code changes to production with minimal risk, verified and reversible.\n"
	"  success_criteria: [Zero-downtime deployment, All tests passing]\n"
	"  related: [hotfix.yml, incident-response.yml]\n"
	"\n"
	"inputs:                              # typed; --input version=v1.2.3, --inputs FILE, or "
	"asked for on a terminal\n"
	"  version:    { type: string, required: true, pattern: '^v\\d+\\.\\d+\\.\\d+$', about: "
	"The release to ship }\n"
	"  strategy:   { type: choice, options: [ci, manual], default: manual }\n"
	"  migrate:    { type: boolean, default: false }\n"
	"  api:        { type: url, default: 'https://api.example.com' }\n"
	"  prometheus: { type: url, default: 'http://localhost:9090' }\n"
	"\n"
	"secrets:                             # references only; masked wherever they would be "
	"printed or stored\n"
	"  slack: { env: SLACK_WEBHOOK_URL }  # or file: PATH, or command: [pass, show, slack]\n"
	"\n"
	"targets: { duration: 30m, success_rate: 0.95, rollback_rate: 0.10, frequency: 2/week }\n"
	"lock: { name: production, reason: 'deploy ${{ inputs.version }}' }\n"
	"deadline: 2h\n"
	"\n"
	"watch:                               # sampled in the background while the run is open\n"
	"  error_rate:\n"
	"    after: deploy                    # default: from the start\n"
	"    every: 15s\n"
	"    uses: prometheus/query\n"
	"    with: { url: '${{ inputs.prometheus }}', query: 'job:errors:ratio1m' }\n"
	"    value: result                    # a Lua expression over the sample's outputs\n"
	"  p95:\n"
	"    every: 15s\n"
	"    http: '${{ inputs.api }}/metrics.json'\n"
	"    value: json.p95_ms\n"
	"\n"
	"steps:\n"
	"  - id: ci_green\n"
	"    name: All tests pass on main\n"
	"    uses: github/checks\n"
	"    with: { repo: acme/shop, ref: main }\n"
	"    hints: [Fix the tests before deploying]\n"
	"\n"
	"  - id: previous\n"
	"    run: git describe --tags --abbrev=0\n"
	"    effects: none                    # changes nothing, so it needs no rollback and runs "
	"for real in `plan --probe`\n"
	"    outputs: { tag: trim(stdout) }\n"
	"\n"
	"  - id: approve\n"
	"    confirm: Deploy ${{ inputs.version }} over ${{ steps.previous.tag }}?\n"
	"\n"
	"  - id: backup\n"
	"    if: inputs.migrate\n"
	"    run: pg_dump \"$DATABASE_URL\" > backup.sql\n"
	"    effects: none\n"
	"    timeout: 10m\n";
static const char example_tail[] =
	"\n"
	"  - id: migrate\n"
	"    if: inputs.migrate\n"
	"    run: npm run migrate:production\n"
	"    rollback:\n"
	"      run: npm run migrate:undo\n"
	"\n"
	"  - id: deploy\n"
	"    choose:\n"
	"      - if: inputs.strategy == \"ci\"\n"
	"        uses: github/workflow\n"
	"        with: { workflow: deploy.yml, ref: main }\n"
	"      - else:\n"
	"        run: ./deploy.sh ${{ inputs.version }}\n"
	"    rollback:\n"
	"      run: ./deploy.sh ${{ steps.previous.tag }}\n"
	"\n"
	"  - id: health\n"
	"    http: { url: '${{ inputs.api }}/health', timeout: 5s }\n"
	"    retry: { attempts: 10, delay: 2s, backoff: 1.5 }     # repeats until the action and "
	"`expect` both hold\n"
	"    expect:\n"
	"      - status == 200\n"
	"      - json.version == inputs.version\n"
	"\n"
	"  - id: smoke\n"
	"    parallel:\n"
	"      - http: '${{ inputs.api }}/'\n"
	"        expect: [status == 200]\n"
	"      - http: { method: POST, url: '${{ inputs.api }}/signup', json: { email: "
	"probe@example.com } }\n"
	"        expect: [status == 201]\n"
	"        keep: Probe accounts are swept every night\n"
	"\n"
	"  - id: bake\n"
	"    monitor: { for: 30m }            # stay and keep sampling until the time is up\n"
	"\n"
	"  - id: tag\n"
	"    run: |\n"
	"      git tag ${{ inputs.version }}\n"
	"      git push origin ${{ inputs.version }}\n"
	"    irreversible: A pushed tag is public\n"
	"\n"
	"rollback:\n"
	"  before:                            # before anything is undone\n"
	"    - say: Rolling back because ${{ failure.reason }}\n"
	"  when:\n"
	"    - { if: watch.error_rate > 0.05, for: 5m, reason: Error rate above 5% for more than 5 "
	"minutes }\n"
	"    - { if: watch.p95 > 500, for: 10m }\n"
	"    - if: steps.smoke.failed\n"
	"  steps:                             # after the steps' own rollbacks\n"
	"    - http: '${{ inputs.api }}/health'\n"
	"      expect: [status == 200]\n"
	"  verify: { if: watch.error_rate <= 0.05, for: 2m }      # recovery has to be shown, not "
	"assumed\n"
	"\n"
	"finally:                             # always, however the run ends\n"
	"  - uses: slack/post\n"
	"    with: { webhook: '${{ secrets.slack }}', text: '${{ inputs.version }}: ${{ run.status "
	"}} ${{ run.reason }}' }\n";

TEST(model_contract_example)
{
	struct loaded l;
	load_parts(&l, example_head, example_tail);
	CHECK_TEXT(told(&l), "");
	CHECK_INT(l.book->steps.count, 10);
	const struct step *choose = l.book->steps.items[5];
	CHECK_INT(choose->action, ACTION_CHOOSE);
	CHECK_INT(choose->steps->count, 2);
	CHECK_INT(choose->steps->items[1]->is_else, 1);
	CHECK_INT(step_effect(l.book->steps.items[1]), EFFECT_NONE);
	CHECK_INT(step_effect(l.book->steps.items[6]), EFFECT_READS);
	CHECK_INT(step_effect(l.book->steps.items[7]), EFFECT_WRITES);
	unload(&l);
}
