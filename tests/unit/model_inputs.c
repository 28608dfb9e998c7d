/* Inputs from text and from values that have a type. */
#include "model/inputs.h"

#include "model_load.h"
#include "test.h"

struct from_text {
	const char *declared, *text;
	const char *expected; /* the value printed, or `!` and why not */
};

static const struct from_text texts[] = {
	{"string", "abc", "abc"},
	{"string", "", ""},
	{"{ pattern: '^v\\d+$' }", "v12", "v12"},
	{"{ pattern: '^v\\d+$' }", "x", "!`x` does not match the pattern `^v\\d+$`"},
	{"{ pattern: '^v\\d+$', secret: true }", "x",
		"!the value does not match the pattern `^v\\d+$`"},
	{"{ min: 2, max: 3 }", "äö", "äö"},
	{"{ min: 2, max: 3 }", "a", "!`a` is too short: the least is 2 characters"},
	{"{ max: 1 }", "ab", "!`ab` is too long: the most is 1 character"},
	{"boolean", "true", "true"},
	{"boolean", "no", "false"},
	{"boolean", "1", "!expected true or false, got `1`"},
	{"integer", "-12", "-12"},
	{"integer", "1.0", "!expected a whole number, got `1.0`"},
	{"integer", "99999999999999999999", "!expected a whole number, got `99999999999999999999`"},
	{"{ type: integer, max: 5 }", "6", "!`6` is too large: the most is 5"},
	{"number", "1.5", "1.5"},
	{"number", "2", "2"},
	{"number", "nan", "!expected a number, got `nan`"},
	{"{ options: [ci, manual] }", "ci", "ci"},
	{"{ options: [ci, manual] }", "x", "!`x` is not an option: expected `ci` or `manual`"},
	{"{ options: [1, 2] }", "2", "2"},
	{"url", "https://x.y/z", "https://x.y/z"},
	{"url", "ftp://x", "!expected a URL of http or https, got `ftp://x`"},
	{"url", "https://", "!expected a URL of http or https, got `https://`"},
	{"duration", "1h30m", "1h30m"},
	{"{ type: duration, max: 5m }", "6m", "!`6m` is too large: the most is 5m"},
	{"list", "a, b", "[\"a\",\"b\"]"},
	{"list", "[1, true]", "[1,true]"},
	{"list", "", "[]"},
	{"{ type: list, options: [a] }", "a,b", "!`b` is not among the options: `a`"},
	{"{ type: list, pattern: '^a' }", "a,b", "!`b` does not match the pattern `^a`"},
};

static void print_result(struct strbuf *b, bool is_good, const struct value *v, const char *why)
{
	if (is_good)
		value_print(b, v);
	else
		strbuf_printf(b, "!%s", why);
}

static const struct input *declare(struct loaded *l, struct strbuf *text, const char *declared)
{
	strbuf_clear(text);
	strbuf_printf(
		text, "version: 1\nrunbook: t\ninputs:\n  x: %s\nsteps: [{ say: hi }]\n", declared);
	load(l, text->at);
	CHECK_TEXT(told(l), "");
	return l->book->inputs.count ? l->book->inputs.items[0] : NULL;
}

TEST(model_input_from_text)
{
	struct strbuf text = {0}, result = {0};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct loaded l;
		struct value v;
		const char *why = NULL;
		test_about("%s from `%s`", texts[i].declared, texts[i].text);
		const struct input *in = declare(&l, &text, texts[i].declared);
		strbuf_clear(&result);
		if (in) {
			bool is_good =
				input_from_text(&l.arena, in, str_of(texts[i].text), &v, &why);
			print_result(&result, is_good, &v, why);
		}
		CHECK_TEXT(strbuf_str(&result), texts[i].expected);
		unload(&l);
	}
	test_about("%s", "");
	strbuf_release(&text);
	strbuf_release(&result);
}

TEST(model_input_check)
{
	struct strbuf text = {0};
	struct loaded l;
	struct value out, v = value_int(3);
	const char *why = NULL;
	const struct input *in = declare(&l, &text, "string");
	CHECK(!input_check(&l.arena, in, &v, &out, &why));
	CHECK_STR(why, "expected text, got a whole number");
	v = value_unknown("step `x` has not run");
	CHECK(input_check(&l.arena, in, &v, &out, &why) && out.kind == VALUE_UNKNOWN);
	unload(&l);
	in = declare(&l, &text, "number");
	v = value_int(3);
	CHECK(input_check(&l.arena, in, &v, &out, &why) && out.integer == 3);
	v = value_str(STR("3"));
	CHECK(!input_check(&l.arena, in, &v, &out, &why));
	unload(&l);
	strbuf_release(&text);
}
