#include "world/remote.h"

#include "base/duration.h"
#include "script/shell.h"

/* ---- on the other machine ------------------------------------------------------------------- */

/*
 * The login shell may be any: therefore one line, single quotes around it and none in it. It runs
 * two shells:
 *  1. the outer one stays in sshd's process group and outlives the script, whose exit code it
 *     passes on. What the script leaves running has a moment to end, then it is killed; of one that
 *     was ended the moment is the grace.
 *  2. the inner one leads a group of its own. It reads what was sent, starts a guard (a group of
 * its own again) that ends the script's group when standard input has another line or ends, and
 *     evaluates the text, so that neither it nor a value is ever an argument.
 */
static const char outer[] =
	"s=setsid;command -v setsid >/dev/null||s=\"perl -e setpgrp(0,0);exec(@ARGV)\";"
	"exec 3<&0 4>&1 5>&2 </dev/null 2>/dev/null;"
	"g=$(exec $s \"$2\" -c \"$1\" \"$2\" \"$s\" <&3 3<&- 2>&5 5>&-);"
	"c=$?;"
	"set -- $g;"
	"i=1;[ $c = 143 ]&&i=${3:-1};"
	"[ $c = 143 ]||kill -KILL $2;"
	"while [ $i -gt 0 ]&&kill -0 -$1;do sleep .1;i=$((i-1));done;"
	"kill -KILL $2 -$1;"
	"exit $c";

static const char inner[] = "IFS=\" \" read -r n k&&s=$(head -c \"$n\")||exit 254;"
			    "case $s in *\"#end\");;*)exit 254;;esac;"
			    "exec 3<&0 </dev/null;"
			    "(exec $1 sh -c \"read -r x <&3;kill -TERM -$$;sleep $k;kill -KILL "
			    "-$$\" >/dev/null 2>&1 4>&-)&"
			    " echo $$ $! ${k}0;"
			    "exec >&4 4>&- 3<&-;"
			    "set --;"
			    "eval \"$s\"";

static const char *command(struct arena *a, bool is_bash)
{
	return arena_printf(
		a, "exec /bin/sh -c '%s' sh '%s' %s", outer, inner, is_bash ? "bash" : "sh");
}

static void put_quoted(struct strbuf *b, const char *text)
{
	shell_quote(b, str_of(text));
}

static void put_variables(struct strbuf *b, const struct process_request *r)
{
	size_t count = 0;

	while (r->env && r->env[count])
		count++;
	for (size_t i = 0; i < count; i++) {
		size_t name = strcspn(r->env[i], "=");

		if (!r->env[i][name])
			continue;
		/* A value that only the script reads needs no room in an environment. */
		strbuf_printf(b, "%s%.*s=", i + r->value_count < count ? "export " : "", (int)name,
			r->env[i]);
		put_quoted(b, r->env[i] + name + 1);
		strbuf_putc(b, ';');
	}
}

static void put_program(struct strbuf *b, const struct process_request *r)
{
	if (r->script) {
		strbuf_puts(b, r->is_bash ? "set -euo pipefail;eval " : "set -eu;eval ");
		put_quoted(b, r->script);
		return;
	}
	strbuf_puts(b, "exec");
	for (size_t i = 0; r->argv[i]; i++) {
		strbuf_putc(b, ' ');
		put_quoted(b, r->argv[i]);
	}
}

void remote_text(struct strbuf *out, const struct process_request *r, int64_t grace_ns)
{
	struct strbuf b = {0};

	strbuf_puts(&b, "unset s n k;");
	if (r->cwd) {
		strbuf_puts(&b, "cd -- ");
		put_quoted(&b, r->cwd);
		strbuf_puts(&b, "||exit;");
	}
	put_variables(&b, r);
	put_program(&b, r);
	strbuf_puts(&b, "\n#end");
	strbuf_printf(out, "%zu %lld\n", b.len, (long long)((grace_ns + NS_PER_S - 1) / NS_PER_S));
	strbuf_put(out, strbuf_str(&b));
	strbuf_release(&b);
}

#define SSH_DIR "RUNBOOK_SSH"

/* ---- on this one ---------------------------------------------------------------------------- */

#define ARGV_MAX 64

struct words {
	struct arena *arena;
	const char **at;
	size_t count;
};

static void add(struct words *w, const char *word)
{
	w->at[w->count++] = word;
}

static void add_option(struct words *w, const char *name, const char *value)
{
	add(w, "-o");
	add(w, arena_printf(w->arena, "%s=%s", name, value));
}

