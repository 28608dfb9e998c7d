/*
 * Requests to a small server in a child of ours that answers as its path says, mostly badly.
 */
#include "world_help.h"
#include "world/real.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the server ----------------------------------------------------------------------------- */

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		_exit(0);
}

static void say_ok(int fd, struct str body)
{
	char head[128];
	snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", body.len);
	say(fd, head);
	if (write(fd, body.at, body.len) < 0)
		_exit(0);
}

static void redirect(int fd, const char *status, const char *location)
{
	char head[512];
	snprintf(head, sizeof head, "HTTP/1.1 %s\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
		status, location);
	say(fd, head);
}

static void hang_up(int fd)
{
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
	_exit(0);
}

static void many_headers(int fd)
{
	say(fd, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 10000; i++)
		say(fd, "X-Header: value\r\n");
	say(fd, "Content-Length: 0\r\n\r\n");
}

static void huge_header(int fd)
{
	char part[4096];
	memset(part, 'x', sizeof part - 1);
	part[sizeof part - 1] = '\0';
	say(fd, "HTTP/1.1 200 OK\r\nX-Header: ");
	for (int i = 0; i < 200; i++)
		say(fd, part);
	say(fd, "\r\n\r\n");
}

static void endless(int fd)
{
	static char zeros[5000];
	memset(zeros, 'a', sizeof zeros - 1);
	say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (;;) {
		say(fd, "1387\r\n");
		say(fd, zeros);
		say(fd, "\r\n");
	}
}

