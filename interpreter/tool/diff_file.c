/*
 * What a file says beside its steps: inputs, secrets, watches, conditions, limits, servers.
 */
#include "tool/describe.h"
#include "tool/diff.h"
#include "tool/hosts.h"

static struct str text_of(struct diff *d, struct strbuf *b)
{
	struct str text = strbuf_take(b, d->arena);

	strbuf_release(b);
	*b = (struct strbuf){0};
	return text;
}

static const char *called(struct diff *d, const char *what, struct str name)
{
	return arena_printf(d->arena, "%s.%.*s", what, STR_ARGS(name));
}

static struct str template_of(struct diff *d, const struct template *t)
{
	struct strbuf b = {0};

	describe_template(&b, t);
	return text_of(d, &b);
}

/* ---- lists of named things ------------------------------------------------------------------ */

/* Every record that FIELD_NAMED decodes into begins so. */
struct named {
	struct str name;
	struct span span;
};

static const void *find_named(const struct record_list *list, struct str name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (str_equal(((const struct named *)list->items[i])->name, name))
			return list->items[i];
	}
	return NULL;
}

struct kind_of_thing {
	const char *what; /* `inputs` */
	const char *article;
	enum change_severity on_added, on_removed;
	void (*compare)(struct diff *d, const char *subject, const void *before, const void *after);
};

static void compare_lists(struct diff *d, const struct kind_of_thing *kind,
	const struct record_list *before, const struct record_list *after)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct named *x = before->items[i];
		const void *y = find_named(after, x->name);
		const char *subject = called(d, kind->what, x->name);
		size_t first = d->count;

		if (y)
			kind->compare(d, subject, x, y);
		else
			diff_add(d, kind->on_removed,
				arena_printf(d->arena, "%s-removed", kind->what), subject,
				"%s was removed", kind->article);
		for (; first < d->count; first++) {
			d->changes[first].before_at = x->span;
			if (y)
				d->changes[first].after_at = ((const struct named *)y)->span;
		}
	}
	for (size_t i = 0; i < after->count; i++) {
		const struct named *y = after->items[i];

		if (!find_named(before, y->name))
			diff_add(d, kind->on_added, arena_printf(d->arena, "%s-added", kind->what),
				called(d, kind->what, y->name), "%s was added", kind->article)
				->after_at = y->span;
	}
}

static void put_value(struct strbuf *b, const char *key, const struct value *v)
{
	if (v->kind == VALUE_NIL)
		return;
	strbuf_printf(b, "%s ", key);
	value_print(b, v);
	strbuf_putc(b, '\n');
}

static void compare_inputs(
	struct diff *d, const char *subject, const void *before, const void *after)
{
	const struct input *x = before, *y = after;
	struct strbuf b = {0}, a = {0};

	if (x->type != y->type)
		diff_add(d, CHANGE_NOTICE, "input-type-changed", subject, "its type was changed");
	if (x->required != 1 && y->required == 1)
		diff_add(d, CHANGE_NOTICE, "input-required", subject, "it has to be given now");
	else if (x->required == 1 && y->required != 1)
		diff_add(d, CHANGE_DANGER, "input-optional", subject,
			"it need not be given any more");
	if (x->secret == 1 && y->secret != 1)
		diff_add(d, CHANGE_DANGER, "input-not-secret", subject, "it is no longer masked");
	if (!value_equal(&x->fallback, &y->fallback) && x->secret != 1 && y->secret != 1) {
		value_print(&b, &x->fallback);
		value_print(&a, &y->fallback);
		diff_text(d, "default", subject, "its default", text_of(d, &b), text_of(d, &a),
			CHANGE_DANGER);
	}
	diff_text(d, "pattern", subject, "its pattern", x->pattern, y->pattern, CHANGE_DANGER);
	put_value(&b, "options", &x->options);
	put_value(&b, "min", &x->min);
	put_value(&b, "max", &x->max);
	put_value(&a, "options", &y->options);
	put_value(&a, "min", &y->min);
	put_value(&a, "max", &y->max);
	diff_text(d, "bounds", subject, "what it allows", text_of(d, &b), text_of(d, &a),
		CHANGE_NOTICE);
}

