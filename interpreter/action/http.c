/* `http`: one request. */
#include "action/render.h"
#include "action/table.h"
#include "base/duration.h"
#include "base/json.h"
#include "plan/visit.h"

#define DEFAULT_TIMEOUT (30 * NS_PER_S)
#define DEFAULT_CONNECT_TIMEOUT (10 * NS_PER_S)
#define DEFAULT_MAX_BYTES (10 << 20)
#define FOLLOW_TRUE 10

static void url_encode(struct strbuf *b, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			strchr("-._~", c))
			strbuf_putc(b, (char)c);
		else
			strbuf_printf(b, "%%%02X", c);
	}
}

/* A map as `a=1&b=2`; a list gives its name once for each item, nothing leaves it out. */
static void add_pairs(struct strbuf *b, const struct map *pairs, const char *separator)
{
	struct strbuf text = {0};

	for (size_t i = 0; i < pairs->count; i++) {
		const struct entry *e = &pairs->entries[i];
		bool is_list = e->value.kind == VALUE_LIST;
		size_t count = is_list ? e->value.list->count : 1;

		if (e->value.kind == VALUE_NIL)
			continue;
		for (size_t k = 0; k < count; k++) {
			strbuf_clear(&text);
			value_print(&text, is_list ? &e->value.list->items[k] : &e->value);
			strbuf_puts(b, separator);
			separator = "&";
			url_encode(b, entry_key(e));
			strbuf_putc(b, '=');
			url_encode(b, strbuf_str(&text));
		}
	}
	strbuf_release(&text);
}

static bool fill_url(struct preparation *p, struct http_request *out)
{
	const struct http_args *args = p->step->http;
	struct strbuf url = {0};
	struct value query;

	if (!render_string(p, args->url, &out->url))
		return false;
	if (!args->query)
		return true;
	if (!template_render(p->ev, args->query, &query))
		return false;
	if (query.kind != VALUE_MAP)
		return action_refuse(
			p, "guard", "query takes a mapping, not %s", value_kind_name(&query));
	ptrdiff_t fragment =
		str_find(out->url, STR("#"), 0); /* not sent; behind it, nor is a query */
	if (fragment >= 0)
		out->url.len = (size_t)fragment;
	strbuf_put(&url, out->url);
	add_pairs(&url, query.map, str_find(out->url, STR("?"), 0) < 0 ? "?" : "&");
	out->url = strbuf_take(&url, p->ev->arena);
	strbuf_release(&url);
	return true;
}

static bool has_header(const struct http_request *r, const char *name)
{
	for (size_t i = 0; i < r->header_count; i++) {
		if (r->headers[i].name.len == strlen(name) &&
			strncasecmp(r->headers[i].name.at, name, strlen(name)) == 0)
			return true;
	}
	return false;
}

static bool fill_headers(struct preparation *p, struct http_request *out)
{
	const struct http_args *args = p->step->http;
	struct header *headers;
	struct value map;
	struct strbuf text = {0};

	out->headers = headers = arena_array(p->ev->arena, 1, sizeof(struct header));
	if (!args->headers)
		return true;
	if (!template_render(p->ev, args->headers, &map))
		return false;
	if (map.kind != VALUE_MAP)
		return action_refuse(
			p, "guard", "headers takes a mapping, not %s", value_kind_name(&map));
	out->headers = headers =
		arena_array(p->ev->arena, map.map->count + 1, sizeof(struct header));
	for (size_t i = 0; i < map.map->count; i++) {
		const struct entry *e = &map.map->entries[i];

		if (e->value.kind == VALUE_NIL)
			continue;
		value_print(&text, &e->value);
		headers[out->header_count].name = entry_key(e);
		headers[out->header_count].is_secret = e->value.flags & VALUE_SECRET;
		headers[out->header_count++].value = strbuf_take(&text, p->ev->arena);
	}
	strbuf_release(&text);
	return true;
}

static void set_type(struct http_request *out, const char *type)
{
	struct header *headers = (struct header *)out->headers;

	if (!has_header(out, "content-type"))
		headers[out->header_count++] =
			(struct header){.name = STR("Content-Type"), .value = str_of(type)};
}