static void bomb(int fd)
{
	say(fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
	dup2(fd, 1);
	execlp("sh", "sh", "-c", "head -c 50000000 /dev/zero | gzip", (char *)NULL);
	_exit(0);
}

static void drip(int fd)
{
	say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
	for (;;) {
		say(fd, ".");
		usleep(10000);
	}
}

static int server_port;

static void elsewhere(int fd, const char *status, const char *path)
{
	char url[128];
	snprintf(url, sizeof url, "http://localhost:%d%s", server_port, path);
	redirect(fd, status, url);
}

/* Replies that are one text; those that end without a blank close the connection. */
static const struct {
	const char *path, *text;
} texts[] = {
	{"/short", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"},
	{"/badchunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n"},
	{"/shortchunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"},
	{"/twolengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 4\r\n\r\nhello"},
	{"/zero9", "hello, this is HTTP/0.9\n"},
	{"/1000", "HTTP/1.1 1000 OK\r\nContent-Length: 0\r\n\r\n"},
	{"/099", "HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n"},
	{"/600", "HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n"},
	{"/nostatus", "HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n"},
	{"/badgzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"},
	{"/noname", "HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 0\r\n\r\n"},
	{"/continue", "HTTP/1.1 100 Continue\r\nX-A: 1\r\n\r\n"
		      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
	{"/cookies", "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX-L: 1\r\n"
		     "x-l: 2\r\nContent-Length: 0\r\n\r\n"},
};

static bool answer_text(int fd, const char *path)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (strcmp(path, texts[i].path) == 0) {
			say(fd, texts[i].text);
			_exit(0);
		}
	return false;
}

static void answer_path(int fd, const char *path, struct str request)
{
	if (strcmp(path, "/ok") == 0)
		say_ok(fd, STR("hello"));
	else if (strcmp(path, "/echo") == 0)
		say_ok(fd, request);
	else if (strcmp(path, "/reset") == 0)
		hang_up(fd);
	else if (strcmp(path, "/close") == 0)
		_exit(0);
	else if (strcmp(path, "/hang") == 0)
		sleep(10);
	else if (strcmp(path, "/headers") == 0)
		many_headers(fd);
	else if (strcmp(path, "/hugeheader") == 0)
		huge_header(fd);
	else if (strcmp(path, "/endless") == 0)
		endless(fd);
	else if (strcmp(path, "/bomb") == 0)
		bomb(fd);
	else if (strcmp(path, "/drip") == 0)
		drip(fd);
	else if (strcmp(path, "/loop") == 0)
		redirect(fd, "302 Found", "/loop");
	else if (strcmp(path, "/to-file") == 0)
		redirect(fd, "302 Found", "file:///etc/passwd");
	else if (strcmp(path, "/to-gopher") == 0)
		redirect(fd, "302 Found", "gopher://127.0.0.1/");
	else if (strcmp(path, "/to-metadata") == 0)
		redirect(fd, "302 Found", "http://169.254.169.254/latest/");
	else if (strcmp(path, "/to-echo") == 0)
		redirect(fd, "302 Found", "echo");
	else if (strcmp(path, "/307-echo") == 0)
		redirect(fd, "307 Temporary Redirect", "/echo");
	else if (strcmp(path, "/away-303") == 0)
		elsewhere(fd, "303 See Other", "/echo");
	else if (strcmp(path, "/away-307") == 0)
		elsewhere(fd, "307 Temporary Redirect", "/echo");
	else if (!answer_text(fd, path))
		say(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
}

/* Reads one request with its body (Content-Length only). */
static size_t read_request(int fd, char *at, size_t size)
{
	size_t len = 0, wanted = SIZE_MAX;
	while (len < wanted && len < size - 1) {
		ssize_t n = read(fd, at + len, size - 1 - len);
		if (n <= 0)
			_exit(0);
		len += (size_t)n;
		at[len] = '\0';
		char *end = strstr(at, "\r\n\r\n");
		char *length = strcasestr(at, "content-length:");
		if (end)
			wanted = (size_t)(end - at) + 4 +
				 (length && length < end ? strtoul(length + 15, NULL, 10) : 0);
	}
	return len;
}

static void serve_connection(int fd)
{
	static char request[200000];
	alarm(20);
	for (;;) {
		size_t len = read_request(fd, request, sizeof request);
		char path[256] = "";
		if (sscanf(request, "%*s %255[^ ?]", path) < 1)
			_exit(0);
		answer_path(fd, path, (struct str){request, len});
	}
}

static pid_t server;

static void serve(int listener)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		if (fd >= 0 && fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			close(listener);
			serve_connection(fd);
		}
		close(fd);
	}
}

static int listen_somewhere(int backlog, int *port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	bool is_good = bind(fd, (struct sockaddr *)&at, size) == 0 && listen(fd, backlog) == 0 &&
		       getsockname(fd, (struct sockaddr *)&at, &size) == 0;
	CHECK(is_good);
	*port = ntohs(at.sin_port);
	return fd;
}

/* ---- the client ----------------------------------------------------------------------------- */

struct client {
	struct arena arena;
	struct world *world;
};

static struct client setup(void)
{
	if (!server) {
		int fd = listen_somewhere(128, &server_port);
		server = fork();
		if (server == 0)
			serve(fd);
		close(fd);
	}
	struct client c = {.world = real_world_new(&(struct real_options){0})};
	arena_init(&c.arena);
	return c;
}

static void teardown(struct client *c)
{
	world_free(c->world);
	arena_release(&c->arena);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	server = 0;
}

static struct http_request get(struct client *c, const char *path)
{
	return (struct http_request){.method = STR("GET"),
		.url = str_of(arena_printf(&c->arena, "http://127.0.0.1:%d%s", server_port, path)),
		.timeout_ns = 5 * NS_PER_S,
		.max_bytes = 1000000};
}

static struct answer send_it(struct client *c, struct http_request http)
{
	struct request r = {.kind = REQUEST_HTTP, .step = "s", .attempt = 1, .http = http};
	world_start(c->world, 7, &r);
	return finish(c->world, 7, &c->arena, NULL);
}

static bool contains(struct str text, const char *what)
{
	return str_find(text, str_of(what), 0) >= 0;
}

TEST(http_results)
{
	struct client c = setup();
	struct answer a = send_it(&c, get(&c, "/ok"));
	CHECK_STR(reason_of(&a), "(none)");
	CHECK_INT(field_int(&a, "status"), 200);
	CHECK_TEXT(field_text(&a, "body"), "hello");
	CHECK(a.was_sent);
	CHECK(map_get(a.result.map, "duration")->number > 0);
	CHECK(contains(field_text(&a, "url"), "/ok"));
	a = send_it(&c, get(&c, "/missing"));
	CHECK_STR(reason_of(&a), "(none)");
	CHECK_INT(field_int(&a, "status"), 404);
	a = send_it(&c, get(&c, "/cookies"));
	const struct value *headers = map_get(a.result.map, "headers");
	CHECK_TEXT(value_string(map_get(headers->map, "set-cookie")), "a=1\nb=2");
	CHECK_TEXT(value_string(map_get(headers->map, "x-l")), "1, 2");
	a = send_it(&c, get(&c, "/continue"));
	CHECK_INT(field_int(&a, "status"), 200);
	CHECK(!map_get(map_get(a.result.map, "headers")->map, "x-a"));
	struct http_request r = get(&c, "/short");
	r.method = STR("HEAD");
	a = send_it(&c, r);
	CHECK_STR(reason_of(&a), "(none)");
	CHECK_TEXT(field_text(&a, "body"), "");
	teardown(&c);
}

TEST(http_requests)
{
	struct client c = setup();
	struct http_request r = get(&c, "/echo");
	r.method = STR("POST");
	r.has_body = true;
	r.body = STR("some body");
	struct header headers[] = {
		{STR("X-One"), STR("1"), false}, {STR("X-Empty"), STR(""), false}};
	r.headers = headers;
	r.header_count = 2;
	struct answer a = send_it(&c, r);
	struct str sent = field_text(&a, "body");
	CHECK(str_starts_with(sent, STR("POST /echo HTTP/1.1\r\n")));
	CHECK(contains(sent, "\r\nX-One: 1\r\n"));
	CHECK(contains(sent, "\r\nX-Empty:\r\n"));
	CHECK(contains(sent, "\r\nUser-Agent: runbook/"));
	CHECK(contains(sent, "\r\nContent-Length: 9\r\n"));
	CHECK(!contains(sent, "Content-Type"));
	CHECK(str_ends_with(sent, STR("some body")));

	r = get(&c, "/echo");
	r.has_basic = true;
	r.user = STR("me");
	r.password = STR("pw");
	a = send_it(&c, r);
	CHECK(contains(field_text(&a, "body"), "\r\nAuthorization: Basic bWU6cHc=\r\n"));
	r = get(&c, "/echo");
	r.has_bearer = true;
	r.bearer = STR("t0k");
	a = send_it(&c, r);
	CHECK(contains(field_text(&a, "body"), "\r\nAuthorization: Bearer t0k\r\n"));
	r.has_bearer = false;
	r.url = str_of(arena_printf(
		&c.arena, "http://me:p%%77@127.0.0.1:%d/echo?q=\303\244#f", server_port));
	a = send_it(&c, r);
	CHECK(contains(field_text(&a, "body"), "\r\nAuthorization: Basic bWU6cHc=\r\n"));
	CHECK(contains(field_text(&a, "body"), "GET /echo?q=%c3%a4 HTTP"));
	CHECK(!contains(field_text(&a, "url"), "me"));
	/* A body from a file; a PUT of nothing has a length. */
	char path[] = "/tmp/runbook-unit-XXXXXX";
	int fd = mkstemp(path);
	CHECK(write(fd, "from a file", 11) == 11);
	close(fd);
	r = get(&c, "/echo");
	r.method = STR("PUT");
	r.file = path;
	a = send_it(&c, r);
	CHECK(str_starts_with(field_text(&a, "body"), STR("PUT /echo ")));
	CHECK(str_ends_with(field_text(&a, "body"), STR("\r\n\r\nfrom a file")));
	unlink(path);
	a = send_it(&c, r);
	CHECK_STR(reason_of(&a), "rejected");
	r.file = "/dev";
	a = send_it(&c, r);
	CHECK_STR(message_of(&a), "`/dev` is not a regular file");
	r.file = NULL;
	a = send_it(&c, r);
	CHECK(contains(field_text(&a, "body"), "\r\nContent-Length: 0\r\n"));
	teardown(&c);
}

TEST(http_without_proxy_of_the_environment)
{
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	struct client c = setup();
	struct answer a = send_it(&c, get(&c, "/ok"));
	CHECK_STR(reason_of(&a), "(none)");
	teardown(&c);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
}

TEST(http_bad_replies)
{
	static const struct {
		const char *path, *reason;
	} rows[] = {
		{"/short", "reset"},
		{"/badchunk", "protocol"},
		{"/shortchunk", "reset"},
		{"/twolengths", "protocol"},
		{"/zero9", "protocol"},
		{"/1000", "protocol"},
		{"/099", "protocol"},
		{"/600", "status"},
		{"/nostatus", "protocol"},
		{"/badgzip", "protocol"},
		{"/noname", "protocol"},
		{"/reset", "reset"},
		{"/close", "reset"},
		{"/headers", "too_large"},
		{"/hugeheader", "too_large"},
		{"/endless", "too_large"},
		{"/bomb", "too_large"},
		{"/loop", "(none)"},
	};
	struct client c = setup();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		test_about("%s", rows[i].path);
		struct answer a = send_it(&c, get(&c, rows[i].path));
		CHECK_STR(reason_of(&a), rows[i].reason);
		CHECK(a.was_sent);
		if (a.reason)
			CHECK(!map_get(a.result.map, "status") && !map_get(a.result.map, "body"));
	}
	test_about("after them");
	struct answer a = send_it(&c, get(&c, "/ok"));
	CHECK_STR(reason_of(&a), "(none)");
	teardown(&c);
}