/* Nobody is asked anything, nothing else is forwarded, and a dead peer is noticed. */
static struct words begin_call(struct arena *a, const struct ssh_call *call)
{
	static const char *const fixed[][2] = {{"BatchMode", "yes"}, {"ConnectTimeout", "10"},
		{"ServerAliveInterval", "15"}, {"ServerAliveCountMax", "3"},
		{"ClearAllForwardings", "yes"}, {"ForwardAgent", "no"}, {"ForwardX11", "no"},
		{"RequestTTY", "no"}, {"RemoteCommand", "none"}, {"ControlPersist", "no"}};
	const struct remote *r = call->remote;
	struct words w = {a, arena_array(a, ARGV_MAX, sizeof(char *)), 0};

	add(&w, "ssh");
	if (r->config) {
		add(&w, "-F");
		add(&w, r->config);
	}
	add(&w, "-E");
	add(&w, call->log);
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		add_option(&w, fixed[i][0], fixed[i][1]);
	add_option(&w, "ControlPath", call->socket);
	if (r->address)
		add_option(&w, "HostName", r->address);
	if (r->user)
		add_option(&w, "User", r->user);
	if (r->port != INT64_MIN)
		add_option(&w, "Port", arena_printf(a, "%lld", (long long)r->port));
	if (r->identity) {
		add_option(&w, "IdentityFile", r->identity);
		add_option(&w, "IdentitiesOnly", "yes");
	}
	return w;
}

/* Its watcher outlives us: it ends the connection when nobody has the other end of its standard
 * input any more, neither we nor a step that is under way, and what is then left is the folder. */
#define WATCHER                                                                                    \
	"exec 3<&0;{ read -r x <&3;kill $PPID;while kill -0 $PPID;do sleep .1;done;"               \
	"rmdir \"$" SSH_DIR "\"; } >/dev/null 2>&1 & echo up"

const char *const *ssh_connect_argv(struct arena *a, const struct ssh_call *call)
{
	struct words w = begin_call(a, call);

	add_option(&w, "LogLevel", "INFO");
	add_option(&w, "ControlMaster", "yes");
	add_option(&w, "PermitLocalCommand", "yes");
	add_option(&w, "LocalCommand", WATCHER);
	add(&w, "-N");
	add(&w, "--");
	add(&w, call->remote->name);
	return w.at;
}

const char *const *ssh_run_argv(struct arena *a, const struct ssh_call *call, bool is_bash)
{
	struct words w = begin_call(a, call);

	/* From its log it can be told whether the command began, and how it ended. */
	add_option(&w, "LogLevel", "DEBUG2");
	add_option(&w, "ControlMaster", "no");
	add_option(&w, "PermitLocalCommand", "no");
	add(&w, "--");
	add(&w, call->remote->name);
	add(&w, command(a, is_bash));
	return w.at;
}

const char *const *ssh_environment(struct arena *a, const char *const *env, const char *dir)
{
	size_t count = 0, n = 0;
	const char **out;

	while (env && env[count])
		count++;
	out = arena_array(a, count + 3, sizeof *out);
	for (size_t i = 0; i < count; i++)
		if (strncmp(env[i], "SHELL=", 6) != 0)
			out[n++] = env[i];
	out[n++] = "SHELL=/bin/sh"; /* the watcher is written for it */
	out[n++] = arena_printf(a, SSH_DIR "=%s", dir);
	return out;
}

/* ---- its log -------------------------------------------------------------------------------- */

static bool has(struct str log, const char *text)
{
	return str_find(log, str_of(text), 0) >= 0;
}

enum ssh_end ssh_end_of(struct str log)
{
	if (has(log, "Received exit status from master 255") || has(log, "Exit status 255"))
		return SSH_EXITED;
	/* Nothing at all is no proof that nothing happened. */
	if (!log.len || has(log, "master session id") || has(log, "Sending command"))
		return SSH_LOST;
	return SSH_NOT_BEGUN;
}

struct str ssh_complaint(struct str log, bool *is_name)
{
	struct str last = {0};

	*is_name = has(log, "Could not resolve hostname");
	while (log.len) {
		const char *end = memchr(log.at, '\n', log.len);
		size_t len = end ? (size_t)(end - log.at) : log.len;
		struct str line = str_trim((struct str){log.at, len});

		if (line.len && !str_starts_with(line, STR("debug")))
			last = line;
		len += end != NULL;
		log = (struct str){log.at + len, log.len - len};
	}
	while (last.len && last.at[last.len - 1] == '.')
		last.len--;
	return str_starts_with(last, STR("ssh: ")) ? (struct str){last.at + 5, last.len - 5} : last;
}
