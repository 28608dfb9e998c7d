/* JUnit and checkstyle. */
#include "tool/findings_private.h"

#include "base/xml.h"

#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static const char *const severities[] = {"error", "warning", "info"};

static void number_attribute(struct strbuf *b, const char *name, size_t n)
{
	strbuf_printf(b, " %s=\"%zu\"", name, n);
}

static size_t shown(const struct findings_file *f)
{
	return f->diagnostics->count - f->diagnostics->suppressed;
}

/* ---- JUnit: a suite a file, a failed case a finding; a file without any is a case that passed --
 */

static void test_case(struct strbuf *b, struct arena *a, const struct findings_file *f,
	const struct diagnostic *x)
{
	const struct rule_info *rule = rule_info(x->rule);
	struct region r = region_of_finding(f, x);
	const char *path = safe_line(a, r.path).string, *name = path;
	if (r.line)
		name = arena_printf(a, "%s:%zu:%zu", path, r.line, r.column);
	strbuf_puts(b, "    <testcase");
	xml_attribute(b, "classname", str_of(path));
	xml_attribute(b, "name", str_of(arena_printf(a, "%s %s", rule->code, name)));
	xml_attribute(b, "file", str_of(path));
	if (r.line)
		number_attribute(b, "line", r.line);
	strbuf_puts(b, ">\n      <failure");
	xml_attribute(b, "type", str_of(severities[x->severity]));
	xml_attribute(b, "message", str_of(safe_line(a, x->message).string));
	strbuf_putc(b, '>');
	xml_text(b, str_of(arena_printf(a, "%s: %s[%s]: %s", name, severities[x->severity],
			    rule->code, whole_message(a, x))));
	strbuf_puts(b, "</failure>\n    </testcase>\n");
}

static void test_suite(struct strbuf *b, struct arena *a, const struct findings_file *f)
{
	size_t count = shown(f);
	struct str path = str_of(safe_line(a, plain_path(f->path)).string);
	strbuf_puts(b, "  <testsuite");
	xml_attribute(b, "name", path);
	number_attribute(b, "tests", count ? count : 1);
	number_attribute(b, "failures", count);
	strbuf_puts(b, ">\n");
	if (!count) {
		strbuf_puts(b, "    <testcase");
		xml_attribute(b, "classname", path);
		xml_attribute(b, "name", STR("no findings"));
		strbuf_puts(b, "/>\n");
	}
	for (const struct diagnostic *x = f->diagnostics->first; x; x = x->next) {
		if (!x->is_suppressed)
			test_case(b, a, f, x);
	}
	strbuf_puts(b, "  </testsuite>\n");
}

void findings_write_junit(struct strbuf *b, const struct findings_file *files, size_t count)
{
	size_t failures = 0, tests = 0;
	for (size_t i = 0; i < count; i++) {
		failures += shown(&files[i]);
		tests += shown(&files[i]) ? shown(&files[i]) : 1;
	}
	strbuf_puts(b, XML_HEAD "<testsuites name=\"runbook\"");
	number_attribute(b, "tests", tests);
	number_attribute(b, "failures", failures);
	strbuf_puts(b, ">\n");
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < count; i++)
		test_suite(b, &a, &files[i]);
	arena_release(&a);
	strbuf_puts(b, "</testsuites>\n");
}

/* ---- checkstyle: findings under the file they lie in ------------------------------------------
 */

static void checkstyle_error(
	struct strbuf *b, struct arena *a, const struct region *r, const struct diagnostic *x)
{
	strbuf_puts(b, "    <error");
	if (r->line) {
		number_attribute(b, "line", r->line);
		number_attribute(b, "column", r->column);
	}
	xml_attribute(b, "severity", str_of(severities[x->severity]));
	xml_attribute(b, "message", str_of(whole_message(a, x)));
	xml_attribute(b, "source", str_of(arena_printf(a, "runbook.%s", rule_info(x->rule)->code)));
	strbuf_puts(b, "/>\n");
}

static void checkstyle_file(struct strbuf *b, struct arena *a, const struct findings_file *f)
{
	const char *open = NULL;
	for (const struct diagnostic *x = f->diagnostics->first; x; x = x->next) {
		struct region r = region_of_finding(f, x);
		if (x->is_suppressed)
			continue;
		if (open && strcmp(open, r.path) != 0)
			strbuf_puts(b, "  </file>\n");
		if (!open || strcmp(open, r.path) != 0) {
			strbuf_puts(b, "  <file");
			xml_attribute(b, "name", str_of(safe_line(a, r.path).string));
			strbuf_puts(b, ">\n");
		}
		open = r.path;
		checkstyle_error(b, a, &r, x);
	}
	if (open)
		strbuf_puts(b, "  </file>\n");
}

void findings_write_checkstyle(struct strbuf *b, const struct findings_file *files, size_t count)
{
	strbuf_puts(b, XML_HEAD "<checkstyle version=\"4.3\">\n");
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < count; i++)
		checkstyle_file(b, &a, &files[i]);
	arena_release(&a);
	strbuf_puts(b, "</checkstyle>\n");
}
