#include "world/http.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_TIMEOUT_NS (30 * NS_PER_S)
#define DEFAULT_CONNECT_NS (10 * NS_PER_S)
#define SPARE_BYTES ((size_t)64 << 10)

void http_fail(struct http_job *j, const char *reason, const char *format, ...)
{
	if (j->reason)
		return;
	va_list args;
	va_start(args, format);
	j->reason = reason;
	j->message = arena_vprintf(&j->arena, format, args);
	va_end(args);
}

/* ---- sockets and timers for libcurl --------------------------------------------------------- */

/*
 * libcurl asks for a socket to be watched at each request and to be left alone after it. A
 * connection that is used again would cost two system calls each time: so the watch stays, and ends
 * when the socket is closed or something comes without being asked for.
 */
struct http_socket {
	struct source source;
	struct http *http;
	uint32_t events; /* as watched; 0: not */
	bool is_idle;
};

static void complete(struct http *h);

static void act(struct http *h, curl_socket_t fd, int events)
{
	int running;
	h->curl->multi_socket_action(h->multi, fd, events, &running);
	complete(h);
}

static void socket_ready(struct source *source, uint32_t events)
{
	struct http_socket *s = (struct http_socket *)source;
	if (s->is_idle) {
		loop_unwatch(&s->http->world->loop, source);
		s->events = 0;
		return;
	}
	int mask = 0;
	if (events & (EPOLLIN | EPOLLHUP))
		mask |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		mask |= CURL_CSELECT_OUT;
	if (events & EPOLLERR)
		mask |= CURL_CSELECT_ERR;
	act(s->http, source->fd, mask);
}

static struct http_socket *get_socket(struct http *h, curl_socket_t fd)
{
	size_t at = (size_t)fd;
	if (at >= h->socket_count) {
		size_t count = at + 16;
		h->sockets = heap_array(h->sockets, count, sizeof *h->sockets);
		memset(h->sockets + h->socket_count, 0,
			(count - h->socket_count) * sizeof *h->sockets);
		h->socket_count = count;
	}
	if (!h->sockets[at]) {
		struct http_socket *s = heap_alloc(sizeof *s);
		s->source = (struct source){fd, socket_ready};
		s->http = h;
		h->sockets[at] = s;
	}
	return h->sockets[at];
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *data)
{
	(void)easy;
	(void)data;
	struct http *h = context;
	struct http_socket *s = get_socket(h, fd);
	s->is_idle = what == CURL_POLL_REMOVE;
	if (s->is_idle)
		return 0;
	uint32_t events = what == CURL_POLL_IN	  ? EPOLLIN
			  : what == CURL_POLL_OUT ? EPOLLOUT
						  : EPOLLIN | EPOLLOUT;
	if (s->events == events)
		return 0;
	if (s->events)
		loop_rewatch(&h->world->loop, &s->source, events);
	else
		loop_watch(&h->world->loop, &s->source, events);
	s->events = events;
	return 0;
}

static void forget_socket(struct http *h, size_t at)
{
	struct http_socket *s = h->sockets[at];
	if (!s)
		return;
	if (s->events)
		loop_unwatch(&h->world->loop, &s->source);
	free(s);
	h->sockets[at] = NULL;
}

int http_close_socket(void *context, curl_socket_t fd)
{
	struct http *h = context;
	if ((size_t)fd < h->socket_count)
		forget_socket(h, (size_t)fd);
	return close(fd);
}

static int on_timer(CURLM *multi, long ms, void *context)
{
	(void)multi;
	struct http *h = context;
	if (ms < 0)
		timer_disarm(&h->timer);
	else
		timer_arm(&h->world->loop, &h->timer, loop_now() + ms * NS_PER_MS);
	return 0;
}

static void timer_fired(struct timer *t)
{
	struct http *h = (struct http *)((char *)t - offsetof(struct http, timer));
	act(h, CURL_SOCKET_TIMEOUT, 0);
}

static struct http *get_http(struct real_world *w, const char **why)
{
	if (w->http)
		return w->http;
	const struct curl_api *curl = curl_api(why);
	if (!curl)
		return NULL;
	struct http *h = heap_alloc(sizeof *h);
	h->world = w;
	h->curl = curl;
	h->timer.fire = timer_fired;
	arena_init(&h->arena);
	h->multi = curl->multi_init();
	if (!h->multi)
		out_of_memory();
	curl->multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl->multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
	curl->multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl->multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
	return w->http = h;
}

static void job_release(struct http_job *j)
{
	strbuf_release(&j->reply.body);
	arena_release(&j->arena);
	free(j);
}

