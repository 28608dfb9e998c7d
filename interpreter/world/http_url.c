#include "world/http_url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <strings.h>

/* CURLU_URLENCODE: what is not ASCII goes out percent-encoded. */
#define PARSE_FLAGS (CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE)

static const char *part(
	const struct curl_api *curl, struct arena *a, CURLU *u, CURLUPart which, unsigned flags)
{
	char *text = NULL;
	if (curl->url_get(u, which, &text, flags) != CURLUE_OK || !text)
		return NULL;
	const char *copy = arena_string(a, text);
	curl->free(text);
	return copy;
}

static bool take_apart(const struct curl_api *curl, struct arena *a, CURLU *u, struct http_url *out,
	const char **why)
{
	out->scheme = part(curl, a, u, CURLUPART_SCHEME, 0);
	out->host = part(curl, a, u, CURLUPART_HOST, 0);
	out->port = part(curl, a, u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	out->user = part(curl, a, u, CURLUPART_USER, CURLU_URLDECODE);
	out->password = part(curl, a, u, CURLUPART_PASSWORD, CURLU_URLDECODE);
	if (!out->scheme || (strcasecmp(out->scheme, "http") && strcasecmp(out->scheme, "https"))) {
		*why = arena_printf(a, "only http and https are spoken, not `%s`",
			out->scheme ? out->scheme : "");
		return false;
	}
	/* What cannot be decoded has a control character in it. */
	if ((!out->user && part(curl, a, u, CURLUPART_USER, 0)) ||
		(!out->password && part(curl, a, u, CURLUPART_PASSWORD, 0))) {
		*why = "the credentials in the URL have a control character in them";
		return false;
	}
	curl->url_set(u, CURLUPART_USER, NULL, 0);
	curl->url_set(u, CURLUPART_PASSWORD, NULL, 0);
	curl->url_set(u, CURLUPART_FRAGMENT, NULL, 0);
	out->text = part(curl, a, u, CURLUPART_URL, 0);
	if (!out->text || !out->host || !out->host[0]) {
		*why = "the URL names no host";
		return false;
	}
	return true;
}

/* White space and control characters: some parsers cut the text there, some do not. */
static bool is_clean(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] <= ' ' || text.at[i] == 0x7f)
			return false;
	return true;
}

static bool parse(const struct curl_api *curl, struct arena *a, const char *base, struct str text,
	struct http_url *out, const char **why)
{
	*out = (struct http_url){0};
	if (!is_clean(text)) {
		*why = "the URL has a blank, a line break or another control character in it";
		return false;
	}
	CURLU *u = curl->url();
	if (!u)
		out_of_memory();
	bool is_good = !base || curl->url_set(u, CURLUPART_URL, base, PARSE_FLAGS) == CURLUE_OK;
	is_good = is_good && curl->url_set(u, CURLUPART_URL, arena_copy(a, text.at, text.len),
				     PARSE_FLAGS) == CURLUE_OK;
	if (!is_good)
		*why = "not a URL (such as https://host/path)";
	is_good = is_good && take_apart(curl, a, u, out, why);
	curl->url_cleanup(u);
	return is_good;
}

bool http_url_parse(const struct curl_api *curl, struct arena *a, struct str text,
	struct http_url *out, const char **why)
{
	return parse(curl, a, NULL, text, out, why);
}

bool http_url_follow(const struct curl_api *curl, struct arena *a, const struct http_url *base,
	struct str location, struct http_url *out, const char **why)
{
	return parse(curl, a, base->text, location, out, why);
}

bool http_same_origin(const struct http_url *x, const struct http_url *y)
{
	return strcasecmp(x->scheme, y->scheme) == 0 && strcasecmp(x->host, y->host) == 0 &&
	       strcmp(x->port ? x->port : "", y->port ? y->port : "") == 0;
}

/* RFC 9110, 5.6.2. */
static bool is_token(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		bool is_plain =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!is_plain && (c == 0 || !strchr("!#$%&'*+-.^_`|~", c)))
			return false;
	}
	return s.len > 0;
}

static bool has_control(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

const char *http_request_flaw(struct arena *a, const struct http_request *r)
{
	if (!is_token(r->method))
		return "the method is not a word such as GET";
	for (size_t i = 0; i < r->header_count; i++) {
		const struct header *h = &r->headers[i];
		if (!is_token(h->name))
			return "a header's name has a character that is not allowed in it";
		if (has_control(h->value))
			return arena_printf(a,
				"the header `%.*s` has a line break or another control "
				"character in it",
				STR_ARGS(h->name));
	}
	if ((r->has_basic && (has_control(r->user) || has_control(r->password))) ||
		(r->has_bearer && has_control(r->bearer)))
		return "the credentials have a line break or another control character in them";
	return NULL;
}

bool http_header_is_harmless(const struct header *h)
{
	static const char *const names[] = {
		"accept", "accept-language", "user-agent", "content-type", "cache-control"};
	if (h->is_secret)
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (h->name.len == strlen(names[i]) &&
			strncasecmp(h->name.at, names[i], h->name.len) == 0)
			return true;
	return false;
}

static bool is_link_local_4(const unsigned char *at)
{
	return at[0] == 169 && at[1] == 254;
}

bool http_is_link_local(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;
		return is_link_local_4((const unsigned char *)&in->sin_addr);
	}
	if (address->sa_family != AF_INET6)
		return false;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)address;
	const struct in6_addr *ip = &in6->sin6_addr;
	return IN6_IS_ADDR_LINKLOCAL(ip) ||
	       (IN6_IS_ADDR_V4MAPPED(ip) && is_link_local_4(ip->s6_addr + 12));
}
