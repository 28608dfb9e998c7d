/*
 * What is watched, as the events tell it: the last samples of each watch, where each condition
 * stands, and how far the run has turned back. The live panel shows it, lines are made from it.
 */
#ifndef OUTPUT_WATCHING_H
#define OUTPUT_WATCHING_H

#include "plan/plan.h"
#include "run/event.h"
#include "run/state.h"

#define RECENT_SAMPLES 20

struct recent_sample {
	double number;
	bool is_known, is_boolean;
};

struct watched {
	struct strbuf name;
	struct strbuf why; /* the last sample is unknown; empty: it is known */
	struct recent_sample recent[RECENT_SAMPLES]; /* the oldest first */
	size_t count;				     /* 0: not sampled yet */
	bool is_blind;
};

struct rule {
	struct strbuf guard;
	struct str reason;  /* of the plan: what its author calls it; empty: nothing */
	struct strbuf told; /* the same, as the events fill it in; empty: they did not yet */
	struct strbuf why;  /* why the last tick could not be known */
	enum condition_phase phase, phase_before; /* the last tick but one */
	int64_t held_ns, held_before_ns, for_ns;
	bool has_ticked, is_unknown;
	bool is_muted;	  /* --hotfix */
	bool is_observed; /* only told, nothing follows from it */
	bool is_verify;	  /* holds when all is well again */
	bool is_monitors; /* of a monitor, not of the run */
	bool is_over;	  /* of a monitor that ended */
};

struct watching {
	const struct plan *plan; /* may be NULL */
	struct watched *watches;
	struct rule *rules;
	size_t watch_count, rule_count;
	bool is_over; /* the run has come to its `finally` */
	bool is_rolling_back;
	enum stage stage;
	int64_t turned_ns; /* when that was decided */
	size_t undone;	   /* compensations that went well */
};

void watching_init(struct watching *w, const struct plan *plan);
void watching_release(struct watching *w);
void watching_apply(struct watching *w, const struct event *e);

/* The watch or condition of a SAMPLE, BLIND or CONDITION; NULL for other events. */
struct watched *watching_watch(struct watching *w, const struct event *e);
struct rule *watching_rule(struct watching *w, const struct event *e);

/* Whether the end of a compensation means that its step is undone. */
bool is_undone(const struct event *e);
/* Whether the guard reads the watch, by its text. */
bool rule_reads(const struct rule *r, struct str watch);
/* What people know it by: its reason, or else its guard. */
struct str rule_name(const struct rule *r);
/* Whether it is worth a look now: not settled, not over, not to come. */
bool rule_is_live(const struct watching *w, const struct rule *r);
/* `quiet`, `pending 3m12s of 5m`, `firing` */
void rule_state_text(struct strbuf *out, const struct rule *r);

/* `0.0812`, `180`, `true` */
void sample_text(struct strbuf *out, const struct recent_sample *s);
/* How high each of the last `count` samples stands among them, 0 to 7; -1: unknown. */
void sample_levels(const struct watched *w, size_t count, int8_t *levels);

#endif
