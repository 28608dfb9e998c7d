#include "test.h"

#include <float.h>
#include <locale.h>
#include <math.h>

TEST(str_parts)
{
	CHECK(str_compare(STR("a"), STR("ab")) < 0);
	CHECK(str_compare(STR("b"), STR("ab")) > 0);
	CHECK(str_compare(STR("\xFF"), STR("a")) > 0);
	CHECK(str_compare((struct str){NULL, 0}, STR("")) == 0);
	CHECK(str_starts_with(STR("abc"), STR("ab")) && !str_starts_with(STR("a"), STR("ab")));
	CHECK(str_ends_with(STR("abc"), STR("bc")) && !str_ends_with(STR("c"), STR("bc")));
	CHECK(str_starts_with(STR(""), STR("")) && str_ends_with((struct str){0}, STR("")));
	CHECK_TEXT(str_trim(STR(" \t\r\n a b \v\f")), "a b");
	CHECK_TEXT(str_trim(STR(" \n ")), "");
	CHECK_INT(str_find(STR("abcabc"), STR("bc"), 0), 1);
	CHECK_INT(str_find(STR("abcabc"), STR("bc"), 2), 4);
	CHECK_INT(str_find(STR("abcabc"), STR("bc"), 5), -1);
	CHECK_INT(str_find(STR("abc"), STR(""), 3), 3);
	CHECK_INT(str_find(STR("abc"), STR(""), 4), -1);
	CHECK_INT(str_find(STR("a\0b"), STR("\0b"), 0), 1);
}

TEST(str_hash_sees_all_bytes)
{
	char text[41] = {0};
	for (size_t len = 1; len < 40; len++) {
		uint32_t before = str_hash((struct str){text, len});
		CHECK(before == str_hash((struct str){text, len}));
		CHECK(before != str_hash((struct str){text, len + 1}));
		text[len - 1]++;
		CHECK(before != str_hash((struct str){text, len}));
	}
}

TEST(utf8_round_trip)
{
	size_t wrong = 0;
	for (uint32_t code = 0; code <= 0x10FFFF; code++) {
		char out[4];
		uint32_t back = 1;
		if (code >= 0xD800 && code < 0xE000)
			continue;
		size_t n = utf8_encode(code, out);
		wrong += utf8_decode((struct str){out, n}, &back) != n || back != code;
		wrong += !utf8_valid((struct str){out, n}, NULL);
		wrong += n > 1 && utf8_valid((struct str){out, n - 1}, NULL);
	}
	CHECK_INT(wrong, 0);
}

TEST(utf8_refuses)
{
	static const char *const bad[] = {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80",
		"\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80",
		"\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF", "\xC3",
		"\xC3(", "\xE2\x82", "\xE2(\x82", "\xF0\x9F\x98", "\xF0\x9F(\x80"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char text[32];
		size_t at = 99;
		snprintf(text, sizeof text, "0123456789%s", bad[i]);
		test_about("row %zu", i);
		CHECK(!utf8_valid(str_of(text), &at));
		CHECK_INT(at, 10);
	}
	CHECK(utf8_valid(STR("a\0b\xC3\xA9"), NULL));
	CHECK(utf8_valid((struct str){NULL, 0}, NULL));
}

TEST(strbuf_grows)
{
	struct strbuf b = {0};
	struct arena a;
	arena_init(&a);
	CHECK_TEXT(strbuf_str(&b), "");
	for (int i = 0; i < 1000; i++)
		strbuf_printf(&b, "%d,", i);
	CHECK_INT(b.len, 3890);
	CHECK(str_ends_with(strbuf_str(&b), STR("998,999,")));
	strbuf_printf(&b, "%0*d", 5000, 0);
	CHECK_INT(b.len, 8890);
	strbuf_clear(&b);
	strbuf_putc(&b, '\0');
	strbuf_put(&b, STR("x"));
	strbuf_puts(&b, "y");
	struct str taken = strbuf_take(&b, &a);
	CHECK(str_equal(taken, STR("\0xy")) && b.len == 0);
	strbuf_release(&b);
	taken = strbuf_take(&b, &a);
	CHECK_TEXT(taken, "");
	arena_release(&a);
}

TEST(parse_int)
{
	int64_t n = 0;
	CHECK(parse_int(STR("9223372036854775807"), &n) && n == INT64_MAX);
	CHECK(parse_int(STR("-9223372036854775808"), &n) && n == INT64_MIN);
	CHECK(parse_int(STR("+007"), &n) && n == 7);
	CHECK(!parse_int(STR("9223372036854775808"), &n));
	CHECK(!parse_int(STR("-9223372036854775809"), &n));
	CHECK(!parse_int(STR("99999999999999999999999999"), &n));
	CHECK(!parse_int(STR(""), &n) && !parse_int(STR("-"), &n) && !parse_int(STR("1 "), &n));
	CHECK(!parse_int(STR("0x1"), &n) && !parse_int(STR("1\0"), &n));
}

