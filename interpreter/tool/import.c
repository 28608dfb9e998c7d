#include "tool/import.h"

#include "base/json.h"

/* What a chapter is about. */
enum chapter { CHAPTER_STEPS, CHAPTER_CHECKS, CHAPTER_PURPOSE, CHAPTER_PROSE };

/* What the lines below a bold label are. */
enum label { LABEL_NONE, LABEL_WHAT, LABEL_HINTS, LABEL_CRITERIA };

struct import {
	struct strbuf title, facts, purpose, criteria, more, groups;
	enum chapter chapter;
	enum label label;
	/* The group at hand: */
	struct str name;
	struct strbuf what, hints, steps, ticks, code;
	unsigned group_count;
	bool in_code;
	size_t fence;
};

/* ---- text ----------------------------------------------------------------------------------- */

/* Quoted, so that nothing in it is YAML; `${{` loses its meaning, and so do the marks of Markdown.
 */
static void put_text(struct strbuf *b, struct str text)
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

static bool has_word(struct str text, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= text.len; i++) {
		if (strncasecmp(text.at + i, word, len) == 0)
			return true;
	}
	return false;
}

static bool has_any(struct str text, const char *const *words)
{
	for (; *words; words++) {
		if (has_word(text, *words))
			return true;
	}
	return false;
}

/* Lower-case words joined by `_`; with a number it is unique and no word of Lua. */
static void put_id(struct strbuf *b, struct str text, unsigned number)
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

static void flush_ticks(struct import *m)
{
	if (!m->ticks.len)
		return;
	strbuf_puts(&m->steps, "      - checklist:\n");
	strbuf_put(&m->steps, strbuf_str(&m->ticks));
	strbuf_clear(&m->ticks);
}

static void put_tick(struct import *m, struct str text)
{
	strbuf_puts(&m->ticks, "          - ");
	put_text(&m->ticks, text);
	strbuf_putc(&m->ticks, '\n');
}

