#include "tool/history.h"

#include "base/duration.h"
#include "base/json.h"
#include "output/text.h"
#include "tool/accept.h"
#include "tool/when.h"

/* ---- events ---------------------------------------------------------------------------------- */

struct reading {
	struct history *history;
	const struct run_row *row;
	struct arena *arena; /* of the caller: for why */
	struct arena event;  /* of the one at hand */
	bool (*each)(void *context, struct event *e);
	void *context;
};

static bool tell_damage(struct reading *r, const char *what)
{
	r->history->why =
		arena_printf(r->arena, "the record of run `%.*s` is damaged at event %llu: %s",
			STR_ARGS(r->row->id), (unsigned long long)r->history->events, what);
	return false;
}

/* What a step says is an output when it happens, and on record a part of its start. */
static bool tell_saying(struct reading *r, const struct event *started)
{
	struct event e = *started;

	if (e.kind != EVENT_STEP_STARTED || !e.text.len)
		return true;
	e.kind = EVENT_STEP_OUTPUT;
	e.stream = STR("say");
	return r->each(r->context, &e);
}

static bool take_body(void *context, struct str body)
{
	struct reading *r = context;
	struct json_error error;
	struct event e;
	struct value v;
	const char *why;

	arena_reset(&r->event);
	if (r->history->events++ < r->history->from)
		return true;
	if (!json_decode(&r->event, body, &v, &error))
		return tell_damage(r, "it is no JSON");
	if (!event_from_json(&r->event, &v, &e, &why))
		return tell_damage(r, why);
	e.node = accept_renumber(&r->row->options, e.seq, e.node);
	return r->each(r->context, &e) && tell_saying(r, &e);
}

bool history_read(struct history *h, struct store *s, const struct run_row *row, struct arena *a,
	bool (*each)(void *context, struct event *e), void *context)
{
	struct reading r = {.history = h, .row = row, .arena = a, .each = each, .context = context};

	*h = (struct history){.from = h->from};
	arena_init(&r.event);
	if (!store_events(s, row->number, take_body, &r, &h->is_torn) && !h->why)
		h->why = arena_string(a, store_error(s));
	arena_release(&r.event);
	return !h->why;
}

/* ---- rows ------------------------------------------------------------------------------------ */

bool history_is_over(const struct run_row *row)
{
	static const enum run_status over[] = {
		RUN_SUCCEEDED, RUN_FAILED, RUN_ROLLED_BACK, RUN_ROLLBACK_INCOMPLETE, RUN_REFUSED};

	for (size_t i = 0; i < sizeof(over) / sizeof(over[0]); i++) {
		if (str_is(row->status, run_status_names[over[i]]))
			return row->ended_ns != 0;
	}
	return false;
}

struct str history_status(struct store *s, const struct run_row *row)
{
	int64_t pid;

	if (row->ended_ns || store_run_is_owned(s, row->id, &pid))
		return row->status;
	return STR("lost");
}

int64_t history_end_ns(const struct run_row *row, int64_t now_ns)
{
	int64_t end_ns = row->ended_ns ? row->ended_ns : now_ns;

	return end_ns > row->started_ns ? end_ns : row->started_ns;
}

struct str history_reason(const struct run_row *row, struct arena *a)
{
	struct str text = row->message.len ? row->message : row->reason, line = text_line(&text);

	if (str_is(row->status, run_status_names[RUN_SUCCEEDED]))
		return STR("");
	/* What a person asked for is not what became of the step. */
	if (row->step.len && line.len && line.at[0] != '`' && !str_is(row->reason, "person"))
		return str_of(arena_printf(a, "%.*s: %.*s", STR_ARGS(row->step), STR_ARGS(line)));
	return line;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

struct value history_time(int64_t ns, struct arena *a)
{
	struct strbuf b = {0};
	struct value v;

	if (!ns)
		return value_nil();
	when_utc(&b, ns);
	v = value_str(strbuf_take(&b, a));
	strbuf_release(&b);
	return v;
}

/* To the millisecond: more is noise to those who read it. */
struct value history_seconds(int64_t ns)
{
	int64_t ms = (ns + NS_PER_MS / 2) / NS_PER_MS;

	return ms % 1000 ? value_float((double)ms / 1000) : value_int(ms / 1000);
}

struct value history_text(struct str text)
{
	return text.len ? value_str(text) : value_nil();
}

void history_set(struct value *map, const char *key, struct value v, struct arena *a)
{
	map_append(a, map->map, str_of(key), v);
}

struct value history_row_value(
	const struct run_row *row, struct str status, int64_t now_ns, struct arena *a)
{
	struct value v = value_map(a);
	int64_t end_ns = history_end_ns(row, now_ns);

	map_reserve(a, v.map, 17);
	history_set(&v, "id", value_str(row->id), a);
	history_set(&v, "runbook", value_str(row->runbook), a);
	history_set(&v, "title", history_text(row->title), a);
	history_set(&v, "file", history_text(row->file), a);
	history_set(&v, "status", value_str(status), a);
	history_set(&v, "exit", row->ended_ns ? value_int(row->exit) : value_nil(), a);
	history_set(&v, "started", history_time(row->started_ns, a), a);
	history_set(&v, "ended", history_time(row->ended_ns, a), a);
	history_set(&v, "duration",
		now_ns || row->ended_ns ? history_seconds(end_ns - row->started_ns) : value_nil(),
		a);
	history_set(&v, "waited", row->ended_ns ? history_seconds(row->waited_ns) : value_nil(), a);
	history_set(&v, "reason", history_text(row->reason), a);
	history_set(&v, "message", history_text(row->message), a);
	history_set(&v, "step", history_text(row->step), a);
	history_set(&v, "exposed", row->ended_ns ? value_bool(row->is_exposed) : value_nil(), a);
	history_set(&v, "owner", history_text(row->owner), a);
	history_set(&v, "host", history_text(row->host), a);
	return v;
}