static void put_source(struct strbuf *b, const struct secret *s)
{
	strbuf_printf(b, "%s%.*s%.*s",
		s->env.len    ? "env "
		: s->file.len ? "file "
			      : "command",
		STR_ARGS(s->env), STR_ARGS(s->file));
	for (size_t i = 0; i < s->command.count; i++)
		strbuf_printf(b, " %.*s", STR_ARGS(s->command.items[i]));
}

static void compare_secrets(
	struct diff *d, const char *subject, const void *before, const void *after)
{
	struct strbuf b = {0}, a = {0};

	put_source(&b, before);
	put_source(&a, after);
	diff_text(d, "source", subject, "where it is read from", text_of(d, &b), text_of(d, &a),
		CHANGE_DANGER);
}

static void compare_values(
	struct diff *d, const char *subject, const void *before, const void *after)
{
	const struct named_value *x = before, *y = after;

	diff_text(d, "value", subject, "its value", template_of(d, x->value),
		template_of(d, y->value), CHANGE_NOTICE);
}

static void compare_outputs(
	struct diff *d, const char *subject, const void *before, const void *after)
{
	const struct named_guard *x = before, *y = after;

	diff_text(d, "value", subject, "its value", x->guard.text, y->guard.text, CHANGE_NOTICE);
}

static void put_sample(struct strbuf *b, const struct watch *w)
{
	if (w->sample)
		describe_whole(b, w->sample);
	if (w->value)
		strbuf_printf(b, "value: %.*s\n", STR_ARGS(w->value->text));
}

static void put_pace(struct strbuf *b, const struct watch *w)
{
	describe_duration(
		b, w->every_ns == INT64_MIN ? WATCH_EVERY_NS : w->every_ns, w->every_late);
	if (w->after.len)
		strbuf_printf(b, " after %.*s", STR_ARGS(w->after));
	if (w->max_gap_ns != INT64_MIN || w->max_gap_late) {
		strbuf_puts(b, ", gap at most ");
		describe_duration(b, w->max_gap_ns, w->max_gap_late);
	}
}

static void compare_watches(
	struct diff *d, const char *subject, const void *before, const void *after)
{
	struct strbuf b = {0}, a = {0};

	put_sample(&b, before);
	put_sample(&a, after);
	diff_text(d, "sample", subject, "what is measured", text_of(d, &b), text_of(d, &a),
		CHANGE_DANGER);
	put_pace(&b, before);
	put_pace(&a, after);
	diff_text(d, "pace", subject, "when it is measured", text_of(d, &b), text_of(d, &a),
		CHANGE_NOTICE);
}

static const struct kind_of_thing inputs = {
	"inputs", "an input", CHANGE_NOTICE, CHANGE_NOTICE, compare_inputs};
static const struct kind_of_thing secrets = {
	"secrets", "a secret", CHANGE_DANGER, CHANGE_NOTICE, compare_secrets};
static const struct kind_of_thing vars = {
	"vars", "a variable", CHANGE_NOTICE, CHANGE_NOTICE, compare_values};
static const struct kind_of_thing env = {
	"env", "an environment variable", CHANGE_NOTICE, CHANGE_NOTICE, compare_values};
static const struct kind_of_thing outputs = {
	"outputs", "an output", CHANGE_NOTICE, CHANGE_NOTICE, compare_outputs};
static const struct kind_of_thing watches = {
	"watch", "a watch", CHANGE_NOTICE, CHANGE_DANGER, compare_watches};

/* ---- the way back --------------------------------------------------------------------------- */

