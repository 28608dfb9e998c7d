/*
 * What comes back, counted as it comes: nobody else does it for chunked and compressed bodies.
 */
#include "world/http.h"
#include "world/text.h"

#include <ctype.h>
#include <strings.h>

void http_reply_reset(struct reply *r)
{
	r->status = 0;
	r->header_count = 0;
	r->is_over = false;
	r->content_length = (struct str){0};
	strbuf_clear(&r->body);
}

/* `HTTP/1.1 200 OK`, `HTTP/2 200`. libcurl takes the first three digits of 1000. */
static bool read_status(struct http_job *j, struct str line)
{
	size_t at = sizeof "HTTP/" - 1;
	while (at < line.len && (isdigit((unsigned char)line.at[at]) || line.at[at] == '.'))
		at++;
	int64_t status = 0;
	size_t start = ++at;
	while (at < line.len && isdigit((unsigned char)line.at[at]))
		at++;
	bool is_number = start < line.len && line.at[start - 1] == ' ' &&
			 (at == line.len || line.at[at] == ' ') &&
			 parse_int((struct str){line.at + start, at - start}, &status);
	if (!is_number) {
		http_fail(j, "protocol", "the reply's first line has no status");
		return false;
	}
	if (at - start != 3 || status < 100 || status > 599) {
		http_fail(j, "status", "%.*s is no status of HTTP", (int)(at - start),
			line.at + start);
		return false;
	}
	j->reply.status = (int)status;
	return true;
}

static struct str lower_copy(struct arena *a, struct str s)
{
	char *copy = arena_copy(a, s.at, s.len);
	for (size_t i = 0; i < s.len; i++)
		copy[i] = (char)tolower((unsigned char)copy[i]);
	return (struct str){copy, s.len};
}

/* Two lengths that differ: whoever believes the wrong one takes a part for the whole. */
static bool check_length(struct http_job *j, struct str value)
{
	struct reply *r = &j->reply;
	if (r->content_length.at && !str_equal(r->content_length, value)) {
		http_fail(j, "protocol", "the reply gives two different lengths");
		return false;
	}
	r->content_length = value;
	return true;
}

static bool add_header(struct http_job *j, struct str line)
{
	struct reply *r = &j->reply;
	ptrdiff_t colon = str_find(line, STR(":"), 0);
	if (colon <= 0) {
		http_fail(j, "protocol", "a header of the reply has no name");
		return false;
	}
	if (r->header_count == r->header_cap) {
		size_t cap = r->header_cap ? 2 * r->header_cap : 16;
		struct http_header *more = arena_array(&j->arena, cap, sizeof *more);
		if (r->header_count)
			memcpy(more, r->headers, r->header_count * sizeof *more);
		r->headers = more;
		r->header_cap = cap;
	}
	struct http_header *h = &r->headers[r->header_count++];
	h->name = lower_copy(&j->arena, (struct str){line.at, (size_t)colon});
	struct str value =
		str_trim((struct str){line.at + colon + 1, line.len - (size_t)colon - 1});
	h->value = (struct str){arena_copy(&j->arena, value.at, value.len), value.len};
	return !str_is(h->name, "content-length") || check_length(j, h->value);
}

static bool is_within_limits(struct http_job *j, size_t bytes)
{
	struct reply *r = &j->reply;
	r->header_bytes += bytes;
	r->seen_headers++;
	if (r->seen_headers <= HTTP_MAX_HEADERS && r->header_bytes <= HTTP_MAX_HEADER_BYTES)
		return true;
	http_fail(j, "too_large", "the reply has more headers than are read (%d, or %u bytes)",
		HTTP_MAX_HEADERS, HTTP_MAX_HEADER_BYTES);
	return false;
}

/* Called once a line, also for the blank one and for trailers. */
size_t http_on_header(char *at, size_t size, size_t count, void *context)
{
	struct http_job *j = context;
	size_t bytes = size * count;
	struct str line = str_trim((struct str){at, bytes});
	bool is_good = is_within_limits(j, bytes);
	if (is_good && str_starts_with(line, STR("HTTP/")) && !j->reply.body.len) {
		http_reply_reset(&j->reply); /* what came before was a 100 Continue */
		is_good = read_status(j, line);
	} else if (is_good && line.len && !j->reply.is_over) {
		is_good = add_header(j, line);
	} else if (!line.len) {
		j->reply.is_over = true;
	}
	return is_good ? bytes : 0;
}

size_t http_on_body(char *at, size_t size, size_t count, void *context)
{
	struct http_job *j = context;
	size_t bytes = size * count;
	int64_t most = j->request.max_bytes;
	if ((int64_t)j->reply.body.len + (int64_t)bytes > most) {
		http_fail(j, "too_large", "the body is larger than %lld bytes", (long long)most);
		return 0;
	}
	strbuf_add(&j->reply.body, at, bytes);
	return bytes;
}

struct str http_reply_header(const struct reply *r, const char *name)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (str_is(r->headers[i].name, name))
			return r->headers[i].value;
	return (struct str){"", 0};
}

/* A name given again is one list, joined by commas; cookies have commas in them. */
struct value http_reply_headers(const struct reply *r, struct arena *a)
{
	struct value map = value_map(a);
	for (size_t i = 0; i < r->header_count; i++) {
		const struct http_header *h = &r->headers[i];
		struct entry *old = map_find(map.map, h->name);
		if (!old) {
			const char *name = arena_copy(a, h->name.at, h->name.len);
			map_append(a, map.map, (struct str){name, h->name.len},
				value_copy_str(a, h->value));
			continue;
		}
		struct strbuf both = {0};
		strbuf_put(&both, value_string(&old->value));
		strbuf_puts(&both, str_is(h->name, "set-cookie") ? "\n" : ", ");
		strbuf_put(&both, h->value);
		old->value = value_str(take_text(&both, a));
	}
	map.flags |= VALUE_FOLDED;
	return map;
}
