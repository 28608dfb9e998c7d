/*
 * Values as the record writes them. JSON has no word for what is unknown, and nothing that was
 * masked may be taken for what it was: both are written as maps of one key.
 *
 *     {"$unknown": "timeout"}      {"$masked": "token ***"}      {"$map": {"$masked": …}}
 *
 * The last is a map of the user's own whose only key begins with `$`.
 */
#ifndef RUN_RECORD_VALUE_H
#define RUN_RECORD_VALUE_H

#include "base/value.h"

void record_value_encode(struct strbuf *b, const struct value *v);
/* Back again, in `a`; what was masked comes back with its stars and VALUE_MASKED. */
struct value record_value_decoded(struct arena *a, const struct value *v);
/* What was masked becomes unknown: a guard must not go by stars. */
struct value record_value_usable(struct arena *a, const struct value *v);

#endif
