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
/* Seconds since 1970 of a date in a header of HTTP, `Sun, 06 Nov 1994 08:49:37 GMT`, in whatever
 * locale. False: it is none; the two forms that nobody may send any more are none either. */
bool utc_parse_http(struct str text, int64_t *seconds);
/* `2026-11-24T14:15:30` */
void utc_print(struct strbuf *b, int64_t wall_ns);

#endif
