/*
 * What children print: from their pipes into the log, masked on the way, and on to whoever shows
 * it. Private to world/.
 *
 * Why pipes and not the log file itself as the child's standard output, which would cost us
 * nothing: `echo … > /dev/stderr` opens it anew and, being a file, empties it. That is a common
 * line in scripts, and the log of every earlier step would be gone. The pipes are kept from step
 * to step instead, so that they cost no system call but the reads.
 */
#ifndef WORLD_OUTPUT_H
#define WORLD_OUTPUT_H

#include "base/mask.h"
#include "world/real_world.h"
#include "world/shim.h"

struct stream {
	struct source source; /* the end we read */
	int child_end;	      /* kept open: the end of output is the end of the children */
	int number;	      /* 1 or 2 */
	struct slot *slot;
	int log;	/* -1: not opened yet */
	int64_t log_at; /* where the next byte goes */
	/* Of this attempt. */
	int64_t start;	    /* log_at when it began */
	struct strbuf head; /* all of it as long as it is short */
	bool is_long;	    /* head is full: the log has the rest */
	int log_error;	    /* errno: it is not all in the log */
	struct strbuf raw;  /* while masking: its last RAW_MAX bytes or more, as guards see them */
	int64_t raw_total;  /* all of it */
	struct mask_stream mask;
	int64_t window_ns;    /* live output is bounded by time */
	size_t shown_bytes;   /* within the window */
	int64_t hidden_bytes; /* not shown since */
};

/* Where one child at a time prints. Slots are numbered as they are needed: as many as children run
 * at once. */
struct slot {
	struct stream streams[2];
	struct real_world *world;
	unsigned number;
	char *log_path; /* without `.out` and `.err`; NULL: no logs */
	uint64_t token;
	bool is_busy, is_masking;
	struct shim_flow *flow; /* of a recorded child; NULL: of another */
	struct slot *next;
};

/* Its file, if it is not open yet. False: `log_error`. */
bool log_open(struct stream *s);
void log_write(struct stream *s, struct str text);
/* Where the next byte will go, though there may be no file yet: a recorded child has to know where
 * its output begins. */
void log_look(struct stream *s);

#define HEAD_MAX ((size_t)64 << 10)
#define RAW_MAX ((size_t)1 << 20)
#define LIVE_CHUNK ((size_t)64 << 10)

/* A slot that is free, new if need be. NULL: errno says why. */
struct slot *slot_take(struct real_world *w, struct slot **slots, uint64_t token);
/* Reads what the child has left in the pipes, at most what they hold now. */
void slot_drain(struct slot *s);
/* That slot, for a child of an earlier interpreter, which printed behind these places of the logs.
 * It has no pipes of ours. NULL: it is not free. */
struct slot *slot_adopt(struct real_world *w, struct slot **slots, uint64_t token, unsigned number,
	const int64_t log_start[2]);
/* It will print no more: its output is what the logs hold. */
void slot_adopted_end(struct slot *s);
/* Flushes what masking held back and shows the rest; afterwards the answer can be made. */
void slot_end(struct slot *s);
void slot_answer(struct slot *s, size_t keep, struct arena *a, struct answer *out);
/* `has_survivors`: somebody may still write into the pipes: they are replaced. */
void slot_release(struct slot *s, bool has_survivors);
void slots_free(struct slot *slots);

#endif
