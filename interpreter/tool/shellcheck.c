#include "tool/shellcheck.h"

#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCRIPTS_MAX 1000 /* more than that take too long */
#define PATIENCE_MS 20000
#define HEAD_LINES 2 /* before the script itself */

extern char **environ;

struct script {
	const struct source_file *file;
	const struct value *text;
	bool is_bash;
};

struct session {
	const struct plan *plan;
	struct diagnostics *d;
	struct arena arena;
	struct script *scripts;
	size_t count;
	const struct source_file *file; /* whose steps are gathered */
	char dir[128];
};

/* ---- gathering --------------------------------------------------------------------------------
 */

static void gather(void *context, struct step *s)
{
	struct session *x = context;

	if (s->action != ACTION_RUN || !s->run || s->run->script_value.kind != VALUE_STRING ||
		x->count == SCRIPTS_MAX)
		return;
	x->scripts[x->count++] =
		(struct script){x->file, &s->run->script_value, s->run->shell == SHELL_BASH};
}

static void gather_all(struct session *x)
{
	bool seen[257] = {false};

	x->scripts = arena_array(&x->arena, SCRIPTS_MAX, sizeof *x->scripts);
	for (uint32_t i = 0; i < x->plan->unit_count; i++) {
		const struct runbook *r = x->plan->units[i]->book;

		if (r->file->is_embedded || seen[r->file->id])
			continue;
		seen[r->file->id] = true;
		x->file = r->file;
		runbook_each_step(r, gather, x);
	}
}

/* ---- files for it -----------------------------------------------------------------------------
 */

/* Each `${{ }}` becomes a word of its length; line ends inside stay. */
static void put_script(struct strbuf *b, struct str text)
{
	struct template_mark mark;
	size_t from = 0;

	while (template_find(text, from, &mark) && mark.kind != TEMPLATE_MARK_UNCLOSED) {
		strbuf_add(b, text.at + from, mark.start - from);
		for (size_t i = mark.start; i < mark.end; i++)
			strbuf_putc(b, text.at[i] == '\n' ? '\n' : 'V');
		from = mark.end;
	}
	strbuf_add(b, text.at + from, text.len - from);
}

static const char *path_of(struct session *x, size_t i)
{
	return arena_printf(&x->arena, "%s/%zu", x->dir, i);
}

static bool write_script(struct session *x, size_t i)
{
	struct strbuf b = {0};
	int fd = open(path_of(x, i), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool is_good;

	strbuf_printf(
		&b, "# shellcheck shell=%s\nset -eu\n", x->scripts[i].is_bash ? "bash" : "dash");
	put_script(&b, value_string(x->scripts[i].text));
	strbuf_putc(&b, '\n');
	is_good = fd >= 0 && write(fd, b.at, b.len) == (ssize_t)b.len;
	if (fd >= 0)
		close(fd);
	strbuf_release(&b);
	return is_good;
}

static bool write_scripts(struct session *x)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(x->dir, sizeof x->dir, "%s/runbook-lint-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(x->dir)) {
		x->dir[0] = 0;
		return false;
	}
	for (size_t i = 0; i < x->count; i++) {
		if (!write_script(x, i))
			return false;
	}
	return true;
}

static void clean(struct session *x)
{
	if (!x->dir[0])
		return;
	for (size_t i = 0; i < x->count; i++)
		unlink(path_of(x, i));
	rmdir(x->dir);
}

/* ---- the process ------------------------------------------------------------------------------
 */

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* All that comes until it closes its end; false: not in time. */
static bool read_answer(int fd, struct strbuf *out)
{
	int64_t end = now_ms() + PATIENCE_MS;
	char part[16384];

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = end - now_ms();
		ssize_t n;

		if (left <= 0 || (poll(&p, 1, (int)left) <= 0 && errno != EINTR))
			return false;
		n = read(fd, part, sizeof part);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		strbuf_add(out, part, (size_t)n);
	}
}

