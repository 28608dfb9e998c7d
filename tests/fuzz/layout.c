/* Any YAML, laid out: what comes out reads the same, and its layout is itself. */
#include "fuzz.h"

#include "source/yaml.h"
#include "tool/layout.h"

static void check_values(struct fuzz_file *f, struct str made)
{
	struct value before, after;
	struct source_file *other = source_add(&f->files, "made.yml", made, false);
	bool is_read = yaml_read(f->file, &f->arena, &f->diagnostics, &before);
	bool is_read_again = yaml_read(other, &f->arena, &f->diagnostics, &after);
	if (is_read != is_read_again)
		fuzz_fail("it is read once", made.at);
	if (!is_read)
		return;
	/* As they print: `.nan` is not equal to itself. */
	struct strbuf was = {0}, is = {0};
	value_print(&was, &before);
	value_print(&is, &after);
	if (!str_equal(strbuf_str(&was), strbuf_str(&is)))
		fuzz_fail("it reads differently", made.at);
	strbuf_release(&was);
	strbuf_release(&is);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_file f;
	struct strbuf made = {0}, again = {0};
	const char *why;
	size_t at;
	fuzz_open(&f, data, size);
	const struct record *record = layout_record(f.file->text);
	if (layout_text(f.file->text, record, &made, &why, &at)) {
		check_values(&f, strbuf_str(&made));
		if (!layout_text(strbuf_str(&made), record, &again, &why, &at))
			fuzz_fail("a layout is refused", why);
		if (!str_equal(strbuf_str(&made), strbuf_str(&again)))
			fuzz_fail("a layout is laid out anew", made.at);
	}
	strbuf_release(&made);
	strbuf_release(&again);
	fuzz_close(&f);
	return 0;
}
