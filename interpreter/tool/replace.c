#include "tool/replace.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK STR("\xEF\xBB\xBF")

struct change {
	char *path; /* without symbolic links */
	struct strbuf temporary;
	struct stat st;
	struct strbuf *why;
	bool has_mark;
};

static bool fail(struct change *c, const char *what)
{
	strbuf_printf(c->why, "%s: %s", what, strerror(errno));
	return false;
}

static bool write_text(int fd, struct str text)
{
	while (text.len) {
		ssize_t n = write(fd, text.at, text.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		text.at += n;
		text.len -= (size_t)n;
	}
	return true;
}

/* Reads it once more: what was looked at has to be what is replaced. */
static bool is_unchanged(struct change *c, struct str before)
{
	struct strbuf now = {0};
	int fd = open(c->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return fail(c, "cannot read it again");
	ssize_t n = fstat(fd, &c->st);
	if (!n && !S_ISREG(c->st.st_mode)) {
		strbuf_puts(c->why, "it is not a regular file");
		close(fd);
		return false;
	}
	do {
		strbuf_reserve(&now, 1u << 16);
		n = n < 0 ? n : read(fd, now.at + now.len, 1u << 16);
		now.len += n > 0 ? (size_t)n : 0;
	} while (n > 0 || (n < 0 && errno == EINTR));
	struct str text = strbuf_str(&now);
	c->has_mark = str_starts_with(text, MARK);
	if (c->has_mark)
		text = (struct str){text.at + MARK.len, text.len - MARK.len};
	bool is_same = str_equal(text, before);
	if (n < 0)
		fail(c, "cannot read it again");
	else if (!is_same)
		strbuf_puts(c->why, "someone else has changed it meanwhile");
	close(fd);
	strbuf_release(&now);
	return n >= 0 && is_same;
}

/* The folder's own entry has to reach the disk too; a file system that cannot do that is no reason
 * to fail, as the file itself is there. */
static void sync_folder(const char *path)
{
	size_t len = (size_t)(strrchr(path, '/') - path);
	struct strbuf folder = {0};
	strbuf_add(&folder, path, len ? len : 1);
	int fd = open(folder.at, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	strbuf_release(&folder);
}

static bool fill(struct change *c, int fd, struct str text)
{
	/* Another owner's file becomes one's own where the system does not allow to give it back.
	 */
	if (fchown(fd, c->st.st_uid, c->st.st_gid) < 0 && errno != EPERM)
		return fail(c, "cannot set its owner");
	if (fchmod(fd, c->st.st_mode & 07777) < 0)
		return fail(c, "cannot set its mode");
	if ((c->has_mark && !write_text(fd, MARK)) || !write_text(fd, text) || fsync(fd) < 0)
		return fail(c, "cannot write it");
	return true;
}

static bool swap(struct change *c, struct str text)
{
	strbuf_printf(&c->temporary, "%s.XXXXXX", c->path);
	int fd = mkostemp(c->temporary.at, O_CLOEXEC);
	if (fd < 0)
		return fail(c, "cannot make a file beside it");
	bool is_good = fill(c, fd, text);
	if (close(fd) < 0 && is_good)
		is_good = fail(c, "cannot write it");
	if (is_good && rename(c->temporary.at, c->path) < 0)
		is_good = fail(c, "cannot replace it");
	if (is_good)
		sync_folder(c->path);
	else
		unlink(c->temporary.at);
	return is_good;
}

bool file_replace(const char *path, struct str before, struct str text, struct strbuf *why)
{
	struct change c = {.why = why};
	c.path = realpath(path, NULL);
	if (!c.path)
		return fail(&c, "cannot find it");
	bool is_good = is_unchanged(&c, before) && swap(&c, text);
	strbuf_release(&c.temporary);
	free(c.path);
	return is_good;
}
