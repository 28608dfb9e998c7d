/*
 * JUnit XML: a suite for the runbook, a case for each step that ended, whether it goes forward or
 * back. Groups have no case, unless one fails of itself. A run that did not succeed has a case that
 * failed: where no step did, that is the condition, the watch or the run itself.
 */
#include "output/output.h"

#include "base/duration.h"
#include "base/utc.h"
#include "base/xml.h"
#include "output/account.h"
#include "output/board.h"
#include "output/summary.h"
#include "output/watching.h"
#include "output/writer.h"

struct test_case {
	struct str name, reason, message, details, tail;
	enum step_status state;
	int64_t duration_ns;
	uint32_t node;
};

struct junit {
	struct sink sink;
	const struct plan *plan;
	struct arena arena;
	struct writer writer;
	struct watching watching;
	struct account account;
	int64_t verify_ns; /* when it began to look for recovery */
	struct str runbook, run;
	int64_t wall_ns;
	struct test_case *cases;
	size_t count, cap;
};

/* ---- XML ------------------------------------------------------------------------------------- */

static void put_seconds(struct strbuf *b, int64_t ns)
{
	int64_t ms = (ns + NS_PER_MS / 2) / NS_PER_MS;
	strbuf_printf(b, " time=\"%lld.%03d\"", (long long)(ms / 1000), (int)(ms % 1000));
}

static void put_timestamp(struct strbuf *b, int64_t wall_ns)
{
	strbuf_puts(b, " timestamp=\"");
	utc_print(b, wall_ns);
	strbuf_putc(b, '"');
}

/* ---- cases ----------------------------------------------------------------------------------- */

static struct str keep(struct junit *j, struct str s)
{
	return (struct str){arena_copy(&j->arena, s.at ? s.at : "", s.len), s.len};
}

static struct str keep_buf(struct junit *j, struct strbuf *b)
{
	struct str text = strbuf_take(b, &j->arena);
	strbuf_release(b);
	return text;
}

static bool is_group(const struct junit *j, uint32_t node)
{
	return j->plan && node < j->plan->count && j->plan->nodes[node].action >= ACTION_USES;
}

static bool has_failure_inside(const struct junit *j, uint32_t node)
{
	for (size_t i = 0; i < j->count; i++) {
		const struct test_case *c = &j->cases[i];
		if ((c->state == STEP_FAILED || c->state == STEP_UNKNOWN) &&
			plan_is_within(j->plan, c->node, node))
			return true;
	}
	return false;
}

/* A skipped group stands for what it held back; one that went well is told by its steps. */
static bool has_case(const struct junit *j, const struct event *e)
{
	if (node_is_check(j->plan, e->node))
		return false;
	bool holds_others = is_group(j, e->node) || step_is_loop(j->plan, e);
	if (!holds_others || e->state == STEP_SKIPPED)
		return true;
	bool has_failed = e->state == STEP_FAILED || e->state == STEP_UNKNOWN;
	return has_failed && !has_failure_inside(j, e->node);
}

static void put_list(struct strbuf *b, const char *before, const struct value *texts)
{
	for (size_t i = 0; texts->kind == VALUE_LIST && i < texts->list->count; i++) {
		strbuf_puts(b, before);
		value_print(b, &texts->list->items[i]);
		strbuf_putc(b, '\n');
	}
}

static struct str details_of(struct junit *j, const struct event *e)
{
	struct strbuf b = {0};
	reason_text(&b, e);
	if (b.len)
		strbuf_putc(&b, '\n');
	put_list(&b, "  ", &e->working);
	put_list(&b, "hint: ", &e->hints);
	if (e->log.len)
		strbuf_printf(&b, "log: %.*s\n", STR_ARGS(e->log));
	return keep_buf(j, &b);
}

/* Releases the name. */
static struct test_case *add_named(struct junit *j, struct strbuf *name, const struct event *e)
{
	if (j->count == j->cap) {
		j->cap = j->cap ? j->cap * 2 : 64;
		j->cases = heap_array(j->cases, j->cap, sizeof *j->cases);
	}
	j->cases[j->count] = (struct test_case){.name = keep_buf(j, name),
		.reason = keep(j, str_of(e->reason)),
		.message = keep(j, e->message),
		.details = details_of(j, e),
		.tail = keep(j, e->tail),
		.state = e->state,
		.duration_ns = e->duration_ns,
		.node = e->node};
	return &j->cases[j->count++];
}

static void add_case(struct junit *j, const struct event *e)
{
	struct strbuf name = {0};
	if (!has_case(j, e))
		return;
	step_label(&name, e);
	add_named(j, &name, e);
}

/* ---- cases of the run ------------------------------------------------------------------------ */

static bool has_failed(const struct junit *j)
{
	for (size_t i = 0; i < j->count; i++) {
		if (j->cases[i].state == STEP_FAILED || j->cases[i].state == STEP_UNKNOWN)
			return true;
	}
	return false;
}

