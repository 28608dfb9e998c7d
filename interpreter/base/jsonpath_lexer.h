/*
 * The words of a JSONPath. Only for jsonpath_*.c.
 *
 * `at` is where reading goes on. What fails says so once, in `error`, with `at` on the culprit.
 */
#ifndef BASE_JSONPATH_LEXER_H
#define BASE_JSONPATH_LEXER_H

#include "base/value.h"

struct lexer {
	struct arena *arena;
	struct str text;
	size_t at;
	int nesting;
	const char *error;
};

bool lexer_start(struct lexer *x);		       /* checks the text as a whole */
bool lexer_fail(struct lexer *x, const char *message); /* always false; the first message stays */
char lexer_peek(const struct lexer *x);		       /* NUL at the end */
bool lexer_take(struct lexer *x, const char *sign);
bool lexer_expect(struct lexer *x, const char *sign, const char *message);
void lexer_space(struct lexer *x);
bool lexer_starts_index(const struct lexer *x);
bool lexer_index(struct lexer *x, int64_t *out); /* within 2^53 */
bool lexer_number(struct lexer *x, struct value *out);
bool lexer_keyword(struct lexer *x, struct value *out); /* true false null; false is no failure */
bool lexer_string(struct lexer *x, struct value *out);
bool lexer_member_name(struct lexer *x, struct str *out);
struct str lexer_function_name(struct lexer *x); /* empty: there is none */

#endif
