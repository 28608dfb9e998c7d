#include "source/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOO_LARGE "over the limit of 64 MiB for one file"

void source_init(struct source_set *set, struct arena *arena)
{
	*set = (struct source_set){.arena = arena};
}

static const char *dir_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return ".";
	size_t len = (size_t)(slash - path);
	return len ? arena_copy(a, path, len) : "/";
}

struct source_file *source_add(
	struct source_set *set, const char *path, struct str text, bool is_embedded)
{
	if (set->count == sizeof set->files / sizeof *set->files)
		return NULL;
	if (str_starts_with(text, STR("\xEF\xBB\xBF")))
		text = (struct str){text.at + 3, text.len - 3};
	struct source_file *file = arena_new(set->arena, struct source_file);
	set->files[set->count++] = file;
	file->id = (uint16_t)set->count;
	file->path = arena_string(set->arena, path);
	file->dir = dir_of(set->arena, path);
	file->text = text;
	file->is_embedded = is_embedded;
	file->arena = set->arena;
	return file;
}

struct source_file *source_get(const struct source_set *set, uint16_t id)
{
	return id && id <= set->count ? set->files[id - 1] : NULL;
}

/* ---- reading -------------------------------------------------------------------------------- */

static const char *refused_type(mode_t mode)
{
	if (S_ISDIR(mode))
		return "is a directory";
	if (S_ISFIFO(mode))
		return "is a FIFO, not a regular file";
	if (S_ISCHR(mode) || S_ISBLK(mode))
		return "is a device, not a regular file";
	if (S_ISSOCK(mode))
		return "is a socket, not a regular file";
	return S_ISREG(mode) ? NULL : "is not a regular file";
}

static const char *error_text(struct source_set *set, int error)
{
	switch (error) {
	case ENOENT:
		return "no such file";
	case EACCES:
		return "permission denied";
	case ENAMETOOLONG:
		return "the name is too long";
	}
	char buffer[128];
	return arena_string(set->arena, strerror_r(error, buffer, sizeof buffer));
}

/* Fills `at` as far as there is something to read; *len is what came. */
static bool read_full(int fd, char *at, size_t size, size_t *len)
{
	*len = 0;
	while (*len < size) {
		ssize_t n = read(fd, at + *len, size - *len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			break;
		*len += (size_t)n;
	}
	return true;
}

/* For what does not know its size: standard input, /proc, a file that grows meanwhile. */
static const char *read_rest(struct source_set *set, int fd, struct strbuf *b)
{
	size_t len;
	do {
		strbuf_reserve(b, 1u << 16);
		if (!read_full(fd, b->at + b->len, 1u << 16, &len))
			return error_text(set, errno);
		b->len += len;
		if (b->len > SOURCE_MAX_BYTES)
			return TOO_LARGE;
	} while (len);
	return NULL;
}

/* A file of a known size is read straight into the arena, so that it is in memory once. */
static const char *read_text(struct source_set *set, int fd, size_t size, struct str *text)
{
	if (size > SOURCE_MAX_BYTES)
		return TOO_LARGE;
	size_t len = 0;
	char *at = arena_alloc(set->arena, size + 1);
	/* One byte more than it should have tells whether that was all. */
	if (!read_full(fd, at, size + 1, &len))
		return error_text(set, errno);
	*text = (struct str){at, len};
	if (len <= size)
		return NULL;
	struct strbuf b = {0};
	strbuf_add(&b, at, len);
	const char *why = read_rest(set, fd, &b);
	if (!why)
		*text = strbuf_take(&b, set->arena);
	strbuf_release(&b);
	return why;
}

/* The type is looked at before opening too: opening a FIFO lets its writer go on, and opening a
 * device may do something. O_NONBLOCK is for the one that was swapped in between. */
static int open_regular(struct source_set *set, const char *path, struct stat *st, const char **why)
{
	if (stat(path, st) < 0) {
		*why = error_text(set, errno);
		return -1;
	}
	*why = refused_type(st->st_mode);
	if (*why)
		return -1;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		*why = error_text(set, errno);
		return -1;
	}
	*why = fstat(fd, st) < 0 ? error_text(set, errno) : refused_type(st->st_mode);
	if (!*why)
		return fd;
	close(fd);
	return -1;
}

const struct pinned_text *source_pinned(
	const struct source_set *set, const char *path, bool is_embedded)
{
	for (size_t i = 0; i < set->pinned_count; i++) {
		const struct pinned_text *p = &set->pinned[i];

		if (p->is_embedded == is_embedded && strcmp(p->path, path) == 0)
			return p;
	}
	return NULL;
}

struct source_file *source_read(struct source_set *set, const char *path, const char **why)
{
	struct str text = {"", 0};
	const struct pinned_text *pinned = source_pinned(set, path, false);
	*why = NULL;
	if (pinned) {
		text = pinned->text;
	} else if (strcmp(path, "-") == 0) {
		path = "<stdin>";
		*why = read_text(set, STDIN_FILENO, 0, &text);
	} else {
		struct stat st;
		int fd = open_regular(set, path, &st, why);
		if (fd < 0)
			return NULL;
		*why = read_text(set, fd, (size_t)st.st_size, &text);
		close(fd);
	}
	if (*why)
		return NULL;
	struct source_file *file = source_add(set, path, text, false);
	if (!file)
		*why = "too many files are used together";
	return file;
}

/* ---- places --------------------------------------------------------------------------------- */

/* Line ends are \n, \r\n and \r, as in YAML 1.2. Gives the start of the next line, or 0. */
static size_t next_line(struct str text, size_t at)
{
	for (; at < text.len; at++) {
		if (text.at[at] == '\n')
			return at + 1;
		if (text.at[at] == '\r')
			return at + 1 + (at + 1 < text.len && text.at[at + 1] == '\n');
	}
	return 0;
}

static void make_lines(struct source_file *file)
{
	size_t count = 1, at = 0;
	while ((at = next_line(file->text, at)))
		count++;
	file->lines = arena_array(file->arena, count, sizeof *file->lines);
	file->line_count = count;
	for (size_t i = 1; i < count; i++)
		file->lines[i] = (uint32_t)(at = next_line(file->text, at));
}

static size_t line_of(const struct source_file *file, size_t offset)
{
	size_t low = 0, high = file->line_count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (file->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Bytes that do not continue a character, eight at a time: a line may be the whole file. */
static size_t count_characters(struct str s)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	size_t continued = 0, i = 0;
	uint64_t word;
	for (; i + sizeof word <= s.len; i += sizeof word) {
		memcpy(&word, s.at + i, sizeof word);
		continued += (((word >> 7) & ~(word >> 6) & ones) * ones) >> 56;
	}
	for (; i < s.len; i++)
		continued += ((unsigned char)s.at[i] & 0xC0) == 0x80;
	return s.len - continued;
}

struct place source_place(struct source_file *file, size_t offset)
{
	if (!file->lines)
		make_lines(file);
	struct str text = file->text;
	if (offset > text.len)
		offset = text.len;
	size_t line = line_of(file, offset);
	size_t start = file->lines[line];
	size_t end = line + 1 < file->line_count ? file->lines[line + 1] : text.len;
	while (end > start && (text.at[end - 1] == '\n' || text.at[end - 1] == '\r'))
		end--;
	return (struct place){
		.line = line + 1,
		.column = 1 + count_characters((struct str){text.at + start, offset - start}),
		.text = {text.at + start, end - start},
		.line_start = start,
	};
}
