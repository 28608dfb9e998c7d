/*
 * What has been read of a process, as steps of a runbook.
 */
#include "tool/import_private.h"

#include "base/json.h"

/* ---- text ----------------------------------------------------------------------------------- */

/* Quoted, so that nothing in it is YAML; `${{` loses its meaning, and so do the marks of Markdown.
 */
void import_text(struct strbuf *b, struct str text)
{
	struct strbuf plain = {0};

	for (size_t i = 0; i < text.len; i++) {
		struct str rest = {text.at + i, text.len - i};

		if (str_starts_with(rest, STR("${{")))
			strbuf_putc(&plain, '$');
		if (str_starts_with(rest, STR("**"))) {
			i++;
			continue;
		}
		strbuf_putc(&plain, text.at[i]);
	}
	json_quote(b, str_trim(strbuf_str(&plain)));
	strbuf_release(&plain);
}

bool import_has_word(struct str text, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= text.len; i++) {
		if (strncasecmp(text.at + i, word, len) == 0)
			return true;
	}
	return false;
}

/* Lower-case words joined by `_`; with a number it is unique and no word of Lua. */
void import_id(struct strbuf *b, struct str text, unsigned number)
{
	size_t start = b->len;
	unsigned words = 0;

	for (size_t i = 0; i < text.len && words < 4; i++) {
		char c = text.at[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9' && b->len > start)) {
			strbuf_putc(b, c);
		} else if (b->len > start && b->at[b->len - 1] != '_') {
			strbuf_putc(b, '_');
			words++;
		}
	}
	while (b->len > start && b->at[b->len - 1] == '_')
		b->len--;
	if (b->len == start)
		strbuf_puts(b, "part");
	if (number)
		strbuf_printf(b, "_%u", number);
}

/* ---- steps ---------------------------------------------------------------------------------- */

static void flush_list(struct import *m, const char *action, struct strbuf *items)
{
	if (items->len)
		strbuf_printf(&m->steps, "      - %s:\n%.*s", action, STR_ARGS(strbuf_str(items)));
	strbuf_clear(items);
}

void import_flush_ticks(struct import *m)
{
	flush_list(m, "checklist", &m->ticks);
	flush_list(m, "assert", &m->asserts);
}

/* A number to compare with needs nobody to look. */
static bool take_assert(struct import *m, struct str text)
{
	struct strbuf condition = {0}, hold = {0};
	bool is_metric = import_metric(m, text, &condition, &hold);

	if (is_metric)
		strbuf_printf(&m->asserts, "          - %.*s\n", STR_ARGS(strbuf_str(&condition)));
	strbuf_release(&condition);
	strbuf_release(&hold);
	return is_metric;
}

void import_tick(struct import *m, struct str text)
{
	if (take_assert(m, text))
		return;
	strbuf_puts(&m->ticks, "          - ");
	import_text(&m->ticks, text);
	strbuf_putc(&m->ticks, '\n');
}

/* `Monitor for 30 minutes` */
static bool take_monitor(struct import *m, struct str text)
{
	struct strbuf hold = {0};
	bool is_monitor = import_has_word(text, "monitor") && import_has_word(text, " for ") &&
			  import_duration(text, &hold);

	if (is_monitor)
		strbuf_printf(
			&m->steps, "      - monitor: { for: %.*s }\n", STR_ARGS(strbuf_str(&hold)));
	strbuf_release(&hold);
	return is_monitor;
}

void import_question(struct import *m, struct str text)
{
	import_flush_ticks(m);
	m->is_alternative = strncasecmp(text.at, "or ", text.len < 3 ? text.len : 3) == 0;
	if (take_monitor(m, text))
		return;
	strbuf_puts(&m->steps, "      - confirm: ");
	import_text(&m->steps, text);
	strbuf_putc(&m->steps, '\n');
}

/* Only comments and empty lines: nothing to run. */
static bool is_comment(struct str code)
{
	while (code.len) {
		const char *end = memchr(code.at, '\n', code.len);
		size_t len = end ? (size_t)(end - code.at) : code.len;
		struct str line = str_trim((struct str){code.at, len});

		if (line.len && line.at[0] != '#')
			return false;
		len += end != NULL;
		code = (struct str){code.at + len, code.len - len};
	}
	return true;
}

