/* `runbook locks`: who holds what, since when and why; and breaking one by hand. */
#include "cli/records.h"
#include "cli/recorder.h"
#include "cli/tool.h"
#include "tool/history.h"

#include "base/json.h"

enum { ROW_BREAK, ROW_REASON, ROW_FORMAT, ROW_STORE };

static const struct option_row options[] = {
	{"--break", 0, "NAME", "take it from whoever has it; needs --reason"},
	{"--reason", 0, "WHY", "why it is broken; kept in the record"},
	{"--format", 'f', "text|json", "how they are printed (default: text)"},
	STORE_OPTION,
	COLOR_OPTION,
	{0},
};

/* ---- listing -----------------------------------------------------------------------------------
 */

static struct value lock_value(struct arena *a, const struct lock_row *row)
{
	struct value v = value_map(a);

	history_set(&v, "name", value_str(row->name), a);
	history_set(&v, "run", value_str(row->run), a);
	history_set(&v, "owner", value_str(row->owner), a);
	history_set(&v, "host", value_str(row->host), a);
	history_set(&v, "pid", value_int(row->pid), a);
	history_set(&v, "since", history_time(row->since_ns, a), a);
	history_set(&v, "reason", history_text(row->reason), a);
	history_set(&v, "live", value_bool(row->is_live), a);
	return v;
}

static void put_lines(struct strbuf *b, const struct lock_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		recorder_describe_lock(b, &rows[i]);
		strbuf_puts(
			b, rows[i].is_live ? "\n" : " (it is gone: the next run takes the lock)\n");
	}
	if (!count)
		strbuf_puts(b, "no lock is held\n");
}

static int list_locks(struct records *r, bool is_json)
{
	struct lock_row *rows = NULL;
	struct value all = value_list(&r->arena);
	struct strbuf b = {0};
	size_t count = 0;
	int code;

	if (r->store && !store_locks(r->store, &r->arena, &rows, &count))
		return records_damaged(store_error(r->store));
	for (size_t i = 0; is_json && i < count; i++)
		list_add(&r->arena, all.list, lock_value(&r->arena, &rows[i]));
	if (is_json) {
		json_encode(&b, &all, 2);
		strbuf_putc(&b, '\n');
	} else {
		put_lines(&b, rows, count);
	}
	code = print_answer(strbuf_str(&b));
	strbuf_release(&b);
	return code;
}

/* ---- breaking ----------------------------------------------------------------------------------
 */

static int break_lock(struct records *r, const char *name, const char *reason)
{
	if (!reason || !*reason)
		return usage_error(
			"--reason 'its machine is gone'", "breaking a lock needs a --reason");
	if (store_break_lock(r->store, str_of(name), recorder_by(&r->arena), str_of(reason)))
		return print_answer(str_of(arena_printf(&r->arena,
			"lock `%s` is broken; a run that had it starts nothing more\n", name)));
	if (*store_error(r->store))
		return records_damaged(store_error(r->store));
	return usage_error("`runbook locks` lists them", "nobody holds lock `%s`", name);
}

static int run_locks(const struct command *c, int argc, char **argv)
{
	struct tool_order o = {0};
	struct records r;
	const char *name;
	int code = tool_options(&o, c, argc, argv);

	if (code >= 0)
		return code;
	name = o.values[ROW_BREAK];
	if (!records_open(&r, o.values[ROW_STORE], name ? STORE_WRITE : STORE_READ))
		code = r.code;
	else if (name)
		code = break_lock(&r, name, o.values[ROW_REASON]);
	else
		code = list_locks(&r, tool_is(&o, ROW_FORMAT, "json"));
	records_close(&r);
	return code;
}

const struct command locks_command = {.name = "locks",
	.operands = "",
	.summary = "who holds which lock and why; breaks one with a reason",
	.examples = "  runbook locks\n"
		    "  runbook locks --break production --reason 'its machine is gone'\n",
	.options = options,
	.run = run_locks};
