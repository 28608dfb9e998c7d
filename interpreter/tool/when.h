/* Moments as people write them and read them. */
#ifndef TOOL_WHEN_H
#define TOOL_WHEN_H

#include "base/str.h"

/* A moment in nanoseconds since 1970: `7d` (that long before `now_ns`), `2026-11-24` (its first
 * moment here), `2026-11-24T14:15:30Z` (RFC 3339, with any offset). False: it is none of these. */
bool when_parse(struct str text, int64_t now_ns, int64_t *ns);
/* `2026-11-24T14:15:30.123Z` */
void when_utc(struct strbuf *b, int64_t ns);
/* `2026-11-24 15:15:30`, by the clock on the wall here. */
void when_local(struct strbuf *b, int64_t ns);

#endif
