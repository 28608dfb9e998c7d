/*
 * SARIF 2.1.0, as code scanning takes it. One run; the rules that have findings, in the order of
 * their numbers; a cycle is a code flow along its edges.
 */
#include "tool/findings_private.h"

#include "base/version.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

static const char *const levels[] = {"error", "warning", "note"};
static const char *const confidences[] = {"certain", "likely"};

struct sarif {
	struct arena *a;
	const struct findings_file *file;
	size_t index_of[RULE_COUNT]; /* in the list of rules */
	bool has_suppressed;
};

static struct value message_of(struct arena *a, struct value text)
{
	struct value m = value_map(a);
	put(a, &m, "text", text);
	return m;
}

/* A path as a URI reference: what is not plain in one is percent-encoded, byte by byte. */
static struct value uri_of(struct arena *a, const char *path)
{
	struct strbuf b = {0};
	if (path[0] == '/')
		strbuf_puts(&b, "file://");
	for (; *path; path++) {
		bool is_plain = (*path >= 'a' && *path <= 'z') || (*path >= 'A' && *path <= 'Z') ||
				(*path >= '0' && *path <= '9') || strchr("-._~/", *path);
		if (is_plain)
			strbuf_putc(&b, *path);
		else
			strbuf_printf(&b, "%%%02X", (unsigned char)*path);
	}
	struct str uri = strbuf_take(&b, a);
	strbuf_release(&b);
	return value_str(uri);
}

static struct value artifact(struct arena *a, const char *path)
{
	struct value location = value_map(a);
	put(a, &location, "uri", uri_of(a, path));
	return location;
}

static struct value region(struct arena *a, const struct region *r, struct span span)
{
	struct value region = value_map(a);
	put_count(a, &region, "startLine", r->line);
	put_count(a, &region, "startColumn", r->column);
	put_count(a, &region, "endLine", r->end_line);
	put_count(a, &region, "endColumn", r->end_column);
	put_count(a, &region, "byteOffset", span.start);
	put_count(a, &region, "byteLength", span.len);
	return region;
}

/* `text` nil: without a message. */
static struct value location(
	struct arena *a, const struct region *r, struct span span, struct value text)
{
	struct value physical = value_map(a), location = value_map(a);
	put(a, &physical, "artifactLocation", artifact(a, r->path));
	if (r->line)
		put(a, &physical, "region", region(a, r, span));
	put(a, &location, "physicalLocation", physical);
	if (text.kind != VALUE_NIL)
		put(a, &location, "message", message_of(a, text));
	return location;
}

static struct value label_location(struct sarif *s, const struct label *l)
{
	struct region r = region_of(s->file->files, l->span, s->file->path);
	return location(s->a, &r, l->span, safe_line(s->a, l->text));
}

static void put_related(struct sarif *s, struct value *result, const struct diagnostic *x)
{
	struct value all = value_list(s->a);
	size_t id = 0;
	for (const struct label *l = x->labels; l; l = l->next) {
		struct value one = label_location(s, l);
		put_count(s->a, &one, "id", ++id);
		list_add(s->a, all.list, one);
	}
	if (x->labels)
		put(s->a, result, "relatedLocations", all);
}

static void put_step_of_flow(struct sarif *s, struct value *steps, struct value at)
{
	struct value one = value_map(s->a);
	put(s->a, &one, "location", at);
	list_add(s->a, steps->list, one);
}

static void put_flow(struct sarif *s, struct value *result, const struct diagnostic *x)
{
	struct value steps = value_list(s->a), thread = value_map(s->a), flow = value_map(s->a);
	struct value threads = value_list(s->a), flows = value_list(s->a);
	struct region r = region_of_finding(s->file, x);
	put_step_of_flow(s, &steps, location(s->a, &r, x->span, safe_line(s->a, x->message)));
	for (const struct label *l = x->labels; l; l = l->next)
		put_step_of_flow(s, &steps, label_location(s, l));
	put(s->a, &thread, "locations", steps);
	list_add(s->a, threads.list, thread);
	put(s->a, &flow, "threadFlows", threads);
	list_add(s->a, flows.list, flow);
	put(s->a, result, "codeFlows", flows);
}

/* ---- fixes ----------------------------------------------------------------------------------- */

static struct value replacement(struct sarif *s, const struct fix *fix)
{
	struct value one = value_map(s->a);
	struct region r = region_of(s->file->files, fix->span, s->file->path);
	put(s->a, &one, "deletedRegion", region(s->a, &r, fix->span));
	put(s->a, &one, "insertedContent", message_of(s->a, value_str(str_of(fix->text))));
	return one;
}

static bool is_first_of_file(const struct diagnostic *x, const struct fix *fix)
{
	const struct fix *first = x->fixes;
	while (first->span.file != fix->span.file)
		first = first->next;
	return first == fix;
}

/* All edits of one file together. */
static struct value change(struct sarif *s, const struct fix *first)
{
	struct value one = value_map(s->a), replacements = value_list(s->a);
	struct region r = region_of(s->file->files, first->span, s->file->path);
	for (const struct fix *fix = first; fix; fix = fix->next) {
		if (fix->span.file == first->span.file)
			list_add(s->a, replacements.list, replacement(s, fix));
	}
	put(s->a, &one, "artifactLocation", artifact(s->a, r.path));
	put(s->a, &one, "replacements", replacements);
	return one;
}