/* A block as it is written where YAML reads it so, else quoted. */
static void put_script(struct strbuf *b, struct str script)
{
	bool is_plain = script.len && script.at[0] != ' ' && script.at[0] != '\n';

	for (size_t i = 0; i < script.len; i++) {
		unsigned char c = (unsigned char)script.at[i];

		is_plain &= (c >= ' ' && c < 0x7f) || c == '\n';
	}
	if (!is_plain) {
		json_quote(b, script);
		strbuf_putc(b, '\n');
		return;
	}
	strbuf_puts(b, "|\n");
	while (script.len) {
		const char *end = memchr(script.at, '\n', script.len);
		size_t len = end ? (size_t)(end - script.at) : script.len;

		if (len)
			strbuf_puts(b, "          ");
		strbuf_add(b, script.at, len);
		strbuf_putc(b, '\n');
		len += end != NULL;
		script = (struct str){script.at + len, script.len - len};
	}
}

static void put_plain(struct strbuf *b, struct str code)
{
	for (size_t i = 0; i < code.len; i++) {
		if (str_starts_with((struct str){code.at + i, code.len - i}, STR("${{")))
			strbuf_putc(b, '$');
		strbuf_putc(b, code.at[i]);
	}
}

void import_flush_code(struct import *m)
{
	struct str code = strbuf_str(&m->code);
	struct strbuf script = {0};

	import_flush_ticks(m);
	put_plain(&script, code);
	if (is_comment(code)) {
		strbuf_release(&script);
		strbuf_clear(&m->code);
		return;
	}
	if (m->is_alternative) {
		/* Another way to do what was just done: not to be done as well. */
		strbuf_puts(&m->steps, "      - say: ");
		json_quote(&m->steps, str_trim(strbuf_str(&script)));
		strbuf_putc(&m->steps, '\n');
	} else {
		strbuf_puts(&m->steps, "      - confirm: Run the commands below? They are as the "
				       "document has them, and were not checked.\n"
				       "      - run: ");
		put_script(&m->steps, strbuf_str(&script));
		m->script_count++;
	}
	strbuf_release(&script);
	strbuf_clear(&m->code);
}

/* The way back belongs to the group that releases, or else to the first that runs anything. */
static void note_undone(struct import *m)
{
	bool is_release =
		(import_has_word(m->name, "deploy") || import_has_word(m->name, "release")) &&
		!import_has_word(m->name, "pre-") && !import_has_word(m->name, "post-");

	if (!m->script_count || m->undoes_release || (m->undo_at && !is_release))
		return;
	m->undo_at = m->groups.len;
	m->undoes_release = is_release;
}

static void put_group(struct import *m)
{
	strbuf_puts(&m->groups, "\n  - id: ");
	import_id(&m->groups, m->name, ++m->group_count);
	strbuf_puts(&m->groups, "\n    name: ");
	import_text(&m->groups, m->name);
	if (m->what.len) {
		strbuf_puts(&m->groups, "\n    what: ");
		import_text(&m->groups, strbuf_str(&m->what));
	}
	if (m->hints.len)
		strbuf_puts(&m->groups, "\n    hints:\n");
	else
		strbuf_putc(&m->groups, '\n');
	strbuf_put(&m->groups, strbuf_str(&m->hints));
	strbuf_puts(&m->groups, "    steps:\n");
	strbuf_put(&m->groups, strbuf_str(&m->steps));
	note_undone(m);
}

void import_flush_group(struct import *m)
{
	import_flush_ticks(m);
	if (!m->name.len)
		m->name = strbuf_str(&m->title);
	if (m->chapter != CHAPTER_ROLLBACK && m->name.len && !m->steps.len && m->what.len)
		import_question(m, m->name);
	if (m->steps.len && m->chapter == CHAPTER_ROLLBACK)
		strbuf_put(&m->undo, strbuf_str(&m->steps));
	else if (m->steps.len)
		put_group(m);
	strbuf_clear(&m->what);
	strbuf_clear(&m->hints);
	strbuf_clear(&m->steps);
	m->script_count = 0;
	m->is_alternative = false;
	m->label = LABEL_NONE;
}

/* ---- the draft ------------------------------------------------------------------------------ */

