/*
 * The script of a fake world, checked and looked up. Private to world/.
 */
#ifndef WORLD_FAKE_SCRIPT_H
#define WORLD_FAKE_SCRIPT_H

#include "base/duration.h"
#include "run/world.h"

struct fake_script {
	const struct value *top;   /* a map, or NULL */
	const struct value *steps; /* its `steps`, or NULL */
	bool is_strict;
	int64_t start_wall_ns;
};

struct fake_error {
	struct arena *arena;
	const char *message; /* NULL: none yet */
	struct span at;
};

/* False: the error is filled in. */
bool fake_script_check(struct fake_script *s, const struct value *top, struct fake_error *e);
/* The entry (a map) for this start, `count` from 1; NULL: there is none. *key is its name. */
const struct value *fake_script_entry(
	const struct fake_script *s, const struct request *r, unsigned count, struct str *key);
bool fake_is_step_key(const struct fake_script *s, const struct entry *e);

/* Of checked entries; NULL entry: the fallback. */
int64_t fake_duration(const struct value *entry, const char *key, int64_t fallback);
int fake_signal(const struct value *v); /* 0: no such signal */
/* How long it takes: no HTTP request longer than its timeout, at which it ends as one. */
int64_t fake_takes(const struct value *entry, const struct request *r);
/* How it ends, all but the time. */
void fake_answer(
	const struct value *entry, const struct request *r, struct arena *a, struct answer *out);
void fake_answer_unscripted(const struct request *r, struct arena *a, struct answer *out);
void fake_answer_cancelled(const struct request *r, struct arena *a, struct answer *out);
/* One start, for the log. */
void fake_describe(struct strbuf *b, const struct request *r);

#endif