static pid_t start(struct session *x, int out)
{
	const char **argv = arena_array(&x->arena, x->count + 8, sizeof *argv);
	posix_spawn_file_actions_t actions;
	size_t n = 0;
	pid_t pid;
	int failed;

	argv[n++] = "shellcheck";
	argv[n++] = "--norc";
	argv[n++] = "--format=json1";
	/* Built in: 2086, 2115. Variables and files from outside: 1090, 1091, 2034, 2154. With `-e`
	 * and `-u`: 2164, 2155. */
	argv[n++] =
		"--exclude=SC2086,SC2115,SC1090,SC1091,SC2034,SC2154,SC2164,SC2155,SC2148,SC2016";
	for (size_t i = 0; i < x->count; i++)
		argv[n++] = path_of(x, i);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	failed = posix_spawnp(
		&pid, "shellcheck", &actions, NULL, (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return failed ? -1 : pid;
}

static bool ask(struct session *x, struct strbuf *out)
{
	int fds[2], status;
	pid_t pid;
	bool is_good;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return false;
	pid = start(x, fds[1]);
	close(fds[1]);
	is_good = pid > 0 && read_answer(fds[0], out);
	close(fds[0]);
	if (pid > 0 && !is_good)
		kill(pid, SIGKILL);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return is_good;
}

/* ---- what it says -----------------------------------------------------------------------------
 */

static int64_t number(const struct value *comment, const char *key)
{
	const struct value *v = map_get(comment->map, key);

	return v && v->kind == VALUE_INT ? v->integer : -1;
}

/* The byte at line and column (from 1, in characters); SIZE_MAX: there is none. */
static size_t offset_of(struct str text, int64_t line, int64_t column)
{
	size_t at = 0;

	for (int64_t i = 1; i < line; i++) {
		const char *end = at < text.len ? memchr(text.at + at, '\n', text.len - at) : NULL;

		if (!end)
			return SIZE_MAX;
		at = (size_t)(end - text.at) + 1;
	}
	for (int64_t i = 1; i < column && at < text.len && text.at[at] != '\n'; i++) {
		do
			at++;
		while (at < text.len && ((unsigned char)text.at[at] & 0xC0) == 0x80);
	}
	return at;
}

static bool has_value_on_line(struct str text, size_t at)
{
	size_t from = at, to = at;

	while (from && text.at[from - 1] != '\n')
		from--;
	while (to < text.len && text.at[to] != '\n')
		to++;
	return str_find((struct str){text.at + from, to - from}, STR("${{"), 0) >= 0;
}

/* What it takes for constant is a value here. */
static bool is_about_constants(int64_t code)
{
	static const int64_t codes[] = {2050, 2157, 2194, 2043, 2078, 2170, 2193, 2158, 2159, 2071};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		if (code == codes[i])
			return true;
	}
	return false;
}

/* Warnings of it that are matters of taste: listing files in a loop and the like. */
static bool is_taste(int64_t code)
{
	static const int64_t codes[] = {2010, 2011, 2012, 2013, 2038, 2044, 2045};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		if (code == codes[i])
			return true;
	}
	return false;
}

static void tell(struct session *x, const struct script *s, const struct value *comment)
{
	struct str text = value_string(s->text);
	int64_t code = number(comment, "code");
	size_t from =
		offset_of(text, number(comment, "line") - HEAD_LINES, number(comment, "column"));
	size_t to = offset_of(
		text, number(comment, "endLine") - HEAD_LINES, number(comment, "endColumn"));
	const struct value *message = map_get(comment->map, "message");
	const struct value *level = map_get(comment->map, "level");
	struct origin origin;
	struct diagnostic *told;
	bool is_bad;

	if (from == SIZE_MAX || !message || message->kind != VALUE_STRING || !level ||
		level->kind != VALUE_STRING || number(comment, "line") <= HEAD_LINES ||
		(is_about_constants(code) && has_value_on_line(text, from)))
		return;
	is_bad = !is_taste(code) &&
		 (str_is(value_string(level), "error") || str_is(value_string(level), "warning"));
	origin = origin_of(&x->arena, s->file, s->text);
	told = diagnose(x->d, is_bad ? RB608 : RB609,
		origin_span(&origin, from, to != SIZE_MAX && to > from ? to - from : 1),
		"ShellCheck: %.*s",
		(int)(message->len - str_ends_with(value_string(message), STR("."))),
		message->string);
	told->confidence = CONFIDENCE_LIKELY;
	diagnostic_hint(x->d, told, "SC%lld: https://www.shellcheck.net/wiki/SC%lld",
		(long long)code, (long long)code);
}

static void tell_all(struct session *x, struct str answer)
{
	struct value root;
	struct json_error error;
	const struct value *comments;

	if (!json_decode(&x->arena, answer, &root, &error) || root.kind != VALUE_MAP)
		return;
	comments = map_get(root.map, "comments");
	for (size_t i = 0; comments && comments->kind == VALUE_LIST && i < comments->list->count;
		i++) {
		const struct value *c = &comments->list->items[i];
		const struct value *file = c->kind == VALUE_MAP ? map_get(c->map, "file") : NULL;
		struct str name = file && file->kind == VALUE_STRING ? value_string(file) : STR("");
		const char *slash = name.len ? memrchr(name.at, '/', name.len) : NULL;
		int64_t n = -1;

		if (slash)
			parse_int((struct str){slash + 1, (size_t)(name.at + name.len - slash - 1)},
				&n);
		if (n >= 0 && (size_t)n < x->count)
			tell(x, &x->scripts[n], c);
	}
}

void shellcheck_plan(const struct plan *p, struct diagnostics *d)
{
	struct session x = {.plan = p, .d = d};
	struct strbuf answer = {0};

	arena_init(&x.arena);
	gather_all(&x);
	if (x.count && x.count < SCRIPTS_MAX && write_scripts(&x) && ask(&x, &answer))
		tell_all(&x, strbuf_str(&answer));
	clean(&x);
	strbuf_release(&answer);
	arena_release(&x.arena);
}