/* `condition watch.error_rate > 0.05`, `watch p95`, `interrupt` */
static void name_of_turn(struct strbuf *out, const struct junit *j, const struct event *e)
{
	const struct watching *w = &j->watching;
	struct str reason = str_of(e->reason);
	bool is_blind = str_is(reason, "blind"), is_baseline = str_is(reason, "baseline");
	bool is_condition = str_is(reason, "condition") || is_baseline;
	for (size_t i = 0; i < w->watch_count && is_blind && !out->len; i++) {
		if (w->watches[i].is_blind)
			strbuf_printf(out, "watch %.*s", STR_ARGS(strbuf_str(&w->watches[i].name)));
	}
	for (size_t i = 0; i < w->rule_count && is_condition && !out->len; i++) {
		const struct rule *r = &w->rules[i];
		bool counts = !r->is_muted && !r->is_observed && !r->is_verify;
		if (counts && (r->phase == CONDITION_FIRING || (is_baseline && r->phase)))
			strbuf_printf(out, "condition %.*s", STR_ARGS(rule_name(r)));
	}
	if (!out->len)
		strbuf_put(out, reason.len ? reason : STR("run"));
}

static void put_evidence(struct strbuf *b, const struct value *samples)
{
	for (size_t i = 0; samples->kind == VALUE_MAP && i < samples->map->count; i++) {
		const struct entry *s = &samples->map->entries[i];
		strbuf_printf(b, "%.*s:", STR_ARGS(entry_key(s)));
		for (size_t k = 0; s->value.kind == VALUE_LIST && k < s->value.list->count; k++) {
			strbuf_putc(b, ' ');
			value_print(b, &s->value.list->items[k]);
		}
		strbuf_putc(b, '\n');
	}
}

/* The run turns: because a step failed, that has its case; or because of what was seen. */
static void add_turn(struct junit *j, const struct event *e)
{
	struct strbuf name = {0}, details = {0};
	if (has_failed(j))
		return;
	name_of_turn(&name, j, e);
	struct test_case *c = add_named(j, &name, e);
	c->state = STEP_FAILED;
	c->node = NODE_NONE;
	strbuf_put(&details, c->details);
	put_evidence(&details, &e->samples);
	c->details = keep_buf(j, &details);
}

static void add_recovery(struct junit *j, const struct event *e)
{
	struct strbuf name = {0};
	if (!j->verify_ns)
		return;
	strbuf_puts(&name, "rollback.verify");
	struct test_case *c = add_named(j, &name, e);
	c->state = str_is(str_of(e->reason), "ineffective") ? STEP_FAILED : STEP_OK;
	c->duration_ns = e->time_ns - j->verify_ns;
	c->node = NODE_NONE;
}

/* Whatever the end was: that it was not a good one is seen. */
static void add_end(struct junit *j, const struct event *e)
{
	struct strbuf name = {0};
	if (e->status == RUN_SUCCEEDED || e->status == RUN_OPEN || has_failed(j))
		return;
	strbuf_puts(&name, "run");
	struct test_case *c = add_named(j, &name, e);
	c->state = STEP_FAILED;
	c->node = NODE_NONE;
	if (!c->reason.len)
		c->reason = str_of(run_status_names[e->status]);
}

/* Another attempt of a group: what its steps did in the last one does not count. */
static void forget_cases(struct junit *j, const struct event *e)
{
	if (!is_group(j, e->node) || e->item.len)
		return;
	size_t kept = 0;
	for (size_t i = 0; i < j->count; i++) {
		if (!plan_is_within(j->plan, j->cases[i].node, e->node))
			j->cases[kept++] = j->cases[i];
	}
	j->count = kept;
}

/* ---- the document ---------------------------------------------------------------------------- */

static void put_element(struct strbuf *b, const char *name, struct str text)
{
	strbuf_printf(b, "      <%s>", name);
	xml_text(b, text);
	strbuf_printf(b, "</%s>\n", name);
}

static void put_fault(struct strbuf *b, const char *name, const struct test_case *c)
{
	strbuf_printf(b, "      <%s", name);
	xml_attribute(b, "type", c->reason.len ? c->reason : STR("failed"));
	xml_attribute(b, "message", c->message.len ? c->message : c->reason);
	strbuf_putc(b, '>');
	xml_text(b, c->details);
	strbuf_printf(b, "</%s>\n", name);
}

static void put_skipped(struct strbuf *b, const struct test_case *c)
{
	strbuf_puts(b, "      <skipped");
	struct str why = c->message.len ? c->message : c->reason;
	if (!why.len && c->state == STEP_CANCELLED)
		why = STR("cancelled");
	if (why.len)
		xml_attribute(b, "message", why);
	strbuf_puts(b, "/>\n");
}