TEST(http_redirects)
{
	struct client c = setup();
	struct header headers[] = {{STR("X-Api-Key"), STR("s3cret"), false},
		{STR("Accept"), STR("text/x-secret"), true}, {STR("Cookie"), STR("c00kie"), false},
		{STR("Content-Type"), STR("text/plain"), false}};
	struct http_request r = get(&c, "/to-echo");
	r.headers = headers;
	r.header_count = 4;
	struct answer a = send_it(&c, r);
	CHECK_INT(field_int(&a, "status"), 302);

	r.redirects = 3;
	a = send_it(&c, r);
	CHECK(contains(field_text(&a, "body"), "X-Api-Key: s3cret"));
	CHECK(str_ends_with(field_text(&a, "url"), STR("/echo")));

	r.url = get(&c, "/away-303").url;
	r.method = STR("POST");
	r.has_body = r.has_basic = true;
	r.body = STR("b0dy");
	r.user = r.password = STR("admin");
	a = send_it(&c, r);
	struct str sent = field_text(&a, "body");
	CHECK(str_starts_with(sent, STR("GET /echo ")));
	CHECK(contains(sent, "Host: localhost"));
	CHECK(!contains(sent, "s3cret") && !contains(sent, "secret") && !contains(sent, "c00kie"));
	CHECK(!contains(sent, "Authorization") && !contains(sent, "b0dy"));
	CHECK(!contains(sent, "Content-Type"));

	r.url = get(&c, "/307-echo").url;
	a = send_it(&c, r);
	CHECK(str_starts_with(field_text(&a, "body"), STR("POST /echo ")));
	CHECK(contains(field_text(&a, "body"), "b0dy"));

	r.url = get(&c, "/away-307").url;
	a = send_it(&c, r);
	CHECK_STR(message_of(&a), "redirected to another origin, which would get the body");

	static const char *const refused[][2] = {
		{"/loop", "redirected more than 3 times"},
		{"/to-file", "redirected to a place where we do not go: only http and https are "
			     "spoken, not `file`"},
		{"/to-gopher", "redirected to a place where we do not go: only http and https "
			       "are spoken, not `gopher`"},
		{"/to-metadata", "redirected to a link-local address"},
	};
	for (size_t i = 0; i < 4; i++) {
		test_about("%s", refused[i][0]);
		struct http_request g = get(&c, refused[i][0]);
		g.redirects = 3;
		a = send_it(&c, g);
		CHECK_STR(reason_of(&a), "rejected");
		CHECK_STR(message_of(&a), refused[i][1]);
	}
	teardown(&c);
}

