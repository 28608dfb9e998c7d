/*
 * Requests over libcurl's multi interface, driven by the one loop. Private to world/.
 *
 * Redirects are followed here, hop by hop, because what may go along depends on where it goes:
 * libcurl takes custom headers to every host.
 */
#ifndef WORLD_HTTP_H
#define WORLD_HTTP_H

#include "world/http_url.h"
#include "world/real_world.h"

#define HTTP_MAX_HEADERS 1000
#define HTTP_MAX_HEADER_BYTES (256u << 10)
#define HTTP_DEFAULT_MAX_BYTES (INT64_C(10) << 20)

struct http_header {
	struct str name, value; /* the name in lower case */
};

struct reply {
	int status;
	struct http_header *headers; /* in the job's arena */
	size_t header_count, header_cap;
	size_t seen_headers, header_bytes; /* of all replies, also 100 Continue */
	bool is_over;			   /* the headers are: what follows are trailers */
	struct strbuf body;
	struct str content_length;
};

struct http_job {
	struct job job;
	struct http *http;
	struct arena arena; /* the request and everything about it */
	struct http_request request;
	struct http_url url, first; /* where we are, where we began */
	struct str method;
	bool has_body, is_hop; /* is_hop: a redirect brought us here */
	int file;	       /* -1: the body is in memory */
	int64_t file_bytes;
	int hops;
	int64_t started_ns, ended_ns;
	CURL *easy;
	struct curl_slist *headers;
	struct reply reply;
	const char *reason, *message;
	bool was_sent;
	bool is_plain; /* set nothing in the handle that the next request has to undo */
	char error[CURL_ERROR_SIZE];
};

struct known_url {
	struct str given;
	struct http_url url;
};

struct http {
	struct real_world *world;
	const struct curl_api *curl;
	CURLM *multi;
	struct timer timer;
	CURL *spare[16]; /* easy handles to use again */
	size_t spare_count;
	struct http_job *spare_jobs[16];
	size_t spare_job_count;
	struct http_socket **sockets; /* by descriptor */
	size_t socket_count;
	struct arena arena; /* of what follows */
	struct known_url known[32];
	size_t known_count;
};

/* Why it failed; the first reason stands. */
void http_fail(struct http_job *j, const char *reason, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* http_request.c: sets what all requests have in common, then what one hop needs. */
void http_fence(struct http *h, CURL *easy);
void http_set_up(struct http_job *j);
void http_clean_up(struct http_job *j);
/* http.c: what a socket of libcurl is closed with. */
int http_close_socket(void *context, curl_socket_t fd);
/* http_reply.c */
size_t http_on_header(char *at, size_t size, size_t count, void *context);
size_t http_on_body(char *at, size_t size, size_t count, void *context);
void http_reply_reset(struct reply *r);
/* The first header of that name, or an empty text. */
struct str http_reply_header(const struct reply *r, const char *name);
struct value http_reply_headers(const struct reply *r, struct arena *a);
/* http_redirect.c: whether the reply sends us on; then url, method and body are changed. */
bool http_redirect(struct http_job *j);
/* http_error.c: names what libcurl says. */
void http_judge(struct http_job *j, CURLcode code);

#endif
