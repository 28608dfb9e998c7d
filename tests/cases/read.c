/* Reads case files: `=== title` begins a case, `--- name` a section of it. */
#include "case.h"

static struct str read_all(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "r");
	struct strbuf b = {0};
	char chunk[4096];
	size_t n;
	struct str s;

	if (!f) {
		perror(path);
		exit(2);
	}
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		strbuf_add(&b, chunk, n);
	fclose(f);
	s = strbuf_take(&b, a);
	strbuf_release(&b);
	return s;
}

static struct section *add_section(struct test_case *c, const char *name, size_t line)
{
	if (c->section_count == sizeof(c->sections) / sizeof(c->sections[0])) {
		fprintf(stderr, "%s:%zu: too many sections\n", c->file, line);
		exit(2);
	}
	c->sections[c->section_count] = (struct section){.name = name, .line = line + 1};
	return &c->sections[c->section_count++];
}

/* What a case takes over from the one before: the same subject under other circumstances. */
static bool is_subject(const struct test_case *c, const char *name)
{
	if (strcmp(name, "world") == 0)
		return case_section(c, "world but") != NULL;
	return strcmp(name, "runbook") == 0 || strncmp(name, "file ", 5) == 0 ||
	       strcmp(name, "env") == 0 || strcmp(name, "args") == 0;
}

static void inherit(struct test_case *c, const struct test_case *before)
{
	if (case_section(c, "runbook"))
		return;
	for (size_t i = 0; i < before->section_count; i++) {
		const struct section *s = &before->sections[i];

		if (is_subject(c, s->name) && !case_section(c, s->name))
			*add_section(c, s->name, s->line) = *s;
	}
}

/* `runbook PATH` is the file's text, of a path that begins where the runner was started. */
static void read_runbooks(struct arena *a, struct test_case *c)
{
	for (size_t i = 0; i < c->section_count; i++) {
		struct section *s = &c->sections[i];

		if (strncmp(s->name, "runbook ", 8) != 0)
			continue;
		s->text = read_all(a, s->name + 8);
		s->name = "runbook";
	}
}

struct test_case *cases_read(struct arena *a, const char *path, size_t *count)
{
	struct str text = read_all(a, path);
	size_t cap = 1, line = 0;
	struct test_case *cases, *c = NULL;
	struct section *section = NULL;

	for (ptrdiff_t at = 0; (at = str_find(text, STR("=== "), (size_t)at)) >= 0; at += 4)
		cap++;
	cases = arena_array(a, cap, sizeof(*cases));
	*count = 0;
	for (size_t at = 0; at < text.len;) {
		ptrdiff_t end = str_find(text, STR("\n"), at);
		size_t stop = end < 0 ? text.len : (size_t)end;
		struct str row = {text.at + at, stop - at};

		line++;
		if (str_starts_with(row, STR("=== "))) {
			c = &cases[(*count)++];
			*c = (struct test_case){.file = arena_string(a, path),
				.name = arena_copy(a, row.at + 4, row.len - 4),
				.line = line};
			section = NULL;
		} else if (c && str_starts_with(row, STR("--- "))) {
			section = add_section(c, arena_copy(a, row.at + 4, row.len - 4), line);
			section->text.at = text.at + (stop < text.len ? stop + 1 : stop);
		} else if (section) {
			section->text.len = stop + 1 - (size_t)(section->text.at - text.at);
			if (section->text.len > text.len - (size_t)(section->text.at - text.at))
				section->text.len--;
		}
		at = stop + 1;
	}
	for (size_t i = 0; i < *count; i++) {
		read_runbooks(a, &cases[i]);
		if (i)
			inherit(&cases[i], &cases[i - 1]);
	}
	return cases;
}

const struct section *case_section(const struct test_case *c, const char *name)
{
	for (size_t i = 0; i < c->section_count; i++) {
		if (strcmp(c->sections[i].name, name) == 0)
			return &c->sections[i];
	}
	return NULL;
}

struct str case_text(const struct test_case *c, const char *name)
{
	const struct section *s = case_section(c, name);

	return s ? s->text : (struct str){0};
}
