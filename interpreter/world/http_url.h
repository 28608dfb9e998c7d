/*
 * URLs and what may be in a request: checked before anything is connected. Private to world/.
 */
#ifndef WORLD_HTTP_URL_H
#define WORLD_HTTP_URL_H

#include "run/request.h"
#include "world/http_api.h"

struct sockaddr;

/* A URL taken apart. All texts end with NUL and live in the arena. */
struct http_url {
	const char *text; /* the whole, encoded, without user, password and fragment */
	const char *scheme, *host, *port;
	const char *user, *password; /* NULL: none */
};

/* False: *why says what is wrong. Only http and https. */
bool http_url_parse(const struct curl_api *curl, struct arena *a, struct str text,
	struct http_url *out, const char **why);
/* `location` as seen from `base`. */
bool http_url_follow(const struct curl_api *curl, struct arena *a, const struct http_url *base,
	struct str location, struct http_url *out, const char **why);
bool http_same_origin(const struct http_url *x, const struct http_url *y);

/* NULL, or why the request may not be sent: control characters that would make two lines of one, a
 * method or header name that is none. */
const char *http_request_flaw(struct arena *a, const struct http_request *r);
/* A header that tells nothing of who asks, and may go to another origin than it was written for. */
bool http_header_is_harmless(const struct header *h);

/* 169.254.0.0/16 and fe80::/10: the machine's own network, where clouds keep credentials. */
bool http_is_link_local(const struct sockaddr *address);

#endif
