/*
 * A small HTTP server on the loopback, over libmicrohttpd: one handler, whole
 * bodies, text or JSON replies, and an end that no client notices.
 */
#ifndef DEMO_WEB_H
#define DEMO_WEB_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct MHD_Connection;
struct web;

struct request {
	const char *method; /* HEAD arrives here as GET */
	const char *path;   /* decoded, without the query */
	char *body;	    /* ended by a zero, never NULL */
	size_t body_len;
	struct MHD_Connection *connection;
};

struct reply {
	unsigned status;
	const char *type;
	char *text;	   /* freed once it has been sent */
	int retry_after_s; /* the header Retry-After; 0: none */
	char *link;	   /* the header Link, or NULL; freed once it has been sent */
};

typedef void (*web_handler)(const struct request *request, struct reply *reply, void *context);

/* A listening socket on 127.0.0.1; port 0 takes a free one. -1 when that fails. */
int web_listen(int port);
int web_port(int listen_fd);

/* Serves connections of the socket in threads of its own; NULL when it cannot start. */
struct web *web_start(int listen_fd, web_handler handler, void *context);

/* Accepts nothing more (others who share the socket go on), ends kept connections after their
 * next reply. `web_stop` then waits at most `grace_ms` for replies under way. */
void web_quiesce(struct web *web);
void web_stop(struct web *web, int64_t grace_ms);

/* A parameter of the query or a header of the request, or NULL. */
const char *web_query(const struct request *request, const char *name);
const char *web_header(const struct request *request, const char *name);

/* Fill in the reply. `reply_json` takes over the value, `reply_own` takes over the text. */
void reply_json(struct reply *reply, unsigned status, json_t *value);
void reply_text(struct reply *reply, unsigned status, const char *type, const char *text);
void reply_own(struct reply *reply, unsigned status, const char *type, char *text);

#endif