static void put_question(struct import *m, struct str text)
{
	flush_ticks(m);
	strbuf_puts(&m->steps, "      - confirm: ");
	put_text(&m->steps, text);
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

static void flush_code(struct import *m)
{
	struct str code = strbuf_str(&m->code);
	struct strbuf script = {0};

	flush_ticks(m);
	if (!is_comment(code)) {
		strbuf_puts(&m->steps, "      - confirm: Run the commands below? They are as the "
				       "document has them, and were not checked.\n"
				       "      - run: ");
		for (size_t i = 0; i < code.len; i++) {
			if (str_starts_with((struct str){code.at + i, code.len - i}, STR("${{")))
				strbuf_putc(&script, '$');
			strbuf_putc(&script, code.at[i]);
		}
		put_script(&m->steps, strbuf_str(&script));
	}
	strbuf_release(&script);
	strbuf_clear(&m->code);
}

static void flush_group(struct import *m)
{
	flush_ticks(m);
	if (!m->name.len)
		m->name = strbuf_str(&m->title);
	if (m->name.len && !m->steps.len && m->what.len)
		put_question(m, m->name);
	if (m->steps.len) {
		strbuf_puts(&m->groups, "\n  - id: ");
		put_id(&m->groups, m->name, ++m->group_count);
		strbuf_puts(&m->groups, "\n    name: ");
		put_text(&m->groups, m->name);
		if (m->what.len) {
			strbuf_puts(&m->groups, "\n    what: ");
			put_text(&m->groups, strbuf_str(&m->what));
		}
		if (m->hints.len)
			strbuf_puts(&m->groups, "\n    hints:\n");
		else
			strbuf_putc(&m->groups, '\n');
		strbuf_put(&m->groups, strbuf_str(&m->hints));
		strbuf_puts(&m->groups, "    steps:\n");
		strbuf_put(&m->groups, strbuf_str(&m->steps));
	}
	strbuf_clear(&m->what);
	strbuf_clear(&m->hints);
	strbuf_clear(&m->steps);
	m->label = LABEL_NONE;
}

/* ---- headings ------------------------------------------------------------------------------- */

static enum chapter chapter_of(struct str title)
{
	static const char *const checks[] = {"prerequisite", "verification", "verify", NULL};
	static const char *const prose[] = {"when to use", "common issue", "rollback", "undo",
		"metrics", "improvement", "related", "change log", "changelog", "resources",
		"notes", "contact", NULL};

	if (has_word(title, "purpose"))
		return CHAPTER_PURPOSE;
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
	put_text(&key, title);
	strbuf_puts(&key, ":\n");
	if (str_find(strbuf_str(&m->more), strbuf_str(&key), 0) < 0)
		strbuf_put(&m->more, strbuf_str(&key));
	else
		strbuf_printf(&m->more, "    \"%zu\":\n", m->more.len);
	strbuf_release(&key);
}

static void take_heading(struct import *m, unsigned level, struct str title)
{
	flush_group(m);
	if (level == 1 && !m->title.len) {
		if (str_starts_with(title, STR("Process: ")))
			title = (struct str){title.at + 9, title.len - 9};
		strbuf_put(&m->title, title);
		return;
	}
	if (level <= 2) {
		m->chapter = chapter_of(title);
		if (m->chapter == CHAPTER_PROSE)
			open_prose(m, title);
	}
	m->name = without_number(title);
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* `**Owner:** Solo Founder` at the head of the document. */
static bool take_fact(struct import *m, struct str line)
{
	static const struct {
		const char *label, *key;
	} facts[] = {{"**Owner:**", "owner"}, {"**Last Updated:**", "updated"},
		{"**Frequency:**", "frequency"}, {"**Est. Time:**", "estimate"},
		{"**Status:**", "status"}};

	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
		size_t len = strlen(facts[i].label);

		if (!str_starts_with(line, str_of(facts[i].label)) || line.len == len)
			continue;
		strbuf_printf(&m->facts, "  %s: ", facts[i].key);
		put_text(&m->facts, (struct str){line.at + len, line.len - len});
		strbuf_putc(&m->facts, '\n');
		return true;
	}
	return false;
}

static void take_label(struct import *m, struct str line)
{
	flush_ticks(m);
	m->label = has_word(line, "what to do")		? LABEL_WHAT
		   : has_word(line, "troubleshoot")	? LABEL_HINTS
		   : has_word(line, "success criteria") ? LABEL_CRITERIA
							: LABEL_NONE;
	if (m->chapter == CHAPTER_STEPS && has_word(line, "option")) {
		strbuf_puts(&m->steps, "      - say: ");
		put_text(&m->steps, line);
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
	put_text(b, text);
	strbuf_putc(b, '\n');
}

static void take_item(struct import *m, struct str text, bool is_numbered)
{
	if (m->label == LABEL_CRITERIA)
		put_item(&m->criteria, "    ", text);
	else if (m->label == LABEL_HINTS)
		put_item(&m->hints, "      ", text);
	else if (m->chapter == CHAPTER_PROSE)
		put_item(&m->more, "      ", text);
	else if (m->chapter == CHAPTER_PURPOSE)
		put_item(&m->criteria, "    ", text);
	else if (is_numbered && m->chapter == CHAPTER_STEPS)
		put_question(m, text);
	else
		put_tick(m, text);
}

static void take_paragraph(struct import *m, struct str line)
{
	struct strbuf *to = m->chapter == CHAPTER_PURPOSE ? &m->purpose
			    : m->label == LABEL_WHAT	  ? &m->what
							  : NULL;

	if (m->chapter == CHAPTER_PROSE && line.at[0] != '-') {
		put_item(&m->more, "      ", line);
	} else if (to) {
		strbuf_puts(to, to->len ? " " : "");
		strbuf_put(to, line);
	} else if (m->chapter == CHAPTER_STEPS && m->name.len) {
		strbuf_puts(&m->what, m->what.len ? " " : "");
		strbuf_put(&m->what, line);
	}
}

static void take_code(struct import *m, struct str line)
{
	struct str trimmed = str_trim(line);

	if (str_starts_with(trimmed, STR("```"))) {
		m->in_code = false;
		if (m->chapter == CHAPTER_PROSE && m->code.len)
			put_item(&m->more, "      ", strbuf_str(&m->code));
		else if (m->chapter != CHAPTER_PURPOSE)
			flush_code(m);
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
	} else if (str_starts_with(line, STR("```"))) {
		m->in_code = true;
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

/* ---- the draft ------------------------------------------------------------------------------ */

static void put_about(struct strbuf *b, const struct import *m)
{
	if (!m->facts.len && !m->purpose.len && !m->criteria.len && !m->more.len)
		return;
	strbuf_puts(b, "about:\n");
	strbuf_put(b, strbuf_str(&m->facts));
	if (m->purpose.len) {
		strbuf_puts(b, "  purpose: ");
		put_text(b, strbuf_str(&m->purpose));
		strbuf_putc(b, '\n');
	}
	if (m->criteria.len)
		strbuf_puts(b, "  success_criteria:\n");
	strbuf_put(b, strbuf_str(&m->criteria));
	if (m->more.len)
		strbuf_puts(b, "  more:\n");
	strbuf_put(b, strbuf_str(&m->more));
}

static void put_draft(struct strbuf *b, const struct import *m, const char *name)
{
	strbuf_puts(b, "# A draft from ");
	for (const char *c = name; *c; c++)
		strbuf_putc(b, (unsigned char)*c < ' ' ? ' ' : *c);
	strbuf_puts(b,
		". Nothing in it was checked: say of each step what it changes (`effects`),\n"
		"# how it is undone (`rollback`) and what has to hold (`expect`), then let "
		"`runbook lint` look at it.\nversion: 1\nrunbook: ");
	put_id(b, m->title.len ? strbuf_str(&m->title) : STR("draft"), 0);
	strbuf_puts(b, "\ntitle: ");
	put_text(b, m->title.len ? strbuf_str(&m->title) : STR("Draft"));
	strbuf_putc(b, '\n');
	put_about(b, m);
	strbuf_puts(b, "\nsteps:");
	strbuf_put(b, strbuf_str(&m->groups));
}

bool import_markdown(struct strbuf *b, struct str text, const char *name)
{
	struct import m = {.chapter = CHAPTER_STEPS};
	struct strbuf *const buffers[] = {&m.title, &m.facts, &m.purpose, &m.criteria, &m.more,
		&m.groups, &m.what, &m.hints, &m.steps, &m.ticks, &m.code};
	bool has_steps;

	while (text.len) {
		const char *end = memchr(text.at, '\n', text.len);
		size_t len = end ? (size_t)(end - text.at) : text.len;

		take_line(&m, (struct str){text.at, len});
		len += end != NULL;
		text = (struct str){text.at + len, text.len - len};
	}
	if (m.in_code && m.chapter == CHAPTER_STEPS)
		flush_code(&m);
	flush_group(&m);
	has_steps = m.groups.len > 0;
	if (has_steps)
		put_draft(b, &m, name);
	for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
		strbuf_release(buffers[i]);
	return has_steps;
}
