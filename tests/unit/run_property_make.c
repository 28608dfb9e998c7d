/* Makes random runbooks, and the script of the world that they run in. */
#include "run_property.h"

#define MENDED 0x1ffu

bool is_left_out(enum leave_out what)
{
	const char *with = getenv("RUNBOOK_PROPERTY_WITH");
	return !(((with ? strtoull(with, NULL, 0) : MENDED) >> what) & 1);
}

static uint64_t chance_next(struct chance *c)
{
	uint64_t z = (c->state += UINT64_C(0x9E3779B97F4A7C15));
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

unsigned below(struct chance *c, unsigned n)
{
	return (unsigned)(chance_next(c) % n);
}

bool percent(struct chance *c, unsigned p)
{
	return below(c, 100) < p;
}

/* ---- a random runbook and its world ---------------------------------------------------------- */

static void make_step(struct making *m, unsigned depth, bool may_need, const unsigned *before,
	unsigned before_count, const char *guard);

/* How each attempt of a request ends. */
static void script(struct making *m, const char *name, unsigned fails, bool is_http)
{
	struct chance *c = &m->chance;
	unsigned attempts = 1 + below(c, 3);
	if (percent(c, 25))
		return;
	if (is_http && percent(c, 10) && !is_left_out(OUT_UNSENT_RETRY)) {
		strbuf_printf(&m->world, "%s: { reason: connect, sent: false }\n", name);
		return;
	}
	strbuf_printf(&m->world, "%s: [", name);
	for (unsigned i = 0; i < attempts; i++) {
		strbuf_printf(&m->world, "%s{ takes: %us, term: %us", i ? ", " : "", below(c, 40),
			below(c, 5));
		if (percent(c, fails)) {
			unsigned way = below(c, 3);
			if (is_http)
				strbuf_puts(&m->world, way ? ", status: 500" : ", reason: reset");
			else
				strbuf_puts(&m->world, way ? ", exit_code: 1" : ", signal: KILL");
		}
		strbuf_puts(&m->world, " }");
	}
	strbuf_puts(&m->world, "]\n");
}

static void make_rollback(struct making *m, unsigned id)
{
	struct chance *c = &m->chance;
	char name[32];
	bool is_list = percent(c, 15);
	if (is_list) {
		strbuf_printf(&m->book, ", rollback: [{ run: \"undo %u\" }, { run: \"rest %u\" }]",
			id, id);
	} else {
		strbuf_printf(&m->book, ", rollback: { run: \"undo %u\"", id);
		if (percent(c, 10))
			strbuf_puts(&m->book, ", if: self.ok");
		if (percent(c, 50))
			strbuf_printf(
				&m->book, ", retry: { attempts: %u, delay: 1s }", 1 + below(c, 3));
		if (percent(c, 30))
			strbuf_puts(&m->book, ", timeout: 20s");
		strbuf_puts(&m->book, " }");
	}
	snprintf(name, sizeof name, is_list ? "s%u.rollback.1" : "s%u.rollback", id);
	script(m, name, 25, false);
}

static void make_list(struct making *m, const char *key, unsigned depth, bool may_need)
{
	unsigned count = 1 + below(&m->chance, 4), ids[8];
	strbuf_printf(&m->book, ", %s: [", key);
	for (unsigned i = 0; i < count; i++) {
		strbuf_puts(&m->book, i ? ", " : "");
		ids[i] = m->ids;
		make_step(m, depth + 1, may_need, ids, i, NULL);
	}
	strbuf_puts(&m->book, "]");
}

static void make_branches(struct making *m, unsigned depth)
{
	unsigned count = 1 + below(&m->chance, 2);
	strbuf_puts(&m->book, ", choose: [");
	for (unsigned i = 0; i < count; i++) {
		make_step(m, depth + 1, false, NULL, 0,
			percent(&m->chance, 50) ? "if: true, " : "if: false, ");
		strbuf_puts(&m->book, ", ");
	}
	make_step(m, depth + 1, false, NULL, 0, "else: , ");
	strbuf_puts(&m->book, "]");
}

static void make_loop(struct making *m)
{
	strbuf_printf(&m->book, ", for_each: [1, 2, 3], limit: %u", 1 + below(&m->chance, 3));
}

/* The action; says whether it may have an effect that can be undone. */
static bool make_action(struct making *m, unsigned id, unsigned depth)
{
	struct chance *c = &m->chance;
	unsigned kind = below(c, depth < 3 ? 100 : 66);
	bool was_in_loop = m->in_loop;
	char name[32];
	snprintf(name, sizeof name, "s%u", id);
	if (kind < 44 || (kind >= 94 && m->in_loop)) {
		strbuf_printf(&m->book, ", run: \"do %u\"", id);
		script(m, name, 14, false);
	} else if (kind < 52) {
		strbuf_puts(&m->book, ", http: { method: POST, url: 'http://localhost/' }");
		script(m, name, 14, true);
	} else if (kind < 57) {
		strbuf_printf(&m->book, ", wait: %us", below(c, 60));
		return false;
	} else if (kind < 60) {
		strbuf_puts(&m->book, ", confirm: \"well?\"");
		return false;
	} else if (kind < 62) {
		strbuf_printf(&m->book, ", assert: \"%s\"", percent(c, 90) ? "true" : "false");
		return false;
	} else if (kind < 66) {
		strbuf_printf(
			&m->book, ", monitor: { for: %us, min_coverage: 0.1 }", 20 + below(c, 80));
		return false;
	} else if (kind < 76) {
		make_list(m, "steps", depth, true);
	} else if (kind < 85) {
		make_list(m, "parallel", depth, false);
		if (percent(c, 30))
			strbuf_puts(&m->book, ", limit: 2");
	} else if (kind < 90) {
		make_branches(m, depth);
	} else if (kind < 94) {
		strbuf_printf(&m->book, ", run: \"do %u\"", id);
		make_loop(m);
		script(m, name, 10, false);
	} else {
		m->in_loop = true;
		make_loop(m);
		make_list(m, "steps", depth, true);
		m->in_loop = was_in_loop;
	}
	return true;
}

static bool is_group(struct str text)
{
	return str_find(text, STR(", steps: ["), 0) >= 0 ||
	       str_find(text, STR(", parallel: ["), 0) >= 0 ||
	       str_find(text, STR(", choose: ["), 0) >= 0;
}

static void make_needs(struct making *m, const unsigned *before, unsigned count)
{
	bool is_first = true;
	strbuf_puts(&m->book, ", needs: [");
	for (unsigned i = 0; i < count; i++) {
		if (!percent(&m->chance, 35))
			continue;
		strbuf_printf(&m->book, "%ss%u", is_first ? "" : ", ", before[i]);
		is_first = false;
	}
	strbuf_puts(&m->book, "]");
}

static void make_step(struct making *m, unsigned depth, bool may_need, const unsigned *before,
	unsigned before_count, const char *guard)
{
	struct chance *c = &m->chance;
	unsigned id = m->ids++;
	size_t from = m->book.len;
	strbuf_printf(&m->book, "{ %sid: s%u", guard ? guard : "", id);
	bool has_effect = make_action(m, id, depth);
	struct str text = {m->book.at + from, m->book.len - from};
	bool has_parts = is_group(text);
	if (has_effect && percent(c, has_parts ? 20 : 55))
		make_rollback(m, id);
	else if (has_effect && !has_parts && percent(c, 15))
		strbuf_puts(&m->book, ", effects: none");
	else if (has_effect && !has_parts && percent(c, 3))
		strbuf_puts(&m->book, ", irreversible: \"it is public\"");
	if (percent(c, 12))
		strbuf_puts(&m->book, ", on_failure: continue");
	if (has_effect && percent(c, 18) && (!has_parts || !is_left_out(OUT_GROUP_RETRY)))
		strbuf_printf(&m->book, ", retry: { attempts: %u, delay: %us }", 1 + below(c, 3),
			below(c, 30));
	if (has_effect && percent(c, 10))
		strbuf_printf(&m->book, ", timeout: %us", 5 + below(c, 60));
	if (!guard && percent(c, 6))
		strbuf_puts(&m->book, ", if: false");
	if (may_need && percent(c, 45))
		make_needs(m, before, before_count);
	strbuf_puts(&m->book, " }");
}

static void make_watches(struct making *m)
{
	struct chance *c = &m->chance;
	m->watches = below(c, 3);
	if (m->watches)
		strbuf_puts(&m->book, "watch:\n");
	for (unsigned i = 0; i < m->watches; i++) {
		unsigned samples = 1 + below(c, 14);
		strbuf_printf(&m->book,
			"  w%u: { every: 10s, run: \"look\", value: tonumber(trim(stdout))", i);
		if (percent(c, 50))
			strbuf_printf(&m->book, ", after: s%u", 0u);
		strbuf_puts(&m->book, " }\n");
		strbuf_printf(&m->world, "watch.w%u: [", i);
		for (unsigned k = 0; k < samples; k++) {
			unsigned kind = below(c, 10);
			strbuf_printf(&m->world, "%s{ %s%s }", k ? ", " : "",
				kind < 6   ? "stdout: \"1\""
				: kind < 8 ? "stdout: \"9\""
					   : "exit_code: 1",
				percent(c, 10)	 ? ", takes: 12s"
				: percent(c, 30) ? ", takes: 1s"
						 : "");
		}
		strbuf_puts(&m->world, "]\n");
	}
}

static void make_condition(struct making *m)
{
	static const char *const ways[] = {
		"", ", for: 20s", ", for: 35s", ", confirm: 2", ", breach: 2, of: 4"};
	struct chance *c = &m->chance;
	strbuf_printf(&m->book, "    - { if: 'watch.w%u > 5%s'%s", below(c, m->watches),
		percent(c, 15) ? " and true" : "", ways[below(c, 5)]);
	if (percent(c, 8))
		strbuf_puts(&m->book, ", mode: observe");
	else if (percent(c, 8))
		strbuf_puts(&m->book, ", mode: ask");
	strbuf_puts(&m->book, " }\n");
}

static void make_sections(struct making *m)
{
	static const char *const policies[] = {"hold", "rollback", "continue"};
	struct chance *c = &m->chance;
	strbuf_printf(&m->book, "rollback:\n  decide_within: %us\n", 20 + below(c, 60));
	strbuf_printf(&m->book, "  on_blind: %s\n",
		policies[below(c, is_left_out(OUT_BLIND_CONTINUE) ? 2 : 3)]);
	if (percent(c, 40))
		strbuf_puts(&m->book, "  on_interrupt: rollback\n");
	if (m->watches && percent(c, 80)) {
		strbuf_puts(&m->book, "  when:\n");
		for (unsigned i = 1 + below(c, 3); i > 0; i--)
			make_condition(m);
	}
	if (percent(c, 25)) {
		strbuf_puts(&m->book, "  before: [{ id: early, run: \"early\" }]\n");
		script(m, "early", 20, false);
	}
	if (percent(c, 25)) {
		strbuf_puts(&m->book, "  steps: [{ id: late, run: \"late\" }]\n");
		script(m, "late", 20, false);
	}
	if (m->watches && percent(c, 25))
		strbuf_puts(
			&m->book, "  verify: { if: watch.w0 < 5, for: 20s, decide_within: 90s }\n");
	if (percent(c, 30)) {
		strbuf_puts(&m->book, "finally:\n  - { id: last, run: \"last\" }\n");
		script(m, "last", 20, false);
	}
}

static void make_signals(struct making *m)
{
	struct chance *c = &m->chance;
	m->signals = percent(c, 20) ? 1 + below(c, 3) : 0;
	if (m->signals)
		strbuf_puts(&m->world, "signals: [");
	for (unsigned i = 0; i < m->signals; i++)
		strbuf_printf(&m->world, "%s{ at: %us, signal: %s }", i ? ", " : "", below(c, 120),
			percent(c, 60) ? "INT" : "TERM");
	if (m->signals)
		strbuf_puts(&m->world, "]\n");
}

void make_runbook(struct making *m, uint64_t seed)
{
	unsigned ids[12], count;
	*m = (struct making){.chance = {seed}};
	strbuf_puts(&m->book, "version: 1\nrunbook: r\n");
	strbuf_puts(&m->world, "start: 2026-01-01T00:00:00Z\n");
	if (percent(&m->chance, 10))
		strbuf_printf(&m->book, "deadline: %us\n", 20 + below(&m->chance, 200));
	make_watches(m);
	strbuf_puts(&m->book, "steps:\n");
	count = 1 + below(&m->chance, 7);
	for (unsigned i = 0; i < count; i++) {
		ids[i] = m->ids;
		strbuf_puts(&m->book, "  - ");
		make_step(m, 0, true, ids, i, NULL);
		strbuf_puts(&m->book, "\n");
	}
	make_sections(m);
	make_signals(m);
}
