#include "cli/early.h"

#include <signal.h>
#include <stddef.h>
#include <termios.h>
#include <unistd.h>

/* Of the process, because a signal handler has to find them. */
static struct termios shown;
static volatile sig_atomic_t is_hidden;

static void leave(int signal)
{
	if (is_hidden)
		tcsetattr(STDIN_FILENO, TCSANOW, &shown);
	_exit(128 + signal);
}

void early_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction now, ours = {.sa_handler = leave};

	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
			sigaction(signals[i], &ours, NULL);
	}
}

void early_hide(void)
{
	struct termios silent;

	if (is_hidden || tcgetattr(STDIN_FILENO, &shown) < 0)
		return;
	early_signals();
	silent = shown;
	silent.c_lflag &= (tcflag_t)~ECHO;
	silent.c_lflag |= ECHONL;
	is_hidden = 1;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &silent);
}

void early_show(void)
{
	if (!is_hidden)
		return;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &shown);
	is_hidden = 0;
}
