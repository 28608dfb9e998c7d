/* The story for programs. */
#include "tool/story.h"

#include "base/json.h"
#include "tool/history.h"

static struct value step_value(struct story *s, const struct story_step *step)
{
	struct arena *a = &s->arena;
	struct value v = value_map(a);
	int64_t item;

	map_reserve(a, v.map, 14);
	history_set(&v, "step", value_str(step->step), a);
	if (step->item.len)
		history_set(&v, "item",
			parse_int(step->item, &item) ? value_int(item) : value_str(step->item), a);
	history_set(&v, "name", history_text(step->title), a);
	history_set(&v, "part", value_str(str_of(step->part)), a);
	history_set(&v, "action", value_str(step->action), a);
	history_set(&v, "state", value_str(str_of(step_status_names[step->state])), a);
	history_set(&v, "reason", history_text(str_of(step->reason)), a);
	history_set(&v, "message", history_text(step->message), a);
	history_set(&v, "attempts", value_int(step->attempts), a);
	history_set(&v, "started", history_time(step->wall_ns, a), a);
	history_set(&v, "elapsed", history_seconds(step->time_ns), a);
	history_set(&v, "duration",
		step->has_ended ? history_seconds(step->duration_ns) : value_nil(), a);
	history_set(&v, "command", history_text(step->command), a);
	history_set(&v, "log", history_text(step->log), a);
	return v;
}

static struct value steps_value(struct story *s)
{
	struct value list = value_list(&s->arena);

	for (size_t i = 0; i < s->step_count; i++)
		list_add(&s->arena, list.list, step_value(s, &s->steps[i]));
	return list;
}

static struct value watches_value(struct story *s)
{
	struct arena *a = &s->arena;
	struct value list = value_list(a);

	for (size_t i = 0; i < s->watch_count; i++) {
		const struct story_watch *w = &s->watches[i];
		bool is_known = w->samples > w->unknown;
		struct value v = value_map(a);

		history_set(&v, "watch", value_str(w->name), a);
		history_set(&v, "samples", value_int((int64_t)w->samples), a);
		history_set(&v, "unknown", value_int((int64_t)w->unknown), a);
		history_set(&v, "min", is_known ? value_float(w->least) : value_nil(), a);
		history_set(&v, "max", is_known ? value_float(w->most) : value_nil(), a);
		history_set(&v, "last", is_known ? value_float(w->last) : value_nil(), a);
		history_set(&v, "why_unknown", history_text(w->why), a);
		list_add(a, list.list, v);
	}
	return list;
}

static struct value timeline_value(struct story *s)
{
	struct arena *a = &s->arena;
	struct value list = value_list(a);

	for (size_t i = 0; i < s->line_count; i++) {
		const struct story_line *l = &s->lines[i];
		struct value v = value_map(a);

		history_set(&v, "time", history_time(l->wall_ns, a), a);
		history_set(&v, "elapsed", history_seconds(l->time_ns), a);
		history_set(&v, "text", value_str(str_trim(l->text)), a);
		list_add(a, list.list, v);
	}
	return list;
}

/* Nothing in it depends on when or where it is printed, but that a run is found to be lost. */
struct value story_value(struct story *s)
{
	struct arena *a = &s->arena;
	struct value v = history_row_value(s->row, s->status, 0, a);

	history_set(&v, "torn", value_bool(s->is_torn), a);
	history_set(&v, "inputs", s->inputs, a);
	history_set(&v, "outputs", s->outputs, a);
	history_set(&v, "steps", steps_value(s), a);
	history_set(&v, "decisions", s->decisions, a);
	history_set(&v, "watches", watches_value(s), a);
	history_set(&v, "undone", s->undone, a);
	history_set(&v, "left_as_it_is", s->passed, a);
	history_set(&v, "still_in_effect", s->still, a);
	history_set(&v, "left", s->left, a);
	history_set(&v, "kept", s->kept, a);
	history_set(&v, "to_do", s->to_do, a);
	history_set(&v, "timeline", timeline_value(s), a);
	return v;
}

void story_json(struct strbuf *b, struct story *s)
{
	struct value v = story_value(s);

	json_encode(b, &v, 2);
	strbuf_putc(b, '\n');
}
