/* Rows of text in columns. */
#include "test.h"

#include "tool/table.h"

static struct arena a;

static const char *printed(const struct table_look *look)
{
	static const char *const cells[] = {
		"RUN", "TIME", "WHY", "r1", "1.0s", "", "longer", "12m00s", "it broke\x1b[2J"};
	struct strbuf b = {0};
	struct table t;
	const char *text;

	table_init(&t, &a, 3, 1 << 1);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		table_add(&t, str_of(cells[i]), i < 3 ? STYLE_BOLD : STYLE_NONE);
	table_print(&b, &t, look);
	table_release(&t);
	text = strbuf_take(&b, &a).at;
	strbuf_release(&b);
	return text;
}

TEST(table_columns_align_and_lines_end_with_text)
{
	CHECK_STR(printed(&(struct table_look){0}), "RUN       TIME  WHY\n"
						    "r1        1.0s\n"
						    "longer  12m00s  it broke\\x1b[2J\n");
	arena_release(&a);
}

TEST(table_is_cut_to_the_width)
{
	CHECK_STR(printed(&(struct table_look){.width = 20}), "RUN       TIME  WHY\n"
							      "r1        1.0s\n"
							      "longer  12m00s  it …\n");
	CHECK_STR(printed(&(struct table_look){.width = 10, .ascii = true, .indent = 2}),
		"  RUN\n"
		"  r1\n"
		"  longer\n");
	arena_release(&a);
}

TEST(table_colours_what_is_there)
{
	CHECK_STR(printed(&(struct table_look){.color = true, .width = 7}), "\x1b[1mRUN\x1b[0m\n"
									    "r1\n"
									    "longer\n");
	arena_release(&a);
}
