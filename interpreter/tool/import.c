#include "tool/import_private.h"

static bool has_any(struct str text, const char *const *words)
{
	for (; *words; words++) {
		if (import_has_word(text, *words))
			return true;
	}
	return false;
}

/* ---- headings ------------------------------------------------------------------------------- */

static enum chapter chapter_of(struct str title)
{
	static const char *const checks[] = {"prerequisite", "verification", "verify", NULL};
	static const char *const undo[] = {"rollback", "roll back", "undo", NULL};
	static const char *const prose[] = {"when to use", "common issue", "metrics", "improvement",
		"related", "change log", "changelog", "resources", "notes", "contact", NULL};

	if (import_has_word(title, "purpose"))
		return CHAPTER_PURPOSE;
	if (has_any(title, undo))
		return CHAPTER_ROLLBACK;
	if (has_any(title, checks))
		return CHAPTER_CHECKS;
	return has_any(title, prose) ? CHAPTER_PROSE : CHAPTER_STEPS;
}

/* `Step 3: Deploy` is called `Deploy`. */
static struct str without_number(struct str title)
{
	ptrdiff_t colon = str_find(title, STR(": "), 0);

	if (colon > 0 && colon < 10 && strncasecmp(title.at, "step", 4) == 0)
		return str_trim((struct str){title.at + colon + 2, title.len - (size_t)colon - 2});
	return title;
}

/* A title given twice would be a key given twice. */
static void open_prose(struct import *m, struct str title)
{
	struct strbuf key = {0};

	strbuf_puts(&key, "    ");
	import_text(&key, title);
	strbuf_puts(&key, ":\n");
	if (str_find(strbuf_str(&m->more), strbuf_str(&key), 0) < 0)
		strbuf_put(&m->more, strbuf_str(&key));
	else
		strbuf_printf(&m->more, "    \"%zu\":\n", m->more.len);
	strbuf_release(&key);
}

static void take_heading(struct import *m, unsigned level, struct str title)
{
	import_flush_group(m);
	if (level == 1 && !m->title.len) {
		if (str_starts_with(title, STR("Process: ")))
			title = (struct str){title.at + 9, title.len - 9};
		strbuf_put(&m->title, title);
		return;
	}
	if (level <= 2) {
		m->chapter = chapter_of(title);
		m->is_prose_open = false;
		if (m->chapter == CHAPTER_PROSE)
			open_prose(m, title);
	}
	m->name = without_number(title);
}

/* ---- lines ---------------------------------------------------------------------------------- */

static struct str without_stars(struct str text)
{
	return str_starts_with(text, STR("**")) ? (struct str){text.at + 2, text.len - 2} : text;
}

/* `**Owner:** Solo Founder` at the head of the document. */
static bool take_fact(struct import *m, struct str line)
{
	static const struct {
		const char *label, *key;
	} facts[] = {{"Owner:", "owner"}, {"Last Updated:", "updated"}, {"Frequency:", "frequency"},
		{"Est. Time:", "estimate"}, {"Status:", "status"}};

	line = without_stars(line);
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
		size_t len = strlen(facts[i].label);
		struct str value;
		char key[32];

		if (!str_starts_with(line, str_of(facts[i].label)))
			continue;
		value = str_trim(without_stars((struct str){line.at + len, line.len - len}));
		snprintf(key, sizeof key, "  %s: ", facts[i].key);
		if (!value.len || str_find(strbuf_str(&m->facts), str_of(key), 0) >= 0)
			return false;
		strbuf_puts(&m->facts, key);
		import_text(&m->facts, value);
		strbuf_putc(&m->facts, '\n');
		return true;
	}
	return false;
}

static void take_label(struct import *m, struct str line)
{
	import_flush_ticks(m);
	m->label = import_has_word(line, "what to do")	       ? LABEL_WHAT
		   : import_has_word(line, "troubleshoot")     ? LABEL_HINTS
		   : import_has_word(line, "success criteria") ? LABEL_CRITERIA
		   : import_has_word(line, "when to roll")     ? LABEL_WHEN
							       : LABEL_NONE;
	if (m->chapter == CHAPTER_STEPS && import_has_word(line, "option")) {
		strbuf_puts(&m->steps, "      - say: ");
		import_text(&m->steps, line);
		strbuf_putc(&m->steps, '\n');
	}
}

