#include "test.h"

#include "base/duration.h"
#include "output/lines.h"
#include "output/output.h"
#include "output/text.h"

static struct strbuf got;

static const char *taken(void)
{
	static char text[512];
	snprintf(text, sizeof text, "%.*s", STR_ARGS(strbuf_str(&got)));
	strbuf_release(&got);
	return text;
}

static const char *cut(const char *text, size_t width, bool ascii)
{
	size_t used = text_cut(&got, str_of(text), width, ascii);
	CHECK(used <= width);
	return taken();
}

TEST(text_cut_keeps_the_width)
{
	CHECK_STR(cut("deploy", 6, false), "deploy");
	CHECK_STR(cut("deployment", 6, false), "deplo…");
	CHECK_STR(cut("deployment", 6, true), "deplo~");
	CHECK_STR(cut("x", 0, false), "");
	CHECK_STR(cut("世界世界", 5, false), "世界…");
	CHECK_STR(cut("世界", 4, false), "世界");
	CHECK_STR(cut("世界", 4, true), "????");
	CHECK_STR(cut("a\tb", 9, false), "a b");
	CHECK_STR(cut("a\nb", 9, false), "a\\x0ab");
	CHECK_STR(cut("\x1b[2J", 9, false), "\\x1b[2J");
	CHECK_STR(cut("\xE2\x80\xAEx", 20, false), "\\u{202e}x");
	CHECK_STR(cut("\xE2\x9A\xA0\xEF\xB8\x8Fx", 20, false), "\xE2\x9A\xA0x");
}

TEST(text_safe_takes_ci_commands_apart)
{
	text_safe(&got, STR("a ##[error]x ##vso[task.setvariable] ## [x] ###"));
	CHECK_STR(taken(), "a #\\x23[error]x #\\x23vso[task.setvariable] ## [x] ###");
}

TEST(text_fit_breaks_at_blanks)
{
	static const struct {
		const char *text;
		size_t width, bytes;
	} rows[] = {{"one two three", 7, 7}, {"one two three", 8, 7}, {"one two three", 9, 7},
		{"abcdefghij", 4, 4}, {"a bcdefghij", 8, 8}, {"世界", 1, 3}, {"x", 9, 1}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t used;
		test_about("%s, %zu", rows[i].text, rows[i].width);
		CHECK_INT(text_fit(str_of(rows[i].text), rows[i].width, &used), rows[i].bytes);
	}
	test_about(NULL);
}

TEST(text_clock_counts_seconds)
{
	text_clock(&got, 12900 * NS_PER_MS);
	CHECK_STR(taken(), "12s");
	text_clock(&got, 92900 * NS_PER_MS);
	CHECK_STR(taken(), "1m32s");
	text_clock(&got, -5);
	CHECK_STR(taken(), "0s");
}

/* ---- lines ----------------------------------------------------------------------------------- */

static void note_line(void *context, struct str text)
{
	(void)context;
	strbuf_putc(&got, '<');
	strbuf_put(&got, text);
	strbuf_putc(&got, '>');
}

/* In chunks of `step` bytes: where it is cut must make no difference. */
static const char *lines_of(struct str text, size_t step)
{
	struct lines l = {0};
	for (size_t i = 0; i < text.len; i += step) {
		size_t n = text.len - i < step ? text.len - i : step;
		lines_add(&l, (struct str){text.at + i, n}, note_line, NULL);
	}
	lines_finish(&l, note_line, NULL);
	lines_release(&l);
	return taken();
}

TEST(lines_are_what_a_terminal_would_show)
{
	static const char *const rows[][2] = {
		{"a\nb\n", "<a><b>"},
		{"a\r\nb", "<a><b>"},
		{"\n\n", "<><>"},
		{"10%\r50%\r100%\ndone", "<100%><done>"},
		{"50%\r", "<50%>"},
		{"\x1b[1;32mok\x1b[0m \x1b]8;;http://x\x1b\\link\x1b]8;;\a", "<ok link>"},
		{"\x1b[31", "<\x1b[31>"},
		{"\x1b", "<\x1b>"},
		{"a\x1b]0;title", "<a\x1b]0;title>"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (size_t step = 1; step < 9; step++) {
			test_about("row %zu in steps of %zu", i, step);
			CHECK_STR(lines_of(str_of(rows[i][0]), step), rows[i][1]);
		}
	}
	test_about(NULL);
}

static void note_end(void *context, struct str text)
{
	size_t bad;
	(void)context;
	CHECK_INT(text.len, LINE_MAX_BYTES + 1 - 2 + strlen(" [983041 bytes more]"));
	CHECK(str_ends_with(text, STR(" [983041 bytes more]")));
	CHECK(utf8_valid(text, &bad));
	strbuf_puts(&got, "seen");
}

TEST(lines_of_a_megabyte_keep_their_head)
{
	size_t len = 1000000 - 1000000 % 3;
	char *text = heap_alloc(len);
	for (size_t i = 0; i < len; i++)
		text[i] = "\xE4\xB8\x96"[i % 3];
	struct lines l = {0};
	/* 16384 is no multiple of three: a cut within a character, whose head goes too. */
	lines_add(&l, (struct str){text, LINE_MAX_BYTES + 983041}, note_end, NULL);
	CHECK(l.line.cap <= 2 * LINE_MAX_BYTES);
	lines_add(&l, STR("\n"), note_end, NULL);
	lines_release(&l);
	free(text);
	CHECK_STR(taken(), "seen");
}

/* ---- locale ---------------------------------------------------------------------------------- */

TEST(locale_is_read_from_the_environment)
{
	static const struct {
		const char *all, *ctype, *lang;
		bool is_utf8;
	} rows[] = {
		{"", "", "", false},
		{"", "", "C", false},
		{"", "", "C.UTF-8", true},
		{"", "", "de_DE.utf8@euro", true},
		{"", "", "de_DE.ISO-8859-1", false},
		{"C", "", "en_US.UTF-8", false},
		{"", "POSIX", "en_US.UTF-8", false},
		{"en_US.utf8", "C", "C", true},
	};
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	char *before[3];
	for (size_t i = 0; i < 3; i++)
		before[i] = getenv(names[i]) ? strdup(getenv(names[i])) : NULL;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		setenv("LC_ALL", rows[i].all, 1);
		setenv("LC_CTYPE", rows[i].ctype, 1);
		setenv("LANG", rows[i].lang, 1);
		test_about("%s, %s, %s", rows[i].all, rows[i].ctype, rows[i].lang);
		CHECK(locale_is_utf8() == rows[i].is_utf8);
	}
	test_about(NULL);
	for (size_t i = 0; i < 3; i++) {
		if (before[i])
			setenv(names[i], before[i], 1);
		else
			unsetenv(names[i]);
		free(before[i]);
	}
}