static bool fill_body(struct preparation *p, struct http_request *out)
{
	const struct http_args *args = p->step->http;
	const struct template *t = args->json ? args->json : args->form;
	struct strbuf body = {0};
	struct value v;

	out->has_body = args->json || args->form || args->body || args->file;
	if (args->body)
		return render_string(p, args->body, &out->body);
	if (args->file)
		return render_c_string(p, args->file, &out->file);
	if (!t)
		return true;
	if (!template_render(p->ev, t, &v))
		return false;
	if (args->json)
		json_encode(&body, &v, 0);
	else if (v.kind == VALUE_MAP)
		add_pairs(&body, v.map, "");
	else
		return action_refuse(
			p, "guard", "form takes a mapping, not %s", value_kind_name(&v));
	out->body = strbuf_take(&body, p->ev->arena);
	strbuf_release(&body);
	set_type(out, args->json ? "application/json" : "application/x-www-form-urlencoded");
	return true;
}

static bool fill_auth(struct preparation *p, struct http_request *out)
{
	const struct http_args *args = p->step->http;

	out->has_basic = args->basic_user != NULL;
	out->has_bearer = args->bearer != NULL;
	return render_string(p, args->basic_user, &out->user) &&
	       render_string(p, args->basic_password, &out->password) &&
	       render_string(p, args->bearer, &out->bearer);
}

static bool fill_tls(struct preparation *p, struct http_request *out)
{
	const struct tls_args *tls = p->step->http->tls;

	if (!tls)
		return true;
	out->is_insecure = tls->insecure > 0;
	return render_c_string(p, tls->ca, &out->ca) && render_c_string(p, tls->cert, &out->cert) &&
	       render_c_string(p, tls->key, &out->key);
}

static int64_t given_or(int64_t given, int64_t fallback)
{
	return given == INT64_MIN ? fallback : given;
}

static bool prepare(struct preparation *p, struct request *out)
{
	const struct http_args *args = p->step->http;
	struct http_request *http = &out->http;
	struct strbuf command = {0};

	out->kind = REQUEST_HTTP;
	http->method = (struct str){0};
	if (!fill_url(p, http) || !fill_headers(p, http) || !fill_body(p, http) ||
		!fill_auth(p, http) || !fill_tls(p, http) ||
		!render_string(p, args->method, &http->method))
		return false;
	if (!http->method.len)
		http->method = http->has_body ? STR("POST") : STR("GET");
	http->timeout_ns = given_or(args->timeout_ns, DEFAULT_TIMEOUT);
	http->connect_timeout_ns = given_or(args->connect_timeout_ns, DEFAULT_CONNECT_TIMEOUT);
	http->max_bytes = given_or(args->max_bytes, DEFAULT_MAX_BYTES);
	http->redirects = (int)given_or(args->follow, 0);
	strbuf_put(&command, http->method);
	strbuf_putc(&command, ' ');
	strbuf_put(&command, http->url);
	p->event->command = strbuf_take(&command, p->ev->arena);
	strbuf_release(&command);
	return true;
}

/* ---- the answer ----------------------------------------------------------------------------- */

static void find_status(void *context, const struct expr *e)
{
	if (e->kind == EXPR_NAME && str_is(e->name, "status"))
		*(bool *)context = true;
}

static bool expects_status(const struct step *s)
{
	bool found = false;

	for (size_t i = 0; s->more && i < s->more->expect.count; i++) {
		if (s->more->expect.items[i].expr)
			visit_expr(s->more->expect.items[i].expr, find_status, &found);
	}
	return found;
}

static const char *judge(struct preparation *p, const struct value *result, const char **message)
{
	const struct value *status =
		result->kind == VALUE_MAP ? map_get(result->map, "status") : NULL;

	if (!status || status->kind != VALUE_INT || status->integer < 400)
		return NULL;
	if (expects_status(p->step))
		return NULL;
	*message = arena_printf(p->ev->arena, "HTTP status %lld", (long long)status->integer);
	return "status";
}

const struct action http_action = {.prepare = prepare, .judge = judge};
