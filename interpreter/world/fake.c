#include "world/fake.h"
#include "world/fake_script.h"

#include <assert.h>

/* Something that will happen. Kept in order of time, and of making at the same time. */
struct coming {
	struct coming *next;
	int64_t at_ns;
	struct happening what;
};

/* How often a step (an item) was started. */
struct count {
	struct count *next;
	const char *name, *key;
	unsigned starts;
};

struct pending_request {
	struct pending_request *next;
	uint64_t token;
	enum request_kind kind;
	const char *name;
	int64_t term_ns;
};

/* Everything lives in one arena: a run of a script is short. */
struct fake_world {
	struct world base;
	struct arena arena;
	struct fake_script script;
	int64_t now_ns;
	struct coming *coming;
	struct count *counts;
	struct pending_request *requests;
	struct strbuf log;
};

static struct fake_world *fake(struct world *w)
{
	return (struct fake_world *)w;
}

static struct happening *schedule(struct fake_world *f, int64_t at_ns)
{
	struct coming **place = &f->coming;
	while (*place && (*place)->at_ns <= at_ns)
		place = &(*place)->next;
	struct coming *c = arena_new(&f->arena, struct coming);
	c->next = *place;
	c->at_ns = at_ns;
	*place = c;
	return &c->what;
}

/* A time that does not overflow: the year 2318 is late enough. */
static int64_t later(int64_t now, int64_t by)
{
	int64_t at;
	return __builtin_add_overflow(now, by, &at) ? NS_NEVER - 1 : at;
}

static int64_t fake_now(struct world *w)
{
	return fake(w)->now_ns;
}

static int64_t fake_wall(struct world *w)
{
	return later(fake(w)->script.start_wall_ns, fake(w)->now_ns);
}

static const char *full_name(struct fake_world *f, const struct request *r)
{
	if (r->item && *r->item)
		return arena_printf(&f->arena, "%s[%s]", r->step, r->item);
	return arena_string(&f->arena, r->step ? r->step : "?");
}

static struct count *count_start(struct fake_world *f, const char *name)
{
	struct count *c = f->counts;
	while (c && strcmp(c->name, name) != 0)
		c = c->next;
	if (!c) {
		c = arena_new(&f->arena, struct count);
		c->name = name;
		c->next = f->counts;
		f->counts = c;
	}
	c->starts++;
	return c;
}

static void schedule_output(struct fake_world *f, uint64_t token, const struct value *entry)
{
	const struct value *list = entry ? map_get(entry->map, "output") : NULL;
	for (size_t i = 0; list && i < list->list->count; i++) {
		const struct value *o = &list->list->items[i];
		const struct value *stream = map_get(o->map, "stream");
		const struct value *text = map_get(o->map, "text");
		struct happening *h = schedule(f, later(f->now_ns, fake_duration(o, "at", 0)));
		h->kind = HAPPENED_OUTPUT;
		h->token = token;
		h->stream = stream && str_is(value_string(stream), "stderr") ? 2 : 1;
		h->text = text ? value_string(text) : STR("");
	}
}

static void log_time(struct fake_world *f)
{
	if (f->now_ns)
		duration_print(&f->log, f->now_ns);
	else
		strbuf_puts(&f->log, "0s");
	strbuf_putc(&f->log, ' ');
}

static void fake_start(struct world *w, uint64_t token, const struct request *r)
{
	struct fake_world *f = fake(w);
	log_time(f);
	fake_describe(&f->log, r);
	struct pending_request *p = arena_new(&f->arena, struct pending_request);
	*p = (struct pending_request){f->requests, token, r->kind, full_name(f, r), 0};
	f->requests = p;
	struct count *count = count_start(f, p->name);
	struct str key = {0};
	const struct value *entry = fake_script_entry(&f->script, r, count->starts, &key);
	if (key.at)
		count->key = arena_copy(&f->arena, key.at, key.len);
	p->term_ns = fake_duration(entry, "term", 0);
	schedule_output(f, token, entry);
	struct happening *h = schedule(f, later(f->now_ns, fake_takes(entry, r)));
	h->kind = HAPPENED_FINISHED;
	h->token = token;
	if (!entry && f->script.is_strict)
		fake_answer_unscripted(r, &f->arena, &h->answer);
	else
		fake_answer(entry, r, &f->arena, &h->answer);
}

