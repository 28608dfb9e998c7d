/* `runbook locks`: who holds what, since when and why; and breaking one by hand. */
#include "cli/command.h"
#include "cli/recorder.h"

#include "base/duration.h"
#include "base/json.h"
#include "base/utc.h"

enum { OPTION_BREAK, OPTION_REASON, OPTION_FORMAT, OPTION_STORE, OPTION_COLOR };

static const struct option_row options[] = {
	{"--break", 0, "NAME", "take it from whoever has it; needs --reason"},
	{"--reason", 0, "WHY", "why it is broken; kept in the record"},
	{"--format", 'f', "text|json", "how they are printed (default: text)"},
	{"--store", 0, "FILE", "where runs are recorded"},
	{"--color", 0, "auto|always|never", "colour on a terminal"},
	{0},
};

struct locks_request {
	const char *name, *reason, *store; /* name: to be broken, or NULL */
	bool is_json;
};

static int take_options(struct locks_request *r, struct arguments *a)
{
	int next, color;

	while ((next = arguments_next(a)) != ARGUMENT_END) {
		switch (next) {
		case ARGUMENT_HELP:
			return a->help_code;
		case ARGUMENT_ERROR:
			return EXIT_USAGE;
		case ARGUMENT_OPERAND:
			return usage_error("`--break NAME --reason WHY` breaks one",
				"`%s` is one word too many", a->value);
		case OPTION_BREAK:
			r->name = a->value;
			break;
		case OPTION_REASON:
			r->reason = a->value;
			break;
		case OPTION_FORMAT:
			r->is_json = strcmp(a->value, "json") == 0;
			if (!r->is_json && strcmp(a->value, "text") != 0)
				return usage_error(
					"text or json", "there is no format `%s`", a->value);
			break;
		case OPTION_STORE:
			r->store = a->value;
			break;
		case OPTION_COLOR:
			if (!color_option(a->value, &color))
				return usage_error(
					"auto, always or never", "`--color %s`", a->value);
			break;
		}
	}
	if (r->name && (!r->reason || !*r->reason))
		return usage_error(
			"--reason 'its machine is gone'", "breaking a lock needs a --reason");
	return -1;
}

/* ---- listing -----------------------------------------------------------------------------------
 */

static struct value lock_value(struct arena *a, const struct lock_row *row)
{
	struct value v = value_map(a);
	struct strbuf since = {0};

	utc_print(&since, row->since_ns);
	strbuf_putc(&since, 'Z');
	map_set(a, v.map, STR("name"), value_str(row->name));
	map_set(a, v.map, STR("run"), value_str(row->run));
	map_set(a, v.map, STR("owner"), value_str(row->owner));
	map_set(a, v.map, STR("host"), value_str(row->host));
	map_set(a, v.map, STR("pid"), value_int(row->pid));
	map_set(a, v.map, STR("since"), value_copy_str(a, strbuf_str(&since)));
	map_set(a, v.map, STR("reason"), value_str(row->reason));
	map_set(a, v.map, STR("live"), value_bool(row->is_live));
	strbuf_release(&since);
	return v;
}

static void put_text(struct strbuf *b, const struct lock_row *row)
{
	char since[64] = "";
	time_t seconds = (time_t)(row->since_ns / NS_PER_S);
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(since, sizeof(since), "%Y-%m-%d %H:%M:%S %z", &tm);
	strbuf_printf(b, "%.*s: %.*s@%.*s since %s, run %.*s, process %lld", STR_ARGS(row->name),
		STR_ARGS(row->owner), STR_ARGS(row->host), since, STR_ARGS(row->run),
		(long long)row->pid);
	if (row->reason.len)
		strbuf_printf(b, ": %.*s", STR_ARGS(row->reason));
	strbuf_puts(b, row->is_live ? "\n" : " (it is gone: the next run takes the lock)\n");
}

static int list_locks(struct store *s, struct arena *a, bool is_json)
{
	struct lock_row *rows = NULL;
	struct value all = value_list(a);
	struct strbuf b = {0};
	size_t count = 0;
	int code;

	if (s && !store_locks(s, a, &rows, &count)) {
		usage_error(NULL, "%s", store_error(s));
		return 7;
	}
	for (size_t i = 0; i < count; i++) {
		if (is_json)
			list_add(a, all.list, lock_value(a, &rows[i]));
		else
			put_text(&b, &rows[i]);
	}
	if (is_json) {
		json_encode(&b, &all, 2);
		strbuf_putc(&b, '\n');
	} else if (!count) {
		strbuf_puts(&b, "no lock is held\n");
	}
	code = print_answer(strbuf_str(&b));
	strbuf_release(&b);
	return code;
}

/* ---- breaking ----------------------------------------------------------------------------------
 */

static int break_lock(struct store *s, struct arena *a, const struct locks_request *r)
{
	if (store_break_lock(s, str_of(r->name), recorder_by(a), str_of(r->reason))) {
		printf("lock `%s` is broken; a run that had it starts nothing more\n", r->name);
		return EXIT_OK;
	}
	if (*store_error(s)) {
		usage_error(NULL, "%s", store_error(s));
		return 7;
	}
	return usage_error("`runbook locks` lists them", "nobody holds lock `%s`", r->name);
}

static int run_locks(const struct command *c, int argc, char **argv)
{
	struct arguments arguments = {.command = c, .argc = argc, .argv = argv};
	struct locks_request r = {0};
	struct store *s = NULL;
	struct arena a;
	const char *path, *why = NULL;
	int code = take_options(&r, &arguments);

	if (code >= 0)
		return code;
	arena_init(&a);
	path = store_path(&a, r.store);
	if (path)
		s = store_open(path, r.name ? STORE_WRITE : STORE_READ, &a, &why);
	if (why) {
		usage_error(NULL, "%s", why);
		code = 7;
	} else if (r.name && s) {
		code = break_lock(s, &a, &r);
	} else {
		code = list_locks(s, &a, r.is_json);
	}
	store_close(s);
	arena_release(&a);
	return code;
}

const struct command locks_command = {.name = "locks",
	.operands = "",
	.summary = "who holds which lock and why; breaks one with a reason",
	.examples = "  runbook locks\n"
		    "  runbook locks --break production --reason 'its machine is gone'\n",
	.options = options,
	.run = run_locks};