/* The text behind `- `, `* `, `- [ ] ` or `1. `; false: the line is no item. */
static bool item_text(struct str line, struct str *text, bool *is_numbered)
{
	size_t at = 0;

	while (at < line.len && line.at[at] >= '0' && line.at[at] <= '9')
		at++;
	*is_numbered = at > 0 && at < line.len && (line.at[at] == '.' || line.at[at] == ')');
	if (!*is_numbered && !(line.len && strchr("-*+", line.at[0])))
		return false;
	at = *is_numbered ? at + 1 : 1;
	if (at >= line.len || line.at[at] != ' ')
		return false;
	*text = str_trim((struct str){line.at + at, line.len - at});
	if (str_starts_with(*text, STR("[ ]")) || str_starts_with(*text, STR("[x]")))
		*text = str_trim((struct str){text->at + 3, text->len - 3});
	return text->len > 0;
}

static void put_item(struct strbuf *b, const char *indent, struct str text)
{
	strbuf_puts(b, indent);
	strbuf_puts(b, "- ");
	import_text(b, text);
	strbuf_putc(b, '\n');
}

/* What a number shows is a condition; the rest is asked of a person, as what is not the case. */
static void take_reason(struct import *m, struct str text)
{
	struct strbuf condition = {0}, hold = {0};

	if (import_metric(m, text, &condition, &hold)) {
		strbuf_printf(&m->conditions, "    - { if: %.*s", STR_ARGS(strbuf_str(&condition)));
		if (hold.len)
			strbuf_printf(&m->conditions, ", for: %.*s", STR_ARGS(strbuf_str(&hold)));
		strbuf_puts(&m->conditions, ", reason: ");
		import_text(&m->conditions, text);
		strbuf_puts(&m->conditions, " }\n");
	} else {
		strbuf_puts(&condition, "Not so: ");
		strbuf_put(&condition, text);
		put_item(&m->reasons, "      ", strbuf_str(&condition));
	}
	strbuf_release(&condition);
	strbuf_release(&hold);
}

/* An item that is only `code`. */
static bool take_command(struct import *m, struct str text)
{
	bool is_step = m->label == LABEL_NONE &&
		       (m->chapter == CHAPTER_STEPS || m->chapter == CHAPTER_ROLLBACK);

	if (!is_step || text.len < 3 || text.at[0] != '`' || text.at[text.len - 1] != '`' ||
		memchr(text.at + 1, '`', text.len - 2))
		return false;
	m->is_alternative = false;
	strbuf_add(&m->code, text.at + 1, text.len - 2);
	strbuf_putc(&m->code, '\n');
	import_flush_code(m);
	return true;
}

/* Nobody wants it above its limit in order to go back. */
static bool is_reason(const struct import *m, struct str text, bool is_numbered)
{
	struct import unseen = {0};
	struct strbuf condition = {0}, hold = {0};
	bool is_metric = m->chapter == CHAPTER_ROLLBACK && !is_numbered &&
			 import_metric(&unseen, text, &condition, &hold);

	strbuf_release(&unseen.watches);
	strbuf_release(&condition);
	strbuf_release(&hold);
	return m->label == LABEL_WHEN || is_metric;
}

static void take_item(struct import *m, struct str text, bool is_numbered)
{
	if (take_command(m, text))
		return;
	if (m->label == LABEL_CRITERIA)
		put_item(&m->criteria, "    ", text);
	else if (m->label == LABEL_HINTS)
		put_item(&m->hints, "      ", text);
	else if (m->chapter == CHAPTER_PROSE)
		put_item(&m->more, "      ", text);
	else if (m->chapter == CHAPTER_PURPOSE)
		put_item(&m->criteria, "    ", text);
	else if (is_reason(m, text, is_numbered))
		take_reason(m, text);
	else if (is_numbered && (m->chapter == CHAPTER_STEPS || m->chapter == CHAPTER_ROLLBACK))
		import_question(m, text);
	else
		import_tick(m, text);
}

static void take_paragraph(struct import *m, struct str line)
{
	struct strbuf *to = m->chapter == CHAPTER_PURPOSE ? &m->purpose
			    : m->label == LABEL_WHAT	  ? &m->what
							  : NULL;

	if (m->chapter == CHAPTER_ROLLBACK) {
		if (!m->is_prose_open)
			open_prose(m, m->name);
		m->is_prose_open = true;
		put_item(&m->more, "      ", line);
	} else if (m->chapter == CHAPTER_PROSE && line.at[0] != '-') {
		put_item(&m->more, "      ", line);
	} else if (to) {
		strbuf_puts(to, to->len ? " " : "");
		strbuf_put(to, line);
	} else if (m->chapter == CHAPTER_STEPS && m->name.len) {
		strbuf_puts(&m->what, m->what.len ? " " : "");
		strbuf_put(&m->what, line);
	}
}

static bool is_fence(struct str line)
{
	return str_starts_with(line, STR("```")) || str_starts_with(line, STR("~~~"));
}

