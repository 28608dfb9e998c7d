/*
 * The limit of HTTP requests: libcurl and nothing around it.
 *
 *   limit_http URL 5000        one after another, an easy handle that is used again
 *   limit_http URL 5000 50     so many at once: a multi handle, its sockets in an epoll
 */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>

struct driver {
	CURLM *multi;
	int epoll;
	long timeout_ms; /* what libcurl asked for; -1: nothing */
	long left;	 /* requests not yet begun */
	long open;	 /* handles that work on one */
	long failed;
};

static size_t drop(char *at, size_t size, size_t count, void *context)
{
	(void)at;
	(void)context;
	return size * count;
}

static CURL *easy_new(const char *url)
{
	CURL *easy = curl_easy_init();
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	return easy;
}

static bool is_good(CURL *easy, CURLcode code)
{
	long status = 0;
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	return code == CURLE_OK && status == 200;
}

static bool run_easy(const char *url, long count)
{
	CURL *easy = easy_new(url);
	bool all_good = true;
	for (long i = 0; i < count && all_good; i++)
		all_good = is_good(easy, curl_easy_perform(easy));
	curl_easy_cleanup(easy);
	return all_good;
}

/* ---- many at once --------------------------------------------------------------------------- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *known)
{
	struct driver *d = context;
	struct epoll_event e = {.data.fd = fd};
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(d->epoll, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	if (what & CURL_POLL_IN)
		e.events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		e.events |= EPOLLOUT;
	epoll_ctl(d->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &e);
	curl_multi_assign(d->multi, fd, d);
	return 0;
}

static int on_timer(CURLM *multi, long ms, void *context)
{
	(void)multi;
	((struct driver *)context)->timeout_ms = ms;
	return 0;
}

static void collect(struct driver *d)
{
	CURLMsg *m;
	int waiting;
	while ((m = curl_multi_info_read(d->multi, &waiting))) {
		CURL *easy = m->easy_handle;
		if (!is_good(easy, m->data.result))
			d->failed++;
		curl_multi_remove_handle(d->multi, easy);
		if (d->left > 0) {
			d->left--;
			curl_multi_add_handle(d->multi, easy);
		} else {
			curl_easy_cleanup(easy);
			d->open--;
		}
	}
}

static void turn(struct driver *d)
{
	int running;
	struct epoll_event events[64];
	int n = epoll_wait(d->epoll, events, 64, (int)d->timeout_ms);
	if (n <= 0) {
		d->timeout_ms = -1;
		curl_multi_socket_action(d->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	for (int i = 0; i < n; i++) {
		int mask = 0;
		if (events[i].events & (EPOLLIN | EPOLLHUP))
			mask |= CURL_CSELECT_IN;
		if (events[i].events & EPOLLOUT)
			mask |= CURL_CSELECT_OUT;
		if (events[i].events & EPOLLERR)
			mask |= CURL_CSELECT_ERR;
		curl_multi_socket_action(d->multi, events[i].data.fd, mask, &running);
	}
	collect(d);
}

static bool run_multi(const char *url, long count, long at_once)
{
	struct driver d = {.multi = curl_multi_init(), .epoll = epoll_create1(EPOLL_CLOEXEC)};
	d.left = count;
	d.timeout_ms = -1;
	curl_multi_setopt(d.multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(d.multi, CURLMOPT_SOCKETDATA, &d);
	curl_multi_setopt(d.multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(d.multi, CURLMOPT_TIMERDATA, &d);
	for (; d.open < at_once && d.left > 0; d.open++, d.left--)
		curl_multi_add_handle(d.multi, easy_new(url));
	while (d.open > 0)
		turn(&d);
	curl_multi_cleanup(d.multi);
	return d.failed == 0;
}

/* A thousand connections are more than a process may have at first. */
static void allow_descriptors(void)
{
	struct rlimit files;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

int main(int argc, char **argv)
{
	bool all_good = false;
	allow_descriptors();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (argc == 3)
		all_good = run_easy(argv[1], strtol(argv[2], NULL, 10));
	else if (argc == 4)
		all_good = run_multi(argv[1], strtol(argv[2], NULL, 10), strtol(argv[3], NULL, 10));
	if (!all_good)
		fprintf(stderr, "limit_http: failed\n");
	return !all_good;
}
