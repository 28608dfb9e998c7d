/*
 * What formats say of findings that no fixture has: silenced ones, with a note, in several files.
 */
#include "test.h"

#include "base/json.h"
#include "source/fingerprint.h"
#include "tool/findings.h"

struct found {
	struct arena a;
	struct source_set files;
	struct diagnostics d;
	struct strbuf out;
};

static void setup(struct found *f)
{
	arena_init(&f->a);
	source_init(&f->files, &f->a);
	diagnostics_init(&f->d, &f->a);
	f->out = (struct strbuf){0};
}

static void teardown(struct found *f)
{
	strbuf_release(&f->out);
	arena_release(&f->a);
}

/* The first `len` bytes of a line. */
static struct diagnostic *find_at(
	struct found *f, struct source_file *file, size_t line, uint32_t len)
{
	uint32_t at = 0;
	for (size_t i = 1; i < line; i++)
		at = (uint32_t)str_find(file->text, STR("\n"), at) + 1;
	return diagnose(&f->d, RB101, (struct span){at, len, file->id}, "unknown key");
}

static void write_as(struct found *f, enum findings_format format)
{
	struct findings_file file = {"./x.yml", &f->files, &f->d};
	strbuf_clear(&f->out);
	findings_write(&f->out, format, &file, 1, false);
}

/* By a way of keys and numbers (from 1) into the JSON that was written. */
static const struct value *at(struct found *f, struct value *root, const char *way)
{
	const struct value *v = root;
	struct json_error error;
	if (!CHECK(json_decode(&f->a, strbuf_str(&f->out), root, &error)))
		return NULL;
	while (v && *way) {
		size_t len = strcspn(way, ".");
		struct str key = {way, len};
		int64_t n;
		if (v->kind == VALUE_LIST && parse_int(key, &n))
			v = n <= (int64_t)v->list->count ? &v->list->items[n - 1] : NULL;
		else
			v = v->kind == VALUE_MAP ? map_get(v->map, arena_copy(&f->a, way, len))
						 : NULL;
		way += len + (way[len] == '.');
	}
	return v;
}

static void check_at(struct found *f, const char *way, const char *expected)
{
	struct value root;
	struct strbuf b = {0};
	const struct value *v = at(f, &root, way);
	test_about("%s", way);
	if (CHECK(v))
		value_print(&b, v);
	CHECK_TEXT(strbuf_str(&b), expected);
	strbuf_release(&b);
	test_about(NULL);
}

TEST(findings_suppressed)
{
	struct found f;
	setup(&f);
	struct source_file *file = source_add(&f.files, "./x.yml", STR("aé: 1\nb: 2\n"), false);
	struct diagnostic *x = find_at(&f, file, 1, 3);
	diagnostic_note(&f.d, x, "it is ignored");
	find_at(&f, file, 2, 1);
	diagnostic_suppress(&f.d, x, "on purpose");

	write_as(&f, FINDINGS_JSON);
	check_at(&f, "findings.1.suppressed", "true");
	check_at(&f, "findings.1.because", "on purpose");
	check_at(&f, "findings.1.note", "it is ignored");
	check_at(&f, "findings.1.end_column", "3");
	check_at(&f, "findings.2.suppressed", "false");
	check_at(&f, "summary.suppressed", "1");
	check_at(&f, "summary.errors", "1");
	check_at(&f, "summary.infos", "0");
	write_as(&f, FINDINGS_SARIF);
	check_at(&f, "runs.1.results.1.suppressions.1.justification", "on purpose");
	check_at(&f, "runs.1.results.1.suppressions.1.kind", "inSource");
	check_at(&f, "runs.1.results.2.suppressions", "[]");
	check_at(&f, "runs.1.results.1.message.text", "unknown key; it is ignored");
	write_as(&f, FINDINGS_GITHUB);
	CHECK_TEXT(strbuf_str(&f.out), "::error file=x.yml,line=2,col=1,endLine=2,endColumn=2,"
				       "title=RB101 unknown-key::unknown key\n");
	write_as(&f, FINDINGS_JUNIT);
	CHECK(str_find(strbuf_str(&f.out), STR("failures=\"1\""), 0) > 0);
	write_as(&f, FINDINGS_CHECKSTYLE);
	CHECK(str_find(strbuf_str(&f.out), STR("line=\"1\""), 0) < 0);
	write_as(&f, FINDINGS_GITLAB);
	check_at(&f, "1.location.lines.begin", "2");
	write_as(&f, FINDINGS_RDJSON);
	check_at(&f, "diagnostics.1.location.range.start.line", "2");
	teardown(&f);
}