static struct pending_request *take_request(struct fake_world *f, uint64_t token)
{
	struct pending_request **place = &f->requests;
	while (*place && (*place)->token != token)
		place = &(*place)->next;
	struct pending_request *p = *place;
	if (p)
		*place = p->next;
	return p;
}

static void forget_coming(struct fake_world *f, uint64_t token)
{
	for (struct coming **place = &f->coming; *place;) {
		enum happening_kind kind = (*place)->what.kind;
		bool is_its = kind == HAPPENED_OUTPUT || kind == HAPPENED_FINISHED;
		if (is_its && (*place)->what.token == token)
			*place = (*place)->next;
		else
			place = &(*place)->next;
	}
}

static void fake_cancel(struct world *w, uint64_t token)
{
	struct fake_world *f = fake(w);
	struct pending_request *p = take_request(f, token);
	if (!p)
		return;
	log_time(f);
	strbuf_printf(&f->log, "%s cancel\n", p->name);
	forget_coming(f, token);
	struct happening *h = schedule(f, later(f->now_ns, p->term_ns));
	h->kind = HAPPENED_FINISHED;
	h->token = token;
	fake_answer_cancelled(&(struct request){.kind = p->kind}, &f->arena, &h->answer);
}

/* What ends exactly at `until` has ended by then. */
static void fake_wait(struct world *w, int64_t until, struct arena *a, struct happening *out)
{
	struct fake_world *f = fake(w);
	struct coming *c = f->coming;
	if (!c || c->at_ns > until) {
		/* Nothing under way and no time to wait for: it would be for ever. */
		assert(until != NS_NEVER);
		*out = (struct happening){.kind = HAPPENED_TIME};
		if (until > f->now_ns)
			f->now_ns = until;
		return;
	}
	f->coming = c->next;
	if (c->at_ns > f->now_ns)
		f->now_ns = c->at_ns;
	*out = c->what;
	if (out->kind != HAPPENED_FINISHED)
		return;
	take_request(f, out->token);
	struct answer *answer = &out->answer;
	answer->result = value_deep_copy(a, &answer->result);
	if (answer->reason)
		answer->reason = arena_string(a, answer->reason);
	if (answer->message)
		answer->message = arena_string(a, answer->message);
	if (answer->note)
		answer->note = arena_string(a, answer->note);
}

static void fake_free(struct world *w)
{
	struct fake_world *f = fake(w);
	strbuf_release(&f->log);
	arena_release(&f->arena);
	free(f);
}

static const struct world_type fake_type = {
	fake_now, fake_wall, fake_start, fake_cancel, fake_wait, fake_free, NULL};

static void schedule_signals(struct fake_world *f)
{
	const struct value *list = f->script.top ? map_get(f->script.top->map, "signals") : NULL;
	for (size_t i = 0; list && i < list->list->count; i++) {
		const struct value *v = &list->list->items[i];
		struct happening *h = schedule(f, fake_duration(v, "at", 0));
		h->kind = HAPPENED_SIGNAL;
		h->signal = fake_signal(map_get(v->map, "signal"));
	}
}

struct world *fake_world_new(
	const struct value *script, struct arena *a, const char **error, struct span *at)
{
	struct fake_world *f = heap_alloc(sizeof *f);
	f->base.type = &fake_type;
	arena_init(&f->arena);
	struct fake_error e = {.arena = a};
	if (!fake_script_check(&f->script, script, &e)) {
		if (error)
			*error = e.message;
		if (at)
			*at = e.at;
		fake_free(&f->base);
		return NULL;
	}
	schedule_signals(f);
	return &f->base;
}

void fake_world_log(struct world *w, struct strbuf *out)
{
	strbuf_put(out, strbuf_str(&fake(w)->log));
}

static bool is_used(const struct fake_world *f, struct str key)
{
	for (const struct count *c = f->counts; c; c = c->next)
		if (c->key && str_is(key, c->key))
			return true;
	return false;
}

bool fake_world_is_used_up(struct world *w, struct str *unused)
{
	struct fake_world *f = fake(w);
	const struct value *maps[] = {f->script.top, f->script.steps};
	for (int i = 0; i < 2; i++) {
		for (size_t k = 0; maps[i] && k < maps[i]->map->count; k++) {
			const struct entry *e = &maps[i]->map->entries[k];
			if ((i == 0 && !fake_is_step_key(&f->script, e)) ||
				is_used(f, entry_key(e)))
				continue;
			*unused = entry_key(e);
			return false;
		}
	}
	return true;
}
