/* The format of reviewdog (its diagnostic format): columns count bytes of UTF-8. */
#include "tool/findings_private.h"

static const char *const severities[] = {"ERROR", "WARNING", "INFO"};

static struct value position(struct arena *a, size_t line, size_t column)
{
	struct value p = value_map(a);
	put_count(a, &p, "line", line);
	put_count(a, &p, "column", column);
	return p;
}

static struct value range_of(struct arena *a, const struct region *r)
{
	struct value range = value_map(a);
	put(a, &range, "start", position(a, r->line, r->byte_column));
	put(a, &range, "end", position(a, r->end_line, r->end_byte_column));
	return range;
}

static struct value location_of(struct arena *a, const struct region *r)
{
	struct value location = value_map(a);
	put(a, &location, "path", safe_line(a, r->path));
	if (r->line)
		put(a, &location, "range", range_of(a, r));
	return location;
}

static struct value suggestions_of(
	struct arena *a, const struct findings_file *f, const struct diagnostic *x)
{
	struct value all = value_list(a);
	for (const struct fix *fix = x->fixes; fix; fix = fix->next) {
		struct value one = value_map(a);
		struct region r = region_of(f->files, fix->span, f->path);
		put(a, &one, "range", range_of(a, &r));
		put_text(a, &one, "text", fix->text);
		list_add(a, all.list, one);
	}
	return all;
}

static struct value related_of(
	struct arena *a, const struct findings_file *f, const struct diagnostic *x)
{
	struct value all = value_list(a);
	for (const struct label *l = x->labels; l; l = l->next) {
		struct value one = value_map(a);
		struct region r = region_of(f->files, l->span, f->path);
		put(a, &one, "message", safe_line(a, l->text));
		put(a, &one, "location", location_of(a, &r));
		list_add(a, all.list, one);
	}
	return all;
}

static struct value finding(
	struct arena *a, const struct findings_file *f, const struct diagnostic *x)
{
	struct value one = value_map(a), code = value_map(a);
	struct region r = region_of_finding(f, x);
	put_text(a, &code, "value", rule_info(x->rule)->code);
	put_text(a, &one, "message", whole_message(a, x));
	put(a, &one, "location", location_of(a, &r));
	put_text(a, &one, "severity", severities[x->severity]);
	put(a, &one, "code", code);
	if (x->fixes)
		put(a, &one, "suggestions", suggestions_of(a, f, x));
	if (x->labels)
		put(a, &one, "relatedLocations", related_of(a, f, x));
	return one;
}

void findings_write_rdjson(struct strbuf *b, const struct findings_file *files, size_t count)
{
	struct arena a;
	arena_init(&a);
	struct value document = value_map(&a), source = value_map(&a), all = value_list(&a);
	for (size_t i = 0; i < count; i++) {
		const struct diagnostic *x = files[i].diagnostics->first;
		for (; x; x = x->next) {
			if (!x->is_suppressed)
				list_add(&a, all.list, finding(&a, &files[i], x));
		}
	}
	put_text(&a, &source, "name", "runbook");
	put(&a, &document, "source", source);
	put(&a, &document, "diagnostics", all);
	put_document(b, &document);
	arena_release(&a);
}
