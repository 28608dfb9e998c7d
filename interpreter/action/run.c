/* `run`: a script for a shell, or a program with its arguments. */
#include "action/render.h"
#include "action/table.h"
#include "run/hosts.h"
#include "run/scope.h"

/* What a guard can see of each stream; the log has all of it. */
#define KEEP_READ (1u << 20)
#define KEEP_TAIL (8u << 10)

#define MAX_ENV 4096

struct env_list {
	const char **at;
	size_t count;
};

/* Later entries win, as the shell would have it; the list is short. */
static void env_set(struct env_list *env, const char *entry)
{
	size_t name = strcspn(entry, "=") + 1;

	for (size_t i = 0; i < env->count; i++) {
		if (strncmp(env->at[i], entry, name) == 0) {
			env->at[i] = entry;
			return;
		}
	}
	env->at[env->count++] = entry;
}

static bool add_declared(
	struct preparation *p, const struct record_list *list, struct env_list *env)
{
	for (size_t i = 0; i < list->count && env->count < MAX_ENV; i++) {
		const struct named_value *named = list->items[i];
		const char *text = "";

		if (!render_c_string(p, named->value, &text)) {
			if (!p->message)
				return action_refuse(p, NULL, "env `%.*s`: %s",
					STR_ARGS(named->name), p->ev->error);
			return false;
		}
		env_set(env, arena_printf(p->ev->arena, "%.*s=%s", STR_ARGS(named->name), text));
	}
	return true;
}

/* The group of the same file around a step, or NULL: what it says holds for all in it. */
static const struct node *group_around(const struct plan *p, const struct node *n)
{
	const struct unit *unit = n->unit;

	while (n->parent != NODE_NONE) {
		n = &p->nodes[n->parent];
		if (n->unit == unit && n->step && n->step->more && n->action >= ACTION_STEPS)
			return n;
	}
	return NULL;
}

/* From the outermost group to the step. Depth is bounded by the YAML's. */
static bool add_around(struct preparation *p, const struct node *n, struct env_list *env)
{
	const struct node *group = group_around(p->decider->run->plan, n);

	return (!group || add_around(p, group, env)) &&
	       (!n->step->more || add_declared(p, &n->step->more->env, env));
}

/* The step that uses the file which a step stands in, ready to render what it says there. */
struct user {
	struct step_scope scope;
	struct eval ev;
	struct preparation p;
};

/* False: it is the runbook itself. */
static bool enter_user(struct preparation *p, struct user *u)
{
	const struct unit *unit = p->node->unit;
	struct run *run = p->decider->run;
	struct spot s;

	if (!unit->outer)
		return false;
	s = spot_seen(run, p->spot.frame, unit->node);
	scope_enter(p->decider, s, false, &u->scope, &u->ev);
	u->p = (struct preparation){.decider = p->decider,
		.spot = s,
		.node = &run->plan->nodes[unit->node],
		.step = run->plan->nodes[unit->node].step,
		.ev = &u->ev};
	return true;
}

/* What the user could not render, the step cannot have. */
static bool fail_as(struct preparation *p, const struct user *u)
{
	p->reason = u->p.reason;
	p->message = u->p.message ? u->p.message : u->ev.error;
	return false;
}

/* What stands beside `uses` and `call` holds inside, below what the file itself says. Depth is
 * bounded by that of modules. */
static bool add_from_user(struct preparation *p, struct env_list *env)
{
	struct user u;

	if (!enter_user(p, &u))
		return true;
	return (add_from_user(&u.p, env) && add_around(&u.p, u.p.node, env)) || fail_as(p, &u);
}

static size_t count_around(const struct plan *p, const struct node *n)
{
	size_t count = 0;

	for (const struct node *at = n; at; at = group_around(p, at))
		count += at->step->more ? at->step->more->env.count : 0;
	return count + (n->unit->outer ? count_around(p, &p->nodes[n->unit->node]) : 0);
}

static bool fill_env(struct preparation *p, bool is_remote, struct env_list *env)
{
	const struct record_list *book = &p->node->unit->book->env;
	const struct shell_script *script = p->step->run->script;
	size_t base = 0, most;

	/* Another machine has an environment of its own. */
	while (!is_remote && p->decider->base_env && p->decider->base_env[base] &&
		base < MAX_ENV / 2)
		base++;
	most = base + book->count + count_around(p->decider->run->plan, p->node) +
	       (script ? script->count : 0);
	env->at = arena_array(p->ev->arena, (most < MAX_ENV ? most : MAX_ENV) + 1, sizeof(char *));
	for (; env->count < base; env->count++)
		env->at[env->count] = p->decider->base_env[env->count];
	return add_from_user(p, env) && add_declared(p, book, env) && add_around(p, p->node, env);
}

