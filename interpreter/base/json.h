/*
 * JSON (RFC 8259) to and from values. The only user of jansson.
 *
 * Decoding: whole numbers that fit 64 bits become integers, other numbers floats; a number too
 * large for a double, an unpaired surrogate, depth over VALUE_MAX_DEPTH and anything behind the
 * text are errors. \u0000 in a string is kept. Of a key given twice in one object the last counts,
 * as for everyone who reads JSON; json_decode_unique refuses it, for texts that people write.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/value.h"

struct json_error {
	char message[160];
	size_t line, column; /* from 1, in characters */
	size_t offset;	     /* from 0, in bytes */
};

bool json_decode(struct arena *a, struct str text, struct value *out, struct json_error *error);
bool json_decode_unique(
	struct arena *a, struct str text, struct value *out, struct json_error *error);

/* Encoding never fails: a float that JSON cannot hold, and unknown, are null; bytes that are not
 * UTF-8 become U+FFFD. `indent` 0: one line without spaces. An object is its text. */
void json_encode(struct strbuf *b, const struct value *v, int indent);
void json_quote(struct strbuf *b, struct str s); /* one string, with its quotes */

#endif
