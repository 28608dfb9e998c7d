/*
 * Numbers as Lua 5.4 reads and writes them.
 */
#ifndef SCRIPT_EXPR_NUMBER_H
#define SCRIPT_EXPR_NUMBER_H

#include "base/value.h"

/* The characters of Lua, whatever the locale says. */
static inline bool is_lua_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}
static inline bool is_lua_digit(char c)
{
	return c >= '0' && c <= '9';
}
static inline bool is_lua_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* A numeral without sign: decimal, hexadecimal, with fraction and exponent. A decimal whole number
 * that does not fit 64 bits is a float, a hexadecimal one wraps. */
bool lua_numeral(struct str s, struct value *out);
/* What `"10" + 1` makes of the string, and tonumber(): a numeral with sign and white space around.
 */
bool lua_tonumber(struct str s, struct value *out);

#define LUA_NUMBER_TEXT 40
/* The number as tostring() and `..` write it: `1`, `1.0`, `1e+15`. Returns its length. */
size_t lua_number_text(const struct value *v, char text[LUA_NUMBER_TEXT]);

/* A float that is a whole number within 64 bits. */
bool lua_float_to_int(double f, int64_t *out);

#endif
