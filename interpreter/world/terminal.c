/*
 * Who has the terminal: we, or one child at a time.
 */
#include "world/process.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Only if standard input is one: a script that redirected it does not expect to be asked, though it
 * has a controlling terminal. */
int terminal_fd(struct real_world *w)
{
	static int fd = -1; /* belongs to the process, as the terminal does */
	if (w->options.terminal_fd > 0)
		return w->options.terminal_fd;
	if (fd >= 0 || !isatty(STDIN_FILENO))
		return fd;
	fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	return fd;
}

/* We are in the background while a child has it: without this, taking it back would stop us. */
static void foreground(int fd, pid_t group)
{
	sigset_t out, before;
	sigemptyset(&out);
	sigaddset(&out, SIGTTOU);
	sigprocmask(SIG_BLOCK, &out, &before);
	tcsetpgrp(fd, group);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

void terminal_hand_over(struct process *p)
{
	struct real_world *w = p->family->world;
	if (w->options.hooks.suspend)
		w->options.hooks.suspend(w->options.hooks.context);
	tcgetattr(terminal_fd(w), &p->terminal);
	p->has_terminal = true;
}

void terminal_take_back(struct process *p)
{
	struct real_world *w = p->family->world;
	int fd = terminal_fd(w);
	foreground(fd, getpgrp());
	/* Whatever modes it left (an editor that was killed). */
	tcsetattr(fd, TCSADRAIN, &p->terminal);
	if (w->options.hooks.resume)
		w->options.hooks.resume(w->options.hooks.context);
}
