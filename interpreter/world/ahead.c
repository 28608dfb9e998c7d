/*
 * A shell begun before its step: on most machines starting it takes longer than what it then does.
 * It waits for its script at a pipe; what in its environment has changed since is exported by the
 * script's first line.
 *
 * The step must not notice. Where it could (another shell than dash, a variable that a shell reads
 * when it starts, one command that dash would have become instead of running it) it is begun as
 * always. One difference is left: some of dash's own messages name /dev/fd/3.
 */
#include "world/process.h"

#include <ctype.h>
#include <errno.h>
#include <unistd.h>

/* ---- what can be given to it ---------------------------------------------------------------- */

static size_t name_len(const char *entry)
{
	return strcspn(entry, "=");
}

static bool is_name(const char *entry)
{
	size_t len = name_len(entry);
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)entry[i]) && entry[i] != '_')
			return false;
	return len > 0 && !isdigit((unsigned char)entry[0]);
}

/* Shells and the C library look at these when a program starts. */
static bool is_special(const char *entry)
{
	static const char *const names[] = {"IFS", "PPID", "OPTIND", "LINENO", "ENV", "PWD",
		"OLDPWD", "SHLVL", "PATH", "PS1", "PS2", "PS4", "POSIXLY_CORRECT", "LANG",
		"LANGUAGE", "GLIBC_TUNABLES", "TZ"};
	static const char *const prefixes[] = {"LD_", "LC_", "BASH", "MALLOC_"};
	size_t len = name_len(entry);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i]) == len && strncmp(entry, names[i], len) == 0)
			return true;
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (strncmp(entry, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

/* The entry of the same name. */
static const char *find_entry(const char *const *env, const char *entry)
{
	size_t len = name_len(entry);
	for (; *env; env++)
		if (strncmp(*env, entry, len) == 0 && ((*env)[len] == '=' || !(*env)[len]))
			return *env;
	return NULL;
}

/* A newline would change the numbers of the lines behind it. */
static bool put_export(struct strbuf *b, const char *entry)
{
	size_t len = name_len(entry);
	if (!entry[len] || !is_name(entry) || is_special(entry) || strchr(entry, '\n'))
		return false;
	strbuf_printf(b, "export %.*s='", (int)len, entry);
	for (const char *p = entry + len + 1; *p; p++)
		if (*p == '\'')
			strbuf_puts(b, "'\\''");
		else
			strbuf_putc(b, *p);
	strbuf_puts(b, "';");
	return true;
}

static bool is_mark(const char *entry)
{
	return strncmp(entry, PROCESS_MARK "=", sizeof PROCESS_MARK) == 0;
}

/* What makes the environment `from` to `to`. */
static bool put_changes(struct strbuf *b, const char *const *from, const char *const *to)
{
	for (const char *const *e = from; *e; e++) {
		if (is_mark(*e) || find_entry(to, *e))
			continue;
		if (!is_name(*e) || is_special(*e))
			return false;
		strbuf_printf(b, "unset %.*s;", (int)name_len(*e), *e);
	}
	for (const char *const *e = to; *e; e++) {
		const char *before = is_mark(*e) ? *e : find_entry(from, *e);
		if (!(before && strcmp(before, *e) == 0) && !put_export(b, *e))
			return false;
	}
	return true;
}

static bool starts_with_word(const char *script, const char *word)
{
	size_t len = strlen(word);
	return strncmp(script, word, len) == 0 && (!script[len] || script[len] == ' ');
}

/* A simple command alone, without even a newline, dash becomes: then a signal that ends it ends the
 * step. Here it would be a child. What is none, or built in, is the same in both. */
static bool is_same_either_way(const char *script)
{
	static const char *const built_in[] = {
		"true", ":", "false", "echo", "printf", "test", "[", "exit", "export", "cd"};
	if (strchr(script, '\n'))
		return true;
	for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
		if (starts_with_word(script, built_in[i]))
			return true;
	return strpbrk(script, ";&|") && !strpbrk(script, "'\"\\$`#(");
}

static bool same_folder(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Into the text that the shell will read. False: it is to be begun as always. */
static bool write_text(struct shim *s, const struct process_request *r)
{
	struct strbuf b = {0};
	strbuf_puts(&b, "exec 3<&-;");
	bool is_good = put_changes(&b, s->spawn.env, r->env);
	strbuf_puts(&b, r->script);
	is_good = is_good && b.len <= SHIM_TEXT_MAX;
	if (is_good) {
		memcpy(s->text, b.at, b.len);
		s->text_len = (uint32_t)b.len;
	}
	strbuf_release(&b);
	return is_good;
}

static bool is_plain(const struct process_request *r)
{
	return r->child && r->script && r->env && !r->is_bash && !r->is_interactive &&
	       !r->is_masked && !r->is_adopted;
}

/* ---- the shell ------------------------------------------------------------------------------ */

static bool is_alive(const struct process *p)
{
	siginfo_t info = {0};
	return waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && !info.si_pid;
}

void ahead_end(struct family *f)
{
	struct process *p = f->ahead;
	siginfo_t info;
	if (!p)
		return;
	shim_open_gate(p->shim, p->pid, GATE_GIVEN_UP);
	while (waitid(P_PID, (id_t)p->pid, &info, WEXITED) < 0 && errno == EINTR)
		;
	close(p->pidfd.fd);
	p->is_reaped = true;
	f->ahead = NULL;
	process_type.free(&p->job);
}

bool ahead_start(struct family *f, uint64_t token, const struct process_request *r)
{
	struct process *p = f->ahead;
	if (!p || !is_plain(r))
		return false;
	struct shim *s = p->shim;
	if (!same_folder(s->spawn.cwd, r->cwd) || !is_same_either_way(r->script))
		return false;
	if (!is_alive(p)) {
		ahead_end(f);
		return false;
	}
	if (!write_text(s, r))
		return false;
	f->ahead = NULL;
	p->job.token = p->slot->token = token;
	p->keep = r->keep;
	s->spawn.number = r->child;
	shim_open_gate(s, p->pid, GATE_OPEN);
	process_released(p, p->pidfd.fd);
	return true;
}

static bool open_gate_pipe(struct shim *s)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	/* Above the place that the one has in the child. */
	for (int i = 0; i < 2; i++) {
		int high = fcntl(ends[i], F_DUPFD_CLOEXEC, 4);
		close(ends[i]);
		*(i == 0 ? &s->spawn.script_fd : &s->gate_fd) = high;
	}
	return s->spawn.script_fd >= 0 && s->gate_fd >= 0;
}

static bool begin(struct process *p, const struct process_request *hint)
{
	static const char *const argv[] = {"sh", "-eu", "-c", ". /dev/fd/3", NULL};
	struct family *f = p->family;
	struct shim *s = p->shim;
	s->gate = GATE_SHUT;
	s->spawn.cwd = hint->cwd;
	s->spawn.ignored = f->ignored;
	s->spawn.files = f->files;
	s->spawn.env = process_env(p, hint->env);
	s->spawn.argv = argv;
	s->spawn.shell = SPAWN_SH;
	s->spawn.paths = shell_paths(f, &s->spawn);
	/* It has to be the one that was found to be dash. */
	if (s->spawn.paths != f->shells[SPAWN_SH].programs || !f->shells[SPAWN_SH].is_dash)
		return false;
	if (!open_gate_pipe(s) || process_descriptors(p, &s->spawn, 0, hint))
		return false;
	process_record(p, 0);
	return shim_start(s, &p->pid, &p->pidfd.fd);
}

static void close_gate_pipe(struct shim *s)
{
	if (s->spawn.script_fd >= 0)
		close(s->spawn.script_fd);
	if (s->gate_fd >= 0)
		close(s->gate_fd);
}

void process_prepare(struct real_world *w, const struct process_request *hint)
{
	struct family *f = w->family;
	if (f->ahead || f->children_fd < 0 || hint->is_bash || hint->is_interactive ||
		access("/proc/self/fd", F_OK) < 0)
		return;
	struct process *p = process_new(f, 0);
	if (!process_take_shim(p) && begin(p, hint))
		f->ahead = p;
	if (p->shim)
		close_gate_pipe(p->shim);
	if (!f->ahead) {
		p->is_reaped = true;
		process_type.free(&p->job);
	}
	arena_reset(&f->scratch);
}
