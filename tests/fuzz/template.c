/* Any text with interpolations: as a text, and as a script of both shells. */
#include "fuzz.h"

#include "script/shell.h"

static void check_marks(struct str text)
{
	struct template_mark mark;
	for (size_t at = 0; template_find(text, at, &mark); at = mark.end) {
		if (mark.start < at || mark.end <= mark.start || mark.end > text.len)
			fuzz_fail("a mark outside of its text", "");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_file f;
	struct arena scratch;
	fuzz_open(&f, data, size);
	arena_init(&scratch);
	struct value v = value_str(f.file->text);
	v.file = f.file->id;
	v.span_len = (uint32_t)f.file->text.len;
	check_marks(f.file->text);
	template_parse(&f.arena, f.file, &v, true, &f.diagnostics);
	for (int is_bash = 0; is_bash < 2; is_bash++) {
		struct diagnostics d;
		diagnostics_init(&d, &f.arena);
		if (!shell_compile(&f.arena, &scratch, f.file, &v, is_bash, &d))
			fuzz_fail("no script", "");
	}
	arena_release(&scratch);
	fuzz_close(&f);
	return 0;
}
