/* Durations, sizes and numbers: what is read is written so that it reads the same. */
#include "fuzz.h"

#include "base/duration.h"

static void check_duration(struct str text)
{
	struct strbuf b = {0};
	const char *why = NULL;
	int64_t ns, again;
	if (!duration_parse(text, &ns, &why)) {
		if (!why)
			fuzz_fail("refused without a word", "duration");
		return;
	}
	duration_print(&b, ns);
	if (!duration_parse(strbuf_str(&b), &again, &why) || again != ns)
		fuzz_fail("another duration", b.at);
	duration_human(&b, ns);
	strbuf_release(&b);
}

static void check_number(struct str text)
{
	struct strbuf b = {0};
	double f, again;
	int64_t n;
	parse_int(text, &n);
	if (!parse_float(text, &f))
		return;
	strbuf_float(&b, f);
	if (!parse_float(strbuf_str(&b), &again) || memcmp(&f, &again, sizeof f) != 0)
		fuzz_fail("another number", b.at);
	strbuf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_file f;
	const char *why = NULL;
	int64_t bytes;
	fuzz_open(&f, data, size);
	check_duration(f.file->text);
	check_number(f.file->text);
	if (!size_parse(f.file->text, &bytes, &why) && !why)
		fuzz_fail("refused without a word", "size");
	fuzz_close(&f);
	return 0;
}
