/*
 * Our own JSON. `version` changes when a field changes its meaning or goes away; new ones may come.
 */
#include "tool/findings_private.h"

#include "base/version.h"

#define JSON_VERSION 1

static const char *const severities[] = {"error", "warning", "info"};
static const char *const confidences[] = {"certain", "likely"};

static void put_region(struct arena *a, struct value *to, const struct region *r, struct span span)
{
	put(a, to, "file", safe_line(a, r->path));
	if (!r->line)
		return;
	put_count(a, to, "line", r->line);
	put_count(a, to, "column", r->column);
	put_count(a, to, "end_line", r->end_line);
	put_count(a, to, "end_column", r->end_column);
	put_count(a, to, "offset", span.start);
	put_count(a, to, "length", span.len);
}

static struct value labels_of(
	struct arena *a, const struct findings_file *f, const struct diagnostic *x)
{
	struct value all = value_list(a);
	for (const struct label *l = x->labels; l; l = l->next) {
		struct value one = value_map(a);
		struct region r = region_of(f->files, l->span, f->path);
		put_region(a, &one, &r, l->span);
		put(a, &one, "text", safe_line(a, l->text));
		list_add(a, all.list, one);
	}
	return all;
}

static struct value fixes_of(
	struct arena *a, const struct findings_file *f, const struct diagnostic *x)
{
	struct value all = value_list(a);
	for (const struct fix *fix = x->fixes; fix; fix = fix->next) {
		struct value one = value_map(a);
		struct region r = region_of(f->files, fix->span, f->path);
		put_region(a, &one, &r, fix->span);
		put_text(a, &one, "text", fix->text);
		list_add(a, all.list, one);
	}
	return all;
}

static struct value finding(
	struct arena *a, const struct findings_file *f, const struct diagnostic *x)
{
	struct value one = value_map(a);
	struct region r = region_of_finding(f, x);
	char *print = arena_alloc(a, FINGERPRINT_SIZE);
	diagnostic_fingerprint(f->files, f->diagnostics, x, print);
	put_text(a, &one, "code", rule_info(x->rule)->code);
	put_text(a, &one, "name", rule_info(x->rule)->name);
	put_text(a, &one, "severity", severities[x->severity]);
	put_text(a, &one, "confidence", confidences[x->confidence]);
	put_region(a, &one, &r, x->span);
	put(a, &one, "message", safe_line(a, x->message));
	if (x->note)
		put(a, &one, "note", safe_advice(a, x->note));
	if (x->hint)
		put(a, &one, "hint", safe_advice(a, x->hint));
	put(a, &one, "labels", labels_of(a, f, x));
	put(a, &one, "fixes", fixes_of(a, f, x));
	put(a, &one, "suppressed", value_bool(x->is_suppressed));
	if (x->because)
		put(a, &one, "because", safe_line(a, x->because));
	put_text(a, &one, "fingerprint", print);
	return one;
}

static struct value summary(struct arena *a, const struct findings_file *files, size_t count)
{
	size_t errors = 0, warnings = 0, all = 0, suppressed = 0, dropped = 0;
	for (size_t i = 0; i < count; i++) {
		const struct diagnostics *d = files[i].diagnostics;
		errors += d->errors;
		warnings += d->warnings;
		dropped += d->dropped;
		suppressed += d->suppressed;
		all += d->count + d->dropped;
	}
	struct value s = value_map(a);
	put_count(a, &s, "files", count);
	put_count(a, &s, "errors", errors);
	put_count(a, &s, "warnings", warnings);
	put_count(a, &s, "infos", all - suppressed - errors - warnings);
	put_count(a, &s, "suppressed", suppressed);
	put_count(a, &s, "not_shown", dropped);
	return s;
}

void findings_write_json(struct strbuf *b, const struct findings_file *files, size_t count)
{
	struct arena a;
	arena_init(&a);
	struct value document = value_map(&a), findings = value_list(&a);
	for (size_t i = 0; i < count; i++) {
		const struct diagnostic *x = files[i].diagnostics->first;
		for (; x; x = x->next)
			list_add(&a, findings.list, finding(&a, &files[i], x));
	}
	put_count(&a, &document, "version", JSON_VERSION);
	put_text(&a, &document, "runbook", PROGRAM_VERSION);
	put(&a, &document, "findings", findings);
	put(&a, &document, "summary", summary(&a, files, count));
	put_document(b, &document);
	arena_release(&a);
}
