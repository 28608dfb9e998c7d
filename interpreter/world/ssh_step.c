#include "world/ssh.h"

#include "world/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define LOG_MAX ((size_t)256 << 10)

/* ---- what ssh says -------------------------------------------------------------------------- */

int ssh_log_new(void)
{
	int low = memfd_create("ssh", MFD_CLOEXEC);
	int fd = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, 3);

	if (low >= 0)
		close(low);
	return fd;
}

/* ssh closes what it was handed, so it has to open it: ours, as long as we live. */
const char *ssh_log_path(struct arena *a, int log)
{
	return arena_printf(a, "/proc/%d/fd/%d", (int)getpid(), log);
}

struct str ssh_log_read(struct arena *a, int log)
{
	char *text = arena_alloc(a, LOG_MAX);
	off_t size = lseek(log, 0, SEEK_END);
	ssize_t n = pread(log, text, LOG_MAX, size > (off_t)LOG_MAX ? size - (off_t)LOG_MAX : 0);

	return (struct str){text, n > 0 ? (size_t)n : 0};
}

/* ---- standard input ------------------------------------------------------------------------- */

static void close_control(struct ssh_step *s)
{
	if (s->control.fd < 0)
		return;
	loop_unwatch(s->loop, &s->control);
	close(s->control.fd);
	s->control.fd = -1;
}

/* All that goes in now. False: there is nothing more to wait for. */
static bool send_some(struct ssh_step *s)
{
	while (s->sent < s->text.len) {
		ssize_t n = write(s->control.fd, s->text.at + s->sent, s->text.len - s->sent);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return true;
		if (n < 0)
			return false; /* nobody reads it: its end is on the way */
		s->sent += (size_t)n;
	}
	/* From here on it may go on without us. */
	if (s->shim)
		__atomic_store_n(&s->shim->is_delivered, 1, __ATOMIC_RELEASE);
	return false;
}

static void control_ready(struct source *source, uint32_t events)
{
	struct ssh_step *s =
		(struct ssh_step *)((char *)source - offsetof(struct ssh_step, control));

	(void)events;
	if (!send_some(s))
		loop_unwatch(s->loop, source);
}

static bool open_control(struct ssh_step *s)
{
	return ssh_pipe(&s->control.fd, &s->child_end, true) &&
	       fcntl(s->control.fd, F_SETFL, O_NONBLOCK) == 0;
}

struct ssh_step *ssh_step_new(struct loop *l, const char *host)
{
	struct ssh_step *s = heap_alloc(sizeof *s);

	*s = (struct ssh_step){.control = {-1, control_ready},
		.child_end = -1,
		.connection = -1,
		.loop = l,
		.log = ssh_log_new(),
		.host = strdup(host)};
	if (!s->host)
		out_of_memory();
	if (s->log >= 0 && open_control(s))
		return s;
	ssh_step_free(s);
	return NULL;
}

void ssh_step_begin(struct ssh_step *s, struct shim *shim)
{
	s->shim = shim;
	/* A shim that is just being started has its own. */
	close(s->child_end);
	s->child_end = -1;
	if (send_some(s))
		loop_watch(s->loop, &s->control, EPOLLOUT);
}

bool ssh_step_stop(struct ssh_step *s)
{
	if (s->control.fd < 0)
		return false;
	/* Of half a text nothing is evaluated: its end will do. */
	if (s->sent == s->text.len && write(s->control.fd, "\n", 1) == 1)
		return true;
	if (s->shim)
		return false; /* which has the pipe, too */
	close_control(s);
	return true;
}

void ssh_step_free(struct ssh_step *s)
{
	if (!s)
		return;
	close_control(s);
	if (s->child_end >= 0)
		close(s->child_end);
	if (s->log >= 0)
		close(s->log);
	strbuf_release(&s->text);
	free(s->host);
	free(s);
}

/* ---- how it ended --------------------------------------------------------------------------- */

static const char *told(struct arena *a, struct str complaint)
{
	return complaint.len ? arena_printf(a, ": %.*s", STR_ARGS(complaint)) : "";
}

void ssh_step_judge(
	const struct ssh_step *s, int code, int status, struct arena *a, struct answer *out)
{
	struct str log, complaint;
	enum ssh_end end;
	bool is_name;

	if (code == CLD_EXITED && status != 255)
		return;
	log = ssh_log_read(a, s->log);
	complaint = ssh_complaint(log, &is_name);
	end = code == CLD_EXITED ? ssh_end_of(log) : SSH_LOST;
	if (end == SSH_EXITED)
		return;
	out->was_sent = end == SSH_LOST;
	map_set(a, out->result.map, STR("exit_code"), value_nil());
	if (end == SSH_LOST) {
		out->reason = "reset";
		out->message = arena_printf(a,
			"the connection to `%s` was lost, and nobody knows how far it came%s",
			s->host, told(a, complaint));
		return;
	}
	out->reason = is_name ? "resolve" : "connect";
	out->message = arena_printf(a, "`%s` cannot be reached%s", s->host, told(a, complaint));
}
