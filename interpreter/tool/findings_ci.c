/* GitHub's annotations and job summary, GitLab's code quality report. */
#include "tool/findings_private.h"

/* ---- GitHub: workflow commands, one a line ----------------------------------------------------
 */

static const char *const commands[] = {"error", "warning", "notice"};

/* The escapes that the runner undoes. A property also ends at a colon or comma. */
static void put_command_text(struct strbuf *b, const char *text, bool is_property)
{
	for (; *text; text++) {
		bool is_escaped = strchr("%\r\n", *text) || (is_property && strchr(":,", *text));
		if (is_escaped)
			strbuf_printf(b, "%%%02X", (unsigned char)*text);
		else
			strbuf_putc(b, *text);
	}
}

static void put_command(struct strbuf *b, struct arena *a, const struct findings_file *f,
	const struct diagnostic *x)
{
	const struct rule_info *rule = rule_info(x->rule);
	struct region r = region_of_finding(f, x);
	strbuf_printf(b, "::%s file=", commands[x->severity]);
	put_command_text(b, safe_line(a, r.path).string, true);
	if (r.line)
		strbuf_printf(b, ",line=%zu,col=%zu,endLine=%zu", r.line, r.column, r.end_line);
	/* The runner takes columns only of an annotation of one line. */
	if (r.line && r.line == r.end_line)
		strbuf_printf(b, ",endColumn=%zu", r.end_column);
	strbuf_printf(b, ",title=%s %s::", rule->code, rule->name);
	put_command_text(b, safe_line(a, x->message).string, false);
	const char *const remarks[] = {x->note, x->hint};
	for (size_t i = 0; i < 2; i++) {
		if (remarks[i])
			strbuf_puts(b, "%0A");
		if (remarks[i])
			put_command_text(b, safe_advice(a, remarks[i]).string, false);
	}
	strbuf_putc(b, '\n');
}

void findings_write_github(struct strbuf *b, const struct findings_file *files, size_t count)
{
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < count; i++) {
		for (const struct diagnostic *x = files[i].diagnostics->first; x; x = x->next) {
			if (!x->is_suppressed)
				put_command(b, &a, &files[i], x);
		}
	}
	arena_release(&a);
}

/* ---- the summary of a job: Markdown -----------------------------------------------------------
 */

/* In a cell of a table: neither markup of its own nor the end of the cell. */
static void put_cell(struct strbuf *b, const char *text)
{
	strbuf_puts(b, " | ");
	for (; *text; text++) {
		if (*text == '\n')
			strbuf_puts(b, "<br>");
		else if (*text == '<')
			strbuf_puts(b, "&lt;");
		else if (*text == '&')
			strbuf_puts(b, "&amp;");
		else if (strchr("|*_[]\\!~@#", *text))
			strbuf_printf(b, "\\%c", *text);
		else
			strbuf_putc(b, *text);
	}
}

static void put_row(struct strbuf *b, struct arena *a, const struct findings_file *f,
	const struct diagnostic *x)
{
	struct region r = region_of_finding(f, x);
	const char *path = safe_line(a, r.path).string;
	strbuf_printf(b, "| %s", commands[x->severity]);
	put_cell(b, rule_info(x->rule)->code);
	put_cell(b, r.line ? arena_printf(a, "%s:%zu:%zu", path, r.line, r.column) : path);
	put_cell(b, whole_message(a, x));
	strbuf_puts(b, " |\n");
}

void findings_write_summary(struct strbuf *b, const struct findings_file *files, size_t count)
{
	struct arena a;
	struct strbuf rows = {0};
	size_t shown = 0;
	arena_init(&a);
	for (size_t i = 0; i < count; i++) {
		for (const struct diagnostic *x = files[i].diagnostics->first; x; x = x->next) {
			if (x->is_suppressed)
				continue;
			put_row(&rows, &a, &files[i], x);
			shown++;
		}
	}
	strbuf_printf(b, "### runbook\n\n%zu finding%s in %zu file%s.\n", shown,
		shown == 1 ? "" : "s", count, count == 1 ? "" : "s");
	if (shown)
		strbuf_puts(b, "\n| | rule | place | finding |\n|---|---|---|---|\n");
	strbuf_put(b, strbuf_str(&rows));
	strbuf_putc(b, '\n');
	strbuf_release(&rows);
	arena_release(&a);
}

/* ---- GitLab: code quality ---------------------------------------------------------------------
 */

static const char *const severities[] = {"major", "minor", "info"};

static struct value issue(
	struct arena *a, const struct findings_file *f, const struct diagnostic *x)
{
	struct value one = value_map(a), location = value_map(a), lines = value_map(a);
	struct region r = region_of_finding(f, x);
	char *print = arena_alloc(a, FINGERPRINT_SIZE);
	diagnostic_fingerprint(f->files, f->diagnostics, x, print);
	/* A line has to be there, also for what has none. */
	put_count(a, &lines, "begin", r.line ? r.line : 1);
	put_count(a, &lines, "end", r.line ? r.end_line : 1);
	put(a, &location, "path", safe_line(a, r.path));
	put(a, &location, "lines", lines);
	put_text(a, &one, "description", whole_message(a, x));
	put_text(a, &one, "check_name", rule_info(x->rule)->code);
	put_text(a, &one, "fingerprint", print);
	put_text(a, &one, "severity", severities[x->severity]);
	put(a, &one, "location", location);
	return one;
}

void findings_write_gitlab(struct strbuf *b, const struct findings_file *files, size_t count)
{
	struct arena a;
	arena_init(&a);
	struct value all = value_list(&a);
	for (size_t i = 0; i < count; i++) {
		for (const struct diagnostic *x = files[i].diagnostics->first; x; x = x->next) {
			if (!x->is_suppressed)
				list_add(&a, all.list, issue(&a, &files[i], x));
		}
	}
	put_document(b, &all);
	arena_release(&a);
}
