/* What the formats of findings share. */
#ifndef TOOL_FINDINGS_PRIVATE_H
#define TOOL_FINDINGS_PRIVATE_H

#include "base/json.h"
#include "source/fingerprint.h"
#include "tool/findings.h"

/* Where something lies; `line` is 0 for what has no place in a file. */
struct region {
	const char *path; /* without a `./` before it; "" if there is none */
	size_t line, column, end_line, end_column;
	size_t byte_column, end_byte_column;
};
struct region region_of(const struct source_set *files, struct span span, const char *path);
struct region region_of_finding(const struct findings_file *f, const struct diagnostic *x);
const char *plain_path(const char *path);

/* Text as a file cannot forge it, in an arena. A line end of a hint or note is the program's own;
 * one of anything else comes from a file. */
struct value safe_line(struct arena *a, const char *text);
struct value safe_advice(struct arena *a, const char *text);
/* `message; note; hint` */
const char *whole_message(struct arena *a, const struct diagnostic *x);

/* For building documents. */
static inline void put(struct arena *a, struct value *map, const char *key, struct value v)
{
	map_set(a, map->map, str_of(key), v);
}
static inline void put_text(struct arena *a, struct value *map, const char *key, const char *text)
{
	put(a, map, key, value_str(str_of(text)));
}
static inline void put_count(struct arena *a, struct value *map, const char *key, size_t n)
{
	put(a, map, key, value_int((int64_t)n));
}
/* Encoded with an indentation of 2 and a line end. */
void put_document(struct strbuf *b, const struct value *document);

/* findings_json.c, findings_sarif.c, findings_ci.c, findings_xml.c, findings_rdjson.c */
void findings_write_json(struct strbuf *b, const struct findings_file *files, size_t count);
void findings_write_sarif(struct strbuf *b, const struct findings_file *files, size_t count);
void findings_write_github(struct strbuf *b, const struct findings_file *files, size_t count);
void findings_write_gitlab(struct strbuf *b, const struct findings_file *files, size_t count);
void findings_write_junit(struct strbuf *b, const struct findings_file *files, size_t count);
void findings_write_checkstyle(struct strbuf *b, const struct findings_file *files, size_t count);
void findings_write_rdjson(struct strbuf *b, const struct findings_file *files, size_t count);

#endif
