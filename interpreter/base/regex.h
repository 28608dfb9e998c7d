/*
 * Regular expressions: PCRE2 with every limit set. The only user of PCRE2.
 *
 * Patterns are UTF-8 with Unicode classes off (`\d` is 0-9), unanchored unless they say so.
 * JIT is used when the subject is long enough to pay for it.
 */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H

#include "base/value.h"

struct regex; /* owned by the cache inside; never freed alone */

/* Compiles or finds `pattern` in the cache of the process. NULL: *error (allocated in `a`) says why
 * and *offset is the byte in the pattern where. */
struct regex *regex_get(struct arena *a, struct str pattern, const char **error, size_t *offset);

/* The same for patterns that come with the data: not kept, freed by its owner. */
struct regex *regex_new(struct arena *a, struct str pattern, const char **error);
void regex_free(struct regex *re);

enum regex_result { REGEX_NO_MATCH, REGEX_MATCH, REGEX_ERROR /* a limit, or not UTF-8 */ };

#define REGEX_MAX_SUBJECT (1u << 20)

enum regex_result regex_test(struct regex *re, struct str subject, const char **error);
/* The groups as a map: items 1… and names; entry "0" is the whole match; a group that took no part
 * is nil. */
enum regex_result regex_match(struct arena *a, struct regex *re, struct str subject,
	struct value *groups, const char **error);
/* For module outputs of many matches: like regex_match from `from` on; *end is where it ended.
 * After an empty match (*end == from) the caller goes on one character further. */
enum regex_result regex_match_from(struct arena *a, struct regex *re, struct str subject,
	size_t from, struct value *groups, size_t *end, const char **error);
/* What the last match cost, about in characters read: the same on every machine. */
int64_t regex_last_work(void);
void regex_release_all(void);

#endif