TEST(http_refused_before_connecting)
{
	struct client c = setup();
	static const char *const urls[] = {"http://h/a b", "http://h/\r\nX: y", "ftp://h/", "h/p",
		"", "http://", "file:///etc/passwd", "http://h:99999/", "http://h\x7f/",
		"http://a%0d%0ab:c@h/"};
	struct http_request r = get(&c, "/ok");
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		test_about("%s", urls[i]);
		r.url = str_of(urls[i]);
		struct answer a = send_it(&c, r);
		CHECK_STR(reason_of(&a), "rejected");
		CHECK(!a.was_sent);
	}
	const struct header bad[] = {{STR("X"), STR("a\r\nY: b"), false},
		{STR("X"), STR("a\nb"), false}, {STR("X"), STR("a\0b"), false},
		{STR("X: y"), STR("b"), false}, {STR(""), STR("b"), false},
		{STR("X\r\n"), STR("b"), false}};
	r = get(&c, "/ok");
	r.header_count = 1;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		test_about("header %zu", i);
		r.headers = &bad[i];
		struct answer a = send_it(&c, r);
		CHECK_STR(reason_of(&a), "rejected");
	}
	test_about("method");
	r = get(&c, "/ok");
	r.method = STR("GET / HTTP/1.1\r\nX:");
	struct answer a = send_it(&c, r);
	CHECK_STR(reason_of(&a), "rejected");
	r = get(&c, "/ok");
	r.has_bearer = true;
	r.bearer = STR("a\nb");
	a = send_it(&c, r);
	CHECK_STR(reason_of(&a), "rejected");
	teardown(&c);
}

