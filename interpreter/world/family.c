/*
 * What all children have in common, and the end of the last of them.
 */
#include "world/process.h"
#include "world/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define FREE_NS (2 * NS_PER_S)
#define FILES_WANTED 65536

/* 5 descriptors a child: the usual 1,024 would be 200 of them. Children get the old limit. */
static void raise_file_limit(struct family *f)
{
	if (getrlimit(RLIMIT_NOFILE, &f->files) < 0)
		return;
	struct rlimit higher = f->files;
	higher.rlim_cur = FILES_WANTED < higher.rlim_max ? FILES_WANTED : higher.rlim_max;
	if (higher.rlim_cur > f->files.rlim_cur)
		setrlimit(RLIMIT_NOFILE, &higher);
}

/* Children begin with default dispositions. One exception: a HUP that was ignored when we came
 * (nohup) is meant for them too. And SIGCHLD ignored would take the ends of children from us. */
static void look_at_signals(struct family *f)
{
	signal(SIGCHLD, SIG_DFL);
	for (int i = 1; i < NSIG; i++) {
		struct sigaction now;
		if (i != SIGHUP && sigaction(i, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
			f->ignored |= UINT64_C(1) << (i - 1);
	}
}

static void sweep_fired(struct timer *t)
{
	struct family *f = (struct family *)((char *)t - offsetof(struct family, sweep));
	/* Once more, to reap them. */
	if (orphans_reap(f) && orphans_sweep(f))
		timer_arm(&f->world->loop, t, loop_now() + SEARCH_EVERY_NS);
}

/* A descriptor of our own: who gave it to us may close his. */
static void open_children(struct family *f)
{
	const struct real_options *o = &f->world->options;
	f->children_fd = -1;
	if (o->children_fd <= 0)
		return;
	f->boot = boot_id_now();
	f->children_fd = fcntl(o->children_fd, F_DUPFD_CLOEXEC, 3);
	if (f->children_fd >= 0 && children_open(f->children_fd, o->children_first))
		return;
	f->children_error = errno;
	if (f->children_fd >= 0)
		close(f->children_fd);
	f->children_fd = -1;
}

struct family *family_new(struct real_world *w)
{
	struct family *f = heap_alloc(sizeof *f);
	f->world = w;
	f->self = getpid();
	f->instance = (uint64_t)boot_clock_ns();
	f->sweep.fire = sweep_fired;
	f->stack = mmap(NULL, SPAWN_STACK_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (f->stack == MAP_FAILED)
		out_of_memory();
	int low = open("/dev/null", O_RDWR | O_CLOEXEC);
	f->null_fd = fcntl(low, F_DUPFD_CLOEXEC, 3);
	close(low);
	arena_init(&f->scratch);
	arena_init(&f->shells[0].arena);
	arena_init(&f->shells[1].arena);
	open_children(f);
	prctl(PR_GET_CHILD_SUBREAPER, &f->was_subreaper, 0, 0, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	look_at_signals(f);
	raise_file_limit(f);
	f->has_strangers = f->self == 1 || orphans_reap(f);
	return f;
}

static void kill_leaders(struct family *f)
{
	for (struct process *p = f->first; p; p = p->next) {
		p->is_cancelled = true;
		p->deadline_ns = 0;
		orphans_signal(p, SIGKILL, NULL);
	}
}

void family_kill(struct family *f)
{
	struct loop *l = &f->world->loop;
	int64_t until = loop_now() + FREE_NS;
	ahead_end(f);
	kill_leaders(f);
	while ((adopted_kill(f) || f->first) && loop_now() < until)
		loop_turn(l, until);
	/* What cannot be told from strangers by its environment is left alone. */
	for (int round = 0; orphans_reap(f) && loop_now() < until; round++) {
		orphans_sweep(f);
		if (f->has_strangers && round > 0)
			break;
		usleep(1000);
	}
}

void family_free(struct family *f)
{
	timer_disarm(&f->sweep);
	slots_free(f->slots);
	shim_pool_free(&f->shims);
	for (int i = 0; i < 2; i++)
		arena_release(&f->shells[i].arena);
	if (f->children_fd >= 0)
		close(f->children_fd);
	prctl(PR_SET_CHILD_SUBREAPER, f->was_subreaper, 0, 0, 0);
	setrlimit(RLIMIT_NOFILE, &f->files);
	arena_release(&f->scratch);
	munmap(f->stack, SPAWN_STACK_BYTES);
	close(f->null_fd);
	free(f);
}
