#include "tool/findings_private.h"

#include "source/render.h"

const char *const findings_format_names[] = {"text", "short", "json", "sarif", "github", "gitlab",
	"junit", "checkstyle", "rdjson", NULL};

bool findings_format_find(const char *word, enum findings_format *out)
{
	for (size_t i = 0; findings_format_names[i]; i++) {
		if (strcmp(findings_format_names[i], word) == 0) {
			*out = (enum findings_format)i;
			return true;
		}
	}
	return false;
}

/* ---- what the formats share ------------------------------------------------------------------ */

const char *plain_path(const char *path)
{
	while (path && path[0] == '.' && path[1] == '/' && path[2])
		path += 2;
	return path ? path : "";
}

struct region region_of(const struct source_set *files, struct span span, const char *path)
{
	struct source_file *file = source_get(files, span.file);
	if (!file)
		return (struct region){.path = plain_path(path)};
	struct place from = source_place(file, span.start);
	struct place to = source_place(file, (size_t)span.start + span.len);
	return (struct region){
		.path = plain_path(file->path),
		.line = from.line,
		.column = from.column,
		.end_line = to.line,
		.end_column = to.column,
		.byte_column = span.start - from.line_start + 1,
		.end_byte_column = (size_t)span.start + span.len - to.line_start + 1,
	};
}

struct region region_of_finding(const struct findings_file *f, const struct diagnostic *x)
{
	return region_of(f->files, x->span, x->path ? x->path : f->path);
}

static struct value taken(struct strbuf *b, struct arena *a)
{
	struct str text = strbuf_take(b, a);
	strbuf_release(b);
	return value_str(text);
}

struct value safe_line(struct arena *a, const char *text)
{
	struct strbuf b = {0};
	escape_for_terminal(&b, str_of(text));
	return taken(&b, a);
}

struct value safe_advice(struct arena *a, const char *text)
{
	struct strbuf b = {0};
	for (const char *end; text; text = end ? end + 1 : NULL) {
		end = strchr(text, '\n');
		escape_for_terminal(
			&b, (struct str){text, end ? (size_t)(end - text) : strlen(text)});
		if (end)
			strbuf_putc(&b, '\n');
	}
	return taken(&b, a);
}

const char *whole_message(struct arena *a, const struct diagnostic *x)
{
	const char *text = safe_line(a, x->message).string;
	if (x->note)
		text = arena_printf(a, "%s; %s", text, safe_advice(a, x->note).string);
	if (x->hint)
		text = arena_printf(a, "%s; %s", text, safe_advice(a, x->hint).string);
	return text;
}

void put_document(struct strbuf *b, const struct value *document)
{
	json_encode(b, document, 2);
	strbuf_putc(b, '\n');
}

/* ---- for people ------------------------------------------------------------------------------ */

static void write_text(
	struct strbuf *b, const struct findings_file *files, size_t count, bool color)
{
	for (size_t i = 0; i < count; i++)
		diagnostics_render(b, files[i].files, files[i].diagnostics, color);
}

static void write_short(struct strbuf *b, const struct findings_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++)
		diagnostics_render_short(b, files[i].files, files[i].diagnostics);
}

void findings_write(struct strbuf *b, enum findings_format f, const struct findings_file *files,
	size_t count, bool color)
{
	switch (f) {
	case FINDINGS_TEXT:
		write_text(b, files, count, color);
		break;
	case FINDINGS_SHORT:
		write_short(b, files, count);
		break;
	case FINDINGS_JSON:
		findings_write_json(b, files, count);
		break;
	case FINDINGS_SARIF:
		findings_write_sarif(b, files, count);
		break;
	case FINDINGS_GITHUB:
		findings_write_github(b, files, count);
		break;
	case FINDINGS_GITLAB:
		findings_write_gitlab(b, files, count);
		break;
	case FINDINGS_JUNIT:
		findings_write_junit(b, files, count);
		break;
	case FINDINGS_CHECKSTYLE:
		findings_write_checkstyle(b, files, count);
		break;
	case FINDINGS_RDJSON:
		findings_write_rdjson(b, files, count);
		break;
	}
}
