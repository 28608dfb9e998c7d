/*
 * Reading files, refusing what is none, and places in them.
 */
#include "test.h"

#include "source/file.h"

#include <sys/stat.h>
#include <unistd.h>

struct folder {
	char path[64];
	struct arena a;
	struct source_set set;
};

static void setup(struct folder *f)
{
	snprintf(f->path, sizeof f->path, "/tmp/runbook-unit-XXXXXX");
	CHECK(mkdtemp(f->path) != NULL);
	arena_init(&f->a);
	source_init(&f->set, &f->a);
}

static const char *path_in(struct folder *f, const char *name)
{
	return arena_printf(&f->a, "%s/%s", f->path, name);
}

static const char *write_file(struct folder *f, const char *name, struct str text)
{
	const char *path = path_in(f, name);
	FILE *out = fopen(path, "wb");
	CHECK(out != NULL);
	if (out) {
		fwrite(text.at, 1, text.len, out);
		fclose(out);
	}
	return path;
}

static void teardown(struct folder *f)
{
	static const char *const names[] = {"a.yml", "fifo", "link", "large", "marked"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(path_in(f, names[i]));
	rmdir(f->path);
	arena_release(&f->a);
}

static void check_refused(struct folder *f, const char *path, const char *expected)
{
	const char *why = NULL;
	test_about("%s", path);
	CHECK(source_read(&f->set, path, &why) == NULL);
	CHECK_STR(why ? why : "", expected);
}

TEST(source_file_refused)
{
	struct folder f;
	setup(&f);
	check_refused(&f, path_in(&f, "nope"), "no such file");
	check_refused(&f, f.path, "is a directory");
	check_refused(&f, "/dev/zero", "is a device, not a regular file");
	CHECK(mkfifo(path_in(&f, "fifo"), 0600) == 0);
	check_refused(&f, path_in(&f, "fifo"), "is a FIFO, not a regular file");
	CHECK(symlink("link", path_in(&f, "link")) == 0);
	const char *why = NULL;
	CHECK(source_read(&f.set, path_in(&f, "link"), &why) == NULL && why);
	const char *large = write_file(&f, "large", STR("x"));
	CHECK(truncate(large, (off_t)SOURCE_MAX_BYTES + 1) == 0);
	check_refused(&f, large, "over the limit of 64 MiB for one file");
	CHECK_INT(f.set.count, 0);
	teardown(&f);
}

TEST(source_file_read)
{
	struct folder f;
	setup(&f);
	const char *why = NULL;
	const char *path = write_file(&f, "a.yml", STR("a: 1\n"));
	struct source_file *file = source_read(&f.set, path, &why);
	if (CHECK(file != NULL)) {
		CHECK_TEXT(file->text, "a: 1\n");
		CHECK_STR(file->path, path);
		CHECK_STR(file->dir, f.path);
		CHECK_INT(file->id, 1);
		CHECK(source_get(&f.set, 1) == file);
	}
	CHECK(source_get(&f.set, 0) == NULL);
	CHECK(source_get(&f.set, 2) == NULL);
	file = source_read(&f.set,
		write_file(&f, "marked",
			STR("\xEF\xBB\xBF"
			    "b: 2")),
		&why);
	if (CHECK(file != NULL))
		CHECK_TEXT(file->text, "b: 2");
	/* A file that does not say how large it is. */
	file = source_read(&f.set, "/proc/self/maps", &why);
	if (CHECK(file != NULL))
		CHECK(file->text.len > 100);
	CHECK_STR(source_add(&f.set, "x.yml", STR(""), true)->dir, ".");
	CHECK_STR(source_add(&f.set, "/x.yml", STR(""), true)->dir, "/");
	while (f.set.count < 256)
		source_add(&f.set, "x", STR(""), true);
	CHECK(source_add(&f.set, "x", STR(""), true) == NULL);
	check_refused(&f, path, "too many files are used together");
	teardown(&f);
}

static void check_place(
	struct source_file *file, size_t offset, size_t line, size_t column, const char *text)
{
	struct place p = source_place(file, offset);
	test_about("offset %zu", offset);
	CHECK_INT(p.line, line);
	CHECK_INT(p.column, column);
	CHECK_TEXT(p.text, text);
}

TEST(source_file_places)
{
	struct arena a;
	arena_init(&a);
	struct source_set set;
	source_init(&set, &a);
	/* Byte:                                             0123 45 6 78 9 10 11 */
	struct source_file *file = source_add(&set, "x", STR("a\r\nüb\n\nc\rd"), false);
	check_place(file, 0, 1, 1, "a");
	check_place(file, 1, 1, 2, "a");
	check_place(file, 3, 2, 1, "üb");
	check_place(file, 5, 2, 2, "üb");
	check_place(file, 6, 2, 3, "üb");
	check_place(file, 7, 3, 1, "");
	check_place(file, 8, 4, 1, "c");
	check_place(file, 10, 5, 1, "d");
	check_place(file, 11, 5, 2, "d");
	check_place(file, 99, 5, 2, "d");
	check_place(source_add(&set, "empty", STR(""), false), 0, 1, 1, "");
	check_place(source_add(&set, "end", STR("a\n"), false), 2, 2, 1, "");
	arena_release(&a);
}
