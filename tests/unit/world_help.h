/*
 * Shared by the tests of world/: a request is started and waited for.
 */
#ifndef WORLD_HELP_H
#define WORLD_HELP_H

#include "test.h"
#include "base/duration.h"
#include "run/world.h"

/* The end of `token`; what it printed meanwhile is added to `output` (may be NULL). */
static inline struct answer finish(
	struct world *w, uint64_t token, struct arena *a, struct strbuf *output)
{
	int64_t limit = world_now(w) + 20 * NS_PER_S;
	for (;;) {
		struct happening h;
		world_wait(w, limit, a, &h);
		if (h.kind == HAPPENED_OUTPUT && output)
			strbuf_put(output, h.text);
		if (h.kind == HAPPENED_FINISHED && h.token == token)
			return h.answer;
		if (h.kind == HAPPENED_TIME)
			return (struct answer){.reason = "TEST: it never ended"};
	}
}

static inline const struct value *field(const struct answer *answer, const char *key)
{
	return answer->result.kind == VALUE_MAP ? map_get(answer->result.map, key) : NULL;
}

static inline struct str field_text(const struct answer *answer, const char *key)
{
	const struct value *v = field(answer, key);
	return v && v->kind == VALUE_STRING ? value_string(v) : STR("(no string)");
}

static inline int64_t field_int(const struct answer *answer, const char *key)
{
	const struct value *v = field(answer, key);
	return v && v->kind == VALUE_INT ? v->integer : -12345;
}

static inline bool field_bool(const struct answer *answer, const char *key)
{
	const struct value *v = field(answer, key);
	return v && v->kind == VALUE_BOOL && v->boolean;
}

static inline const char *reason_of(const struct answer *answer)
{
	return answer->reason ? answer->reason : "(none)";
}

static inline const char *message_of(const struct answer *answer)
{
	return answer->message ? answer->message : "(none)";
}

#endif
