/*
 * Where a reply sends us, and what may go along.
 */
#include "world/http.h"

#include <strings.h>

static bool is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* As browsers do it: 303 asks for the result, and a POST that is moved is one. */
static bool becomes_get(const struct http_job *j)
{
	int status = j->reply.status;
	if (status == 303)
		return !str_is(j->method, "GET") && !str_is(j->method, "HEAD");
	return (status == 301 || status == 302) && str_is(j->method, "POST");
}

/* NULL, or why we do not go there. */
static const char *objection(const struct http_job *j, const struct http_url *to)
{
	if (j->hops >= j->request.redirects)
		return arena_printf((struct arena *)&j->arena, "redirected more than %d times",
			j->request.redirects);
	if (strcasecmp(j->url.scheme, "https") == 0 && strcasecmp(to->scheme, "https") != 0)
		return "redirected from https to http";
	if (j->has_body && !becomes_get(j) && !http_same_origin(&j->first, to))
		return "redirected to another origin, which would get the body";
	return NULL;
}

bool http_redirect(struct http_job *j)
{
	struct str location = http_reply_header(&j->reply, "location");
	if (j->request.redirects <= 0 || !is_redirect(j->reply.status) || !location.len)
		return false;
	struct http_url to;
	const char *why;
	if (!http_url_follow(j->http->curl, &j->arena, &j->url, location, &to, &why)) {
		http_fail(j, "rejected", "redirected to a place where we do not go: %s", why);
		return false;
	}
	why = objection(j, &to);
	if (why) {
		http_fail(j, "rejected", "%s", why);
		return false;
	}
	if (becomes_get(j)) {
		j->method = STR("GET");
		j->has_body = false;
	}
	j->url = to;
	j->hops++;
	j->is_hop = true;
	return true;
}
