/* A JSONPath query in the first line, over the JSON below it (or one of our own). */
#include "fuzz.h"

#include "base/json.h"
#include "base/jsonpath.h"

static const char own[] =
	"{\"a\":[1,2,{\"b\":\"x\"},[3,[4]],null,true],\"b\":{\"a\":1.5,\"c\":\"yy\"}}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_file f;
	fuzz_open(&f, data, size);
	struct str query = f.file->text, json = STR(own);
	const char *end = size ? memchr(query.at, '\n', query.len) : NULL;
	if (end) {
		json = (struct str){end + 1, query.len - (size_t)(end + 1 - query.at)};
		query.len = (size_t)(end - query.at);
	}
	struct value root, nodes;
	struct json_error told;
	const char *error = NULL;
	size_t offset = 0;
	struct jsonpath *path = jsonpath_parse(&f.arena, query, &error, &offset);
	if (!path && (!error || offset > query.len))
		fuzz_fail("refused without a place", error ? error : "");
	if (path && json_decode(&f.arena, json, &root, &told) &&
		!jsonpath_select(path, &f.arena, &root, &nodes, &error) && !error)
		fuzz_fail("failed without a word", "");
	fuzz_close(&f);
	return 0;
}
