/* Where runs really happen: this machine, and an output of one's choice. */
#ifndef CLI_STAGE_H
#define CLI_STAGE_H

#include "cli/session.h"

#define DEFAULT_JOBS 64

struct venue stage_venue(void);
/* --output: -1, or the exit code. */
int stage_take_output(struct order *o, const char *word);

#endif
