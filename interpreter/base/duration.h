/*
 * Durations (`500ms 30s 5m 1h30m 2d`) in nanoseconds and sizes (`10MB`, `4KiB`) in bytes.
 */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include "base/str.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)
#define NS_NEVER INT64_MAX

/* False: *why (static text) says what is wrong, e.g. "a number needs a unit". Units ms s m h d w,
 * largest first, each at most once; fractions are allowed (`1.5s`). No sign. Overflow refused. */
bool duration_parse(struct str text, int64_t *ns, const char **why);
/* B, kB/KB, MB, GB in powers of 1000; KiB, MiB, GiB in powers of 1024. */
bool size_parse(struct str text, int64_t *bytes, const char **why);

/* The shortest exact form that duration_parse reads: `1h30m`, `500ms`; for people, times under a
 * minute are given to 0.1 s by duration_human (`4.2s`, `3m12s`, `2h05m`). */
void duration_print(struct strbuf *b, int64_t ns);
void duration_human(struct strbuf *b, int64_t ns);

#endif
