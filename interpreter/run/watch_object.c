/* `watch` and `watch.<id>` as guards see them. */
#include "base/duration.h"
#include "run/watch.h"

struct watch_object {
	struct object object;
	struct run *run;
	uint32_t index;
	int64_t now_ns;
};

static struct value last_value(const struct watch_object *o, struct arena *a)
{
	const struct watch_state *w = &o->run->watches[o->index];
	const struct sample *last = samples_last(&w->ring);

	if (!w->is_armed)
		return value_unknown(
			arena_printf(a, "watch `%.*s` has not begun", STR_ARGS(w->watch->name)));
	if (!last)
		return value_unknown(
			arena_printf(a, "no sample of `%.*s` yet", STR_ARGS(w->watch->name)));
	if (last->unknown)
		return value_unknown(last->unknown);
	if (o->now_ns - last->at_ns > w->max_gap_ns)
		return value_unknown("stale");
	if (last->is_boolean)
		return value_bool(last->number != 0);
	/* Whole numbers look whole. */
	if (last->number >= -9e15 && last->number <= 9e15 &&
		last->number == (double)(int64_t)last->number)
		return value_int((int64_t)last->number);
	return value_float(last->number);
}

static struct value watch_scalar(struct object *object, struct arena *a)
{
	return last_value((struct watch_object *)object, a);
}

static bool watch_field(struct object *object, struct str name, struct arena *a, struct value *out)
{
	const struct watch_object *o = (const struct watch_object *)object;
	const struct samples_ring *ring = &o->run->watches[o->index].ring;
	const struct sample *last = samples_last(ring);

	if (str_is(name, "value"))
		*out = last_value(o, a);
	else if (str_is(name, "age"))
		*out = last ? value_float((double)(o->now_ns - last->at_ns) / (double)NS_PER_S)
			    : value_unknown("no sample yet");
	else if (str_is(name, "errors"))
		*out = value_int((int64_t)(ring->total - ring->known));
	else if (str_is(name, "samples"))
		*out = value_int((int64_t)ring->total);
	else
		return false;
	return true;
}

/* A duration as text, or a number of seconds. */
static bool window_of(const struct value *v, int64_t *ns, const char **error)
{
	double seconds;

	if (v->kind == VALUE_STRING)
		return duration_parse(value_string(v), ns, error);
	if (v->kind != VALUE_INT && v->kind != VALUE_FLOAT) {
		*error = "a window is a duration, such as \"5m\"";
		return false;
	}
	seconds = v->kind == VALUE_INT ? (double)v->integer : v->number;
	if (!(seconds > 0 && seconds < 9e9)) {
		*error = "a window is longer than nothing";
		return false;
	}
	*ns = (int64_t)(seconds * (double)NS_PER_S);
	return true;
}

static bool quantile_of(const struct value *v, double *q, const char **error)
{
	*q = v->kind == VALUE_INT ? (double)v->integer : v->kind == VALUE_FLOAT ? v->number : -1;
	if (*q >= 0 && *q <= 1)
		return true;
	*error = "a percentile is asked for by a number from 0 to 1";
	return false;
}

static bool watch_method(struct object *object, struct str name, const struct value *args,
	size_t count, struct arena *a, struct value *out, const char **error)
{
	const struct watch_object *o = (const struct watch_object *)object;
	const struct samples_ring *ring = &o->run->watches[o->index].ring;
	const struct sample *last = samples_last(ring);
	int64_t window_ns;
	double q = 0;
	uint32_t kind = 0;

	while (kind < WINDOW_KINDS && !str_is(name, window_names[kind]))
		kind++;
	if (kind == WINDOW_KINDS)
		return false;
	if (count != (kind == WINDOW_PERCENTILE ? 2u : 1u)) {
		*error = kind == WINDOW_PERCENTILE ? "`percentile` takes a share and a window"
						   : "it takes a window, such as \"5m\"";
		return false;
	}
	if (kind == WINDOW_PERCENTILE && !quantile_of(&args[0], &q, error))
		return false;
	if (!window_of(&args[count - 1], &window_ns, error))
		return false;
	if (window_ns > samples_reach(ring)) {
		*error = arena_printf(a, "only the last %u samples are kept, the window is longer",
			WATCH_SAMPLES);
		return false;
	}
	/* Windows end at a tick: the same ticks give the same answer, however late it is asked. */
	*out = samples_window(
		ring, (enum window_kind)kind, last ? last->at_ns : o->now_ns, window_ns, q, a);
	return true;
}

static struct str watch_text(struct object *object, struct arena *a)
{
	struct value v = last_value((struct watch_object *)object, a);
	struct strbuf b = {0};
	struct str s;

	value_print(&b, &v);
	s = strbuf_take(&b, a);
	strbuf_release(&b);
	return s;
}

static const struct object_type watch_type = {
	.name = "watch",
	.field = watch_field,
	.method = watch_method,
	.scalar = watch_scalar,
	.text = watch_text,
};

struct watches_object {
	struct object object;
	struct run *run;
	const struct unit *unit;
	int64_t now_ns;
};

static bool watches_field(
	struct object *object, struct str name, struct arena *a, struct value *out)
{
	struct watches_object *all = (struct watches_object *)object;

	for (uint32_t i = 0; i < all->run->watch_count; i++) {
		struct watch_object *o;

		if (all->run->plan->watches[i].unit != all->unit ||
			!str_equal(all->run->watches[i].watch->name, name))
			continue;
		o = arena_new(a, struct watch_object);
		*o = (struct watch_object){.object = {&watch_type},
			.run = all->run,
			.index = i,
			.now_ns = all->now_ns};
		*out = value_object(&o->object);
		return true;
	}
	return false;
}

static const struct object_type watches_type = {.name = "watch", .field = watches_field};

struct value watches_value(struct run *r, const struct unit *u, struct arena *a, int64_t now_ns)
{
	struct watches_object *o = arena_new(a, struct watches_object);

	*o = (struct watches_object){
		.object = {&watches_type}, .run = r, .unit = u, .now_ns = now_ns};
	return value_object(&o->object);
}
