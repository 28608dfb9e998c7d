/*
 * Which program a name stands for, and why it could not be run.
 */
#include "world/process.h"

#include <errno.h>
#include <unistd.h>

/* `run` without PATH still finds `sh`. */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

const char *env_get(const char *const *env, const char *name)
{
	size_t len = strlen(name);
	for (; *env; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

static size_t count_parts(const char *path)
{
	size_t count = 1;
	for (; *path; path++)
		count += *path == ':';
	return count;
}

static const char *const *paths_in(struct arena *a, const char *program, const char *path)
{
	const char **paths = arena_array(a, count_parts(path) + 1, sizeof *paths);
	size_t count = 0;
	/* The empty name would be found as each directory itself. */
	while (*program) {
		size_t len = strcspn(path, ":");
		paths[count++] = len ? arena_printf(a, "%.*s/%s", (int)len, path, program)
				     : arena_printf(a, "./%s", program);
		if (!path[len])
			break;
		path += len + 1;
	}
	return paths;
}

const char *const *spawn_paths(struct arena *a, const char *program, const char *const *env)
{
	if (strchr(program, '/')) {
		const char **paths = arena_array(a, 2, sizeof *paths);
		paths[0] = program;
		return paths;
	}
	const char *path = env_get(env, "PATH");
	return paths_in(a, program, path ? path : DEFAULT_PATH);
}

static const char *path_of(const struct spawn *s)
{
	const char *path = env_get(s->env, "PATH");
	return path ? path : "";
}

const char *const *shell_paths(struct family *f, const struct spawn *s)
{
	const struct shell_path *known = &f->shells[s->shell];
	if (known->path && strcmp(known->path, path_of(s)) == 0)
		return known->programs;
	/* A PATH that is for the script's programs need not have the shell that reads it. */
	const char *path = env_get(s->env, "PATH");
	if (path)
		path = arena_printf(&f->scratch, "%s:" DEFAULT_PATH, path);
	return paths_in(&f->scratch, s->argv[0], path ? path : DEFAULT_PATH);
}

/* Only absolute ones: others depend on the directory. */
void shell_remember(struct family *f, const struct spawn *s)
{
	if (s->shell == SPAWN_PROGRAM || s->paths[s->used][0] != '/')
		return;
	struct shell_path *known = &f->shells[s->shell];
	if (s->used == 0 && known->path && strcmp(known->path, path_of(s)) == 0)
		return;
	struct arena before = known->arena; /* the list may be its own */
	arena_init(&known->arena);
	size_t count = 0;
	while (s->paths[count])
		count++;
	const char **programs = arena_array(&known->arena, count + 1, sizeof *programs);
	programs[0] = arena_string(&known->arena, s->paths[s->used]);
	for (size_t i = 0, n = 1; i < count; i++)
		if (i != s->used)
			programs[n++] = arena_string(&known->arena, s->paths[i]);
	known->programs = programs;
	known->path = arena_string(&known->arena, path_of(s));
	char *target = realpath(programs[0], NULL);
	known->is_dash = target && str_ends_with(str_of(target), STR("/dash"));
	free(target);
	arena_release(&before);
}

static const char *system_message(struct arena *a, int error)
{
	switch (error) {
	case EAGAIN:
		return "no child can be started: the limit of processes is reached";
	case ENOMEM:
		return "no child can be started: not enough memory";
	case EMFILE:
	case ENFILE:
		return "no child can be started: too many open files";
	default:
		return arena_printf(a, "no child can be started: %s", strerror(error));
	}
}

static const char *longest(const char *const *strings, size_t *len)
{
	const char *found = NULL;
	*len = 0;
	for (; *strings; strings++)
		if (strlen(*strings) >= *len) {
			*len = strlen(*strings);
			found = *strings;
		}
	return found;
}

/* Each single one is limited as well as all together: the message tells which it was. Of an
 * argument only the length is told, and of a variable the name: they may be secret. */
static const char *too_big_message(struct arena *a, const struct spawn *s)
{
	size_t arg_len, env_len;
	longest(s->argv, &arg_len);
	const char *variable = longest(s->env, &env_len);
	if (arg_len >= ARGUMENT_MAX)
		return arena_printf(a,
			"an argument of %zu bytes is larger than the system takes (%u)", arg_len,
			ARGUMENT_MAX - 1);
	if (variable && env_len >= ARGUMENT_MAX)
		return arena_printf(a,
			"the variable `%.*s` of %zu bytes is larger than the environment "
			"allows (%u)",
			(int)strcspn(variable, "="), variable, env_len, ARGUMENT_MAX - 1);
	return arena_printf(a,
		"arguments and variables together are larger than the environment allows "
		"(%ld bytes)",
		sysconf(_SC_ARG_MAX));
}

static const char *exec_message(struct arena *a, const struct spawn *s)
{
	const char *program = s->argv[0];
	bool is_path = strchr(program, '/') != NULL;
	switch (s->error) {
	case ENOENT:
		if (!is_path)
			return arena_printf(a, "no program `%s` in PATH", program);
		if (!s->cwd && access(program, F_OK) == 0)
			return arena_printf(
				a, "the interpreter that `%s` names is missing", program);
		return arena_printf(a, "no program `%s`", program);
	case EACCES:
		return arena_printf(a, "`%s` may not be executed", program);
	case E2BIG:
		return too_big_message(a, s);
	case ENOEXEC:
		return arena_printf(a,
			"`%s` is not a program: it has no `#!` line or is for another "
			"machine",
			program);
	case ENOMEM:
	case EAGAIN:
	case EMFILE:
	case ENFILE:
		return system_message(a, s->error);
	default:
		return arena_printf(a, "`%s` cannot be run: %s", program, strerror(s->error));
	}
}

const char *spawn_message(struct arena *a, const struct spawn *s)
{
	switch (s->stage) {
	case SPAWN_CWD:
		if (s->error == ENOENT)
			return arena_printf(a, "no directory `%s` to run in", s->cwd);
		return arena_printf(a, "cannot run in `%s`: %s", s->cwd, strerror(s->error));
	case SPAWN_TERMINAL:
		return arena_printf(a, "cannot hand over the terminal: %s", strerror(s->error));
	case SPAWN_RECORD:
		return arena_printf(a, "its start cannot be recorded: %s", strerror(s->error));
	case SPAWN_EXEC:
		return exec_message(a, s);
	default:
		return system_message(a, s->error);
	}
}
