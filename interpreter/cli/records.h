/*
 * What the commands about recorded runs share: the store, opened to be read, and the run that is
 * meant. Nothing is made by reading: no store yet means no runs yet.
 */
#ifndef CLI_RECORDS_H
#define CLI_RECORDS_H

#include "cli/command.h"
#include "cli/load.h"
#include "store/store.h"
#include "tool/table.h"

enum { EXIT_RECORD = 7 }; /* it is damaged, or not to be trusted */

#define STORE_OPTION                                                                               \
	{                                                                                          \
		"--store", 0, "PATH", "where runs are recorded (default: $RUNBOOK_STORE)"          \
	}
#define COLOR_OPTION                                                                               \
	{                                                                                          \
		"--color", 0, "auto|always|never", "colour on a terminal (default: auto)"          \
	}

struct records {
	struct arena arena;
	struct store *store; /* NULL: there is none yet */
	struct run_row row;
	int code; /* after a false: the exit code; all was said */
};

/* False: it cannot be used. */
bool records_open(struct records *r, const char *path, enum store_use use);
/* The same, and the run of that name in `row`. */
bool records_open_run(struct records *r, const char *path, const char *name, enum store_use use);
/* The plan that the run went by, from the texts kept with it; `plan` is NULL when this program does
 * not understand them any more. False: they are damaged. Free it in any case. */
bool records_plan(struct records *r, struct loaded *l);
void records_close(struct records *r);

/* An error about what is recorded, with EXIT_RECORD. */
int records_damaged(const char *why);
/* How a table looks on standard output: cut to the width of a terminal, whole elsewhere. */
struct table_look table_look_of(int color);

#endif
