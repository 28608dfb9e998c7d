/*
 * Times of day in UTC. gmtime_r() would do, but it reads the machine's time zone first.
 */
#ifndef BASE_UTC_H
#define BASE_UTC_H

#include "base/str.h"

/* Of `seconds` since 1970, for years 1 to 9999. */
struct tm utc_fields(int64_t seconds);
/* The second that a time in nanoseconds falls into, before 1970 too. */
int64_t utc_seconds(int64_t wall_ns);
/* `2026-11-24T14:15:30` */
void utc_print(struct strbuf *b, int64_t wall_ns);

#endif
