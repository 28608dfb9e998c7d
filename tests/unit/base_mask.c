/* Secrets: every form is masked, at every split, and nothing else is. */
#include "base/mask.h"
#include "test.h"

static struct masker *masker_with(const char *const *secrets)
{
	struct masker *m = masker_new();
	for (; *secrets; secrets++)
		CHECK(masker_add(m, str_of(*secrets)));
	return m;
}

static void check_masked(struct masker *m, struct str text, const char *expected)
{
	struct strbuf out = {0};
	mask_text(m, &out, text);
	CHECK_TEXT(strbuf_str(&out), expected);
	CHECK(mask_would_change(m, text) == !str_is(text, expected));
	strbuf_release(&out);
}

TEST(mask_plain)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{"", ""},
		{"s3cr", "s3cr"},
		{"s3cret", "***"},
		{"a s3cret b", "a *** b"},
		{"s3cres3cret", "s3cre***"},
		{"s3crets3cret", "******"},
		{"s3cret-long-one", "***"},
		{"s3cret-long-on", "***-long-on"},
		{"xs3cret-long-oney", "x***y"},
		{"S3CRET", "S3CRET"},
		{"aaaa", "***"},
		{"aaaaa", "***"},
		{"aaaaaaaaaaaaaaaaaaaaaaab", "***b"},
		{"aaa", "aaa"},
		{"abcdefgh", "***"}, /* abcdef and defgh overlap */
		{"abcdef", "***"},
		{"defgh", "***"},
		{"abcdexdefgh", "abcdex***"},
	};
	struct masker *m = masker_with((const char *const[]){
		"s3cret", "s3cret-long-one", "aaaa", "abcdef", "defgh", NULL});
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		test_about("%s", rows[i].text);
		check_masked(m, str_of(rows[i].text), rows[i].expected);
	}
	masker_free(m);
}

TEST(mask_refuses)
{
	static const char *const refused[] = {"", "a", "abc", "true", "false", "null", "yes", "no",
		"TRUE", "False", "  ab  ", "\n\n\n\n\n"};
	struct masker *m = masker_new();
	CHECK(masker_is_empty(m));
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		test_about("%s", refused[i]);
		CHECK(!masker_add(m, str_of(refused[i])));
	}
	CHECK(masker_is_empty(m));
	check_masked(m, STR("true abc"), "true abc");
	CHECK(masker_add(m, STR("abcd")));
	CHECK(masker_add(m, STR("abcd")));
	CHECK(!masker_is_empty(m));
	check_masked(m, STR("abc abcd"), "abc ***");
	masker_free(m);
	masker_free(NULL);
	struct strbuf out = {0};
	mask_text(NULL, &out, STR("as it is"));
	CHECK_TEXT(strbuf_str(&out), "as it is");
	strbuf_release(&out);
}

