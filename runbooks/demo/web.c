#include "web.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util.h"

#define MAX_BODY_BYTES (64 * 1024)
#define IDLE_SECONDS 10

struct web {
	struct MHD_Daemon *daemon;
	web_handler handler;
	void *context;
	atomic_bool is_closing;
};

struct exchange {
	char *body;
	size_t len;
	bool is_too_large;
};

int web_listen(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int yes = 1;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
		listen(fd, 256) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int web_port(int listen_fd)
{
	struct sockaddr_in address;
	socklen_t len = sizeof(address);

	if (getsockname(listen_fd, (struct sockaddr *)&address, &len) < 0)
		return -1;
	return ntohs(address.sin_port);
}

static enum MHD_Result send_reply(struct web *web, struct MHD_Connection *to, struct reply *reply)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	response = MHD_create_response_from_buffer(
		strlen(reply->text), reply->text, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(reply->text);
		free(reply->link);
		return MHD_NO;
	}
	MHD_add_response_header(response, "Content-Type", reply->type);
	if (reply->retry_after_s) {
		char seconds[16];

		snprintf(seconds, sizeof(seconds), "%d", reply->retry_after_s);
		MHD_add_response_header(response, "Retry-After", seconds);
	}
	if (reply->link)
		MHD_add_response_header(response, "Link", reply->link);
	free(reply->link);
	if (atomic_load(&web->is_closing))
		MHD_add_response_header(response, "Connection", "close");
	result = MHD_queue_response(to, reply->status, response);
	MHD_destroy_response(response);
	return result;
}

static void collect(struct exchange *exchange, const char *data, size_t len)
{
	char *grown;

	if (exchange->is_too_large || exchange->len + len > MAX_BODY_BYTES) {
		exchange->is_too_large = true;
		return;
	}
	grown = realloc(exchange->body, exchange->len + len + 1);
	if (!grown)
		return;
	memcpy(grown + exchange->len, data, len);
	exchange->body = grown;
	exchange->len += len;
	grown[exchange->len] = '\0';
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
	const char *path, const char *method, const char *version, const char *data, size_t *len,
	void **state)
{
	static char nothing[] = "";
	struct exchange *exchange = *state;
	struct web *web = context;
	struct reply reply = {0};

	(void)version;
	if (!exchange) {
		*state = calloc(1, sizeof(struct exchange));
		return *state ? MHD_YES : MHD_NO;
	}
	if (*len) {
		collect(exchange, data, *len);
		*len = 0;
		return MHD_YES;
	}
	struct request request = {strcmp(method, "HEAD") ? method : "GET", path,
		exchange->body ? exchange->body : nothing, exchange->len, connection};
	if (exchange->is_too_large)
		reply_json(&reply, 413, json_pack("{s:s}", "error", "body is too large"));
	else
		web->handler(&request, &reply, web->context);
	return send_reply(web, connection, &reply);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode code)
{
	struct exchange *exchange = *state;

	(void)context, (void)connection, (void)code;
	if (exchange)
		free(exchange->body);
	free(exchange);
	*state = NULL;
}

struct web *web_start(int listen_fd, web_handler handler, void *context)
{
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
			 MHD_USE_POLL | MHD_USE_ITC;
	struct web *web = calloc(1, sizeof(*web));

	if (!web)
		return NULL;
	web->handler = handler;
	web->context = context;
	web->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, web,
		MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
		NULL, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
		MHD_OPTION_THREAD_STACK_SIZE, (size_t)(512 * 1024), MHD_OPTION_END);
	if (!web->daemon) {
		free(web);
		return NULL;
	}
	return web;
}

void web_quiesce(struct web *web)
{
	atomic_store(&web->is_closing, true);
	MHD_quiesce_daemon(web->daemon);
}

static unsigned open_connections(struct web *web)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return info ? info->num_connections : 0;
}

void web_stop(struct web *web, int64_t grace_ms)
{
	int64_t end = now_ms() + grace_ms;

	/* A connection accepted at the moment of quiescing is counted a little later, so the
	 * first look does not come at once. */
	do {
		pause_ms(50);
	} while (open_connections(web) > 0 && now_ms() < end);
	MHD_stop_daemon(web->daemon);
	free(web);
}

const char *web_query(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *web_header(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

void reply_own(struct reply *reply, unsigned status, const char *type, char *text)
{
	free(reply->text);
	reply->status = status;
	reply->type = type;
	reply->text = text;
}

void reply_text(struct reply *reply, unsigned status, const char *type, const char *text)
{
	reply_own(reply, status, type, text_of("%s", text));
}

void reply_json(struct reply *reply, unsigned status, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	json_decref(value);
	reply_own(reply, status, "application/json", text ? text : text_of("null"));
}
