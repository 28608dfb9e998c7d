/*
 * An HTTP client for this machine only: http://127.0.0.1:PORT/…, one request a
 * connection. It spares the demo a curl that may not be installed.
 */
#ifndef DEMO_CLIENT_H
#define DEMO_CLIENT_H

#include <stdint.h>

struct call {
	const char *method;
	const char *url;
	const char *json;    /* the body, or NULL */
	const char *headers; /* further header lines, each ended by \r\n, or NULL */
};

struct answer {
	int status; /* 0 when there was no answer */
	char *text; /* all of it, head and body; freed by answer_release() */
	char *body; /* points into text; never NULL */
};

/* Sends the request and reads the answer to its end, within `timeout_ms` for each step of it.
 * Returns NULL, or why there is no answer. `answer_release` is due in both cases. */
const char *client_call(const struct call *call, int64_t timeout_ms, struct answer *answer);
void answer_release(struct answer *answer);

#endif