/* Reference outputs made with coreutils, Python and xxd. */
TEST(mask_forms)
{
	static const struct {
		const char *secret, *text, *expected;
	} rows[] = {
		/* base64 alone, then with one and two bytes before */
		{"hunter2pass", "aHVudGVyMnBhc3M=", "***"},
		{"hunter2pass", "eGh1bnRlcjJwYXNz", "eG***"},
		{"hunter2pass", "eHhodW50ZXIycGFzcw==", "eHh***w=="},
		{"hunter2pass", "68756e7465723270617373", "***"},
		{"hunter2pass", "68756E7465723270617373", "***"},
		{"?\?>>?\?>>", "Pz8+Pj8/Pj4=", "***"},
		{"?\?>>?\?>>", "Pz8-Pj8_Pj4=", "***"},
		{"p@ss w/rd&", "p%40ss%20w%2Frd%26", "***"},
		{"p@ss w/rd&", "p%40ss%20w%2frd%26", "***"},
		{"p@ss w/rd&", "p%40ss+w%2Frd%26", "***"},
		{"p@ss w/rd&", "q=p@ss%20w/rd&;", "q=***;"},
		{"a\"b\\c\nd", "{\"x\":\"a\\\"b\\\\c\\nd\"}", "{\"x\":\"***\"}"},
		{"a\"b\\c\nd", "\"{\\\"x\\\":\\\"a\\\\\\\"b\\\\\\\\c\\\\nd\\\"}\"",
			"\"{\\\"x\\\":\\\"***\\\"}\""},
		{"p/q/r<s>", "p\\/q\\/r<s>", "***"},
		{"p/q/r<s>", "p/q/r\\u003cs\\u003e", "***"},
		{"schl\xc3\xbcssel", "schl\\u00fcssel", "***"},
		{"schl\xc3\xbcssel", "schl\\u00FCssel", "***"},
		{"ke\xf0\x9f\x94\x91ys", "ke\\ud83d\\udd11ys", "***"},
		{"<a&b>'\"", "&lt;a&amp;b&gt;'\"", "***"},
		{"<a&b>'\"", "&lt;a&amp;b&gt;&#39;&quot;", "***"},
		{"<a&b>'\"", "&lt;a&amp;b&gt;&apos;&quot;", "***"},
		{"it's $5", "'it'\\''s $5'", "'***'"},
		{"it's $5", "'it'\"'\"'s $5'", "'***'"},
		{"it's $5", "it\\'s\\ \\$5", "***"},
		{"it's $5", "\"it's \\$5\"", "\"***\""},
		{"line one\nline two\n}\n", "  line one\r\n", "  ***\r\n"},
		{"line one\nline two\n}\n", "> line two\n}\n", "> ***\n}\n"},
		{"line one\nline two\n}\n", "line one\nline two\n}\n", "***"},
		{"line one\nline two\n}\n", "bGluZSB0d28=", "***"},
		{" padded ", "[padded]", "[***]"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct masker *m = masker_with((const char *const[]){rows[i].secret, NULL});
		test_about("%s in %s", rows[i].secret, rows[i].text);
		check_masked(m, str_of(rows[i].text), rows[i].expected);
		masker_free(m);
	}
}

/* A tool breaks base64 into lines of 76 characters. */
TEST(mask_wrapped_base64)
{
	static const char secret[] =
		"the quick brown fox jumps over the lazy dog, and then over the next one";
	static const char text[] =
		"dGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZywgYW5kIHRoZW4gb3Zl\n"
		"ciB0aGUgbmV4dCBvbmU=\n";
	struct masker *m = masker_with((const char *const[]){secret, NULL});
	check_masked(m, str_of(text), "***\n***\n");
	masker_free(m);
}

static void check_stream(
	struct masker *m, struct str text, size_t first, size_t second, struct str whole)
{
	struct mask_stream s = {.masker = m};
	struct strbuf out = {0};
	mask_stream_add(&s, &out, (struct str){text.at, first});
	CHECK(s.held.len < 32);
	mask_stream_add(&s, &out, (struct str){text.at + first, second - first});
	CHECK(s.held.len < 32);
	mask_stream_add(&s, &out, (struct str){text.at + second, text.len - second});
	mask_stream_flush(&s, &out);
	CHECK_INT(s.held.len, 0);
	CHECK(str_equal(strbuf_str(&out), whole));
	mask_stream_release(&s);
	strbuf_release(&out);
}

TEST(mask_stream_every_split)
{
	struct masker *m = masker_with((const char *const[]){
		"s3cret", "s3cret-long-one", "aaaa", "abcdef", "defgh", "ret-s3c", NULL});
	struct str text =
		STR("x s3cret-s3crets3cret-long-on aaaaaaaaab abcdefgh s3cre s3cret-long-one s3c");
	struct strbuf whole = {0};
	mask_text(m, &whole, text);
	CHECK_TEXT(strbuf_str(&whole), "x ******-long-on ***b *** s3cre *** s3c");
	for (size_t first = 0; first <= text.len; first++)
		for (size_t second = first; second <= text.len; second++)
			check_stream(m, text, first, second, strbuf_str(&whole));
	strbuf_release(&whole);
	masker_free(m);
}

/* A long secret that holds several short ones: how it ends is known only at its end. */
TEST(mask_stream_nested)
{
	struct masker *m = masker_with(
		(const char *const[]){"inner", "1-inner-2-inner-3", "inner-3-more", NULL});
	struct str text =
		STR("1-inner-2-inner-4 1-inner-2-inner-3 1-inner-2-inner-3-more inner-3-mo");
	struct strbuf whole = {0};
	mask_text(m, &whole, text);
	CHECK_TEXT(strbuf_str(&whole), "1-***-2-***-4 *** *** ***-3-mo");
	for (size_t first = 0; first <= text.len; first++)
		for (size_t second = first; second <= text.len; second++)
			check_stream(m, text, first, second, strbuf_str(&whole));
	strbuf_release(&whole);
	masker_free(m);
}

TEST(mask_stream_byte_by_byte)
{
	struct masker *m = masker_with((const char *const[]){"aaaa", "s3cret", NULL});
	struct mask_stream s = {.masker = m};
	struct strbuf out = {0};
	for (size_t i = 0; i < 100000; i++) {
		mask_stream_add(&s, &out, STR("a"));
		if (s.held.len > 64)
			break;
	}
	CHECK(s.held.len < 64);
	mask_stream_add(&s, &out, STR("!s3cre"));
	CHECK_TEXT(strbuf_str(&out), "***!");
	mask_stream_flush(&s, &out);
	CHECK_TEXT(strbuf_str(&out), "***!s3cre");
	/* a secret that becomes known in the middle of the stream */
	mask_stream_add(&s, &out, STR(" s3cre"));
	CHECK(masker_add(m, STR("crew")));
	mask_stream_add(&s, &out, STR("w."));
	mask_stream_flush(&s, &out);
	CHECK_TEXT(strbuf_str(&out), "***!s3cre s3***.");
	mask_stream_release(&s);
	strbuf_release(&out);
	masker_free(m);
}

/* The slow and obvious way, as a check on the fast one. */
static void mask_naively(struct strbuf *out, struct str text, const char *const *secrets)
{
	bool hidden[256] = {0}, begins[257] = {0};
	for (size_t end = 0; end < text.len; end++)
		for (size_t k = 0; secrets[k]; k++) {
			size_t len = strlen(secrets[k]);
			if (end + 1 < len || memcmp(text.at + end + 1 - len, secrets[k], len) != 0)
				continue;
			for (size_t i = end + 1 - len; i <= end; i++)
				hidden[i] = true;
		}
	(void)begins;
	for (size_t i = 0; i < text.len; i++)
		if (!hidden[i])
			strbuf_putc(out, text.at[i]);
}

TEST(mask_agrees_with_naive)
{
	static const char *const secrets[] = {
		"abab", "babb", "abbaab", "aaaab", "bbbb", "abbba", NULL};
	struct masker *m = masker_with(secrets);
	uint32_t seed = 1;
	for (size_t round = 0; round < 3000; round++) {
		char text[200];
		struct strbuf naive = {0}, fast = {0}, bare = {0};
		struct mask_stream s = {.masker = m};
		size_t len = 0;
		for (; len < sizeof text; len++) {
			seed = seed * 1664525 + 1013904223;
			text[len] = "aaabbbc."[seed >> 29];
		}
		mask_naively(&naive, (struct str){text, len}, secrets);
		for (size_t at = 0, n; at < len; at += n) {
			seed = seed * 1664525 + 1013904223;
			n = 1 + (seed >> 28);
			n = n < len - at ? n : len - at;
			mask_stream_add(&s, &fast, (struct str){text + at, n});
		}
		mask_stream_flush(&s, &fast);
		for (size_t i = 0; i < fast.len; i++)
			if (fast.at[i] != '*')
				strbuf_putc(&bare, fast.at[i]);
		if (!CHECK(str_equal(strbuf_str(&naive), strbuf_str(&bare))))
			printf("%.*s\n", (int)len, text);
		struct strbuf once = {0};
		mask_text(m, &once, (struct str){text, len});
		CHECK(str_equal(strbuf_str(&once), strbuf_str(&fast)));
		strbuf_release(&once);
		strbuf_release(&naive);
		strbuf_release(&fast);
		strbuf_release(&bare);
		mask_stream_release(&s);
	}
	masker_free(m);
}

/* Not a benchmark, but a floor that a quadratic slip would fall through: 100 secrets, 64 MB. */
TEST(mask_speed)
{
	struct masker *m = masker_new();
	uint32_t seed = 7;
	for (size_t i = 0; i < 100; i++) {
		char secret[40];
		for (size_t k = 0; k < sizeof secret; k++) {
			seed = seed * 1664525 + 1013904223;
			secret[k] =
				"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
					[seed >> 26];
		}
		masker_add(m, (struct str){secret, sizeof secret});
	}
	struct strbuf text = {0}, out = {0};
	while (text.len < 1 << 20)
		strbuf_printf(&text,
			"%08zx GET /api/v1/orders/%zu 200 {\"total\": %zu, \"id\": \"x9\"}\n",
			text.len * 2654435761u, text.len, text.len * 7);
	double start = test_cpu_seconds();
	mask_text(m, &out, STR("links the automaton"));
	double linked = test_cpu_seconds() - start;
	start = test_cpu_seconds();
	for (size_t i = 0; i < 64; i++) {
		struct mask_stream s = {.masker = m};
		strbuf_clear(&out);
		for (size_t at = 0; at < text.len; at += 65536) {
			size_t n = text.len - at < 65536 ? text.len - at : 65536;
			mask_stream_add(&s, &out, (struct str){text.at + at, n});
		}
		mask_stream_flush(&s, &out);
		mask_stream_release(&s);
	}
	double took = test_cpu_seconds() - start;
	CHECK(out.len == text.len);
	test_about(
		"%.0f MB/s, linked in %.1f ms", 64.0 * (double)text.len / 1e6 / took, linked * 1e3);
	CHECK(took < 6.4);
	strbuf_release(&text);
	strbuf_release(&out);
	masker_free(m);
}
