/*
 * One hop of a request as libcurl takes it. Every option that has a default worth knowing is set,
 * so that neither a version nor the environment decides; once for a handle, because setting them
 * costs as much as a request.
 */
#include "world/http.h"

#include <errno.h>
#include <fcntl.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef RUNBOOK_VERSION
#define RUNBOOK_VERSION "1"
#endif

#define set(h, easy, option, value) (h)->curl->easy_setopt((easy), (option), (value))
#define put(j, option, value) set((j)->http, (j)->easy, (option), (value))

/* ---- headers -------------------------------------------------------------------------------- */

static void add_line(struct http_job *j, const char *line)
{
	struct curl_slist *longer = j->http->curl->slist_append(j->headers, line);
	if (!longer)
		out_of_memory();
	j->headers = longer;
}

static bool has_header(const struct http_job *j, const char *name)
{
	for (size_t i = 0; i < j->request.header_count; i++) {
		struct str have = j->request.headers[i].name;
		if (have.len == strlen(name) && strncasecmp(have.at, name, have.len) == 0)
			return true;
	}
	return false;
}

static bool is_about_body(const struct header *h)
{
	return h->name.len > 8 && strncasecmp(h->name.at, "content-", 8) == 0;
}

/* What was written for the first origin stays there, but for what tells nothing. */
static bool goes_along(const struct http_job *j, const struct header *h)
{
	if (is_about_body(h) && !j->has_body && j->is_hop)
		return false;
	return http_same_origin(&j->first, &j->url) || http_header_is_harmless(h);
}

static void add_headers(struct http_job *j)
{
	struct arena *a = &j->arena;
	for (size_t i = 0; i < j->request.header_count; i++) {
		const struct header *h = &j->request.headers[i];
		if (!goes_along(j, h))
			continue;
		/* libcurl takes `Name:` for the wish to leave it out. */
		add_line(j, h->value.len ? arena_printf(a, "%.*s: %.*s", STR_ARGS(h->name),
						   STR_ARGS(h->value))
					 : arena_printf(a, "%.*s;", STR_ARGS(h->name)));
	}
	/* What libcurl would add to a body on its own. */
	if (j->has_body && !has_header(j, "content-type"))
		add_line(j, "Content-Type:");
	if (j->has_body && !has_header(j, "expect"))
		add_line(j, "Expect:");
	if (j->request.has_bearer && http_same_origin(&j->first, &j->url) &&
		!has_header(j, "authorization"))
		add_line(j,
			arena_printf(a, "Authorization: Bearer %.*s", STR_ARGS(j->request.bearer)));
}

static void set_credentials(struct http_job *j)
{
	if (!http_same_origin(&j->first, &j->url) || has_header(j, "authorization") ||
		j->request.has_bearer)
		return;
	const char *user = j->first.user, *password = j->first.password;
	if (j->request.has_basic) {
		user = arena_copy(&j->arena, j->request.user.at, j->request.user.len);
		password = arena_copy(&j->arena, j->request.password.at, j->request.password.len);
	}
	if (!user && !password)
		return;
	j->is_plain = false;
	put(j, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	put(j, CURLOPT_USERNAME, user ? user : "");
	put(j, CURLOPT_PASSWORD, password ? password : "");
}

/* ---- the body ------------------------------------------------------------------------------- */

static size_t read_file(char *at, size_t size, size_t count, void *context)
{
	struct http_job *j = context;
	ssize_t n;
	do
		n = read(j->file, at, size * count);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return (size_t)n;
	http_fail(j, "rejected", "cannot read `%s`: %s", j->request.file, strerror(errno));
	return CURL_READFUNC_ABORT;
}

static int seek_file(void *context, curl_off_t offset, int origin)
{
	struct http_job *j = context;
	return lseek(j->file, offset, origin) < 0 ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK;
}

static void set_body(struct http_job *j)
{
	/* A method that is about a body has a length even of none. */
	bool wants_length =
		str_is(j->method, "POST") || str_is(j->method, "PUT") || str_is(j->method, "PATCH");
	if (!j->has_body && !wants_length) {
		put(j, str_is(j->method, "HEAD") ? CURLOPT_NOBODY : CURLOPT_HTTPGET, 1L);
		return;
	}
	put(j, CURLOPT_POST, 1L);
	if (j->has_body && j->file >= 0) {
		lseek(j->file, 0, SEEK_SET);
		put(j, CURLOPT_READFUNCTION, read_file);
		put(j, CURLOPT_READDATA, j);
		put(j, CURLOPT_SEEKFUNCTION, seek_file);
		put(j, CURLOPT_SEEKDATA, j);
		put(j, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)j->file_bytes);
		return;
	}
	struct str body = j->has_body ? j->request.body : STR("");
	put(j, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
	put(j, CURLOPT_POSTFIELDS, body.at ? body.at : "");
}

/* ---- the connection ------------------------------------------------------------------------- */

/* Asked for each address before it is connected to: names are resolved by then. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct http_job *j = context;
	(void)purpose;
	if (j->is_hop && http_is_link_local(&to->addr)) {
		http_fail(j, "rejected", "redirected to a link-local address");
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static long milliseconds(int64_t ns)
{
	int64_t ms = ns / NS_PER_MS;
	return ms < 1 ? 1 : ms > 0x7fffffff ? 0x7fffffff : (long)ms;
}

static void set_times(struct http_job *j)
{
	int64_t left = j->request.timeout_ns - (loop_now() - j->started_ns);
	put(j, CURLOPT_TIMEOUT_MS, milliseconds(left));
	put(j, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(j->request.connect_timeout_ns));
}

static void set_tls(struct http_job *j)
{
	const struct http_request *r = &j->request;
	if (!r->is_insecure && !r->ca && !r->cert)
		return; /* the default: everything is verified */
	j->is_plain = false;
	put(j, CURLOPT_SSL_VERIFYPEER, r->is_insecure ? 0L : 1L);
	put(j, CURLOPT_SSL_VERIFYHOST, r->is_insecure ? 0L : 2L);
	if (r->ca)
		put(j, CURLOPT_CAINFO, r->ca);
	/* A client certificate says who we are, as a password does. */
	if (r->cert && http_same_origin(&j->first, &j->url)) {
		put(j, CURLOPT_SSLCERT, r->cert);
		put(j, CURLOPT_SSLKEY, r->key ? r->key : r->cert);
	}
}

