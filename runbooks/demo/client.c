#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "util.h"

#define MAX_ANSWER_BYTES (4 * 1024 * 1024)

static char nothing[] = "";

/* Where the path begins, with the address filled in; NULL when it is not a URL of ours. */
static const char *parse_url(const char *url, struct sockaddr_in *address)
{
	const char *prefix = "http://127.0.0.1:";
	char *path;
	long port;

	if (strncmp(url, prefix, strlen(prefix)) != 0)
		return NULL;
	port = strtol(url + strlen(prefix), &path, 10);
	if (port < 1 || port > 65535 || (*path && *path != '/' && *path != '?'))
		return NULL;
	address->sin_family = AF_INET;
	address->sin_port = htons((uint16_t)port);
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return *path == '/' ? path : "/";
}

static int connect_to(const struct sockaddr_in *address, int64_t timeout_ms)
{
	struct timeval limit = {timeout_ms / 1000, (timeout_ms % 1000) * 1000};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0) {
		int why = errno;

		close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

static const char *send_request(int fd, const struct call *call, const char *path)
{
	const char *json = call->json;
	char length[96] = "";
	char *text;
	size_t len, sent = 0;

	if (json)
		snprintf(length, sizeof(length),
			"Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(json));
	text = text_of("%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s%s\r\n%s",
		call->method, path, length, call->headers ? call->headers : "", json ? json : "");
	len = strlen(text);
	while (sent < len) {
		ssize_t n = send(fd, text + sent, len - sent, MSG_NOSIGNAL);

		if (n <= 0)
			break;
		sent += (size_t)n;
	}
	free(text);
	return sent == len ? NULL : "cannot send";
}

static const char *read_answer(int fd, struct answer *answer)
{
	size_t size = 4096, len = 0;
	ssize_t n = 0;

	answer->text = malloc(size);
	while (answer->text && len < MAX_ANSWER_BYTES) {
		n = recv(fd, answer->text + len, size - len - 1, 0);
		if (n <= 0)
			break;
		len += (size_t)n;
		if (size - len < 2048) {
			char *grown = realloc(answer->text, size *= 2);

			if (!grown)
				return "out of memory";
			answer->text = grown;
		}
	}
	if (!answer->text)
		return "out of memory";
	answer->text[len] = '\0';
	if (n < 0)
		return errno == EAGAIN ? "timeout" : strerror(errno);
	return len ? NULL : "closed without an answer";
}

static const char *parse_answer(struct answer *answer)
{
	char *body = strstr(answer->text, "\r\n\r\n");
	const char *length = strcasestr(answer->text, "\r\ncontent-length:");

	if (sscanf(answer->text, "HTTP/1.%*d %d", &answer->status) != 1 || !body) {
		answer->status = 0;
		return "not HTTP";
	}
	answer->body = body + 4;
	if (length && length < body && strtoul(length + 17, NULL, 10) > strlen(answer->body)) {
		answer->status = 0;
		return "cut off";
	}
	return NULL;
}

const char *client_call(const struct call *call, int64_t timeout_ms, struct answer *answer)
{
	struct sockaddr_in address = {0};
	const char *path = parse_url(call->url, &address);
	const char *problem;
	int fd;

	memset(answer, 0, sizeof(*answer));
	answer->body = nothing;
	if (!path)
		return "not a URL of the form http://127.0.0.1:PORT/…";
	fd = connect_to(&address, timeout_ms);
	if (fd < 0)
		return strerror(errno);
	problem = send_request(fd, call, path);
	if (!problem)
		problem = read_answer(fd, answer);
	if (!problem)
		problem = parse_answer(answer);
	close(fd);
	return problem;
}

void answer_release(struct answer *answer)
{
	free(answer->text);
	answer->text = NULL;
	answer->body = nothing;
}