static void put_fixes(struct sarif *s, struct value *result, const struct diagnostic *x)
{
	struct value all = value_list(s->a), one = value_map(s->a), changes = value_list(s->a);
	if (!x->fixes)
		return;
	for (const struct fix *fix = x->fixes; fix; fix = fix->next) {
		if (is_first_of_file(x, fix))
			list_add(s->a, changes.list, change(s, fix));
	}
	put(s->a, &one, "description",
		message_of(
			s->a, x->hint ? safe_advice(s->a, x->hint) : safe_line(s->a, x->message)));
	put(s->a, &one, "artifactChanges", changes);
	list_add(s->a, all.list, one);
	put(s->a, result, "fixes", all);
}

/* ---- results --------------------------------------------------------------------------------- */

/* A reader takes a list that is missing for "not known": so it is there for all or for none. */
static void put_suppressions(struct sarif *s, struct value *result, const struct diagnostic *x)
{
	struct value all = value_list(s->a);
	if (!s->has_suppressed)
		return;
	if (x->is_suppressed) {
		struct value one = value_map(s->a);
		put_text(s->a, &one, "kind", "inSource");
		if (x->because)
			put(s->a, &one, "justification", safe_line(s->a, x->because));
		list_add(s->a, all.list, one);
	}
	put(s->a, result, "suppressions", all);
}

static void put_properties(struct sarif *s, struct value *result, const struct diagnostic *x)
{
	struct value prints = value_map(s->a), properties = value_map(s->a);
	char *print = arena_alloc(s->a, FINGERPRINT_SIZE);
	diagnostic_fingerprint(s->file->files, s->file->diagnostics, x, print);
	put_text(s->a, &prints, "runbook/v1", print);
	put(s->a, result, "partialFingerprints", prints);
	put_text(s->a, &properties, "confidence", confidences[x->confidence]);
	put(s->a, result, "properties", properties);
}

static struct value result_of(struct sarif *s, const struct diagnostic *x)
{
	struct value result = value_map(s->a), locations = value_list(s->a);
	struct region r = region_of_finding(s->file, x);
	put_text(s->a, &result, "ruleId", rule_info(x->rule)->code);
	put_count(s->a, &result, "ruleIndex", s->index_of[x->rule]);
	put_text(s->a, &result, "level", levels[x->severity]);
	put(s->a, &result, "message", message_of(s->a, value_str(str_of(whole_message(s->a, x)))));
	list_add(s->a, locations.list, location(s->a, &r, x->span, value_nil()));
	put(s->a, &result, "locations", locations);
	put_related(s, &result, x);
	if (x->rule == RB302)
		put_flow(s, &result, x);
	put_fixes(s, &result, x);
	put_suppressions(s, &result, x);
	put_properties(s, &result, x);
	return result;
}

static struct value rule_of(struct arena *a, enum rule_id id)
{
	const struct rule_info *info = rule_info(id);
	struct value rule = value_map(a), defaults = value_map(a), help = value_map(a);
	put_text(a, &rule, "id", info->code);
	put_text(a, &rule, "name", info->name);
	put(a, &rule, "shortDescription", message_of(a, value_str(str_of(info->title))));
	put_text(a, &help, "text", arena_printf(a, "`runbook explain %s` says more.", info->code));
	put(a, &rule, "help", help);
	put_text(a, &defaults, "level", levels[info->severity]);
	put(a, &rule, "defaultConfiguration", defaults);
	return rule;
}

static struct value rules_of(struct sarif *s, const struct findings_file *files, size_t count)
{
	bool is_found[RULE_COUNT] = {false};
	struct value rules = value_list(s->a);
	for (size_t i = 0; i < count; i++) {
		for (const struct diagnostic *x = files[i].diagnostics->first; x; x = x->next) {
			is_found[x->rule] = true;
			s->has_suppressed |= x->is_suppressed;
		}
	}
	for (int id = 0; id < RULE_COUNT; id++) {
		s->index_of[id] = rules.list->count;
		if (is_found[id])
			list_add(s->a, rules.list, rule_of(s->a, (enum rule_id)id));
	}
	return rules;
}

static struct value run_of(struct sarif *s, const struct findings_file *files, size_t count)
{
	struct arena *a = s->a;
	struct value run = value_map(a), tool = value_map(a), driver = value_map(a);
	struct value results = value_list(a);
	put_text(a, &driver, "name", "runbook");
	put_text(a, &driver, "version", PROGRAM_VERSION);
	put(a, &driver, "rules", rules_of(s, files, count));
	for (size_t i = 0; i < count; i++) {
		s->file = &files[i];
		for (const struct diagnostic *x = files[i].diagnostics->first; x; x = x->next)
			list_add(a, results.list, result_of(s, x));
	}
	put(a, &tool, "driver", driver);
	put(a, &run, "tool", tool);
	put_text(a, &run, "columnKind", "unicodeCodePoints");
	put(a, &run, "results", results);
	return run;
}

void findings_write_sarif(struct strbuf *b, const struct findings_file *files, size_t count)
{
	struct arena a;
	arena_init(&a);
	struct sarif s = {.a = &a};
	struct value document = value_map(&a), runs = value_list(&a);
	list_add(&a, runs.list, run_of(&s, files, count));
	put_text(&a, &document, "$schema", SCHEMA);
	put_text(&a, &document, "version", "2.1.0");
	put(&a, &document, "runs", runs);
	put_document(b, &document);
	arena_release(&a);
}