/* libcurl sends again what an old connection may have lost. A POST may have arrived. */
static bool may_repeat(const struct http_job *j)
{
	return !str_is(j->method, "POST") && !str_is(j->method, "PATCH");
}

void http_fence(struct http *h, CURL *easy)
{
	const struct real_options *o = &h->world->options;
	if (set(h, easy, CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK)
		set(h, easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
	set(h, easy, CURLOPT_FOLLOWLOCATION, 0L);
	set(h, easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
	set(h, easy, CURLOPT_NOSIGNAL, 1L);
	set(h, easy, CURLOPT_PROXY, o->proxy ? o->proxy : "");
	set(h, easy, CURLOPT_NOPROXY, "");
	set(h, easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	set(h, easy, CURLOPT_HTTP09_ALLOWED, 0L);
	set(h, easy, CURLOPT_SSL_VERIFYPEER, 1L);
	set(h, easy, CURLOPT_SSL_VERIFYHOST, 2L);
	set(h, easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	/* A resolver that hangs must not hang us: its thread is left to itself. */
	set(h, easy, CURLOPT_QUICK_EXIT, 1L);
	set(h, easy, CURLOPT_ACCEPT_ENCODING, "");
	set(h, easy, CURLOPT_USERAGENT, o->user_agent ? o->user_agent : "runbook/" RUNBOOK_VERSION);
	set(h, easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	set(h, easy, CURLOPT_CLOSESOCKETFUNCTION, http_close_socket);
	set(h, easy, CURLOPT_CLOSESOCKETDATA, h);
	set(h, easy, CURLOPT_HEADERFUNCTION, http_on_header);
	set(h, easy, CURLOPT_WRITEFUNCTION, http_on_body);
}

void http_set_up(struct http_job *j)
{
	j->error[0] = '\0';
	put(j, CURLOPT_PRIVATE, j);
	put(j, CURLOPT_ERRORBUFFER, j->error);
	put(j, CURLOPT_HEADERDATA, j);
	put(j, CURLOPT_WRITEDATA, j);
	put(j, CURLOPT_OPENSOCKETDATA, j);
	put(j, CURLOPT_URL, j->url.text);
	set_times(j);
	add_headers(j);
	put(j, CURLOPT_HTTPHEADER, j->headers);
	j->is_plain = str_is(j->method, "GET") && !j->has_body;
	if (!j->is_plain) {
		set_body(j);
		put(j, CURLOPT_CUSTOMREQUEST, arena_copy(&j->arena, j->method.at, j->method.len));
		put(j, CURLOPT_FRESH_CONNECT, may_repeat(j) ? 0L : 1L);
	}
	set_tls(j);
	set_credentials(j);
}

/* For the next request: nothing in the handle points to this one. */
void http_clean_up(struct http_job *j)
{
	if (!j->is_plain) {
		j->http->curl->easy_reset(j->easy);
		http_fence(j->http, j->easy);
		return;
	}
	put(j, CURLOPT_PRIVATE, NULL);
	put(j, CURLOPT_ERRORBUFFER, NULL);
	put(j, CURLOPT_HTTPHEADER, NULL);
}