TEST(parse_float)
{
	static const char *const bad[] = {"", ".", "-", "e1", "1e", "1e+", "inf", "nan", "0x1p3",
		"1,5", " 1", "1 ", "1e400", "-1e400", "1.2.3", "1_000", "infinity"};
	double f = 0;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		test_about("%s", bad[i]);
		CHECK(!parse_float(str_of(bad[i]), &f));
	}
	CHECK(parse_float(STR("0.1"), &f) && f == 0.1);
	CHECK(parse_float(STR(".5"), &f) && f == 0.5);
	CHECK(parse_float(STR("5."), &f) && f == 5);
	CHECK(parse_float(STR("-1.5E+3"), &f) && f == -1500);
	CHECK(parse_float(STR("1e-400"), &f) && f == 0);
	char text[3000];
	memset(text, '0', sizeof text);
	text[1] = '.';
	text[sizeof text - 1] = '1';
	CHECK(parse_float((struct str){text, sizeof text}, &f) && f == 0);
	CHECK(!parse_float(STR("1\0"), &f));
}

static const char *printed(double f)
{
	static struct strbuf b;
	strbuf_release(&b);
	strbuf_float(&b, f);
	return b.at;
}

static bool reads_back(double f)
{
	double back;
	return parse_float(str_of(printed(f)), &back) && memcmp(&f, &back, sizeof f) == 0;
}

TEST(strbuf_float)
{
	CHECK_STR(printed(0.1), "0.1");
	CHECK_STR(printed(2.0), "2.0");
	CHECK_STR(printed(-0.0), "-0.0");
	CHECK_STR(printed(0), "0.0");
	CHECK_STR(printed(1e100), "1e+100");
	CHECK_STR(printed(1e-7), "1e-07");
	CHECK_STR(printed(1e15), "1e+15");
	CHECK_STR(printed(123456789012345), "123456789012345.0");
	CHECK_STR(printed(0.1 + 0.2), "0.30000000000000004");
	CHECK_STR(printed(5e-324), "5e-324");
	CHECK_STR(printed((double)INFINITY), "inf");
	CHECK_STR(printed(-(double)INFINITY), "-inf");
	CHECK_STR(printed((double)NAN), "nan");
	CHECK(reads_back(DBL_MAX) && reads_back(-DBL_MIN) && reads_back(DBL_MIN / 3));
	uint64_t bits = 88172645463325252u;
	int lost = 0;
	for (int i = 0; i < 20000; i++) {
		double f;
		bits ^= bits << 13;
		bits ^= bits >> 7;
		bits ^= bits << 17;
		memcpy(&f, &bits, sizeof f);
		lost += isfinite(f) && !reads_back(f);
	}
	CHECK_INT(lost, 0);
	printed(0);
}

TEST(numbers_have_a_point_in_every_locale)
{
	double f = 0;
	if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8")) {
		test_skip("no locale with a decimal comma");
		return;
	}
	CHECK_STR(printed(1.5), "1.5");
	CHECK(parse_float(STR("1.5"), &f) && f == 1.5);
	CHECK(!parse_float(STR("1,5"), &f));
	setlocale(LC_ALL, "C");
}

static const char *nearest(const char *word)
{
	static const char *const words[] = {"timeout", "retry", "rollback", "if", "expect", "run",
		"for_each", "finally", "on_failure"};
	return nearest_word(str_of(word), words, sizeof words / sizeof words[0]);
}

TEST(nearest_word)
{
	CHECK_STR(nearest("tiemout"), "timeout");
	CHECK_STR(nearest("timout"), "timeout");
	CHECK_STR(nearest("Timeout"), "timeout");
	CHECK_STR(nearest("rollbak"), "rollback");
	CHECK_STR(nearest("rolback"), "rollback");
	CHECK_STR(nearest("expects"), "expect");
	CHECK_STR(nearest("fi"), "if");
	CHECK_STR(nearest("foreach"), "for_each");
	CHECK(!nearest("banana") && !nearest("x") && !nearest(""));
	CHECK(!nearest("xx"));
	char text[5000];
	memset(text, 'a', sizeof text);
	CHECK(!nearest_word((struct str){text, sizeof text}, NULL, 0));
}
