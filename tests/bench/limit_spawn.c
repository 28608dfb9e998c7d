/*
 * The limit of running steps: `sh -c true` so many times, by posix_spawn and waitpid and nothing
 * else; with a second number, so many at once.
 *
 *   limit_spawn 10000 [2]
 *   limit_spawn one FILE SCRIPT     one script, its output into a file
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

static bool start(const char *script, const posix_spawn_file_actions_t *files)
{
	char *argv[] = {"sh", "-c", (char *)script, NULL};
	pid_t pid;
	return posix_spawn(&pid, "/bin/sh", files, NULL, argv, environ) == 0;
}

static bool end(void)
{
	int status;
	return waitpid(-1, &status, 0) > 0 && status == 0;
}

static bool run_many(long count, long at_once)
{
	long started = 0, ended = 0;
	bool is_good = true;
	while (is_good && ended < count) {
		if (started < count && started - ended < at_once) {
			is_good = start("true", NULL);
			started++;
		} else {
			is_good = end();
			ended++;
		}
	}
	return is_good;
}

static bool run_into(const char *path, const char *script)
{
	posix_spawn_file_actions_t files;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 1, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	bool is_good = start(script, &files) && end();
	posix_spawn_file_actions_destroy(&files);
	return is_good;
}

int main(int argc, char **argv)
{
	bool is_good = false;
	if (argc == 4 && strcmp(argv[1], "one") == 0)
		is_good = run_into(argv[2], argv[3]);
	else if (argc > 1)
		is_good = run_many(
			strtol(argv[1], NULL, 10), argc > 2 ? strtol(argv[2], NULL, 10) : 1);
	if (!is_good)
		fprintf(stderr, "limit_spawn: failed\n");
	return !is_good;
}