static void put_case(struct junit *j, const struct test_case *c)
{
	struct strbuf *b = &j->writer.pending;
	strbuf_puts(b, "    <testcase");
	xml_attribute(b, "classname", j->runbook);
	xml_attribute(b, "name", c->name);
	put_seconds(b, c->duration_ns);
	if (c->state == STEP_OK && !c->tail.len) {
		strbuf_puts(b, "/>\n");
		return;
	}
	strbuf_puts(b, ">\n");
	if (c->state == STEP_SKIPPED || c->state == STEP_CANCELLED)
		put_skipped(b, c);
	if (c->state == STEP_FAILED)
		put_fault(b, "failure", c);
	if (c->state == STEP_UNKNOWN)
		put_fault(b, "error", c);
	/* The run may succeed in spite of it: no failure, but not without a word. */
	if (c->state == STEP_WARNED)
		put_element(b, "system-err", c->details);
	if (c->tail.len)
		put_element(b, "system-out", c->tail);
	strbuf_puts(b, "    </testcase>\n");
}

static void put_totals(struct junit *j, int64_t duration_ns)
{
	struct strbuf *b = &j->writer.pending;
	size_t states[STEP_UNKNOWN + 1] = {0};
	for (size_t i = 0; i < j->count; i++)
		states[j->cases[i].state]++;
	strbuf_printf(b, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"", j->count,
		states[STEP_FAILED], states[STEP_UNKNOWN],
		states[STEP_SKIPPED] + states[STEP_CANCELLED]);
	put_seconds(b, duration_ns);
}

static void put_account_line(void *context, struct str label, struct str text)
{
	struct strbuf *b = context;
	strbuf_printf(b, "%.*s: %.*s\n", STR_ARGS(label), STR_ARGS(text));
}

static void put_account(struct junit *j, const struct event *e)
{
	struct strbuf text = {0}, *b = &j->writer.pending;
	account_tell(&j->account, e, put_account_line, &text);
	if (text.len) {
		strbuf_puts(b, "    <system-out>");
		xml_text(b, strbuf_str(&text));
		strbuf_puts(b, "</system-out>\n");
	}
	strbuf_release(&text);
}

static void put_document(struct junit *j, const struct event *e)
{
	struct strbuf *b = &j->writer.pending;
	int64_t duration_ns = e->duration_ns ? e->duration_ns : e->time_ns;
	strbuf_puts(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	put_totals(j, duration_ns);
	strbuf_puts(b, ">\n  <testsuite");
	xml_attribute(b, "name", j->runbook);
	put_totals(j, duration_ns);
	put_timestamp(b, j->wall_ns);
	strbuf_puts(b, ">\n    <properties>\n      <property name=\"run\"");
	xml_attribute(b, "value", j->run);
	strbuf_puts(b, "/>\n      <property name=\"status\"");
	xml_attribute(b, "value", str_of(run_status_names[e->status]));
	strbuf_puts(b, "/>\n    </properties>\n");
	for (size_t i = 0; i < j->count; i++) {
		put_case(j, &j->cases[i]);
		writer_relieve(&j->writer);
	}
	put_account(j, e);
	strbuf_puts(b, "  </testsuite>\n</testsuites>\n");
	writer_flush(&j->writer);
	j->sink.error = j->writer.error;
}

/* ---- the sink -------------------------------------------------------------------------------- */

static void run_started(struct junit *j, const struct event *e)
{
	const struct plan *p = j->plan;
	j->runbook = keep(j, e->runbook.len || !p || !p->book ? e->runbook : p->book->name);
	j->run = keep(j, e->run);
	j->wall_ns = e->wall_ns;
}

static void junit_event(struct sink *s, const struct event *e)
{
	struct junit *j = (struct junit *)s;
	watching_apply(&j->watching, e);
	account_add(&j->account, e);
	if (e->kind == EVENT_RUN_STARTED)
		run_started(j, e);
	else if (e->kind == EVENT_STEP_RETRY)
		forget_cases(j, e);
	else if (e->kind == EVENT_STEP_FINISHED)
		add_case(j, e);
	else if (e->kind == EVENT_HOLD || e->kind == EVENT_REFUSED ||
		 e->kind == EVENT_ROLLBACK_STARTED)
		add_turn(j, e);
	else if (e->kind == EVENT_STAGE && e->stage == STAGE_VERIFY)
		j->verify_ns = e->time_ns;
	else if (e->kind == EVENT_ROLLBACK_FINISHED)
		add_recovery(j, e);
	if (e->kind == EVENT_RUN_FINISHED) {
		add_end(j, e);
		put_document(j, e);
	}
}

/* The document is about all of the run. */
static void junit_recall(struct sink *s, const struct event *e)
{
	if (e->kind != EVENT_RUN_FINISHED)
		junit_event(s, e);
}

static void junit_free(struct sink *s)
{
	struct junit *j = (struct junit *)s;
	writer_release(&j->writer);
	watching_release(&j->watching);
	account_release(&j->account);
	arena_release(&j->arena);
	free(j->cases);
	free(j);
}

struct sink *junit_sink_new(int fd, const struct plan *plan)
{
	struct junit *j = heap_alloc(sizeof *j);
	*j = (struct junit){
		.sink = {.event = junit_event, .recall = junit_recall, .free = junit_free},
		.plan = plan,
		.writer = {.fd = fd}};
	arena_init(&j->arena);
	watching_init(&j->watching, plan);
	account_init(&j->account, plan);
	return &j->sink;
}
