#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MAX_FILE_BYTES (1024 * 1024)

void say(const char *format, ...)
{
	char time[32], line[1024];
	struct timespec now;
	va_list args;

	clock_gettime(CLOCK_REALTIME, &now);
	iso_time(time, now.tv_sec);
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	/* One write, so lines of several processes in one log do not mix. */
	dprintf(STDERR_FILENO, "%s %s\n", time, line);
}

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

char *text_of(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		die("out of memory");
	va_end(args);
	return text;
}

int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void pause_ms(int64_t ms)
{
	struct timespec left = {ms / 1000, (ms % 1000) * 1000000};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

void iso_time(char out[32], int64_t seconds)
{
	time_t when = seconds;
	struct tm parts;

	gmtime_r(&when, &parts);
	strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

char *read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text;
	size_t len;

	if (!file)
		return NULL;
	text = malloc(MAX_FILE_BYTES + 1);
	len = text ? fread(text, 1, MAX_FILE_BYTES, file) : 0;
	if (!text || ferror(file)) {
		free(text);
		text = NULL;
	} else {
		char *fitted;

		text[len] = '\0';
		fitted = realloc(text, len + 1);
		text = fitted ? fitted : text;
	}
	fclose(file);
	return text;
}

bool write_file(const char *path, const char *text)
{
	char *next = text_of("%s.next.%d", path, (int)getpid());
	FILE *file = fopen(next, "we");
	bool is_written = false;

	if (file) {
		is_written = fputs(text, file) >= 0;
		is_written = fclose(file) == 0 && is_written;
		is_written = is_written && rename(next, path) == 0;
		if (!is_written)
			unlink(next);
	}
	free(next);
	return is_written;
}

json_t *load_json(const char *path)
{
	char *text = read_file(path);
	json_t *value = text ? json_loads(text, 0, NULL) : NULL;

	free(text);
	if (!json_is_object(value)) {
		json_decref(value);
		return NULL;
	}
	return value;
}

bool save_json(const char *path, json_t *value)
{
	char *text = json_dumps(value, JSON_INDENT(2));
	char *line = text_of("%s\n", text ? text : "{}");
	bool is_written = text && write_file(path, line);

	free(line);
	free(text);
	return is_written;
}

const char *option(char **argv, const char *name, const char *fallback)
{
	for (; *argv; argv++)
		if (strcmp(*argv, name) == 0 && argv[1])
			return argv[1];
	return fallback;
}

const char *needed(char **argv, const char *name)
{
	const char *value = option(argv, name, NULL);

	if (!value)
		die("%s is missing", name);
	return value;
}

int64_t process_start(pid_t pid)
{
	char path[64];
	char *text, *field;
	long long start = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	text = read_file(path);
	/* The name in parentheses may hold anything: count fields from its end. */
	field = text ? strrchr(text, ')') : NULL;
	if (field && field[1] && field[2] == 'Z')
		field = NULL;
	for (int i = 0; field && i < 20; i++)
		field = strchr(field + 1, ' ');
	if (field)
		start = strtoll(field, NULL, 10);
	free(text);
	return start;
}

bool pid_file_write(const char *path)
{
	char *text = text_of("%d %lld\n", (int)getpid(), (long long)process_start(getpid()));
	bool is_written = write_file(path, text);

	free(text);
	return is_written;
}

static bool pid_file_read(const char *path, pid_t *pid, int64_t *start)
{
	char *text = read_file(path);
	char *rest = NULL;
	long number = text ? strtol(text, &rest, 10) : 0;

	*pid = (pid_t)number;
	*start = rest ? strtoll(rest, NULL, 10) : 0;
	free(text);
	return *pid > 1 && *start > 0;
}

bool pid_file_is_mine(const char *path)
{
	int64_t start;
	pid_t pid;

	return pid_file_read(path, &pid, &start) && pid == getpid();
}

int pid_file_open(const char *path, pid_t *pid)
{
	int64_t start;
	int fd;

	if (!pid_file_read(path, pid, &start))
		return -1;
	fd = (int)syscall(SYS_pidfd_open, *pid, 0);
	/* Looked at after opening: what the descriptor holds can no longer be replaced. */
	if (fd >= 0 && process_start(*pid) != start) {
		close(fd);
		fd = -1;
	}
	return fd;
}

bool pid_file_stop(const char *path, int64_t grace_ms)
{
	pid_t pid;
	int fd = pid_file_open(path, &pid);
	struct pollfd end = {.fd = fd, .events = POLLIN};
	bool has_ended;

	if (fd < 0) {
		unlink(path);
		return true;
	}
	syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0);
	has_ended = poll(&end, 1, (int)grace_ms) == 1;
	if (!has_ended) {
		syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
		has_ended = poll(&end, 1, 2000) == 1;
	}
	close(fd);
	if (has_ended)
		unlink(path);
	return has_ended;
}