/* The step's own folder, or that of the innermost group, or the file's, or what the step that uses
 * it says; no other file's, whose relative paths mean something else. */
static bool fill_cwd(struct preparation *p, const char **cwd)
{
	const struct template *book = p->node->inner ? NULL : p->node->unit->book->cwd;
	struct user u;

	for (const struct node *n = p->node; n; n = group_around(p->decider->run->plan, n))
		if (n->step->more && n->step->more->cwd)
			return render_c_string(p, n->step->more->cwd, cwd);
	if (book || !enter_user(p, &u))
		return render_c_string(p, book, cwd);
	return fill_cwd(&u.p, cwd) || fail_as(p, &u);
}

/* On another machine only the step's own counts: the others are folders of this one. */
static bool fill_remote_cwd(struct preparation *p, const char **cwd)
{
	return !p->step->more || render_c_string(p, p->step->more->cwd, cwd);
}

/* A negative number is a number. */
static bool is_flag(const char *text)
{
	return text[0] == '-' && text[1] && text[1 + strspn(text + 1, "0123456789.")];
}

static bool fill_argv(struct preparation *p, struct process_request *out, struct strbuf *command)
{
	const struct template_list *list = &p->step->run->argv;
	const char **argv = arena_array(p->ev->arena, list->count + 1, sizeof(char *));

	for (size_t i = 0; i < list->count; i++) {
		if (!render_c_string(p, list->items[i], &argv[i]))
			return false;
		if (p->step->run->no_flags[i] && is_flag(argv[i]))
			return action_refuse(p, "guard",
				"word %zu begins with `-` and would be read as an option: write "
				"`--` before it",
				i + 1);
		if (i)
			strbuf_putc(command, ' ');
		shell_quote(command, str_of(argv[i]));
	}
	out->argv = argv;
	return true;
}

/* The script as a person would read it, values filled in; the shell never sees this text. */
static void show_script(struct preparation *p, struct strbuf *command)
{
	const struct value *source = &p->step->run->script_value;
	struct diagnostics unheard;
	struct template *t;
	struct value v;

	if (!p->step->run->script->count && !p->step->run->script->has_raw) {
		strbuf_put(command, str_trim(value_string(source)));
		return;
	}
	diagnostics_init(&unheard, p->ev->arena);
	t = template_parse(p->ev->arena, p->node->unit->book->file, source, true, &unheard);
	template_render_partial(p->ev, t, &v);
	strbuf_put(command, str_trim(value_string(&v)));
}

static bool fill_script(struct preparation *p, struct process_request *out, struct env_list *env,
	struct strbuf *command)
{
	const struct shell_script *script = p->step->run->script;
	const char **values = arena_array(p->ev->arena, script->count + 1, sizeof(char *));
	size_t count = 0;
	struct str text;

	if (!shell_render(p->ev, script, &text, values, &count))
		return false;
	for (; out->value_count < count && env->count < MAX_ENV; out->value_count++)
		env->at[env->count++] = values[out->value_count];
	if (memchr(text.at, 0, text.len))
		return action_refuse(p, "rejected", "the script has a NUL byte");
	out->script =
		text.at[text.len] == 0 ? text.at : arena_copy(p->ev->arena, text.at, text.len);
	out->is_bash = p->step->run->shell == SHELL_BASH;
	show_script(p, command);
	return true;
}

static bool prepare(struct preparation *p, struct request *out)
{
	struct process_request *process = &out->process;
	struct env_list env = {0};
	struct strbuf command = {0};
	bool is_ready;

	out->kind = REQUEST_PROCESS;
	process->remote = spot_remote(p->decider, p->spot);
	if (!fill_env(p, process->remote != NULL, &env))
		return false;
	is_ready = p->step->run->script ? fill_script(p, process, &env, &command)
					: fill_argv(p, process, &command);
	p->event->command = strbuf_take(&command, p->ev->arena);
	strbuf_release(&command);
	if (!is_ready)
		return false;
	if (!(process->remote ? fill_remote_cwd : fill_cwd)(p, &process->cwd))
		return false;
	process->env = env.at;
	process->is_interactive = p->step->interactive > 0;
	process->is_masked = p->step->mask > 0;
	process->keep = p->node->reads_output ? KEEP_READ : KEEP_TAIL;
	return true;
}

const struct action run_action = {.prepare = prepare};