static void put_about(struct strbuf *b, const struct import *m)
{
	if (!m->facts.len && !m->purpose.len && !m->criteria.len && !m->more.len)
		return;
	strbuf_puts(b, "about:\n");
	strbuf_put(b, strbuf_str(&m->facts));
	if (m->purpose.len) {
		strbuf_puts(b, "  purpose: ");
		import_text(b, strbuf_str(&m->purpose));
		strbuf_putc(b, '\n');
	}
	if (m->criteria.len)
		strbuf_puts(b, "  success_criteria:\n");
	strbuf_put(b, strbuf_str(&m->criteria));
	if (m->more.len)
		strbuf_puts(b, "  more:\n");
	strbuf_put(b, strbuf_str(&m->more));
}

static void put_watches(struct strbuf *b, const struct import *m)
{
	if (!m->watches.len)
		return;
	strbuf_puts(b,
		"\ninputs:\n"
		"  prometheus: { type: url, default: 'http://localhost:9090', about: Who has the "
		"metrics }\n"
		"\n# The queries are only names so far: say what each number is.\n"
		"watch:\n");
	strbuf_put(b, strbuf_str(&m->watches));
}

/* Reasons to roll back that only a person can see. */
static void put_reasons(struct import *m)
{
	if (!m->reasons.len)
		return;
	strbuf_printf(&m->groups,
		"\n  - id: no_reason_to_roll_%u\n"
		"    name: No reason to roll back\n"
		"    what: Whoever cannot tick one of these stops here; what was done is then "
		"undone.\n"
		"    checklist:\n%.*s",
		++m->group_count, STR_ARGS(strbuf_str(&m->reasons)));
}

/* Without a watch there is nothing to monitor, only a time to wait. */
static void put_group_text(struct strbuf *b, const struct import *m, struct str text)
{
	static const char monitor[] = "      - monitor: { for: ";
	ptrdiff_t at;

	while (!m->watches.len && (at = str_find(text, str_of(monitor), 0)) >= 0) {
		size_t from = (size_t)at + strlen(monitor);
		size_t len = (size_t)str_find(text, STR(" }"), from) - from;

		strbuf_printf(
			b, "%.*s      - wait: %.*s", (int)at, text.at, (int)len, text.at + from);
		text = (struct str){text.at + from + len + 2, text.len - from - len - 2};
	}
	strbuf_put(b, text);
}

static void put_groups(struct strbuf *b, const struct import *m)
{
	struct str text = strbuf_str(&m->groups);

	put_group_text(b, m, (struct str){text.at, m->undo_at});
	if (m->undo.len && m->undo_at)
		strbuf_printf(b, "    rollback:\n%.*s", STR_ARGS(strbuf_str(&m->undo)));
	put_group_text(b, m, (struct str){text.at + m->undo_at, text.len - m->undo_at});
}

static void put_rollback(struct strbuf *b, const struct import *m)
{
	bool is_loose = m->undo.len && !m->undo_at;

	if (!m->conditions.len && !is_loose)
		return;
	strbuf_puts(b, "\nrollback:\n");
	if (m->conditions.len)
		strbuf_printf(b, "  when:\n%.*s", STR_ARGS(strbuf_str(&m->conditions)));
	if (is_loose)
		strbuf_printf(b, "  steps:\n%.*s", STR_ARGS(strbuf_str(&m->undo)));
}

void import_draft(struct strbuf *b, struct import *m, const char *name)
{
	strbuf_puts(b, "# A draft from ");
	for (const char *c = name; *c; c++)
		strbuf_putc(b, (unsigned char)*c < ' ' ? ' ' : *c);
	strbuf_puts(b,
		". Nothing in it was checked: say of each step what it changes (`effects`),\n"
		"# how it is undone (`rollback`) and what has to hold (`expect`), then let "
		"`runbook lint` look at it.\nversion: 1\nrunbook: ");
	import_id(b, m->title.len ? strbuf_str(&m->title) : STR("draft"), 0);
	strbuf_puts(b, "\ntitle: ");
	import_text(b, m->title.len ? strbuf_str(&m->title) : STR("Draft"));
	strbuf_putc(b, '\n');
	put_about(b, m);
	put_watches(b, m);
	put_reasons(m);
	strbuf_puts(b, "\nsteps:");
	put_groups(b, m);
	put_rollback(b, m);
}