static void compare_rollback(struct diff *d)
{
	static const struct rollback_section none = {.decide_within_ns = INT64_MIN};
	const struct rollback_section *x = d->before->book->rollback, *y = d->after->book->rollback;

	x = x ? x : &none;
	y = y ? y : &none;
	diff_conditions(d, "rollback.when", &x->when, &y->when);
	if (x->verify && !y->verify)
		diff_add(d, CHANGE_DANGER, "verify-removed", "rollback.verify",
			"recovery need not be shown any more");
	else if (!x->verify && y->verify)
		diff_add(d, CHANGE_NOTICE, "verify-added", "rollback.verify",
			"recovery has to be shown now");
	else if (x->verify)
		diff_condition(d, "rollback.verify", x->verify, y->verify);
	if (x->on_blind != y->on_blind)
		diff_add(d, y->on_blind == ON_BLIND_CONTINUE ? CHANGE_DANGER : CHANGE_NOTICE,
			"on-blind-changed", "rollback",
			"something else is done when metrics are "
			"missing");
	diff_time(d, "decide-within", "rollback", "`decide_within`", x->decide_within_ns,
		y->decide_within_ns, CHANGE_NOTICE);
	if (x->on_interrupt != y->on_interrupt)
		diff_add(d, CHANGE_NOTICE, "on-interrupt-changed", "rollback",
			"something else is done when the run is interrupted");
}

/* ---- the top -------------------------------------------------------------------------------- */

static void compare_lock(struct diff *d, const struct lock *x, const struct lock *y)
{
	if (x && !y)
		diff_add(d, CHANGE_DANGER, "lock-removed", "lock",
			"two runs may be at work at once");
	else
		diff_text(d, "lock", "lock", "the lock", template_of(d, x ? x->name : NULL),
			template_of(d, y ? y->name : NULL), CHANGE_DANGER);
}

static void put_guards(struct strbuf *b, const struct guard_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		strbuf_printf(b, "%.*s\n", STR_ARGS(list->items[i].text));
}

static void compare_hosts(struct diff *d)
{
	struct hosts x, y;

	hosts_init(&x, d->arena);
	hosts_init(&y, d->arena);
	hosts_of_plan(&x, d->before);
	hosts_of_plan(&y, d->after);
	for (size_t i = 0; i < y.list.list->count; i++) {
		struct str host = value_string(&y.list.list->items[i]);

		if (!hosts_have(&x, host))
			diff_add(d, CHANGE_DANGER, "host-added", NULL,
				"a new host is contacted: `%.*s`", STR_ARGS(host));
	}
	for (size_t i = 0; i < x.list.list->count; i++) {
		struct str host = value_string(&x.list.list->items[i]);

		if (!hosts_have(&y, host))
			diff_add(d, CHANGE_NOTICE, "host-removed", NULL,
				"a host is no longer contacted: `%.*s`", STR_ARGS(host));
	}
}

void diff_file(struct diff *d)
{
	const struct runbook *x = d->before->book, *y = d->after->book;
	struct strbuf b = {0}, a = {0};

	diff_text(d, "name", NULL, "the name of the runbook", x->name, y->name, CHANGE_NOTICE);
	diff_text(d, "title", NULL, "the title", x->title, y->title, CHANGE_NOTICE);
	compare_lists(d, &inputs, &x->inputs, &y->inputs);
	compare_lists(d, &secrets, &x->secrets, &y->secrets);
	compare_lists(d, &vars, &x->vars, &y->vars);
	compare_lists(d, &env, &x->env, &y->env);
	compare_lists(d, &watches, &x->watch, &y->watch);
	compare_lists(d, &outputs, &x->outputs, &y->outputs);
	compare_rollback(d);
	compare_lock(d, x->lock, y->lock);
	diff_time(d, "deadline", NULL, "the deadline of the run", x->deadline_ns, y->deadline_ns,
		CHANGE_DANGER);
	diff_time(d, "timeout", NULL, "the timeout of steps", x->timeout_ns, y->timeout_ns,
		CHANGE_NOTICE);
	diff_text(d, "cwd", NULL, "the folder of the commands", template_of(d, x->cwd),
		template_of(d, y->cwd), CHANGE_NOTICE);
	diff_text(d, "lua", NULL, "the file of functions", x->lua, y->lua, CHANGE_NOTICE);
	put_guards(&b, &x->invariants);
	put_guards(&a, &y->invariants);
	diff_text(d, "invariants", NULL, "what holds at every time", text_of(d, &b), text_of(d, &a),
		CHANGE_DANGER);
	compare_hosts(d);
}