void http_free(struct http *h)
{
	if (!h)
		return;
	while (h->spare_count)
		h->curl->easy_cleanup(h->spare[--h->spare_count]);
	while (h->spare_job_count)
		job_release(h->spare_jobs[--h->spare_job_count]);
	h->curl->multi_cleanup(h->multi);
	timer_disarm(&h->timer);
	for (size_t i = 0; i < h->socket_count; i++)
		forget_socket(h, i); /* the pair by which its resolver wakes us */
	free(h->sockets);
	arena_release(&h->arena);
	free(h);
}

/* ---- jobs ----------------------------------------------------------------------------------- */

static void detach(struct http_job *j)
{
	struct http *h = j->http;
	if (!j->easy)
		return;
	h->curl->multi_remove_handle(h->multi, j->easy);
	if (h->spare_count == sizeof h->spare / sizeof *h->spare) {
		h->curl->easy_cleanup(j->easy);
	} else {
		http_clean_up(j);
		h->spare[h->spare_count++] = j->easy;
	}
	h->curl->slist_free_all(j->headers);
	j->easy = NULL;
	j->headers = NULL;
}

static void end(struct http_job *j)
{
	detach(j);
	j->ended_ns = loop_now();
	loop_finish(&j->http->world->loop, &j->job);
}

static CURL *take_easy(struct http *h)
{
	if (h->spare_count)
		return h->spare[--h->spare_count];
	CURL *easy = h->curl->easy_init();
	if (!easy)
		out_of_memory();
	http_fence(h, easy);
	return easy;
}

static bool begin_hop(struct http_job *j)
{
	struct http *h = j->http;
	http_reply_reset(&j->reply);
	j->easy = take_easy(h);
	http_set_up(j);
	CURLMcode code = h->curl->multi_add_handle(h->multi, j->easy);
	if (code == CURLM_OK)
		return true;
	http_fail(j, "rejected", "libcurl refuses the request (%d)", (int)code);
	return false;
}

static void hop_done(struct http_job *j, CURLcode code)
{
	http_judge(j, code);
	if (!j->reason && http_redirect(j)) {
		detach(j);
		if (loop_now() - j->started_ns < j->request.timeout_ns) {
			if (begin_hop(j))
				return;
		} else {
			http_fail(j, "timeout", "no complete reply in time");
		}
	}
	end(j);
}

static void complete(struct http *h)
{
	CURLMsg *m;
	int left;
	while ((m = h->curl->multi_info_read(h->multi, &left))) {
		if (m->msg != CURLMSG_DONE)
			continue;
		CURLcode code = m->data.result;
		struct http_job *j = NULL;
		h->curl->easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &j);
		if (j)
			hop_done(j, code);
	}
}

static void http_cancel(struct job *job)
{
	struct http_job *j = (struct http_job *)job;
	long sent = 0;
	j->http->curl->easy_getinfo(j->easy, CURLINFO_REQUEST_SIZE, &sent);
	j->was_sent = j->was_sent || sent > 0;
	http_fail(j, "cancelled", "%s",
		j->was_sent ? "taken back before the reply was complete"
			    : "taken back before it was sent");
	end(j);
}

static void http_answer(struct job *job, struct arena *a, struct answer *out)
{
	struct http_job *j = (struct http_job *)job;
	struct reply *r = &j->reply;
	out->was_sent = j->was_sent;
	out->result = value_map(a);
	struct map *map = out->result.map;
	if (j->reason) {
		out->reason = j->reason;
		out->message = arena_string(a, j->message);
	} else {
		map_set(a, map, STR("status"), value_int(r->status));
		map_set(a, map, STR("headers"), http_reply_headers(r, a));
		map_set(a, map, STR("body"), value_copy_str(a, strbuf_str(&r->body)));
	}
	double seconds = (double)(j->ended_ns - j->started_ns) / (double)NS_PER_S;
	map_set(a, map, STR("duration"), value_float(seconds));
	if (j->url.text)
		map_set(a, map, STR("url"), value_copy_str(a, str_of(j->url.text)));
}

/* What it owns is kept for the next, unless it has grown large. */
static void http_job_free(struct job *job)
{
	struct http_job *j = (struct http_job *)job;
	struct http *h = j->http;
	detach(j);
	if (j->file >= 0)
		close(j->file);
	if (h->spare_job_count == sizeof h->spare_jobs / sizeof *h->spare_jobs ||
		j->arena.bytes > SPARE_BYTES || j->reply.body.cap > SPARE_BYTES) {
		job_release(j);
		return;
	}
	struct arena arena = j->arena;
	struct strbuf body = j->reply.body;
	arena_reset(&arena);
	strbuf_clear(&body);
	*j = (struct http_job){.arena = arena, .reply.body = body};
	h->spare_jobs[h->spare_job_count++] = j;
}

