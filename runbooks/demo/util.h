/*
 * What both programs of the demo world need from the system: files that are
 * replaced whole, processes that are told apart even when a pid is reused, time.
 */
#ifndef DEMO_UTIL_H
#define DEMO_UTIL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Writes one line with the time of day to standard error: the log of a daemon. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes the message to standard error and leaves with status 1. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A new string in printf's manner; the caller frees it. Out of memory ends the program. */
char *text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Milliseconds of a clock that nobody can set. */
int64_t now_ms(void);

/* Sleeps; only between two looks at something that cannot be waited on. */
void pause_ms(int64_t ms);

/* The time of day as 2025-01-15T10:00:00Z; `seconds` since the epoch. */
void iso_time(char out[32], int64_t seconds);

/* The file's text, at most 1 MiB, ended by a zero; NULL (errno tells) when it cannot be read. */
char *read_file(const char *path);

/* Replaces the file so that a reader sees the old or the new text, never half of one. */
bool write_file(const char *path, const char *text);

/* The same for JSON. `load_json` gives NULL when the file is missing or is no JSON object. */
json_t *load_json(const char *path);
bool save_json(const char *path, json_t *value);

/* The value after `--name` in argv, or `fallback`. */
const char *option(char **argv, const char *name, const char *fallback);

/* The same, but the option must be there. */
const char *needed(char **argv, const char *name);

/* Where in the life of the machine the process started; 0 when there is no such process.
 * A pid together with this number names a process for good. */
int64_t process_start(pid_t pid);

/* A pid file holds "PID START". `pid_file_is_mine` is false once the file is gone or another's:
 * the daemon's sign that its world has been removed. */
bool pid_file_write(const char *path);
bool pid_file_is_mine(const char *path);

/* A pidfd of the process the file names, or -1 when that process has ended. */
int pid_file_open(const char *path, pid_t *pid);

/* Ends the process the file names: SIGTERM, then after `grace_ms` SIGKILL. True when it is gone. */
bool pid_file_stop(const char *path, int64_t grace_ms);

#endif
