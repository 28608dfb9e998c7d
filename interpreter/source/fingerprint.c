#include "source/fingerprint.h"

/* FNV-1a, 64 bits: nobody has a reason to forge one, and the same number is wanted everywhere. */
#define FNV_START UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

static uint64_t mix(uint64_t hash, struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		hash = (hash ^ (unsigned char)s.at[i]) * FNV_PRIME;
	return hash * FNV_PRIME; /* as if a NUL followed: "ab", "c" is not "a", "bc" */
}

static uint64_t hash_of(const struct source_set *files, const struct diagnostic *x)
{
	struct source_file *file = source_get(files, x->span.file);
	struct str path = str_of(file ? file->path : x->path ? x->path : "");
	if (str_starts_with(path, STR("./")))
		path = (struct str){path.at + 2, path.len - 2};
	uint64_t hash = mix(FNV_START, str_of(rule_info(x->rule)->code));
	hash = mix(hash, path);
	hash = mix(hash, str_of(x->message));
	return file ? mix(hash, str_trim(source_place(file, x->span.start).text)) : hash;
}

void diagnostic_fingerprint(const struct source_set *files, const struct diagnostics *all,
	const struct diagnostic *x, char out[FINGERPRINT_SIZE])
{
	uint64_t hash = hash_of(files, x), before = 0;
	for (const struct diagnostic *y = all->first; y && y != x; y = y->next)
		before += y->rule == x->rule && strcmp(y->message, x->message) == 0 &&
			  hash_of(files, y) == hash;
	if (before)
		hash = mix(hash, (struct str){(const char *)&before, 1});
	snprintf(out, FINGERPRINT_SIZE, "%016llx", (unsigned long long)hash);
}
