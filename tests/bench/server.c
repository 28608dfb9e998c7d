/*
 * The other end of the HTTP rows: answers every request on loopback with the same small JSON, over
 * connections that stay open, so that what is measured is the client.
 *
 *   server      prints the port it took, then answers until it is killed
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define BODY "{\"status\":\"ok\",\"version\":\"v1.2.3\",\"ready\":true,\"load\":0.25}"

static const char reply[] = "HTTP/1.1 200 OK\r\n"
			    "Content-Type: application/json\r\n"
			    "Content-Length: 59\r\n"
			    "\r\n" BODY;

_Static_assert(sizeof BODY - 1 == 59, "Content-Length says otherwise");

static int listen_anywhere(unsigned *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) < 0 || listen(fd, 4096) < 0 ||
		getsockname(fd, (struct sockaddr *)&at, &len) < 0) {
		perror("server");
		exit(1);
	}
	*port = ntohs(at.sin_port);
	return fd;
}

static void accept_all(int epoll, int listener)
{
	struct epoll_event e = {.events = EPOLLIN};
	int one = 1;
	while ((e.data.fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		setsockopt(e.data.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		epoll_ctl(epoll, EPOLL_CTL_ADD, e.data.fd, &e);
	}
}

/* A request is its head, which loopback brings in one piece; none has a body. */
static void answer(int fd)
{
	char request[4096];
	ssize_t n = read(fd, request, sizeof request);
	if (n <= 0 || write(fd, reply, sizeof reply - 1) < 0)
		close(fd);
}

/* A thousand connections are more than a process may have at first. */
static void allow_descriptors(void)
{
	struct rlimit files;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

int main(void)
{
	struct epoll_event events[256];
	unsigned port;
	int listener = listen_anywhere(&port), epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event e = {.events = EPOLLIN, .data.fd = listener};
	allow_descriptors();
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
	printf("%u\n", port);
	fflush(stdout);
	for (;;) {
		int n = epoll_wait(epoll, events, 256, -1);
		for (int i = 0; i < n; i++) {
			if (events[i].data.fd == listener)
				accept_all(epoll, listener);
			else
				answer(events[i].data.fd);
		}
	}
}