static struct http_job *job_new(struct http *h)
{
	if (h->spare_job_count)
		return h->spare_jobs[--h->spare_job_count];
	struct http_job *j = heap_alloc(sizeof *j);
	arena_init(&j->arena);
	return j;
}

static const struct job_type http_type = {http_cancel, http_answer, http_job_free};

/* ---- the start ------------------------------------------------------------------------------ */

static struct str copy(struct arena *a, struct str s)
{
	return (struct str){arena_copy(a, s.at, s.len), s.len};
}

static const char *copy_path(struct arena *a, const char *path)
{
	return path ? arena_string(a, path) : NULL;
}

/* The request has to outlive its caller. */
static void copy_request(struct http_job *j, const struct http_request *r)
{
	struct arena *a = &j->arena;
	struct http_request *c = &j->request;
	*c = *r;
	struct header *headers = arena_array(a, r->header_count, sizeof *headers);
	for (size_t i = 0; i < r->header_count; i++)
		headers[i] = (struct header){copy(a, r->headers[i].name),
			copy(a, r->headers[i].value), r->headers[i].is_secret};
	c->headers = headers;
	c->method = copy(a, r->method);
	c->url = copy(a, r->url);
	c->body = copy(a, r->body);
	c->user = copy(a, r->user);
	c->password = copy(a, r->password);
	c->bearer = copy(a, r->bearer);
	c->file = copy_path(a, r->file);
	c->ca = copy_path(a, r->ca);
	c->cert = copy_path(a, r->cert);
	c->key = copy_path(a, r->key);
	if (c->timeout_ns <= 0)
		c->timeout_ns = DEFAULT_TIMEOUT_NS;
	if (c->connect_timeout_ns <= 0)
		c->connect_timeout_ns = DEFAULT_CONNECT_NS;
	if (c->max_bytes <= 0)
		c->max_bytes = HTTP_DEFAULT_MAX_BYTES;
	if (c->max_bytes > UINT32_MAX - 1) /* the longest string of a value */
		c->max_bytes = UINT32_MAX - 1;
}

static bool open_body(struct http_job *j)
{
	const char *path = j->request.file;
	if (!path)
		return true;
	j->has_body = true;
	/* Not to wait for the other end of a FIFO. */
	j->file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	if (j->file < 0 || fstat(j->file, &st) < 0) {
		http_fail(j, "rejected", "cannot read `%s`: %s", path, strerror(errno));
		return false;
	}
	if (!S_ISREG(st.st_mode)) {
		http_fail(j, "rejected", "`%s` is not a regular file", path);
		return false;
	}
	j->file_bytes = st.st_size;
	return true;
}

/* A URL that is polled is taken apart once: that is a sixth of what a request costs. */
static bool parse_url(struct http_job *j, const char **why)
{
	struct http *h = j->http;
	struct str text = j->request.url;
	for (size_t i = 0; i < h->known_count; i++)
		if (str_equal(h->known[i].given, text)) {
			j->url = h->known[i].url;
			return true;
		}
	bool is_kept = text.len < 1024 && h->known_count < sizeof h->known / sizeof *h->known;
	struct arena *a = is_kept ? &h->arena : &j->arena;
	if (!http_url_parse(h->curl, a, text, &j->url, why))
		return false;
	if (is_kept)
		h->known[h->known_count++] = (struct known_url){copy(a, text), j->url};
	return true;
}

static bool check(struct http_job *j)
{
	const char *why = http_request_flaw(&j->arena, &j->request);
	if (!why && parse_url(j, &why))
		return open_body(j);
	http_fail(j, "rejected", "%s", why);
	return false;
}

void http_start(struct real_world *w, uint64_t token, const struct request *r)
{
	const char *why = NULL;
	struct http *h = get_http(w, &why);
	if (!h) {
		refuse(w, token, "rejected", why);
		return;
	}
	struct http_job *j = job_new(h);
	j->job = (struct job){.token = token, .type = &http_type};
	j->http = h;
	j->file = -1;
	copy_request(j, &r->http);
	j->method = j->request.method;
	j->has_body = j->request.has_body;
	j->started_ns = loop_now();
	loop_add(&w->loop, &j->job);
	bool is_good = check(j);
	j->first = j->url;
	if (!is_good || !begin_hop(j))
		end(j);
}