/* What stands behind a fence; without a word it may be commands. */
static bool is_shell(struct str fence)
{
	static const char *const words[] = {"sh", "bash", "shell", "zsh", "console", "terminal"};
	struct str word = str_trim((struct str){fence.at + 3, fence.len - 3});

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (str_is(word, words[i]))
			return true;
	}
	return word.len == 0;
}

static void take_code(struct import *m, struct str line)
{
	struct str trimmed = str_trim(line);

	if (is_fence(trimmed)) {
		m->in_code = false;
		if (m->chapter == CHAPTER_PROSE && m->code.len)
			put_item(&m->more, "      ", strbuf_str(&m->code));
		else if (m->chapter != CHAPTER_PURPOSE && m->is_script)
			import_flush_code(m);
		else if (m->chapter != CHAPTER_PURPOSE && m->code.len)
			import_question(m, str_trim(strbuf_str(&m->code)));
		strbuf_clear(&m->code);
		return;
	}
	/* As far in as its fence stood. */
	for (size_t i = 0; i < m->fence && line.len && line.at[0] == ' '; i++)
		line = (struct str){line.at + 1, line.len - 1};
	strbuf_put(&m->code, line);
	strbuf_putc(&m->code, '\n');
}

/* A row of a table, but for the one of dashes. */
static void take_row(struct import *m, struct str line)
{
	size_t dashes = 0;

	while (dashes < line.len && strchr("|-: ", line.at[dashes]))
		dashes++;
	if (dashes < line.len && m->chapter == CHAPTER_PROSE)
		put_item(&m->more, "      ", line);
}

static void take_line(struct import *m, struct str whole)
{
	struct str line = str_trim(whole), text;
	unsigned level = 0;
	bool is_numbered;

	if (m->in_code) {
		take_code(m, whole);
		return;
	}
	while (level < line.len && line.at[level] == '#')
		level++;
	if (!line.len || str_is(line, "---")) {
		return;
	} else if (line.at[0] == '|') {
		take_row(m, line);
	} else if (is_fence(line)) {
		m->in_code = true;
		m->is_script = is_shell(line);
		m->fence = (size_t)(line.at - whole.at);
	} else if (level && level < line.len && line.at[level] == ' ') {
		take_heading(m, level, str_trim((struct str){line.at + level, line.len - level}));
	} else if (take_fact(m, line)) {
		return;
	} else if (str_starts_with(line, STR("**")) && str_ends_with(line, STR("**"))) {
		take_label(m, line);
	} else if (item_text(line, &text, &is_numbered)) {
		take_item(m, text, is_numbered);
	} else {
		take_paragraph(m, line);
	}
}

static struct str next_line(struct str *text)
{
	const char *end = text->len ? memchr(text->at, '\n', text->len) : NULL;
	size_t len = end ? (size_t)(end - text->at) : text->len;
	struct str line = {text->at, len};

	len += end != NULL;
	*text = (struct str){text->at + len, text->len - len};
	return line;
}

/* The level of a heading with a line of `=` or `-` below it, or 0. */
static unsigned underlined(struct str line, struct str below)
{
	struct str text;
	bool is_numbered;

	line = str_trim(line);
	below = str_trim(below);
	if (!line.len || below.len < 3 || strchr("#|`~*", line.at[0]) ||
		item_text(line, &text, &is_numbered))
		return 0;
	for (size_t i = 0; i < below.len; i++) {
		if (below.at[i] != below.at[0] || !strchr("=-", below.at[i]))
			return 0;
	}
	return below.at[0] == '=' ? 1 : 2;
}

bool import_markdown(struct strbuf *b, struct str text, const char *name)
{
	struct import m = {.chapter = CHAPTER_STEPS};
	struct strbuf *const buffers[] = {&m.title, &m.facts, &m.purpose, &m.criteria, &m.more,
		&m.groups, &m.what, &m.hints, &m.steps, &m.ticks, &m.code, &m.watches,
		&m.conditions, &m.reasons, &m.undo, &m.asserts};
	bool has_steps;

	while (text.len) {
		struct str line = next_line(&text), rest = text;
		unsigned level = m.in_code ? 0 : underlined(line, next_line(&rest));

		if (level) {
			take_heading(&m, level, str_trim(line));
			text = rest;
		} else {
			take_line(&m, line);
		}
	}
	if (m.in_code && (m.chapter == CHAPTER_STEPS || m.chapter == CHAPTER_ROLLBACK))
		import_flush_code(&m);
	import_flush_group(&m);
	has_steps = m.groups.len > 0;
	if (has_steps)
		import_draft(b, &m, name);
	for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
		strbuf_release(buffers[i]);
	return has_steps;
}