/* Columns: characters everywhere, bytes for reviewdog. A fix of two files is two changes. */
TEST(findings_places)
{
	struct found f;
	setup(&f);
	struct source_file *file = source_add(&f.files, "x.yml", STR("é: aé\n"), false);
	struct source_file *other = source_add(&f.files, "y.yml", STR("b: 2\n"), false);
	struct diagnostic *x = diagnose(&f.d, RB302, (struct span){4, 3, file->id}, "steps wait");
	diagnostic_label(&f.d, x, (struct span){0, 1, other->id}, "here");
	diagnostic_fix(&f.d, x, (struct span){4, 3, file->id}, "c\x1b");
	diagnostic_fix(&f.d, x, (struct span){0, 1, other->id}, "d");
	diagnostic_fix(&f.d, x, (struct span){0, 0, file->id}, "e");

	write_as(&f, FINDINGS_RDJSON);
	check_at(&f, "diagnostics.1.location.range.end.column", "8");
	check_at(&f, "diagnostics.1.relatedLocations.1.location.path", "y.yml");
	write_as(&f, FINDINGS_SARIF);
	check_at(&f, "runs.1.results.1.locations.1.physicalLocation.region.endColumn", "6");
	check_at(&f,
		"runs.1.results.1.fixes.1.artifactChanges.1.replacements.1.insertedContent.text",
		"c\x1b");
	check_at(&f,
		"runs.1.results.1.fixes.1.artifactChanges.1.replacements.2.insertedContent.text",
		"e");
	check_at(&f, "runs.1.results.1.fixes.1.artifactChanges.2.artifactLocation.uri", "y.yml");
	check_at(&f, "runs.1.results.1.codeFlows.1.threadFlows.1.locations.2.location.message.text",
		"here");
	teardown(&f);
}

static void print_of(struct found *f, const struct diagnostic *x, char out[FINGERPRINT_SIZE])
{
	diagnostic_fingerprint(&f->files, &f->d, x, out);
	CHECK_INT(strlen(out), 16);
}

/* The same finding further down has the same fingerprint; a second one like it has another. */
TEST(findings_fingerprints)
{
	struct found f, moved;
	char one[FINGERPRINT_SIZE], two[FINGERPRINT_SIZE], other[FINGERPRINT_SIZE];
	setup(&f);
	setup(&moved);
	struct source_file *file = source_add(&f.files, "x.yml", STR("a: 1\na: 1\nb: 1\n"), false);
	print_of(&f, find_at(&f, file, 1, 1), one);
	print_of(&f, find_at(&f, file, 2, 1), two);
	print_of(&f, find_at(&f, file, 3, 1), other);
	CHECK(strcmp(one, two) != 0 && strcmp(one, other) != 0 && strcmp(two, other) != 0);
	file = source_add(&moved.files, "./x.yml", STR("# new\n\n  a: 1\n"), false);
	print_of(&moved, find_at(&moved, file, 3, 1), other);
	CHECK_STR(one, other);
	file = source_add(&moved.files, "y.yml", STR("a: 1\n"), false);
	print_of(&moved, find_at(&moved, file, 1, 1), other);
	CHECK(strcmp(one, other) != 0);
	teardown(&f);
	teardown(&moved);
}

TEST(findings_format_words)
{
	enum findings_format format;
	CHECK(findings_format_find("sarif", &format) && format == FINDINGS_SARIF);
	CHECK(findings_format_find("rdjson", &format) && format == FINDINGS_RDJSON);
	CHECK(!findings_format_find("yaml", &format));
}
