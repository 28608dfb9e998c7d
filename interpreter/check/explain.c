#include "check/explain.h"

#include "source/render.h"

static const struct explanation table[RULE_COUNT] = {
#define EXPLAIN(code, what_text, why_text, bad_text, good_text)                                    \
	[code] = {.what = (what_text), .why = (why_text), .bad = (bad_text), .good = (good_text)},
#include "check/explain_guards.def"
#include "check/explain_keys.def"
#include "check/explain_lint.def"
#include "check/explain_loading.def"
#include "check/explain_plan.def"
#include "check/explain_text.def"
#undef EXPLAIN
};

static const char *const severity_names[] = {"error", "warning", "info"};

const struct explanation *rule_explanation(enum rule_id id)
{
	return table[id].what ? &table[id] : NULL;
}

bool explain_has_head(const char *example)
{
	const char *version = strstr(example, "version:"), *next = strstr(example, "# file: ");

	/* The key, at the start of a line, and not of a file that follows. */
	while (version && version > example && version[-1] != '\n')
		version = strstr(version + 1, "version:");
	return *example != '#' && *example != '$' && (!version || (next && next < version));
}

/* ---- for a terminal ------------------------------------------------------------------------- */

/* In lines of at most 80 bytes, never cut inside `code`. */
static void put_wrapped(struct strbuf *b, const char *text)
{
	size_t column = 0;

	while (*text) {
		bool is_code = false;
		size_t len = 0;

		while (text[len] && (is_code || text[len] != ' ')) {
			if (text[len++] == '`')
				is_code = !is_code;
		}
		if (column && column + 1 + len > 80) {
			strbuf_putc(b, '\n');
			column = 0;
		} else if (column) {
			strbuf_putc(b, ' ');
			column++;
		}
		strbuf_add(b, text, len);
		column += len;
		text += len;
		while (*text == ' ')
			text++;
	}
	strbuf_putc(b, '\n');
}

static void put_indented(struct strbuf *b, const char *example)
{
	for (const char *line = example; *line;) {
		size_t len = strcspn(line, "\n");

		if (len) {
			strbuf_puts(b, "    ");
			escape_for_terminal(b, (struct str){line, len});
		}
		strbuf_putc(b, '\n');
		line += len + (line[len] == '\n');
	}
}

static void put_heading(struct strbuf *b, const char *text, bool color)
{
	strbuf_printf(b, color ? "\n\033[1m%s\033[0m\n" : "\n%s\n", text);
}

void explain_print(struct strbuf *b, enum rule_id id, bool color)
{
	const struct rule_info *rule = rule_info(id);
	const struct explanation *e = rule_explanation(id);

	strbuf_printf(b, color ? "\033[1m%s %s\033[0m (%s)\n" : "%s %s (%s)\n", rule->code,
		rule->name, severity_names[rule->severity]);
	if (!e) {
		strbuf_printf(b, "\n%s\n", rule->title);
		return;
	}
	strbuf_putc(b, '\n');
	put_wrapped(b, e->what);
	put_heading(b, "Why", color);
	put_wrapped(b, e->why);
	put_heading(b, "Instead of", color);
	put_indented(b, e->bad);
	put_heading(b, "Write", color);
	put_indented(b, e->good);
}

/* ---- the document --------------------------------------------------------------------------- */

static const struct {
	char digit;
	const char *title;
} families[] = {
	{'0', "Loading"},
	{'1', "Keys and values"},
	{'2', "Guards"},
	{'3', "The graph"},
	{'4', "Rollback and conditions"},
	{'5', "Time and HTTP"},
	{'6', "Shell and secrets"},
	{'7', "Patterns"},
	{'8', "Style"},
	{'9', "Suppressions"},
};

static void put_example(struct strbuf *b, const char *title, const char *example)
{
	/* The examples are run by a test of their own. */
	strbuf_printf(b,
		"%s:\n\n<!-- not executed: every example here is loaded by a unit test -->\n",
		title);
	strbuf_puts(b, *example == '$' ? "```console\n" : "```yaml\n");
	for (const char *line = example; *line;) {
		size_t len = strcspn(line, "\n");

		escape_for_terminal(b, (struct str){line, len});
		strbuf_putc(b, '\n');
		line += len + (line[len] == '\n');
	}
	strbuf_puts(b, "```\n\n");
}

static void put_rule(struct strbuf *b, enum rule_id id)
{
	const struct rule_info *rule = rule_info(id);
	const struct explanation *e = rule_explanation(id);

	strbuf_printf(b, "### %s %s\n\n", rule->code, rule->name);
	if (!e) {
		strbuf_printf(b, "%s\n\n", rule->title);
		return;
	}
	strbuf_printf(b, "*%s.* %s\n\n", severity_names[rule->severity], e->what);
	strbuf_printf(b, "**Why.** %s\n\n", e->why);
	put_example(b, "Instead of", e->bad);
	put_example(b, "Write", e->good);
}

void explain_document(struct strbuf *b)
{
	strbuf_puts(b, "# Rules\n\n"
		       "What `runbook validate` and `runbook lint` can tell about a file. "
		       "`runbook explain CODE` prints one of these\ntexts; numbers are never used "
		       "again for something else. An example without `version` stands behind\n"
		       "`version: 1` and `runbook: example`; `# file:` begins a file beside it.\n\n"
		       "<!-- made by `make docs` from interpreter/check/explain_*.def -->\n\n");
	for (size_t f = 0; f < sizeof families / sizeof *families; f++) {
		bool is_named = false;

		for (int i = 0; i < RULE_COUNT; i++) {
			if (rule_info((enum rule_id)i)->code[2] != families[f].digit)
				continue;
			if (!is_named)
				strbuf_printf(b, "## %s\n\n", families[f].title);
			is_named = true;
			put_rule(b, (enum rule_id)i);
		}
	}
	b->at[--b->len] = 0; /* one line end at the end */
}