TEST(http_times)
{
	struct client c = setup();
	double start = test_seconds();
	static const char *const paths[] = {"/drip", "/hang"};
	for (int i = 0; i < 2; i++) {
		test_about("%s", paths[i]);
		struct http_request r = get(&c, paths[i]);
		r.timeout_ns = 200 * NS_PER_MS;
		struct answer a = send_it(&c, r);
		CHECK_STR(reason_of(&a), "timeout");
		CHECK_STR(message_of(&a), "no complete reply within 0.2s");
		CHECK(a.was_sent);
	}
	/* Nobody accepts: the handshake of TLS stalls; then the queue is full: no connection. */
	test_about("black holes");
	int port;
	int fd = listen_somewhere(0, &port);
	struct http_request r = get(&c, "/");
	r.timeout_ns = r.connect_timeout_ns = 200 * NS_PER_MS;
	r.url = str_of(arena_printf(&c.arena, "https://127.0.0.1:%d/", port));
	struct answer a = send_it(&c, r);
	CHECK_STR(reason_of(&a), "timeout");
	CHECK_STR(message_of(&a), "no TLS session with `127.0.0.1` within 0.2s");
	CHECK(!a.was_sent);
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fill[4];
	for (int i = 0; i < 4; i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		connect(fill[i], (struct sockaddr *)&at, sizeof at);
	}
	r.url = str_of(arena_printf(&c.arena, "http://127.0.0.1:%d/", port));
	a = send_it(&c, r);
	CHECK_STR(reason_of(&a), "timeout");
	CHECK(strstr(message_of(&a), "no connection to `127.0.0.1` within 0.2") != NULL);
	for (int i = 0; i < 4; i++)
		close(fill[i]);
	close(fd);
	CHECK(test_seconds() - start < 10);

	a = send_it(&c, r);
	CHECK_STR(reason_of(&a), "connect");
	r = get(&c, "/");
	r.url = STR("http://no-such-host.invalid/");
	a = send_it(&c, r);
	CHECK_STR(reason_of(&a), "resolve");
	CHECK_STR(message_of(&a), "no address for `no-such-host.invalid`");
	teardown(&c);
}

TEST(http_many_and_cancel)
{
	struct client c = setup();
	struct request r = {.kind = REQUEST_HTTP, .step = "s", .http = get(&c, "/ok")};
	struct request hanging = {.kind = REQUEST_HTTP, .step = "s", .http = get(&c, "/hang")};
	world_start(c.world, 100, &hanging);
	for (uint64_t i = 0; i < 50; i++)
		world_start(c.world, i, &r);
	int right = 0;
	struct happening h;
	for (int i = 0; i < 50; i++) {
		world_wait(c.world, world_now(c.world) + 5 * NS_PER_S, &c.arena, &h);
		right += h.kind == HAPPENED_FINISHED && field_int(&h.answer, "status") == 200;
	}
	CHECK_INT(right, 50);
	world_cancel(c.world, 100);
	struct answer a = finish(c.world, 100, &c.arena, NULL);
	CHECK_STR(reason_of(&a), "cancelled");
	CHECK(a.was_sent);
	/* One that is under way when everything ends. */
	world_start(c.world, 101, &hanging);
	teardown(&c);
}
