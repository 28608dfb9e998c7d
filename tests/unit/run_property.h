/*
 * Random runbooks, and the eye that is kept on their runs. See run_property.c.
 */
#ifndef RUN_PROPERTY_H
#define RUN_PROPERTY_H

#include "test.h"

#include "run/engine.h"

/* Corners that broke once. RUNBOOK_PROPERTY_WITH says which of them random runs go into (as bits:
 * 0x1ff are all); without it all that are mended. */
enum leave_out {
	OUT_GROUP_RETRY,    /* 0x001: what an earlier attempt of a group did is forgotten */
	OUT_BLIND_CONTINUE, /* 0x002: `on_blind: continue` never opens the gate again */
	OUT_FIRED_AT_END,   /* 0x004: what fires as the steps or a monitor end is overlooked */
	OUT_RETRY_SLOTS,    /* 0x008: another try does not ask for a slot */
	OUT_LOOP_BLOCKS,    /* 0x010: a failed compensation blocks those of other items */
	OUT_UNSENT_RETRY,   /* 0x020: what was never sent, at several tries, is undone */
	OUT_TERM_STARTS,    /* 0x040: after SIGTERM a compensation or another try begins */
	OUT_SECOND_INT,	    /* 0x080: a second SIGINT leaves what runs behind */
	OUT_STOPPED_GROUP,  /* 0x100: a group whose steps were stopped is ok */
};

bool is_left_out(enum leave_out what);

/* ---- chance -------------------------------------------------------------------------------- */

struct chance {
	uint64_t state;
};

unsigned below(struct chance *c, unsigned n);
bool percent(struct chance *c, unsigned p);

/* ---- a random runbook and its world ---------------------------------------------------------- */

struct making {
	struct chance chance;
	struct strbuf book, world;
	unsigned ids, signals, watches;
	bool in_loop;
};

/* The same seed makes the same; the texts are the caller's to release. */
void make_runbook(struct making *m, uint64_t seed);

/* ---- the world, watched ---------------------------------------------------------------------- */

/* A world in a world: knows what is under way, and ends what would never end. */
struct guarded {
	struct world world, *inner;
	const struct plan *plan;
	uint64_t flying[512];
	unsigned count, signals_left, waits;
	bool is_stuck, has_told;
	int64_t jump_at_ns, jump_ns; /* the wall clock is set forward */
};

extern const struct world_type guarded_type;

/* ---- what has to hold ------------------------------------------------------------------------ */

struct seen {
	bool is_open, is_done, had_effect, is_failing, was_stopped;
	uint8_t state;
	const char *reason;
	uint64_t start_seq, end_seq;
	int64_t attempt;
	unsigned undone; /* of an `undo` node: how often it began or was passed over */
};

#define MOST_FRAMES 2048

struct checker {
	struct sink sink;
	struct run *run;
	const struct plan *plan;
	struct guarded *world;
	struct arena arena;
	struct seen *seen[MOST_FRAMES];
	struct strbuf stream; /* every event, as JSON */
	const char *broken;   /* the first that did not hold */
	bool is_turned, is_rolling_back, is_over, is_signalled, group_retried, is_blind[8];
	unsigned turns, fired, ints;
	uint64_t last_undone_seq;
	enum run_status status;
	int64_t exit;
};

/* Listens to a run: its `sink` is set up, `broken` is filled in. */
void checker_init(struct checker *c, const struct plan *plan, struct guarded *world);
void broken(struct checker *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void checker_release(struct checker *c);

#endif
